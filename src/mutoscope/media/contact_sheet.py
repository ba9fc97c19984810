"""A contact sheet: the frames of a clip side by side, each with its time."""

import math

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

COLUMNS, MOST = 4, 12
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
