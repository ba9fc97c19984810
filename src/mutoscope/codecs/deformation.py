"""How a subject moves in the plane of its picture, before the camera looks at it."""

import math
from dataclasses import dataclass, replace
from functools import cached_property

import cv2
import numpy as np
from numpy.typing import NDArray

from mutoscope.codecs.anatomy import Anatomy
from mutoscope.codecs.camera import Matrix, similarity
from mutoscope.codecs.depth import PIVOT
from mutoscope.codecs.depth import SUBJECT as SUBJECT_NEARNESS
from mutoscope.codecs.motion_code import SUBJECT, MotionPath
from mutoscope.codecs.warp import Points, sample, smoothstep, transform

RIPPLE_RATE = 1.2  # waves per second
NEAR_PAN = 0.05  # how much further than the ground behind it a subject goes when the camera pans or zooms
Map = NDArray[np.float32]


@dataclass(frozen=True)
class Deformation:
    """Motion of one subject over a clip: at frame t a point p of the picture goes to `moved(p, t)`.

    turn_limit is the largest angle (radians), growth_limit the largest growth (log scale); larger ones come ever closer
    to them. nearer is by how much the subject is
    nearer than what its motion is counted from, which decides its parallax.
    """

    path: MotionPath
    anatomy: Anatomy
    calm: Map  # (h, w) 0..1, how freely the inside ripples; zero at the matte's edge
    turn_limit: float = math.inf
    growth_limit: float = math.inf
    nearer: float = SUBJECT_NEARNESS - PIVOT

    def weakened(self, factor: float) -> "Deformation":
        """The same motion, its subject channels and its parallax made smaller."""
        values = self.path.values.copy()
        values[:, SUBJECT] *= factor
        return replace(self, path=MotionPath(values, self.path.fps), nearer=self.nearer * factor)

    @cached_property
    def matrices(self) -> Matrix:
        """(T, 3, 3) the rigid part: turn and growth about the middle, travel, parallax of the near.

        Only what shrinks does so toward the edges that hold it, as nothing is known beyond them; what grows goes out there.
        """
        path, anatomy = self.path, self.anatomy
        turn = _limited(path["subject_rotation"], self.turn_limit)
        scale = np.exp(_limited(path["subject_scale"] + path.pulse, self.growth_limit))
        x = (path["subject_x"] - NEAR_PAN * path["camera_x"] - self.nearer * path["camera_orbit"]) * anatomy.width
        y = (path["subject_y"] - NEAR_PAN * path["camera_y"]) * anatomy.height
        swell = np.exp(NEAR_PAN * path["camera_zoom"])
        middle, anchor, root = (np.array(point) for point in (anatomy.centroid, anatomy.anchor, anatomy.root))
        still = (0.0, 0.0)
        return np.stack(
            [
                similarity(swell[t], 0.0, root, still)
                @ similarity(1.0, turn[t], middle, (x[t], y[t]))
                @ similarity(scale[t], 0.0, middle if scale[t] > 1 else anchor, still)
                for t in range(len(scale))
            ]
        )

    @cached_property
    def bends(self) -> bool:
        """Whether sway or ripple move anything."""
        return bool(self.path["subject_sway"].any() or self.path["subject_ripple"].any())

    def bent(self, points: Points, t: int) -> Points:
        """Points under sway and ripple alone."""
        sway, ripple = float(self.path.sway[t]), float(self.path.ripple[t])
        if sway == 0 and ripple == 0:
            return points
        width = self.anatomy.width
        moved = points.copy()
        if sway:
            moved[..., 0] += np.float32(sway * width) * self._height(points)
        if ripple:
            left, _, right, _ = self.anatomy.box
            length = min(max(0.45 * (right - left), 0.09 * width), 0.2 * width)
            phase = np.float32(2 * math.pi / length) * (points[..., 0] + np.float32(0.35) * points[..., 1])
            wave = np.sin(phase - np.float32(2 * math.pi * RIPPLE_RATE * self.path.times[t]))
            wave *= look_up(self.calm, points, self.anatomy) * np.float32(ripple * width)
            moved[..., 0] += np.float32(0.5) * wave
            moved[..., 1] += wave
        return moved

    def moved(self, points: Points, t: int) -> Points:
        """Points (..., 2) of the picture at frame t."""
        return transform(self.bent(points, t), self.matrices[t])

    def travel(self, t: int) -> float:
        """How far the outline has gone at frame t at most, in pixels (ripple leaves it in place)."""
        left, top, right, bottom = self.anatomy.box
        corners = np.array([[left, top], [right, top], [left, bottom], [right, bottom]], np.float32)
        rigid = np.linalg.norm(transform(corners, self.matrices[t]) - corners, axis=-1).max()
        return float(rigid) + abs(float(self.path.sway[t])) * self.anatomy.width

    def _height(self, points: Points) -> Map:
        """How much of the sway each point takes: none at the root, all at the free end, bent between."""
        _, top, _, bottom = self.anatomy.box
        size = max(bottom - top, 1.0)
        up = (points[..., 1] - top) / size if self.anatomy.hangs else (bottom - points[..., 1]) / size
        bend: Map = np.clip(up, 0, 1.25).astype(np.float32) ** 1.6
        return bend


