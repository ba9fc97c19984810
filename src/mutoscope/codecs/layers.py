"""The layered scene: the subject, cut out, moves over the background that was behind it."""

from functools import cached_property

import cv2
import numpy as np
from numpy.typing import NDArray

from mutoscope.codecs.anatomy import Anatomy
from mutoscope.codecs.canvas import Canvas, widened
from mutoscope.codecs.cutout import cut_out
from mutoscope.codecs.deformation import Deformation, calm_inside, pinned
from mutoscope.codecs.depth import PIVOT
from mutoscope.codecs.fill import fill_hole, guessed
from mutoscope.codecs.motion_code import MotionPath
from mutoscope.codecs.soft import SoftScene
from mutoscope.codecs.warp import Points, WarpGrid, Window, invert, sample, slope, transform

# Of the width, by which the hole is larger than the matte: light and blur around a subject belong to it.
HOLE_MARGIN = 0.02
_REVEALED = 0.012  # of the width: after so much motion the hole is seen filled
_MOST_GUESSED = 5.5  # of `fill.guessed`: what filled more of a real photo was seen as a smear
_STEEPEST = 0.72  # slope of its own bending that is allowed: at 1 the subject would fold
_CUT_TURN_LIMIT = 0.35  # radians, for a subject that an edge of the picture cuts


def hole_of(matte: NDArray[np.float32]) -> NDArray[np.bool_]:
    """(H, W) a matte and a margin around it."""
    margin = max(2, round(HOLE_MARGIN * matte.shape[1]))
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * margin + 1, 2 * margin + 1))
    grown: NDArray[np.bool_] = cv2.dilate((matte > 0.05).astype(np.uint8), disc).astype(bool)
    return grown


def is_fillable(image: NDArray[np.uint8], matte: NDArray[np.float32]) -> bool:
    """Whether the place that a subject leaves in an image (H, W, 3) can be filled so that nothing looks torn."""
    return guessed(image, hole_of(matte)) <= _MOST_GUESSED


class LayeredScene:
    """A picture taken apart into subject and background, seen by the camera."""

    def __init__(
        self, image: NDArray[np.uint8], matte: NDArray[np.float32], anatomy: Anatomy, path: MotionPath
    ) -> None:
        height, width = image.shape[:2]
        self.image, self.matte = image, matte
        self.grid = WarpGrid(height, width)
        self.ground = SoftScene(image, None, path)
        self.camera = self.ground.camera
        self.motion = SubjectMotion(path, anatomy, matte)
        self.revealed = self._revealed(anatomy)
        self.cutout = cut_out(image, matte, anatomy, self.motion.farthest + float(self.camera.beyond.max()))

    def paint(self, t: int) -> NDArray[np.uint8]:
        """Frame t (H, W, 3)."""
        frame = self._below(t).sampled(self.ground.sources(t))
        window = self._window(t) if self.revealed[t] > 0 or self.motion.ripples(t) else None
        if window is None:
            return frame
        rows, columns = self.grid.pixels(window)
        seen = self.camera.looks_at(self.grid.points(window), t)
        sources = self.motion.sources(seen, t) - self.cutout.origin
        layer = sample(self.cutout.pixels, self.grid.enlarge(sources, window), cv2.BORDER_REPLICATE)
        cover = layer[..., 3] * np.float32(1 / 255)
        above, below = np.ascontiguousarray(layer[..., :3]), np.ascontiguousarray(frame[rows, columns])
        frame[rows, columns] = cv2.blendLinear(above, below, cover, 1 - cover)
        return frame

    @cached_property
    def background(self) -> NDArray[np.uint8]:
        """(H, W, 3) the picture without its subject."""
        return fill_hole(self.image, self.hole)

    @cached_property
    def hole(self) -> NDArray[np.bool_]:
        """(H, W) what the subject leaves open."""
        return hole_of(self.matte)

    def prepare(self) -> None:
        """Makes now what all frames share: the background, if any shows it."""
        _ = self._canvases

    @cached_property
    def _canvases(self) -> tuple[Canvas, Canvas]:
        """The photo and its background; what lies beyond them is nobody's double in either."""
        if not self.revealed.any():
            return self.ground.canvas, self.ground.canvas
        background = widened(self.background, self.ground.margin)
        return background.showing(self.image), background

    def _revealed(self, anatomy: Anatomy) -> NDArray[np.float64]:
        """(T,) how far each frame has gone over from the photo itself, 0, to its filled background, 1.

        While the subject hardly moves it hides nearly all of the hole, so the change is not seen. A subject cut by an
        edge must also not go on in the canvas beyond that edge.
        """
        height, width = self.matte.shape
        travel = np.array([self.motion.deformation.travel(t) for t in range(len(self.camera.to_screen))])
        travel += PIVOT * width * np.abs(self.motion.deformation.path["camera_orbit"])  # the ground goes the other way
        if anatomy.cut:
            corners = np.array([[0, 0], [width, 0], [0, height], [width, height]], np.float32)
            travel += [np.abs(transform(corners, matrix) - corners).max() for matrix in self.camera.to_screen]
        revealed: NDArray[np.float64] = np.clip(travel / (_REVEALED * width), 0, 1)
        return revealed

    def _below(self, t: int) -> Canvas:
        share = float(self.revealed[t])
        photo, background = self._canvases
        if share == 0:
            return photo
        if share == 1:
            return background
        mixed = np.asarray(cv2.addWeighted(photo.pixels, 1 - share, background.pixels, share, 0), np.uint8)
        return Canvas(mixed, background.origin)

    def _window(self, t: int) -> Window | None:
        """Where on the screen the subject is at frame t."""
        height, width = self.cutout.pixels.shape[:2]
        y, x = np.meshgrid(np.linspace(0, height, 9), np.linspace(0, width, 9), indexing="ij")
        points = np.stack([x, y], axis=-1).astype(np.float32) + self.cutout.origin
        seen = self.camera.shown_at(self.motion.moved(points, t), t)
        margin = 2 * self.grid.step + self.camera.stretch(t)
        (left, top), (right, bottom) = seen.min(axis=(0, 1)) - margin, seen.max(axis=(0, 1)) + margin
        return self.grid.window(float(left), float(top), float(right), float(bottom))


