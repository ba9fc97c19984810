"""The storybook as a world that recipes take."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from mutoscope.language.timeline import parse_timeline
from mutoscope.language.words import split_words
from mutoscope.seeding import numpy_rng
from mutoscope.shapes import ClipShape
from mutoscope.world.storybook.captions import caption, vocabulary
from mutoscope.world.storybook.cast import STAGES
from mutoscope.world.storybook.choreography import choreograph, choreography_rng
from mutoscope.world.storybook.drawing import render_stories
from mutoscope.world.storybook.held_out import is_held_out
from mutoscope.world.storybook.meanings import meant_between, story_meanings
from mutoscope.world.storybook.sampling import sample_story, shows_changes
from mutoscope.world.storybook.story import Story
from mutoscope.world.world import DrawnClips

STORYBOOK = ClipShape(frames=25, height=128, width=128, fps=8)  # as its clips are drawn and learned


@dataclass(frozen=True, kw_only=True)
class Storybook:
    """Clips of the stages up to `stage`, told in two languages; with `changes` one thing after another, as in the last."""

    stage: int
    changes: bool = False
    shape: ClipShape = STORYBOOK

    name = "storybook"

    @property
    def vocabulary(self) -> tuple[str, ...]:
        """The words that captions of these stages really have."""
        return stage_vocabulary(self.stage, self.changes)

    @property
    def meanings(self) -> tuple[str, ...]:
        """What stories of these stages can mean."""
        return story_meanings(self.stage)

    def sample(self, rng: np.random.Generator) -> Story:
        """A random story, held out or not."""
        return sample_story(rng, self.shape.seconds, stage=self.stage, changes=self.changes)

    def is_held_out(self, story: Story) -> bool:
        """Whether it has a composition that training never shows."""
        return is_held_out(story)

    def draw(
        self, stories: Sequence[Story], seed: int, device: torch.device | str = "cpu", *, actors: bool = False
    ) -> DrawnClips:
        """Clips of stories."""
        clips = render_stories(stories, self.shape, seed, device, mattes=actors)
        return DrawnClips(clips.frames, None if clips.mattes is None else clips.mattes.amax(1))

    def tracks(self, stories: Sequence[Story], seed: int) -> Tensor:
        """Where everyone is in the clips of the same seed."""
        return choreograph(stories, self.shape, choreography_rng(seed)).code()

    def caption(self, story: Story, rng: np.random.Generator) -> str:
        """A true sentence, a little more often in English."""
        return caption(story, rng, "en" if rng.random() < 0.55 else "zh")

    def meant(self, story: Story, start: float, end: float) -> NDArray[np.float32]:
        """What is meant from `start` to `end` seconds."""
        return meant_between(story, start, end, self.stage)

    def to_plain(self) -> dict[str, Any]:
        """What a checkpoint notes of it."""
        changes = (self.changes or self.stage == STAGES) and shows_changes(self.shape.seconds)
        return {"world": self.name, "stage": self.stage, "changes": changes}


def tiny_storybook(stage: int, changes: bool = False) -> Storybook:
    """The same in clips of a second, for tests."""
    return Storybook(stage=stage, changes=changes, shape=replace(STORYBOOK, frames=9))


@cache
def stage_vocabulary(stage: int, changes: bool = False, captions: int = 6000) -> tuple[str, ...]:
    """The words that captions of the stages up to `stage` really have: what else is said, the model has not learned."""
    rng = numpy_rng(0, f"vocabulary/{stage}")
    every, found = frozenset(vocabulary()), set[str]()
    for number in range(captions):
        story = sample_story(rng, STORYBOOK.seconds, stage=stage, changes=changes)
        text = caption(story, rng, "en" if number % 2 else "zh")
        for segment in parse_timeline(text, STORYBOOK.seconds).segments:
            found.update(split_words(segment.text, every))
    return tuple(sorted(found & every))
