"""What tests of large models ask of tiny ones."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from mutoscope.hub.pipeline import HubPipeline
from mutoscope.request import GenerateRequest

Folder = Callable[[str], Path]  # of a tiny model, by its name in `tiny_models`
Tiny = Callable[[str], HubPipeline]  # the same, ready to work


def request(prompt: str = "a corgi surfs at sunset", **wishes: Any) -> GenerateRequest:
    """Half a second of 64x64 pixels in two steps, unless said otherwise."""
    return GenerateRequest.from_dict(
        {"prompt": prompt, "model": "hub:tiny", "steps": 2, "seconds": 0.5, "size": "64x64", **wishes}
    )
