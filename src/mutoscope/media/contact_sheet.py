"""A contact sheet: the frames of a clip side by side, each with its time; or several clips below each other."""

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

COLUMNS, MOST = 4, 12
IN_ROW = 6  # frames of each of several clips
CELL = 320  # the longer side of a picture, in pixels
GAP, LABEL = 6, 18


def contact_sheet(frames: NDArray[np.uint8], fps: float) -> NDArray[np.uint8]:
    """Up to twelve of the frames (T, H, W, 3), evenly spaced, first and last among them, as one picture (H, W, 3)."""
    chosen = np.unique(np.linspace(0, len(frames) - 1, min(MOST, len(frames))).round().astype(int))
    height, width = frames.shape[1:3]
    scale = min(1.0, CELL / max(height, width))
    size = max(1, round(width * scale)), max(1, round(height * scale))
    columns = min(COLUMNS, len(chosen))
    rows = math.ceil(len(chosen) / columns)
    step = size[0] + GAP, size[1] + GAP + LABEL
    sheet = Image.new("RGB", (columns * step[0] + GAP, rows * step[1] + GAP), "white")
    draw, font = ImageDraw.Draw(sheet), ImageFont.load_default(13)
    for place, index in enumerate(chosen):
        left, top = GAP + place % columns * step[0], GAP + place // columns * step[1]
        picture = Image.fromarray(frames[index]).resize(size, Image.Resampling.BOX if scale < 1 else None)
        sheet.paste(picture, (left, top))
        draw.text((left, top + size[1] + 1), f"{index / fps:.2f} s", "black", font)
    return np.array(sheet)


def compared(
    clips: Sequence[tuple[str, NDArray[np.uint8]]], *, per_row: int = IN_ROW, cell: int = CELL // 2
) -> NDArray[np.uint8]:
    """Clips (T, H, W, 3) below each other as one picture (H, W, 3): each a row of a few frames, under its words.

    `cell`: the longer side of a frame, in pixels.
    """
    rows = [_row(words, frames, per_row, cell) for words, frames in clips]
    width = max(row.shape[1] for row in rows)
    return np.concatenate(
        [np.pad(row, ((0, 0), (0, width - row.shape[1]), (0, 0)), constant_values=255) for row in rows]
    )


def _row(words: str, frames: NDArray[np.uint8], per_row: int, cell: int) -> NDArray[np.uint8]:
    chosen = frames[np.unique(np.linspace(0, len(frames) - 1, min(per_row, len(frames))).round().astype(int))]
    height, width = frames.shape[1:3]
    scale = cell / max(height, width)
    size = max(1, round(width * scale)), max(1, round(height * scale))
    row = Image.new("RGB", (per_row * (size[0] + GAP) + GAP, size[1] + LABEL + GAP), "white")
    ImageDraw.Draw(row).text((GAP, 1), words, "black", ImageFont.load_default(13))
    for place, frame in enumerate(chosen):
        row.paste(Image.fromarray(frame).resize(size), (GAP + place * (size[0] + GAP), LABEL))
    return np.array(row)
