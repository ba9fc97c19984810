"""What a photo offers to a model that moves it: where its subject is, and its shape."""

import math

import cv2
import numpy as np
from numpy.typing import NDArray

from mutoscope.vision.subject import Box, Subject

GRID = 8
FEATURES = 13 + GRID * GRID


def photo_features(subject: Subject) -> NDArray[np.float32]:
    """(77,) of a photo and its subject: found, box, centre, size, edges touched, aspect, and the matte on an 8 x 8 grid."""
    height, width = subject.matte.shape
    grid = np.asarray(cv2.resize(subject.matte, (GRID, GRID), interpolation=cv2.INTER_AREA), np.float32)
    return features_of(grid, subject.box if subject.source != "none" else None, width / height)


def features_of(grid: NDArray[np.float32], box: Box | None, aspect: float) -> NDArray[np.float32]:
    """The same from a matte (8, 8), a box (None: nothing found) and width / height."""
    left, top, right, bottom = box if box is not None else (0.5, 0.5, 0.5, 0.5)
    touches = [left < 0.015, top < 0.015, right > 0.985, bottom > 0.985]
    numbers = [
        float(box is not None), left, top, right, bottom, (left + right) / 2, (top + bottom) / 2,
        math.sqrt(max(0.0, (right - left) * (bottom - top))), *map(float, touches), math.log(aspect),
    ]  # fmt: skip
    return np.concatenate([np.array(numbers, np.float32), grid.astype(np.float32).ravel()])
