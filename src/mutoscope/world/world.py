"""A world: where captioned clips come from, with the truth about them. Recipes take one, whichever it is."""

from collections.abc import Sequence
from typing import Any, NamedTuple, Protocol, TypeVar

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from mutoscope.shapes import ClipShape

Told = TypeVar("Told")  # what happens in a clip of this world: its story


class DrawnClips(NamedTuple):
    """Clips in 0..1, and if asked for how much each pixel shows an actor."""

    frames: Tensor  # (B, T, 3, H, W)
    actors: Tensor | None  # (B, T, H, W)


class World(Protocol[Told]):
    """Stories at random, clips and captions of them, what each means, and which are kept from training."""

    @property
    def name(self) -> str:
        """What it is called in recipes and checkpoints."""
        ...

    @property
    def shape(self) -> ClipShape:
        """The shape of its clips."""
        ...

    @property
    def vocabulary(self) -> tuple[str, ...]:
        """The words that its captions have, sorted."""
        ...

    @property
    def meanings(self) -> tuple[str, ...]:
        """What a story can mean, as names of yes and no."""
        ...

    def sample(self, rng: np.random.Generator) -> Told:
        """A random story, held out or not."""
        ...

    def is_held_out(self, story: Told) -> bool:
        """Whether training never shows it."""
        ...

    def draw(
        self, stories: Sequence[Told], seed: int, device: torch.device | str = "cpu", *, actors: bool = False
    ) -> DrawnClips:
        """Clips of stories; the same seed draws the same pixels on the same device."""
        ...

    def caption(self, story: Told, rng: np.random.Generator) -> str:
        """A true sentence about it."""
        ...

    def meant(self, story: Told, start: float, end: float) -> NDArray[np.float32]:
        """(M,) 0 or 1, in the order of `meanings`: what is meant from `start` to `end` seconds."""
        ...

    def to_plain(self) -> dict[str, Any]:
        """What a checkpoint notes of it."""
        ...


def seen_story(world: World[Told], rng: np.random.Generator) -> Told:
    """A random story that training may show."""
    while world.is_held_out(story := world.sample(rng)):
        pass
    return story