def _limited(values: NDArray[np.floating], limit: float) -> NDArray[np.floating]:
    """Values that come ever closer to a limit on either side."""
    return limit * np.tanh(values / limit) if math.isfinite(limit) else values


def pinned(moved: Points, points: Points, anatomy: Anatomy, reach: tuple[float, float]) -> Points:
    """Motion whose part away from the cut edges of the picture grows from none at the edge to all at `reach` (x, y).

    So what the edge cuts is stretched, and its cut end never comes into the picture.
    """
    if not anatomy.cut:
        return moved
    offset = moved - points
    for edge in anatomy.cut:
        axis = 0 if edge in ("left", "right") else 1
        far = edge in ("right", "bottom")
        last = (anatomy.width if axis == 0 else anatomy.height) - 1
        inside = (last - points[..., axis]) if far else points[..., axis]
        share = smoothstep(inside / np.float32(max(reach[axis], 1.0)))
        along = offset[..., axis]
        leaving = along < 0 if far else along > 0
        offset[..., axis] = np.where(leaving, along * share, along)
    return points + offset


def look_up(field: Map, points: Points, anatomy: Anatomy) -> Map:
    """Values of a small field (h, w) that covers the picture, at points in its pixels; the border goes on outside."""
    height, width = field.shape
    scale = np.array([width / anatomy.width, height / anatomy.height], np.float32)
    at: Points = ((points + np.float32(0.5)) * scale - np.float32(0.5)).astype(np.float32, copy=False)
    return sample(field, at, cv2.BORDER_REPLICATE, cv2.INTER_LINEAR)


def calm_inside(matte: NDArray[np.float32]) -> Map:
    """(h, w) a small field over the picture: zero outside and at the edge of the matte, one deep inside."""
    small = shrunk(matte)
    solid = np.pad((small > 0.5).astype(np.uint8), 1, mode="edge")
    deep = cv2.distanceTransform(solid, cv2.DIST_L2, 3)[1:-1, 1:-1].astype(np.float32)
    reach = max(0.5 * float(deep.max()), 1.0)
    rounded = np.asarray(cv2.GaussianBlur(deep, (0, 0), 1.5), np.float32)
    return smoothstep(rounded / np.float32(reach)) * (small > 0.5)


def fading_outside(matte: NDArray[np.float32], reach: float) -> Map:
    """(h, w) a small field over the picture: one inside the matte, zero `reach` pixels away from it, smooth between."""
    small = shrunk(matte)
    scale = small.shape[1] / matte.shape[1]
    away = cv2.distanceTransform((small < 0.5).astype(np.uint8), cv2.DIST_L2, 5).astype(np.float32)
    rounded = cv2.GaussianBlur(away, (0, 0), max(0.12 * reach * scale, 0.8))  # no kinks between parts of the matte
    return 1 - smoothstep(np.asarray(rounded, np.float32) / np.float32(max(reach * scale, 1.0)))


def shrunk(matte: NDArray[np.float32]) -> Map:
    """The matte at about 320 pixels of width: enough for smooth fields."""
    height, width = matte.shape
    factor = max(1.0, width / 320)
    size = (max(1, round(width / factor)), max(1, round(height / factor)))
    return np.asarray(cv2.resize(matte, size, interpolation=cv2.INTER_AREA), np.float32)
