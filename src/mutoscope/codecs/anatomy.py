"""The place of a subject in its picture: what its motion hangs on, and which edges of the picture cut it."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Edge = Literal["left", "top", "right", "bottom"]


@dataclass(frozen=True, kw_only=True)
class Anatomy:
    """Lengths in pixels, x right and y down."""

    height: int  # of the picture
    width: int
    centroid: tuple[float, float]
    box: tuple[float, float, float, float]  # left, top, right, bottom; the outermost pixels' middles
    cut: frozenset[Edge]  # edges of the picture that the subject reaches

    @property
    def hangs(self) -> bool:
        """Whether the subject comes in from above, so that its lower end is the free one."""
        return "top" in self.cut and "bottom" not in self.cut

    @property
    def root(self) -> tuple[float, float]:
        """The point it stands on, or hangs from."""
        return self.centroid[0], self.box[1] if self.hangs else self.box[3]

    @property
    def anchor(self) -> tuple[float, float]:
        """The point it grows and turns about: its middle, but on every edge that cuts it the edge."""
        x, y = self.centroid
        if "left" in self.cut or "right" in self.cut:
            left, right = 0.0, self.width - 1.0
            x = x if {"left", "right"} <= self.cut else left if "left" in self.cut else right
        if "top" in self.cut or "bottom" in self.cut:
            top, bottom = 0.0, self.height - 1.0
            y = y if {"top", "bottom"} <= self.cut else top if "top" in self.cut else bottom
        return x, y


def find_anatomy(matte: NDArray[np.float32]) -> Anatomy | None:
    """The anatomy of a matte (H, W), or None if hardly anything is in it."""
    height, width = matte.shape
    solid = matte > 0.5
    if solid.sum() < max(9, 1e-4 * solid.size):
        return None
    columns, rows = np.flatnonzero(solid.any(axis=0)), np.flatnonzero(solid.any(axis=1))
    mass = float(matte.sum())
    centroid = (
        float(matte.sum(axis=0) @ np.arange(width)) / mass,
        float(matte.sum(axis=1) @ np.arange(height)) / mass,
    )
    return Anatomy(
        height=height,
        width=width,
        centroid=centroid,
        box=(float(columns[0]), float(rows[0]), float(columns[-1]), float(rows[-1])),
        cut=_cut_edges(solid),
    )


def _cut_edges(solid: NDArray[np.bool_]) -> frozenset[Edge]:
    """Edges along which more than a touch of the subject lies; mattes often end a few pixels early."""
    height, width = solid.shape
    rim = max(2, round(0.006 * width))
    lengths: dict[Edge, tuple[int, int]] = {
        "left": (solid[:, :rim].any(axis=1).sum(), height),
        "right": (solid[:, -rim:].any(axis=1).sum(), height),
        "top": (solid[:rim].any(axis=0).sum(), width),
        "bottom": (solid[-rim:].any(axis=0).sum(), width),
    }
    return frozenset(edge for edge, (length, whole) in lengths.items() if length > max(2, 0.01 * whole))
