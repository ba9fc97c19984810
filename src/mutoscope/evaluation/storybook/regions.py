"""Regions: the connected parts of a frame that are of one colour and may be actors."""

import cv2
import numpy as np
from numpy.typing import NDArray

from mutoscope.evaluation.storybook.colours import Mask, closed

SMALLEST = 0.0022  # of the picture: smaller regions are no actors
_GAP = 0.022  # picture heights that lines inside a figure may be wide
_CORE = 1.6  # pixels of 128 that an actor is at least thick, from its middle; rims of lines are thinner
_BACKDROP = 0.5  # of the border of the picture is what only a backdrop takes up
_NEAR = 0.6  # of the longer side of the larger one is between two parts of one figure
_ROUND = 0.9  # of the disc around it is filled by the hull of what is round


def actor_regions(labels: NDArray[np.uint8], colour: int) -> list[Mask]:
    """The regions (H, W) of a colour that are big and thick enough; a ball, which has bands, as the disc around them."""
    own = labels == colour
    mask = closed(own, max(1, round(_GAP * len(labels) / 2)))
    height, width = mask.shape
    count, parts = cv2.connectedComponents(mask.astype(np.uint8), connectivity=4)
    kept = []
    for part in range(1, count):
        here = np.asarray(parts == part)
        if here.sum() < 0.5 * SMALLEST * height * width:
            continue
        rim = np.concatenate([here[0], here[-1], here[:, 0], here[:, -1]])
        thick = cv2.distanceTransform((here & own).astype(np.uint8), cv2.DIST_L2, 3).max()
        if rim.mean() < _BACKDROP and thick >= _CORE * height / 128:
            kept.append(here)
    return [region for region in _joined(_rounded(kept)) if region.sum() >= SMALLEST * height * width]


def _joined(regions: list[Mask]) -> list[Mask]:
    """Regions that lie near each other, for their size, are one figure: a cap above a face, the wings of a butterfly."""
    for index, one in enumerate(regions):
        for other in regions[:index]:
            (ax, ay, aw, ah), (bx, by, bw, bh) = (cv2.boundingRect(part.astype(np.uint8)) for part in (one, other))
            gap = max(max(ax, bx) - min(ax + aw, bx + bw), max(ay, by) - min(ay + ah, by + bh))
            if gap <= _NEAR * max(aw, ah, bw, bh):
                rest = [region for region in regions if region is not one and region is not other]
                return _joined([*rest, one | other])
    return regions


def _rounded(regions: list[Mask]) -> list[Mask]:
    """Two regions that fill a disc together are one."""
    for index, one in enumerate(regions):
        for other in regions[:index]:
            whole = (one | other).astype(np.uint8)
            hull = cv2.convexHull(cv2.findNonZero(whole))
            _, radius = cv2.minEnclosingCircle(hull)
            filled = np.zeros_like(whole)
            cv2.fillConvexPoly(filled, hull, 1)
            full = np.pi * (radius + 0.25) ** 2
            if filled.sum() > _ROUND * full and whole.sum() > 0.5 * full:
                rest = [region for region in regions if region is not one and region is not other]
                return _rounded([*rest, filled > 0])
    return regions
