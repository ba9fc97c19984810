"""The subject as a layer of its own: its pixels and how much they cover."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from mutoscope.codecs.anatomy import Anatomy
from mutoscope.codecs.canvas import widened

Matte = NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Cutout:
    """Pixels (h, w, 4) uint8, colour then cover, and the place of the first one in the picture (x, y).

    The colours go on beyond the outline, so that no rim of the old background shows; past the edges that cut the
    subject both go on as far as the clip needs them.
    """

    pixels: NDArray[np.uint8]
    origin: NDArray[np.float32]


def cut_out(image: NDArray[np.uint8], matte: Matte, anatomy: Anatomy, beyond: float) -> Cutout:
    """The subject of an image (H, W, 3), with `beyond` pixels more past the edges that cut it."""
    height, width = matte.shape
    # Mattes are often made at a smaller size: the blur takes their stairs away, the contrast gives the edge back.
    rounded = np.asarray(cv2.GaussianBlur(matte, (0, 0), max(width / 800, 0.5)), np.float32)
    cover = _up_to_the_edges(np.clip((rounded - 0.2) / 0.6, 0, 1).astype(np.float32), anatomy)
    pad = max(4, round(0.008 * width))
    ys, xs = np.flatnonzero((cover > 0).any(axis=1)), np.flatnonzero((cover > 0).any(axis=0))
    top, bottom = max(0, int(ys[0]) - pad), min(height, int(ys[-1]) + 1 + pad)
    left, right = max(0, int(xs[0]) - pad), min(width, int(xs[-1]) + 1 + pad)
    cover = cover[top:bottom, left:right]
    colours = _extended(image[top:bottom, left:right], cover)
    more = min(round(beyond) + pad, round(0.4 * width))
    rows, columns = (
        (more if low in anatomy.cut else 0, more if high in anatomy.cut else 0)
        for low, high in (("top", "bottom"), ("left", "right"))
    )
    colours = widened(colours, (rows, columns)).pixels
    alpha = np.pad(np.rint(cover * 255).astype(np.uint8), (rows, columns), mode="edge")
    # An empty rim, so that nothing of the subject is smeared where the layer is looked up outside.
    ring_rows, ring_columns = (tuple(0 if size else 2 for size in pair) for pair in (rows, columns))
    colours = np.pad(colours, (ring_rows, ring_columns, (0, 0)), mode="edge")
    alpha = np.pad(alpha, (ring_rows, ring_columns))
    origin = np.array([left - columns[0] - ring_columns[0], top - rows[0] - ring_rows[0]], np.float32)
    return Cutout(np.ascontiguousarray(np.dstack([colours, alpha])), origin)


def _up_to_the_edges(cover: Matte, anatomy: Anatomy) -> Matte:
    """The cover carried on to the edges that cut the subject: mattes often end a few pixels before them."""
    rim = max(2, round(0.006 * anatomy.width)) + 1
    if "bottom" in anatomy.cut:
        cover[-rim:] = np.maximum(cover[-rim:], cover[-rim])
    if "top" in anatomy.cut:
        cover[:rim] = np.maximum(cover[:rim], cover[rim - 1])
    if "left" in anatomy.cut:
        cover[:, :rim] = np.maximum(cover[:, :rim], cover[:, rim - 1 : rim])
    if "right" in anatomy.cut:
        cover[:, -rim:] = np.maximum(cover[:, -rim:], cover[:, -rim][:, None])
    return cover


def _extended(image: NDArray[np.uint8], cover: Matte) -> NDArray[np.uint8]:
    """The image with the colours of the subject's core in place of its mixed rim and of what surrounds it."""
    rim = max(1, round(image.shape[1] / 400))
    solid = cover > 0.95
    padded = np.pad(solid, rim, mode="edge").astype(np.uint8)
    core = cv2.erode(padded, np.ones((2 * rim + 1, 2 * rim + 1), np.uint8))[rim:-rim, rim:-rim] > 0
    around = cv2.dilate(core.astype(np.uint8), np.ones((4 * rim + 1, 4 * rim + 1), np.uint8)) > 0
    core |= solid & ~around  # thin parts have no core but themselves
    if not core.any():
        return image
    outside = (~core).astype(np.uint8)
    _, labels = cv2.distanceTransformWithLabels(outside, cv2.DIST_L2, 5, labelType=cv2.DIST_LABEL_PIXEL)
    palette = np.zeros((int(labels.max()) + 1, 3), np.uint8)
    palette[labels[core]] = image[core]
    smooth = np.asarray(cv2.GaussianBlur(palette[labels], (0, 0), 1.0 + rim / 2), np.uint8)
    return np.where(core[..., None], image, smooth)
