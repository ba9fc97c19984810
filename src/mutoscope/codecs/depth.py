"""A guess of how near things are, from where they stand in the picture: near ground at the bottom, far at the top."""

import numpy as np
from numpy.typing import NDArray

HORIZON = 0.35  # fraction of the height above which everything counts as far
GROUND = 0.5  # nearness of the ground at the bottom edge; more would lean upright things too much
PIVOT = 0.5  # nearness that stays where it is when the camera orbits
SUBJECT = 0.75  # nearness of a subject: nearer than all of the ground


def ground_nearness(y: NDArray[np.float32]) -> NDArray[np.float32]:
    """How near the ground is at fractions of the height: 0 far (above the horizon), `GROUND` at the bottom."""
    # A plane under the horizon gives a parallax linear in y; the power rounds the kink at the horizon.
    below = np.clip((y - HORIZON) / (1 - HORIZON), 0, 1.2)
    nearness: NDArray[np.float32] = (GROUND * below**1.4).astype(np.float32)
    return nearness


def nearness_at(y: float) -> float:
    """How near the ground is at one fraction of the height."""
    return float(ground_nearness(np.array([y], np.float32))[0])


def ground_shift(points: NDArray[np.float32], orbit: float, height: int, width: int) -> NDArray[np.float32]:
    """(..., 2) how far points of the ground, in pixels, have gone when the camera has orbited by frame widths."""
    shift = np.zeros_like(points)
    if orbit:
        nearness = ground_nearness(points[..., 1] / np.float32(height))
        shift[..., 0] = np.float32(-orbit * width) * (nearness - np.float32(PIVOT))
    return shift
