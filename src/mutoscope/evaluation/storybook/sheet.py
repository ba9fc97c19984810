"""Clips below each other, six frames of each, with a line above."""

import io
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from mutoscope.errors import MutoscopeError
from mutoscope.evaluation.storybook.colours import Frames

_PER_ROW, _SIDE, _LABEL = 6, 96, 14  # frames, pixels
_LETTERS = 94
_ENDINGS = (".png", ".webp", ".jpg")
_MOST = 1_000_000  # bytes, so that a sheet can stand in a document


def draw_sheet(clips: Sequence[tuple[str, Frames]]) -> NDArray[np.uint8]:
    """One picture (H, W, 3) of clips (T, H, W, 3) and what stands above each, in ASCII: Pillow's own font has no Chinese."""
    assert all(text.isascii() for text, _ in clips), "told in English"
    height = _SIDE + _LABEL
    sheet = Image.new("RGB", (_PER_ROW * _SIDE, max(1, len(clips)) * height), "white")
    draw = ImageDraw.Draw(sheet)
    for row, (text, frames) in enumerate(clips):
        for column, index in enumerate(np.linspace(0, len(frames) - 1, _PER_ROW).round().astype(int)):
            picture = Image.fromarray(frames[index]).resize((_SIDE, _SIDE), Image.Resampling.BOX)
            sheet.paste(picture, (column * _SIDE, row * height + _LABEL))
        draw.text((2, row * height), text[:_LETTERS], "black")
    return np.array(sheet)


def check_sheet(path: Path) -> None:
    """Refuse a place where no sheet can be written, before anything is drawn for it."""
    if path.suffix.lower() not in _ENDINGS:
        raise MutoscopeError(
            f"{path} is no picture.", f"A sheet ends in {', '.join(_ENDINGS)}.", "Write --sheet sheet.webp."
        )
    if not path.resolve().parent.is_dir():
        raise MutoscopeError(f"There is no folder {path.parent}.", "A sheet is written into one.", "Make it first.")


def save_sheet(picture: NDArray[np.uint8], path: Path) -> None:
    """Write a sheet, as finely as a megabyte allows; where nothing is lost (PNG), as large as it is."""
    for quality in (90, 75, 60, 45, 30):
        written = io.BytesIO()
        kind = {".jpg": "jpeg"}.get(path.suffix.lower(), path.suffix[1:].lower())
        Image.fromarray(picture).save(written, kind, quality=quality, optimize=True)
        if kind == "png" or len(written.getvalue()) <= _MOST:
            break
    path.write_bytes(written.getvalue())
