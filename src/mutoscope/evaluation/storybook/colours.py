"""Colours of pixels: which of the ten colours of actors a pixel shows, in every light and through rain and snow."""

from functools import cache

import cv2
import numpy as np
from numpy.typing import NDArray

from mutoscope.world.storybook.cast import RGB
from mutoscope.world.storybook.figures import INK, SKIN
from mutoscope.world.storybook.story import Colour

Frames = NDArray[np.uint8]
Mask = NDArray[np.bool_]

COLOURS = tuple(Colour)
NOTHING = len(COLOURS)  # the label of what shows none of them
_TINTS = ((1.0, 1.0, 1.0), (1.0, 0.96, 0.92), (0.91, 0.92, 0.97))  # day, sunset, night
_VEILS = ((0.0, (0.0, 0.0, 0.0)), (0.10, (0.58, 0.62, 0.68)), (0.14, (0.62, 0.66, 0.72)))  # clear, rain, snow
_NEAR = 24  # levels of 255: what is farther from all ten is none of them
_NEAR_WHITE = 11  # for the brightest of places come near to white
_NEAR_SKIN = 14
_NEAR_INK = 40
_CELL = 4  # levels that are looked up as one


def label_pixels(frames: Frames) -> NDArray[np.uint8]:  # (T, H, W, 3) -> (T, H, W)
    """The index in COLOURS of the colour that each pixel shows, or NOTHING."""
    cells = frames // _CELL
    side = 256 // _CELL
    index = (cells[..., 0].astype(np.int32) * side + cells[..., 1]) * side + cells[..., 2]
    return np.asarray(_table()[index])


def inked(frames: Frames) -> Mask:  # (..., 3) -> (...)
    """Where pixels are as dark as the lines of figures."""
    return np.asarray(np.abs(frames.astype(np.float32) - 255 * np.asarray(INK, np.float32)).max(-1) < _NEAR_INK)


def skins(frames: Frames) -> Mask:  # (..., 3) -> (...)
    """Where pixels show the skin of people."""
    near = np.zeros(frames.shape[:-1], bool)
    seen = frames.astype(np.float32)
    for skin in _seen(SKIN):
        near |= ((seen - skin) ** 2).sum(-1) < _NEAR_SKIN**2
    return near


def closed(mask: Mask, radius: int) -> Mask:
    """The mask with gaps of up to two radii closed."""
    size = 2 * radius + 1
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (size, size))
    padded = cv2.copyMakeBorder(mask.astype(np.uint8), radius, radius, radius, radius, cv2.BORDER_CONSTANT, value=0)
    done = cv2.morphologyEx(padded, cv2.MORPH_CLOSE, kernel)
    return np.asarray(done[radius:-radius, radius:-radius] > 0)


def grown(mask: Mask, radius: int) -> Mask:
    """The mask and all that lies within the radius."""
    size = 2 * radius + 1
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (size, size))
    return np.asarray(cv2.dilate(mask.astype(np.uint8), kernel) > 0)


def _cube() -> NDArray[np.float32]:
    level = (np.arange(0, 256, _CELL) + (_CELL - 1) / 2).astype(np.float32)
    return np.stack(np.meshgrid(level, level, level, indexing="ij"), -1).reshape(-1, 3)


def _seen(rgb: tuple[float, float, float]) -> list[NDArray[np.float32]]:
    """How a colour is seen in every light and weather, levels of 255."""
    return [
        (255 * ((1 - share) * np.asarray(rgb) * tint + share * np.asarray(veil))).astype(np.float32)
        for tint in _TINTS
        for share, veil in _VEILS
    ]


@cache
def _table() -> NDArray[np.uint8]:
    """For every cell of colours the nearest of the ten, or NOTHING; made once."""
    cube = _cube()
    best = np.full(len(cube), np.inf, np.float32)
    table = np.full(len(cube), NOTHING, np.uint8)
    for index, colour in enumerate(COLOURS):
        limit = _NEAR_WHITE if colour is Colour.WHITE else _NEAR
        for seen in _seen(RGB[colour]):
            far = ((cube - seen) ** 2).sum(1)
            nearer = (far < best) & (far < limit**2)
            table[nearer] = index
            best[nearer] = far[nearer]
    return table
