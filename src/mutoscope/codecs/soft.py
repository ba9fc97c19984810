"""The soft scene: one smooth warp of the whole picture, without a cut; with no subject it is the camera alone."""

import math
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from mutoscope.codecs.anatomy import Anatomy, find_anatomy
from mutoscope.codecs.camera import Camera
from mutoscope.codecs.canvas import Canvas, Margin, widened
from mutoscope.codecs.deformation import Deformation, calm_inside, fading_outside, look_up
from mutoscope.codecs.depth import PIVOT, SUBJECT, ground_shift, nearness_at
from mutoscope.codecs.motion_code import MotionPath
from mutoscope.codecs.warp import Points, WarpGrid, invert, slope, smoothstep

_STEEPEST = 0.68  # slope of displacement that is allowed: at 1 the picture would fold, and long before that the ground comes along
# A twist (radians) beyond that smears the ring around the subject; growth (log scale) beyond that makes the whole picture swell.
_TURN_LIMIT, _GROWTH_LIMIT = 0.45, 0.09


class SoftScene:
    """A picture whose subject, if any, pulls its surroundings along, seen by the camera."""

    def __init__(self, image: NDArray[np.uint8], matte: NDArray[np.float32] | None, path: MotionPath) -> None:
        self.image, self.path = image, path
        height, width = image.shape[:2]
        self.grid = WarpGrid(height, width)
        self.camera = Camera(path, height, width)
        self._points = self.grid.points(self.grid.whole)
        self.pull = None if matte is None else pull_of(matte, path)
        self._still = self.pull is None and not path["camera_orbit"].any()

    def paint(self, t: int) -> NDArray[np.uint8]:
        """Frame t (H, W, 3)."""
        return self.canvas.sampled(self.sources(t))

    def prepare(self) -> None:
        """Makes now what all frames share."""
        _ = self.canvas

    @cached_property
    def canvas(self) -> Canvas:
        """The picture and as much beyond its border as the clip shows."""
        return widened(self.image, self.margin)

    @cached_property
    def margin(self) -> Margin:
        """How far beyond the picture any frame looks."""
        swing = math.ceil(PIVOT * self.camera.size[0] * float(np.abs(self.path["camera_orbit"]).max()))
        rows, (left, right) = self.camera.overscan
        return rows, (left + swing, right + swing)

    def sources(self, t: int) -> Points:
        """(H, W, 2) the point of the picture that each pixel of frame t shows."""
        sources = self.camera.looks_at(self._points, t)
        if not self._still:
            sources = invert(lambda points: self.displacement(points, t), sources)
        return self.grid.enlarge(sources, self.grid.whole)

    def displacement(self, points: Points, t: int) -> Points:
        """How far points (..., 2) of the picture have gone in its own plane at frame t."""
        height, width = self.image.shape[:2]
        ground = ground_shift(points, float(self.path["camera_orbit"][t]), height, width)
        return ground if self.pull is None else ground + self.pull.displacement(points, t)


class Pull:
    """The displacement around a subject: its own motion inside the matte, fading to none around it."""

    def __init__(self, deformation: Deformation, matte: NDArray[np.float32]) -> None:
        self.deformation = deformation
        width = deformation.anatomy.width
        farthest = max(deformation.travel(t) for t in range(len(deformation.path.times)))
        self.reach = min(max(2.4 * farthest, 0.06 * width), 0.32 * width)
        self.share = fading_outside(matte, self.reach)

    def displacement(self, points: Points, t: int) -> Points:
        """Displacement of points (..., 2) relative to the ground at frame t."""
        anatomy = self.deformation.anatomy
        share = look_up(self.share, points, anatomy)[..., None]
        own = self.deformation.moved(points, t) - points
        moved: Points = share * _without_outside(own, points, anatomy, self.reach)
        return moved


def pull_of(matte: NDArray[np.float32], path: MotionPath) -> Pull | None:
    """The pull of a matte's subject over a clip, weakened until the picture folds nowhere; None without a subject."""
    anatomy = find_anatomy(matte)
    if anatomy is None:
        return None
    # Counted from the ground it stands on, so that without a motion of its own it goes along with that.
    nearer = SUBJECT - nearness_at(anatomy.box[3] / anatomy.height)
    deformation = Deformation(
        path, anatomy, calm_inside(matte), turn_limit=_TURN_LIMIT, growth_limit=_GROWTH_LIMIT, nearer=nearer
    )
    grid = WarpGrid(anatomy.height, anatomy.width)
    points = grid.points(grid.whole)[::2, ::2]
    orbit = path["camera_orbit"]
    for _ in range(4):
        pull = Pull(deformation, matte)
        frames = range(0, len(path.times), max(1, len(path.times) // 36))
        steepest = max(
            slope(
                pull.displacement(points, t) + ground_shift(points, float(orbit[t]), anatomy.height, anatomy.width),
                2 * grid.step,
            )
            for t in frames
        )
        if steepest <= _STEEPEST:
            return pull
        deformation = deformation.weakened(0.97 * _STEEPEST / steepest)
    return Pull(deformation.weakened(0.5), matte)


def _without_outside(offset: Points, points: Points, anatomy: Anatomy, reach: float) -> Points:
    """Offsets whose inward part vanishes at the edges of the picture, so that nothing comes in from beyond them."""
    kept = offset.copy()
    for axis, last in ((0, anatomy.width - 1), (1, anatomy.height - 1)):
        along, place = offset[..., axis], points[..., axis]
        low = smoothstep(place / np.float32(reach))
        high = smoothstep((last - place) / np.float32(reach))
        kept[..., axis] = np.maximum(along, 0) * low + np.minimum(along, 0) * high
    return kept
