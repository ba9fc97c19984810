"""The place of a subject in its picture: what its motion hangs on, and which edges of the picture cut it."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Edge = Literal["left", "top", "right", "bottom"]
_BROADLY = (
    0.25  # share of the subject's extent; what edges cut lies along them by half and more, what touches by a tenth
)


@dataclass(frozen=True, kw_only=True)
class Anatomy:
    """Lengths in pixels, x right and y down."""

    height: int  # of the picture
    width: int
    centroid: tuple[float, float]
    box: tuple[float, float, float, float]  # left, top, right, bottom; the outermost pixels' middles
    cut: frozenset[Edge]  # edges of the picture that the subject reaches
    held: frozenset[Edge]  # those of them that cut it broadly, and do not just touch a corner of it

    @property
    def hangs(self) -> bool:
        """Whether the subject comes in from above, so that its lower end is the free one."""
        return "top" in self.held and "bottom" not in self.held

    @property
    def root(self) -> tuple[float, float]:
        """The point it stands on, or hangs from."""
        return self.centroid[0], self.box[1] if self.hangs else self.box[3]

    @property
    def anchor(self) -> tuple[float, float]:
        """The point it shrinks to: its middle, but on every edge that holds it the edge."""
        x, y = self.centroid
        if "left" in self.held or "right" in self.held:
            left, right = 0.0, self.width - 1.0
            x = x if {"left", "right"} <= self.held else left if "left" in self.held else right
        if "top" in self.held or "bottom" in self.held:
            top, bottom = 0.0, self.height - 1.0
            y = y if {"top", "bottom"} <= self.held else top if "top" in self.held else bottom
        return x, y


def find_anatomy(matte: NDArray[np.float32]) -> Anatomy | None:
    """The anatomy of a matte (H, W), or None if hardly anything is in it."""
    height, width = matte.shape
    solid = matte > 0.5
    if solid.sum() < max(9, 1e-4 * solid.size):
        return None
    contacts = _contacts(solid)
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
        cut=frozenset(
            edge for edge, (length, edge_length, _) in contacts.items() if length > max(2, 0.01 * edge_length)
        ),
        held=frozenset(edge for edge, (length, _, extent) in contacts.items() if length > _BROADLY * extent),
    )


def _contacts(solid: NDArray[np.bool_]) -> dict[Edge, tuple[int, int, int]]:
    """How long each edge touches the subject, how long the edge is, and how long the subject is that way, in pixels.

    Mattes often end a few pixels early, so a rim counts as the edge.
    """
    height, width = solid.shape
    rim = max(2, round(0.006 * width))
    tall, wide = int(solid.any(axis=1).sum()), int(solid.any(axis=0).sum())
    return {
        "left": (int(solid[:, :rim].any(axis=1).sum()), height, tall),
        "right": (int(solid[:, -rim:].any(axis=1).sum()), height, tall),
        "top": (int(solid[:rim].any(axis=0).sum()), width, wide),
        "bottom": (int(solid[-rim:].any(axis=0).sum()), width, wide),
    }
