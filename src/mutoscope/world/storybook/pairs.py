"""Stories that their captions tell apart: what contrast learns from, and what retrieval is measured on."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import count as count_up
from typing import get_args

import numpy as np

from mutoscope.world.script import Language
from mutoscope.world.storybook.captions import caption
from mutoscope.world.storybook.held_out import is_held_out
from mutoscope.world.storybook.sampling import sample_story
from mutoscope.world.storybook.story import Kind, Story

LANGUAGES: tuple[Language, ...] = get_args(Language)


@dataclass(frozen=True, kw_only=True)
class ToldStory:
    """A story with a caption in each language, in the order of `LANGUAGES`; `throws` seeds how it is told."""

    story: Story
    captions: tuple[str, ...]
    throws: int


def sample_apart(
    rng: np.random.Generator, count: int, seconds: float, *, stage: int, held_out: bool = False
) -> list[ToldStory]:
    """Random stories, all with held-out compositions or all without, none of which another one's caption fits."""
    drawn = (sample_story(rng, seconds, stage=stage) for _ in count_up())
    return told_apart((story for story in drawn if is_held_out(story) == held_out), count, rng)


def told_apart(stories: Iterable[Story], count: int, rng: np.random.Generator) -> list[ToldStory]:
    """The first `count` of the stories, told, without those that fit what another one is told in."""
    found: list[ToldStory] = []
    alike: dict[tuple[Kind, ...], list[ToldStory]] = {}
    for story in stories:
        told = _told(story, int(rng.integers(2**31)))
        near = alike.setdefault(tuple(sorted(actor.kind for actor in story.actors)), [])
        if not any(_fits(told, other.story) or _fits(other, story) for other in near):
            near.append(told)
            found.append(told)
        if len(found) == count:
            break
    return found


def _told(story: Story, throws: int) -> ToldStory:
    return ToldStory(story=story, captions=tuple(_tell(story, throws)), throws=throws)


def _tell(story: Story, throws: int) -> Iterator[str]:
    for number, language in enumerate(LANGUAGES):
        yield caption(story, np.random.default_rng((throws, number)), language)


def _fits(told: ToldStory, other: Story) -> bool:
    """Whether a caption of one story is true of another: told with the same throws, it would sound the same.

    So a colour or a direction that is left open, and with it the only difference, is noticed.
    """
    if len(told.story.beats) != len(other.beats):
        return False
    for one, two in zip(told.story.beats, other.beats, strict=True):
        if {act.action for act in one.acts} != {act.action for act in two.acts}:
            return False
    return any(mine == theirs for mine, theirs in zip(told.captions, _tell(other, told.throws), strict=True))
