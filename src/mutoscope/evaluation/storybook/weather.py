"""Weather: flakes, streaks and gusts, which are there for a moment before whatever is behind them."""

import cv2
import numpy as np
from numpy.typing import NDArray

from mutoscope.evaluation.storybook.colours import Frames
from mutoscope.world.storybook.story import Weather

Array = NDArray[np.float64]
_WINDOW = 4  # frames to either side that tell what is behind
_BRIGHTER = 8.0
_WHITE = 226  # levels of 255 of every channel: nothing but flakes and white actors is as bright
_DARK_RAIN, _PALE_RAIN = np.asarray([0.40, 0.48, 0.58]) * 255, np.asarray([0.66, 0.72, 0.80]) * 255
_MOST_OFF = 14.0  # levels of 255 that a streak's colour may be off the line from what is behind it to its own
_FLAKES, _STREAKS, _GUSTS = 1.5, 1.5, 0.15  # of a thousand pixels are marks of them, at least
_LEAST = 0.3  # how much of a pixel a streak covers at least


def weather_marks(frames: Frames, bare: NDArray[np.bool_]) -> Array:  # (T, H, W, 3), (T, H, W) -> (T, 3)
    """How many pixels of a thousand in each frame are of flakes, of upright streaks, and of level ones."""
    found = np.zeros((len(frames), 3))
    for at in range(len(frames)):
        low, high = max(0, at - _WINDOW), min(len(frames), at + _WINDOW + 1)
        behind = np.median(frames[low:high], axis=0)
        seen = frames[at].astype(np.float64)
        dark = behind.mean() < 0.35 * 255
        colour = _PALE_RAIN if dark else _DARK_RAIN
        way, gone = colour - behind, seen - behind
        length = (way**2).sum(-1)
        share = (gone * way).sum(-1) / np.maximum(length, 1)
        off = np.sqrt(((gone - share[..., None] * way) ** 2).sum(-1))
        drawn = ((share > _LEAST) & (share < 1.1) & (off < _MOST_OFF) & (length > 900) & bare[at]).astype(np.uint8)
        upright = cv2.morphologyEx(drawn, cv2.MORPH_OPEN, np.ones((3, 1), np.uint8))
        level = cv2.morphologyEx(drawn, cv2.MORPH_OPEN, np.ones((1, 7), np.uint8))
        flakes = (seen.min(-1) > _WHITE) & (gone.min(-1) > _BRIGHTER) & bare[at]
        found[at] = np.asarray([flakes.sum(), upright.sum(), level.sum()]) / max(1, int(bare[at].sum())) * 1000
    return found


def weather_of(marks: Array) -> Weather:  # (n, 3)
    """The weather that marks of some frames tell of."""
    flakes, upright, level = np.median(marks, axis=0)
    if flakes > _FLAKES:
        return Weather.SNOW
    if upright > max(_STREAKS, level):
        return Weather.RAIN
    return Weather.WIND if level > _GUSTS else Weather.CLEAR
