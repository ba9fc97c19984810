"""Edges: how steep the rim of a region is, which tells a picture in focus from one that is not."""

import cv2
import numpy as np
from numpy.typing import NDArray

from mutoscope.evaluation.storybook.colours import Frames, Mask, grown

Array = NDArray[np.float64]
_WIDE = 5.5 / 128  # picture heights to either side that hold a whole edge, even of a picture that is out of focus


def steepness(frame: Frames) -> Array:  # (H, W, 3) -> (H, W)
    """Of the whole step about a pixel, how much is taken within 1/128 of the height, in the channel that steps most.

    A rim as the world draws it has 0.5 and more, blurred by s of these about 0.4 / sqrt(s * s + 0.5).
    """
    seen, reach = frame.astype(np.float32), max(1, round(len(frame) / 128))
    around = np.ones((2 * round(_WIDE * len(frame)) + 1,) * 2, np.uint8)
    step = cv2.dilate(seen, around) - cv2.erode(seen, around)
    across, down = np.zeros_like(seen), np.zeros_like(seen)
    across[:, :-reach], down[:-reach] = seen[:, reach:] - seen[:, :-reach], seen[reach:] - seen[:-reach]
    steepest = cv2.dilate(np.hypot(across, down), np.ones((3, 3), np.uint8))
    most = step.argmax(-1)[..., None]
    found = np.take_along_axis(steepest, most, -1) / np.maximum(np.take_along_axis(step, most, -1), 1)
    return np.asarray(found[..., 0], np.float64)


def steepness_of(mask: Mask, steep: Array) -> float:
    """The median steepness along the rim of a region; 0 if it has none."""
    rim = grown(mask, 1) & ~mask
    return float(np.median(steep[rim])) if rim.any() else 0.0
