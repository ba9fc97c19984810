"""What tests of large models ask of tiny ones."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from small_hub import COMMIT

from mutoscope.hub.pipeline import HubPipeline
from mutoscope.request import GenerateRequest

Folder = Callable[[str], Path]  # of a tiny model, by its name in `tiny_models`
Tiny = Callable[[str], HubPipeline]  # the same, ready to work


def cached(folder: Path, name: str) -> Path:
    """An empty snapshot of a repository in the cache of the hub that lies in a folder."""
    repository = folder / f"models--{name.replace('/', '--')}"
    (repository / "refs").mkdir(parents=True)
    (repository / "refs" / "main").write_text(COMMIT)
    snapshot = repository / "snapshots" / COMMIT
    snapshot.mkdir(parents=True)
    return snapshot


def request(prompt: str = "a corgi surfs at sunset", **wishes: Any) -> GenerateRequest:
    """Half a second of 64x64 pixels in two steps, unless said otherwise."""
    return GenerateRequest.from_dict(
        {"prompt": prompt, "model": "hub:tiny", "steps": 2, "seconds": 0.5, "size": "64x64", **wishes}
    )
