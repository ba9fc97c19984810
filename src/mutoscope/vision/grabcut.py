"""GrabCut with the seeds that mattes give: relative to their own maximum, several at once, voted."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import cv2
import numpy as np
from numpy.typing import NDArray

Matte = NDArray[np.float32]
Pixels = NDArray[np.uint8]


def cut(picture: Pixels, seeds: Pixels, rounds: int = 3) -> Matte:  # (H, W, 3), (H, W) -> (H, W) 0 or 1
    """One GrabCut (Rother et al. 2004) from `seeds` of cv2.GC_*; the seeds come back where colours are too few."""
    certain, mask = (seeds & 1).astype(bool), seeds.copy()
    # Below a few pixels on either side there is nothing to model.
    if min(int(certain.sum()), int((~certain).sum())) < 10:
        return certain.astype(np.float32)
    cv2.setRNGSeed(7)  # of this thread
    models = np.zeros((1, 65), np.float64), np.zeros((1, 65), np.float64)
    cv2.grabCut(picture[..., ::-1].copy(), mask, (0, 0, 1, 1), *models, rounds, cv2.GC_INIT_WITH_MASK)
    return (mask & 1).astype(np.float32)


def seeds_of(matte: Matte, inner: float, outer: float) -> Pixels:
    """Seeds from a map: surely inside above `inner`, surely outside below `outer` (shares of the maximum)."""
    share = matte / max(float(matte.max()), 1e-6)
    seeds = np.full(matte.shape, cv2.GC_PR_BGD, np.uint8)
    seeds[share > (inner + outer) / 2] = cv2.GC_PR_FGD
    seeds[share > inner] = cv2.GC_FGD
    seeds[share < outer] = cv2.GC_BGD
    return seeds


def cuts(picture: Pixels, seeds: Sequence[Pixels]) -> list[Matte]:
    """One cut from each of several seeds, two at a time."""
    with ThreadPoolExecutor(2) as pool:
        return list(pool.map(lambda one: cut(picture, one), seeds))


def box_seeds(picture: Pixels, box: tuple[float, float, float, float]) -> Pixels:
    """Seeds that know only that the subject is within a box (fractions)."""
    height, width = picture.shape[:2]
    left, top, right, bottom = (round(edge * side) for edge, side in zip(box, (width, height) * 2, strict=True))
    seeds = np.full((height, width), cv2.GC_BGD, np.uint8)
    seeds[top : max(bottom, top + 1), left : max(right, left + 1)] = cv2.GC_PR_FGD
    if (seeds != cv2.GC_BGD).all():
        seeds[:2, :2] = seeds[:2, -2:] = cv2.GC_BGD  # grabCut needs some background; corners are the best guess
    return seeds