class SubjectMotion:
    """The motion of a cut-out subject: its deformation, held fast at the edges that cut it, never folding."""

    def __init__(self, path: MotionPath, anatomy: Anatomy, matte: NDArray[np.float32]) -> None:
        self.anatomy = anatomy
        limit = _CUT_TURN_LIMIT if anatomy.cut else np.inf
        self.deformation = Deformation(path, anatomy, calm_inside(matte), turn_limit=float(limit))
        for _ in range(4):
            steepest = self._steepest()
            if steepest <= _STEEPEST:
                break
            self.deformation = self.deformation.weakened(0.97 * _STEEPEST / steepest)

    @property
    def farthest(self) -> float:
        """The longest way that the outline goes, in pixels."""
        return max(self.deformation.travel(t) for t in range(len(self.deformation.path.times)))

    @cached_property
    def _reach(self) -> tuple[float, float]:
        left, top, right, bottom = self.anatomy.box
        far = 2.4 * self.farthest
        x, y = (min(max(far, 0.25 * size), 0.9 * size) for size in (right - left + 1, bottom - top + 1))
        return x, y

    def ripples(self, t: int) -> bool:
        """Whether the inside moves although the outline does not."""
        return bool(self.deformation.path.ripple[t] > 0)

    def moved(self, points: Points, t: int) -> Points:
        """Where points (..., 2) of the subject are in the plane of the picture at frame t."""
        return pinned(self.deformation.moved(points, t), points, self.anatomy, self._reach)

    def sources(self, targets: Points, t: int) -> Points:
        """The points of the subject that are at the targets (..., 2) at frame t."""
        back = np.linalg.inv(self.deformation.matrices[t])
        if self.anatomy.cut:
            rigid = self.deformation.matrices[t]
            points = transform(targets, back)
            for _ in range(10):
                points = transform(targets - (self.moved(points, t) - transform(points, rigid)), back)
            return points
        unmoved = transform(targets, back)
        if not self.deformation.bends:
            return unmoved
        return invert(lambda points: self.deformation.bent(points, t) - points, unmoved)

    def _steepest(self) -> float:
        """The largest slope at any time of the part of the motion that could fold."""
        if not self.anatomy.cut and not self.deformation.bends:
            return 0.0
        left, top, right, bottom = self.anatomy.box
        step = max(2.0, (right - left) / 60)
        y, x = np.meshgrid(np.arange(top, bottom + step, step), np.arange(left, right + step, step), indexing="ij")
        points = np.stack([x, y], axis=-1).astype(np.float32)
        frames = range(0, len(self.deformation.path.times), max(1, len(self.deformation.path.times) // 36))
        move = self.moved if self.anatomy.cut else self.deformation.bent
        return max(slope(move(points, t) - points, step) for t in frames)
