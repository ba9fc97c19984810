"""The subject of a photo: where it is, how sure that is, and who said so."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Source = Literal["mask", "box", "click", "found", "none"]
Box = tuple[float, float, float, float]


@dataclass(frozen=True, kw_only=True, eq=False)
class Subject:
    """A soft matte (H, W) float32 in 0..1, its box (left, top, right, bottom) in fractions, confidence in 0..1, and its source.

    `plain`: nothing but a smooth ground surrounds it; not asked of one that a person painted.
    """

    matte: NDArray[np.float32]
    box: Box
    confidence: float
    source: Source
    plain: bool = False


@dataclass(frozen=True, kw_only=True)
class SubjectHint:
    """What a person said about the subject: a point or a box (fractions of width and height), or a mask file's pixels."""

    point: tuple[float, float] | None = None
    box: Box | None = None
    mask: NDArray[np.uint8] | None = None


def no_subject(height: int, width: int) -> Subject:
    """Nothing stands out: an empty matte."""
    return Subject(matte=np.zeros((height, width), np.float32), box=(0, 0, 0, 0), confidence=0.0, source="none")
