"""The checkpoints that travel inside the package."""

from importlib.resources import files
from pathlib import Path

WEIGHTS = Path(str(files("mutoscope"))) / "weights"


def bundled_names() -> list[str]:
    """Every checkpoint inside the package."""
    return sorted(path.parent.name for path in WEIGHTS.glob("*/config.json"))
