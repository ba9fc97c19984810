"""The camera of a clip: where each point of the picture is on the screen, and what the screen shows beyond it."""

import math

import numpy as np
from numpy.typing import NDArray

from mutoscope.codecs.canvas import Margin
from mutoscope.codecs.motion_code import MotionPath
from mutoscope.codecs.warp import Points, transform

STRETCH_ZONE = 0.38  # of the picture's width or height: what is stretched when the screen reaches beyond that edge
STRETCH_SHARE = 0.4  # of what is missing there is made by stretching
Matrix = NDArray[np.float64]


def camera_transforms(path: MotionPath, height: int, width: int) -> Matrix:
    """(T, 3, 3) affine matrices from picture pixels to screen pixels; the first is the identity.

    The steps between frames are composed on the screen, so that a pan after a zoom still moves the content by the asked
    number of frame widths, and a zoom after a pan is about the middle of what is then seen.
    """
    centre = np.array([(width - 1) / 2, (height - 1) / 2])
    steps = {name: np.diff(path[f"camera_{name}"]) for name in ("x", "y", "zoom", "roll")}
    transforms = np.empty((len(path.times), 3, 3))
    current = np.eye(3)
    transforms[0] = current
    for t in range(1, len(transforms)):
        pan = -steps["x"][t - 1] * width, -steps["y"][t - 1] * height
        # A camera that turns clockwise sees its picture turn the other way.
        step = similarity(math.exp(steps["zoom"][t - 1]), -steps["roll"][t - 1], centre, pan)
        current = step @ current
        transforms[t] = current
    transforms[:, :2, 2] -= path.shake * width
    transforms[0] = np.eye(3)
    return transforms


def similarity(scale: float, angle: float, about: NDArray[np.float64], shift: tuple[float, float]) -> Matrix:
    """(3, 3) matrix that scales and turns (radians, clockwise on screen) about a point, then shifts; all in pixels."""
    cos, sin = scale * math.cos(angle), scale * math.sin(angle)
    x, y = about
    return np.array(
        [
            [cos, -sin, x - cos * x + sin * y + shift[0]],
            [sin, cos, y - sin * x - cos * y + shift[1]],
            [0.0, 0.0, 1.0],
        ]
    )


class Camera:
    """What of the picture's plane each pixel of the screen shows, over a clip.

    Where the screen reaches beyond the picture, the picture's outer zone is stretched towards there, and only what is
    still missing is left to the canvas, which knows little of it. Much stretching, though, holds back the ground around a
    large subject, which then slides over it.
    """

    def __init__(self, path: MotionPath, height: int, width: int) -> None:
        self.size = width, height
        self.to_screen = camera_transforms(path, height, width)
        self.from_screen = np.asarray(np.linalg.inv(self.to_screen), np.float64)
        self.beyond = _beyond(self.from_screen, height, width)

    def looks_at(self, pixels: Points, t: int) -> Points:
        """The points of the picture's plane that pixels (..., 2) of frame t show."""
        points = transform(pixels, self.from_screen[t])
        for axis in (0, 1):
            last, place = self.size[axis] - 1, points[..., axis]
            zone = np.float32(STRETCH_ZONE * last)
            for side, depth in ((0, zone - place), (1, place - (last - zone))):
                beyond = float(self.beyond[t, axis, side])
                if beyond > 0.01:
                    bend = np.float32(STRETCH_SHARE * beyond / (zone + beyond) ** 2)
                    pulled = bend * np.maximum(depth, 0) ** 2
                    place += pulled if side == 0 else -pulled
        return points

    @property
    def overscan(self) -> Margin:
        """How far beyond the picture any frame looks, half its size at most."""
        width, height = self.size
        corners = np.array([[x, y, 1] for x in (0, width - 1) for y in (0, height - 1)], np.float64)
        seen = (self.from_screen @ corners.T)[:, :2]  # (T, 2, 4)
        return _reached(seen[:, 1], height), _reached(seen[:, 0], width)

    def shown_at(self, points: Points, t: int) -> Points:
        """Where points (..., 2) of the picture's plane are on the screen at frame t, the stretched zone left aside."""
        return transform(points, self.to_screen[t])

    def stretch(self, t: int) -> float:
        """How many pixels of the picture's plane the stretching may displace a point at frame t."""
        return STRETCH_SHARE * float(self.beyond[t].max())


def _reached(seen: NDArray[np.float64], size: int) -> tuple[int, int]:
    """Whole pixels that places reach beyond either end of a side, and what cubic interpolation needs around them."""
    low, high = (min(float(far), size / 2) for far in (-seen.min(), seen.max() - (size - 1)))
    return math.ceil(low) + 2 if low > 0.01 else 0, math.ceil(high) + 2 if high > 0.01 else 0


def _beyond(from_screen: Matrix, height: int, width: int) -> NDArray[np.float64]:
    """(T, 2, 2) pixels that the screen reaches beyond the picture, on average along each side: x and y, low and high.

    On average, because a roll reaches beyond with its corners only: to stretch for those would look like a zoom.
    """
    along = np.linspace(0, 1, 9)
    beyond = np.empty((len(from_screen), 2, 2))
    for axis, length in ((0, width - 1), (1, height - 1)):
        for side in (0, 1):
            points = np.ones((3, len(along)))
            points[axis], points[1 - axis] = side * length, along * (height - 1 if axis == 0 else width - 1)
            seen = (from_screen @ points)[:, axis]  # (T, 9)
            beyond[:, axis, side] = np.maximum(seen - length if side else -seen, 0).mean(axis=1)
    return beyond
