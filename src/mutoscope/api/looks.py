"""Clips of photos for a person to judge."""

from pathlib import Path

from mutoscope.api.loading import load
from mutoscope.conditioning.conditioner import Conditioner
from mutoscope.errors import MutoscopeError
from mutoscope.evaluation.looks import HINTS, MOST, SENTENCES
from mutoscope.evaluation.looks import draw_looks as looks_of
from mutoscope.evaluation.photo_set import open_photo_set
from mutoscope.evaluation.storybook.sheet import check_sheet, save_sheet


def draw_looks(
    sheet: Path, *, photos: Path | None = None, model: str = "motion", scenes: int = 40, seed: int = 0
) -> str:
    """Move photos with sentences and hints drawn by chance into a picture to look at; what it shows, as a Markdown list."""
    check_sheet(sheet)
    if not 1 <= scenes <= MOST:
        raise MutoscopeError(
            f"{scenes} clips cannot be shown.",
            f"A sheet has room for 1 to {MOST}.",
            "Write --scenes 40, and another --seed.",
        )
    if photos is None:
        raise MutoscopeError(
            "No photos were named.", "Photos with mattes are moved, to be looked at.", "Write --photos DIR."
        )
    found, pipeline = open_photo_set(photos), load(model)
    if not isinstance(pipeline.conditioner, Conditioner):
        raise MutoscopeError(f"{model} moves no photo.", "It draws.", "Leave out --model.")
    if scenes > (pairs := len(found) * len(SENTENCES) * len(HINTS)):
        raise MutoscopeError(
            f"{scenes} clips are more than there are.",
            f"{len(found)} photos give {pairs} pairs.",
            f"Write --scenes {pairs}.",
        )
    looks = looks_of(lambda request, pixels: pipeline.generate(request, pixels=pixels), found, scenes, seed)
    save_sheet(looks.sheet(), sheet)
    return looks.list()
