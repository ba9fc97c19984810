"""Smooth warps: computed on a coarse grid, enlarged to a map of all pixels, applied with cubic interpolation."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import TypeVar, cast

import cv2
import numpy as np
from numpy.typing import NDArray

Points = NDArray[np.float32]  # (..., 2) x and y in pixels
Displacement = Callable[[Points], Points]
Value = TypeVar("Value", np.uint8, np.float32)


@dataclass(frozen=True)
class Window:
    """A rectangle of grid cells, upper ends excluded."""

    top: int
    bottom: int
    left: int
    right: int


@dataclass(frozen=True)
class WarpGrid:
    """A grid of points over a frame, fine enough that linear interpolation between them is not seen."""

    height: int
    width: int

    @cached_property
    def step(self) -> int:
        """Pixels between neighbouring points."""
        return max(2, round(self.width / 160))

    @cached_property
    def whole(self) -> Window:
        """The window of the whole frame."""
        return Window(0, -(-self.height // self.step), 0, -(-self.width // self.step))

    def window(self, left: float, top: float, right: float, bottom: float) -> Window | None:
        """The smallest window around a rectangle of pixels, or None if nothing of it is in the frame."""
        whole, step = self.whole, self.step
        found = Window(
            max(0, int(np.floor(top / step))),
            min(whole.bottom, int(np.ceil((bottom + 1) / step))),
            max(0, int(np.floor(left / step))),
            min(whole.right, int(np.ceil((right + 1) / step))),
        )
        return found if found.top < found.bottom and found.left < found.right else None

    def pixels(self, window: Window) -> tuple[slice, slice]:
        """The rows and columns of the frame that a window covers."""
        step = self.step
        return (
            slice(window.top * step, min(window.bottom * step, self.height)),
            slice(window.left * step, min(window.right * step, self.width)),
        )

    def points(self, window: Window) -> Points:
        """(h + 2, w + 2, 2) pixel positions of the middles of the window's cells, with one cell more on every side."""
        y = (np.arange(window.top - 1, window.bottom + 1, dtype=np.float32) + 0.5) * self.step - 0.5
        x = (np.arange(window.left - 1, window.right + 1, dtype=np.float32) + 0.5) * self.step - 0.5
        return np.stack(np.broadcast_arrays(x[None, :], y[:, None]), axis=-1)

    def enlarge(self, sources: Points, window: Window) -> Points:
        """(h, w, 2) a position for every pixel of the window, from the positions at `points(window)`."""
        step = self.step
        rows, columns = self.pixels(window)
        large = np.asarray(cv2.resize(sources, None, fx=step, fy=step, interpolation=cv2.INTER_LINEAR), np.float32)
        return large[step : step + rows.stop - rows.start, step : step + columns.stop - columns.start]


def sample(
    values: NDArray[Value], sources: Points, border: int = cv2.BORDER_REFLECT_101, method: int = cv2.INTER_CUBIC
) -> NDArray[Value]:
    """(h, w, C) the values at positions (h, w, 2), cubic if not said otherwise; past their edges as the border says."""
    # None, not an empty array, for the second map: OpenCV 5.0 reads past an empty one in the linear case.
    found = cv2.remap(values, sources, None, method, borderMode=border)  # type: ignore[call-overload]
    return cast(NDArray[Value], found)


def transform(points: Points, matrix: NDArray[np.float64]) -> Points:
    """Points (..., 2) under an affine matrix (3, 3)."""
    linear, shift = matrix[:2, :2].T.astype(np.float32), matrix[:2, 2].astype(np.float32)
    moved: Points = points @ linear + shift
    return moved


def invert(displacement: Displacement, targets: Points, rounds: int = 10) -> Points:
    """The points that a displacement of slope < 1 moves onto the targets (fixed-point iteration)."""
    points = targets - displacement(targets)
    for _ in range(rounds - 1):
        points = targets - displacement(points)
    return points


def slope(displaced: Points, step: float) -> float:
    """The largest stretch (spectral norm of the gradient) of displacements (h, w, 2) given every `step` pixels.

    Below 1 the warp p + d(p) cannot fold, and can be inverted.
    """
    dx = (displaced[:-1, 1:] - displaced[:-1, :-1]) / np.float32(step)
    dy = (displaced[1:, :-1] - displaced[:-1, :-1]) / np.float32(step)
    a, b, c, d = dx[..., 0], dy[..., 0], dx[..., 1], dy[..., 1]
    half = (a * a + b * b + c * c + d * d) / 2
    root = np.sqrt(np.maximum(half * half - (a * d - b * c) ** 2, 0))
    return float(np.sqrt((half + root).max()))


def smoothstep(x: NDArray[np.float32]) -> NDArray[np.float32]:
    """0 below 0, 1 above 1, smooth between."""
    x = np.clip(x, 0, 1)
    return x * x * (3 - 2 * x)
