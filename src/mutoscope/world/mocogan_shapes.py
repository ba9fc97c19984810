"""The shape motion of MoCoGAN (Tulyakov et al., CVPR 2018, section 4.1): a circle or square drifts along a curve.

From bottom to top or from right to left, on black, without soft edges, in one colour that never changes.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

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
        rng = numpy_rng(seed, "mocogan shapes")
        drawn = [_drawn(story, self.shape, rng) for story in stories]
        masks, colours = (torch.from_numpy(np.stack(part)).to(device) for part in zip(*drawn, strict=True))
        covered = masks.float()
        return DrawnClips(covered[:, :, None] * (colours.float() / 255)[:, None, :, None, None], covered)

    def tracks(self, stories: Sequence[Drift], seed: int) -> None:
        """It tells none."""

    def caption(self, story: Drift, rng: np.random.Generator) -> str:
        """The sentence of the class."""
        return CAPTIONS[story]

    def meant(self, story: Drift, start: float, end: float) -> NDArray[np.float32]:
        """The same at all times."""
        return np.array([story is drift for drift in Drift], np.float32)

    def to_plain(self) -> dict[str, Any]:
        """What a checkpoint notes of it."""
        return {"world": self.name}


def _drawn(story: Drift, shape: ClipShape, rng: np.random.Generator) -> tuple[NDArray[np.bool_], NDArray[np.int64]]:
    """Where the shape is (T, H, W), and its colour (3,) of 255."""
    side, is_circle = int(rng.choice(SIDES)), bool(rng.random() < 0.5)
    first = int(rng.integers(WHOLE - shape.frames + 1))
    along, across = _curve(side, shape.height, rng)
    x, y = (across, along) if story is Drift.UP else (along, across)
    # Corners on whole pixels, so that a shape is made of the same pixels in every frame.
    left, top = (np.round(axis[first : first + shape.frames]).astype(int)[:, None] for axis in (x, y))
    columns, rows = np.arange(shape.width) - left, np.arange(shape.height) - top  # (T, W), (T, H)
    if is_circle:
        middle = (side - 1) / 2
        masks = (rows[:, :, None] - middle) ** 2 + (columns[:, None] - middle) ** 2 <= (side / 2) ** 2
    else:
        inside = [(axis >= 0) & (axis < side) for axis in (rows, columns)]
        masks = inside[0][:, :, None] & inside[1][:, None]
    colour = rng.integers(256, size=3)
    while colour.max() < DIMMEST:
        colour = rng.integers(256, size=3)
    return masks, colour


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
