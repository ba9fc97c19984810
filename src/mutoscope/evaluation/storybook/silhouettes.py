"""Silhouettes: the form of a region of one colour, and which kind has that form, however it is turned."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from mutoscope.evaluation.storybook.colours import Mask

Array = NDArray[np.float64]
ANGLES = 64
_REACH = 2.6  # radii of a disc of the same area that a form is looked at
_STEPS = 40
_FEWEST = 0.008  # of its area must be pale for that to be a mark
_WAVES = 14  # of its outline that tell one form from another


@dataclass(frozen=True, kw_only=True, eq=False)
class Silhouette:
    """One region: middle and root of its area in pixels, and its form.

    `outline` (64,): how far it reaches in each direction, clockwise from the right, in radii of a disc of its area.
    `hole`: where the pale parts inside it lie, as seen from its middle, in the same unit; `holed` and `lined` are the
    shares of its area that are pale and that are dark as ink; `marks` (64,): how pale it is in each direction;
    `skin`: how much skin there is about it, beside its area.
    """

    x: float
    y: float
    span: float  # root of the area, filled
    left: float
    top: float
    right: float
    bottom: float
    outline: Array
    hole: Array  # (2,)
    holed: float
    lined: float
    marks: Array
    skin: float

    @property
    def form(self) -> Array:
        """(17,) what stays the same however it is turned or mirrored: strengths of the outline's waves, and its parts."""
        waves = np.abs(np.fft.rfft(self.outline))[1 : _WAVES + 1] / ANGLES
        return np.concatenate(
            [
                waves,
                [0.5 * self.holed, 0.08 * float(np.hypot(*self.hole)), 0.4 * self.lined],
            ]
        )


def silhouette(mask: Mask, own: Mask, ink: Mask, skin: Mask) -> Silhouette | None:
    """The form of a region (H, W): `own` has its colour, `ink` is dark, `skin` is of people. None where there is none."""
    drawn = mask.astype(np.uint8)
    found, _ = cv2.findContours(drawn, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    if not found:
        return None
    filled = np.zeros_like(drawn)
    cv2.drawContours(filled, found, -1, 1, -1)
    rows, columns = np.nonzero(filled)
    x, y = float(columns.mean()), float(rows.mean())
    area = float(len(rows))
    radius = np.sqrt(area / np.pi)
    flags = cv2.WARP_POLAR_LINEAR | cv2.INTER_LINEAR | cv2.WARP_FILL_OUTLIERS
    polar = cv2.warpPolar(filled.astype(np.float32), (_STEPS * 2, ANGLES), (x, y), _REACH * radius, flags)
    outline = polar.sum(1).astype(np.float64) * _REACH / (_STEPS * 2)
    core = np.asarray(cv2.erode(filled, np.ones((3, 3), np.uint8)) > 0) & ~own
    pale = core & ~ink
    polar = cv2.warpPolar(pale.astype(np.float32), (_STEPS, ANGLES), (x, y), 1.2 * radius, flags)
    marks = (polar * np.arange(_STEPS)).sum(1).astype(np.float64) / _STEPS**2
    hole, holed, lined = np.zeros(2), float(pale.sum()) / area, float((core & ink).sum()) / area
    if holed > _FEWEST:
        at_y, at_x = np.nonzero(pale)
        hole = np.array([at_x.mean() - x, at_y.mean() - y]) / radius
    tall, wide = rows.max() - rows.min(), columns.max() - columns.min()
    around = skin[
        max(0, rows.min() - tall // 2) : rows.max() + tall // 2,
        max(0, columns.min() - wide // 3) : columns.max() + wide // 3,
    ]
    bare = float(around.sum()) / area
    return Silhouette(
        x=x + 0.5, y=y + 0.5, span=float(np.sqrt(area)), left=float(columns.min()), top=float(rows.min()),
        right=float(columns.max() + 1), bottom=float(rows.max() + 1), outline=outline, hole=hole, holed=holed, lined=lined,
        marks=marks, skin=bare,
    )  # fmt: skip


def turn_between(outline: Array, other: Array, symmetry: int, near: float = 0.0, most: float = np.pi) -> float:
    """By how many radians clockwise `outline` is turned against `other`, as near as its symmetry allows to `near`.

    It is turned by at most `most` against `near`.
    """
    spectrum = np.fft.rfft(outline - outline.mean()) * np.conj(np.fft.rfft(other - other.mean()))
    fine = np.fft.irfft(spectrum, ANGLES * 8)
    period = 2 * np.pi / symmetry
    turns = np.arange(len(fine)) * 2 * np.pi / len(fine)
    apart = (turns - near + period / 2) % period - period / 2
    score = fine - 1e-6 * np.abs(apart) * np.abs(fine).max()
    best = int(np.where(np.abs(apart) <= most, score, -np.inf).argmax())
    return float(near + apart[best])
