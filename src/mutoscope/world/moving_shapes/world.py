"""Moving Shapes as a world that recipes take."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from mutoscope.shapes import ClipShape
from mutoscope.world.moving_shapes.drawing import draw_shapes, track_shapes
from mutoscope.world.moving_shapes.story import ATTRIBUTES, MovingShape, Value, is_held_out, sample_shape
from mutoscope.world.world import DrawnClips

PUBLISHED = 16  # frames of a clip
# A codec takes one frame and fours of frames, so one frame more is drawn and learned; whoever measures drops the last.
MOVING_SHAPES = ClipShape(frames=PUBLISHED + 1, height=64, width=64, fps=8)
_VALUES: tuple[Value, ...] = tuple(value for kind in ATTRIBUTES for value in kind)
_WORDS = ("a", "is", "moving", "in", "straight", "line", "towards", "diagonal", "path", "the", "direction", "zigzag")


@dataclass(frozen=True, kw_only=True)
class MovingShapes:
    """One shape on a moving ground, told in one sentence."""

    shape: ClipShape = MOVING_SHAPES

    name = "moving_shapes"
    vocabulary = tuple(sorted({*_WORDS, *map(str, _VALUES)}))
    meanings = tuple(f"{type(value).__name__.lower()}: {value}" for value in _VALUES)

    def sample(self, rng: np.random.Generator) -> MovingShape:
        """A random story, held out or not."""
        return sample_shape(rng)

    def is_held_out(self, story: MovingShape) -> bool:
        """Whether its shape, colour and kind of path are a triple that training never shows."""
        return is_held_out(story)

    def draw(
        self, stories: Sequence[MovingShape], seed: int, device: torch.device | str = "cpu", *, actors: bool = False
    ) -> DrawnClips:
        """Clips of stories."""
        return draw_shapes(stories, self.shape, seed, device)

    def tracks(self, stories: Sequence[MovingShape], seed: int) -> Tensor:
        """Where the shape is in the same clips."""
        return track_shapes(stories, self.shape, seed)

    def caption(self, story: MovingShape, rng: np.random.Generator) -> str:
        """The one sentence that is published."""
        return story.caption()

    def meant(self, story: MovingShape, start: float, end: float) -> NDArray[np.float32]:
        """The same at all times."""
        return np.array([value in story.values for value in _VALUES], np.float32)

    def to_plain(self) -> dict[str, Any]:
        """What a checkpoint notes of it."""
        return {"world": self.name}
