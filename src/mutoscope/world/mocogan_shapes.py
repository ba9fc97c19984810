"""The shape motion of MoCoGAN (Tulyakov et al., CVPR 2018, section 4.1): a circle or square drifts along a curve.

From bottom to top or from right to left, on black, without soft edges, in one colour that never changes.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from mutoscope.codecs.latent_code import STRIDE
from mutoscope.codecs.track_code import ACTORS, CHANNELS, KIND, MOMENT, MOMENTS, PRESENT, by_times
from mutoscope.seeding import numpy_rng
from mutoscope.shapes import ClipShape
from mutoscope.world.world import DrawnClips

PUBLISHED = 16  # frames of a clip
# A codec takes one frame and fours of frames, so one frame more is drawn and learned; whoever measures drops the last.
MOCOGAN_SHAPES = ClipShape(frames=PUBLISHED + 1, height=64, width=64, fps=8)
WHOLE = 32  # frames of the path of which a clip shows a part
SIDES = (8, 10, 12, 14)  # pixels
WAY = (47.0, 53.0)  # pixels over the whole path; less where a larger shape would leave the picture
BULGE = (0.0, 30.0)  # pixels to one side at the most: 15 in the median
DIMMEST = 64  # of 255, of the brightest channel: darker could not be told from black


class Drift(StrEnum):
    """The two classes."""

    UP = "up"
    LEFT = "left"


CAPTIONS = {
    Drift.UP: "a shape moves from the bottom to the top",
    Drift.LEFT: "a shape moves from the right to the left",
}


@dataclass(frozen=True, kw_only=True)
class MocoganShapes:
    """Circles and squares in two classes of motion; everything else about them is left to chance."""

    shape: ClipShape = MOCOGAN_SHAPES

    name = "mocogan_shapes"
    vocabulary = tuple(sorted({word for caption in CAPTIONS.values() for word in caption.split()}))
    meanings = tuple(Drift)

    def sample(self, rng: np.random.Generator) -> Drift:
        """One class or the other."""
        return tuple(Drift)[int(rng.integers(len(Drift)))]

    def is_held_out(self, story: Drift) -> bool:
        """Nothing is."""
        return False

    def draw(
        self, stories: Sequence[Drift], seed: int, device: torch.device | str = "cpu", *, actors: bool = False
    ) -> DrawnClips:
        """Clips of both classes; the same seed draws the same pixels."""
        courses = self._courses(stories, seed)
        masks = torch.from_numpy(np.stack([_mask(course, self.shape) for course in courses])).to(device)
        colours = torch.from_numpy(np.stack([course.colour for course in courses])).to(device)
        covered = masks.float()
        return DrawnClips(covered[:, :, None] * (colours.float() / 255)[:, None, :, None, None], covered)

    def tracks(self, stories: Sequence[Drift], seed: int) -> Tensor:
        """The track code of the same clips: one actor of the first kind (a square) or the second (a circle), and room for more."""
        code = torch.zeros(len(stories), 1 + (self.shape.frames - 1) // STRIDE, ACTORS, CHANNELS)
        for row, course in zip(code[:, :, 0], self._courses(stories, seed), strict=True):
            moments = torch.zeros(1, self.shape.frames, 1, MOMENT)
            middles = (course.corners + course.side / 2) / (self.shape.width, self.shape.height)
            moments[0, :, 0, :2] = torch.from_numpy(middles)
            moments[0, :, 0, 2] = math.log(course.side / self.shape.height)
            moments[0, :, 0, 3] = 1  # the cosine of no turn
            moments[0, :, 0, 5:] = torch.from_numpy(course.colour) / 255
            row[:, MOMENTS] = by_times(moments)[0, :, 0]
            row[:, PRESENT] = row[:, KIND.start + course.is_circle] = 1
        return code

    def _courses(self, stories: Sequence[Drift], seed: int) -> list["_Course"]:
        rng = numpy_rng(seed, "mocogan shapes")
        return [_course(story, self.shape, rng) for story in stories]

    def caption(self, story: Drift, rng: np.random.Generator) -> str:
        """The sentence of the class."""
        return CAPTIONS[story]

    def meant(self, story: Drift, start: float, end: float) -> NDArray[np.float32]:
        """The same at all times."""
        return np.array([story is drift for drift in Drift], np.float32)

    def to_plain(self) -> dict[str, Any]:
        """What a checkpoint notes of it."""
        return {"world": self.name}


@dataclass(frozen=True, kw_only=True, eq=False)
class _Course:
    """What a clip shows: a shape, its colour (3,) of 255, and the pixel right and down where it begins in every frame (T, 2)."""

    side: int
    is_circle: bool
    colour: NDArray[np.int64]
    corners: NDArray[np.int64]


def _course(story: Drift, shape: ClipShape, rng: np.random.Generator) -> _Course:
    """A shape at random, drifting as the story says."""
    side, is_circle = int(rng.choice(SIDES)), bool(rng.random() < 0.5)
    first = int(rng.integers(WHOLE - shape.frames + 1))
    along, across = _curve(side, shape.height, rng)
    path = np.stack((across, along) if story is Drift.UP else (along, across), axis=1)
    colour = rng.integers(256, size=3)
    while colour.max() < DIMMEST:
        colour = rng.integers(256, size=3)
    # Corners on whole pixels, so that a shape is made of the same pixels in every frame.
    corners = np.round(path[first : first + shape.frames]).astype(np.int64)
    return _Course(side=side, is_circle=is_circle, colour=colour, corners=corners)


def _mask(course: _Course, shape: ClipShape) -> NDArray[np.bool_]:  # (T, H, W)
    """Where the shape is."""
    side, (left, top) = course.side, course.corners.T[..., None]
    middle = (side - 1) / 2
    across = np.abs(np.arange(shape.width) - left - middle)[:, None]  # (T, 1, W)
    down = np.abs(np.arange(shape.height) - top - middle)[:, :, None]  # (T, H, 1)
    far, most = (down**2 + across**2, (side / 2) ** 2) if course.is_circle else (np.maximum(down, across), middle)
    inside: NDArray[np.bool_] = far <= most
    return inside


def _curve(side: int, width: int, rng: np.random.Generator) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """(32,) twice: where the shape's corner is along its way, which ends nearer to 0 than it began, and across it.

    A cubic Bézier curve whose inner points lie at the thirds of the way and both to one side of it, so that it bulges.
    """
    room = width - side
    way = rng.uniform(WAY[0], min(WAY[1], room))
    begin = rng.uniform(way, room)
    bulge = rng.uniform(*BULGE) * rng.choice((-1, 1))
    t = np.linspace(0, 1, WHOLE)
    aside = 4 * bulge * t * (1 - t)  # inner points at 4/3 of the bulge, outer ones at 0
    return begin - way * t, aside - aside.min() + rng.uniform(0, room - np.ptp(aside))
