"""A world: where captioned clips come from, with the truth about them. Recipes take one, whichever it is."""

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple, Protocol, TypeVar

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from mutoscope.shapes import ClipShape

AnyStory = TypeVar("AnyStory")  # what happens in a clip of this world

_AT_ONCE = 32


class DrawnClips(NamedTuple):
    """Clips in 0..1, and if asked for how much each pixel shows an actor."""

    frames: Tensor  # (B, T, 3, H, W)
    actors: Tensor | None  # (B, T, H, W)


class World(Protocol[AnyStory]):
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

    def sample(self, rng: np.random.Generator) -> AnyStory:
        """A random story, held out or not."""
        ...

    def is_held_out(self, story: AnyStory) -> bool:
        """Whether training never shows it."""
        ...

    def draw(
        self, stories: Sequence[AnyStory], seed: int, device: torch.device | str = "cpu", *, actors: bool = False
    ) -> DrawnClips:
        """Clips of stories; the same seed draws the same pixels on the same device."""
        ...

    def tracks(self, stories: Sequence[AnyStory], seed: int) -> Tensor:
        """The track code (B, T, N, C) of the clips that `draw` draws of them with this seed."""
        ...

    def caption(self, story: AnyStory, rng: np.random.Generator) -> str:
        """A true sentence about it."""
        ...

    def meant(self, story: AnyStory, start: float, end: float) -> NDArray[np.float32]:
        """(M,) 0 or 1, in the order of `meanings`: what is meant from `start` to `end` seconds."""
        ...

    def to_plain(self) -> dict[str, Any]:
        """What a checkpoint notes of it."""
        ...


def seen_story(world: World[AnyStory], rng: np.random.Generator) -> AnyStory:
    """A random story that training may show."""
    while world.is_held_out(story := world.sample(rng)):
        pass
    return story


def clips_of(world: World[AnyStory], stories: Sequence[AnyStory], seed: int) -> list[NDArray[np.uint8]]:
    """Clips (T, H, W, 3) of stories, a few drawn at once."""
    clips: list[NDArray[np.uint8]] = []
    for some, their_seed in _at_once(stories, seed):
        frames = world.draw(some, their_seed).frames
        clips += list((frames.clamp(0, 1) * 255).round().byte().permute(0, 1, 3, 4, 2).contiguous().numpy())
    return clips


def tracks_of(world: World[AnyStory], stories: Sequence[AnyStory], seed: int) -> list[Tensor]:
    """The track codes (T', N, C) of the same clips."""
    tracks: list[Tensor] = []
    for some, their_seed in _at_once(stories, seed):
        tracks += world.tracks(some, their_seed)
    return tracks


def _at_once(stories: Sequence[AnyStory], seed: int) -> Iterator[tuple[Sequence[AnyStory], int]]:
    """Stories that are drawn together, and the seed of each lot."""
    for start in range(0, len(stories), _AT_ONCE):
        yield stories[start : start + _AT_ONCE], seed * len(stories) + start
