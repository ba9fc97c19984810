"""Whether a subject can leave its place without a tear: by how plain its outline is, and by what lies around it."""

import cv2
import numpy as np
from numpy.typing import NDArray

Matte = NDArray[np.float32]
Pixels = NDArray[np.uint8]

# Chosen on 15 photos at 320 pixels on the long side, of whose cut-out subjects those looked torn that lie beyond.
LEAST = 0.2  # of the long side: what hangs on something smaller is too fine to be seen at this size
FAINT = 18.0  # CIE76 between the two sides of an outline, from which on it is clear
UNCLEAR = 0.01  # of the long side is how much of the outline may be fainter
RESTLESS = 20.0  # standard deviation of colours (CIELAB) around it, up to which what lies behind can be guessed
_RIM = (1.5, 6.0)  # pixels from the outline that are its two sides
_AROUND = 20.0  # pixels
_SEEN_AT_ONCE = 7  # pixels to the side of a square, over which each side's colour is averaged


def leaves_cleanly(picture: Pixels, matte: Matte) -> bool:  # (h, w, 3), (h, w): about 320 on the long side
    """Whether what stays behind would hardly show.

    Where colours go on across the outline, a part of the subject lies outside of it, as a paw or a strap, and stays behind when
    the rest leaves, as does the pilot of a small paraglider; and what fills its place is guessed from what surrounds it, so that
    this must be much the same all around.
    """
    lab = np.asarray(cv2.cvtColor(picture.astype(np.float32) / 255, cv2.COLOR_RGB2LAB), np.float32)
    hard = (matte > 0.5).astype(np.uint8)
    inside, outside = _away(hard), _away(1 - hard)
    edge = cv2.morphologyEx(hard, cv2.MORPH_GRADIENT, np.ones((3, 3), np.uint8)) > 0
    edge[[0, 1, -2, -1], :] = edge[:, [0, 1, -2, -1]] = False  # there the picture ends, not the subject
    around = lab[(outside > _RIM[0]) & (outside < _AROUND)]
    longer = max(int(hard.any(axis=0).sum()), int(hard.any(axis=1).sum()))
    if longer < LEAST * max(hard.shape) or not edge.any():
        return False
    (inner, thick), (outer, wide) = _rim_colour(lab, inside), _rim_colour(lab, outside)
    # What is so thin that it has no inside, such as a strap, cannot be told from what lies beside it.
    clear = (np.linalg.norm(inner - outer, axis=-1) >= FAINT) & thick & wide
    unclear, restless = int((edge & ~clear).sum()), float(np.sqrt(around.var(axis=0).sum()))
    return unclear <= UNCLEAR * max(hard.shape) and restless <= RESTLESS


def _away(hard: NDArray[np.uint8]) -> Matte:
    """How far each pixel of a shape lies from its outline; the picture's edge is none."""
    padded = cv2.copyMakeBorder(hard, 1, 1, 1, 1, cv2.BORDER_REPLICATE)
    return np.asarray(cv2.distanceTransform(padded, cv2.DIST_L2, 5)[1:-1, 1:-1], np.float32)


def _rim_colour(lab: Matte, away: Matte) -> tuple[Matte, NDArray[np.bool_]]:  # (h, w, 3), (h, w) -> (h, w, 3), (h, w)
    """The mean colour of one side's rim near each pixel, and where there is any."""
    rim = ((away > _RIM[0]) & (away < _RIM[1])).astype(np.float32)
    size = (_SEEN_AT_ONCE, _SEEN_AT_ONCE)
    total, count = (cv2.boxFilter(each, -1, size, normalize=False) for each in (lab * rim[..., None], rim))
    return np.asarray(total / np.maximum(count, 1)[..., None], np.float32), np.asarray(count > 0.5)
