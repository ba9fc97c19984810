"""What lies around a subject, which says whether its outline can be trusted and its place be filled."""

import cv2
import numpy as np
from numpy.typing import NDArray

Matte = NDArray[np.float32]
Pixels = NDArray[np.uint8]

# CIE76 by which all but one pixel in a thousand may stray from a smooth ground. Around what stands before a studio's paper or
# an open sky it is 2 at 320 pixels on the long side, noise and all; around what stands in a room or a landscape 20 and more.
PLAIN = 8.0
_MOST = 99.9  # per cent of the pixels
_AWAY = (0.012, 0.15)  # of the long side, from the outline: nearer, the two mix
_GRAIN = 1.0  # pixels of blur, against a camera's noise


def is_plain_around(picture: Pixels, matte: Matte) -> bool:  # (h, w, 3), (h, w): about 320 on the long side
    """Whether nothing but a smooth ground, one colour or a slow gradient, surrounds a subject.

    Then nothing that belongs to it, a strap, a shadow, a pilot under his wing, was left out of its outline to stay behind
    when it leaves, and what its place is filled with is no guess.
    """
    hard = (matte > 0.5).astype(np.uint8)
    long = max(hard.shape)
    outside = cv2.distanceTransform(1 - hard, cv2.DIST_L2, 5)
    down, across = np.nonzero((outside > _AWAY[0] * long) & (outside < _AWAY[1] * long))
    if not hard.any() or len(down) < long:
        return False
    lab = cv2.cvtColor(cv2.GaussianBlur(picture, (0, 0), _GRAIN).astype(np.float32) / 255, cv2.COLOR_RGB2LAB)
    y, x = down / long, across / long
    smooth = np.stack([np.ones_like(x), x, y, x * x, x * y, y * y], axis=1)
    colours = lab[down, across].astype(np.float64)
    ground = smooth @ np.linalg.lstsq(smooth, colours, rcond=None)[0]
    return float(np.percentile(np.linalg.norm(colours - ground, axis=1), _MOST)) <= PLAIN
