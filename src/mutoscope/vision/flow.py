"""Dense optical flow between two frames: DIS, no network."""

from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray


@lru_cache(maxsize=1)
def _dis() -> cv2.DISOpticalFlow:
    flow = cv2.DISOpticalFlow.create(cv2.DISOPTICAL_FLOW_PRESET_MEDIUM)
    flow.setFinestScale(0)  # one scale finer than the preset: half a pixel of a slow move matters here
    return flow


def dense_flow(before: NDArray[np.uint8], after: NDArray[np.uint8]) -> NDArray[np.float32]:
    """(H, W, 2) float32: how far, in pixels, x then y, each pixel of `before` goes until `after`; both (H, W) or (H, W, 3) uint8.

    Dense inverse search of Kroeger et al. 2016 as OpenCV has it; sides of at least 32 pixels.
    """
    flow: NDArray[np.float32] = _dis().calc(_grey(before), _grey(after), None)  # type: ignore[call-overload]
    return flow


def _grey(frame: NDArray[np.uint8]) -> NDArray[np.uint8]:
    grey = cv2.cvtColor(frame, cv2.COLOR_RGB2GRAY) if frame.ndim == 3 else frame
    return np.ascontiguousarray(grey)
