"""What a model of the storybook is asked: prompts that leave nothing open, the true clips of their stories, and their reading."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from mutoscope.evaluation.storybook.colours import Frames
from mutoscope.evaluation.storybook.parser import parse_clip
from mutoscope.evaluation.storybook.patterns import READ
from mutoscope.evaluation.storybook.reading import StoryReading, read_clip
from mutoscope.seeding import numpy_rng
from mutoscope.shapes import ClipShape
from mutoscope.world.storybook.captions import caption
from mutoscope.world.storybook.captions.parsing import read_story
from mutoscope.world.storybook.cast import stage_of_kind
from mutoscope.world.storybook.drawing import render_stories
from mutoscope.world.storybook.held_out import is_held_out
from mutoscope.world.storybook.sampling import sample_story
from mutoscope.world.storybook.story import Story

Draw = Callable[[str, int, Frames | None], Frames]  # prompt, seed, first frame (H, W, 3) if given -> (T, H, W, 3)
_TRIES = 20  # captions of a story, until one leaves nothing open
_AT_ONCE = 0.05  # seconds apart are times that are told in tenths


@dataclass(frozen=True, kw_only=True)
class Prompt:
    """A caption that says all of a story."""

    text: str
    story: Story

    def readable(self) -> str:
        """The same in letters that every font has: a Chinese prompt is told in English, a dash is a plain one."""
        plain = self.text.replace("–", "-")
        return (
            plain if plain.isascii() else f"(zh) {caption(self.story, numpy_rng(0, self.text), 'en').replace('–', '-')}"
        )


def asked_prompts(count: int, stage: int, shape: ClipShape) -> dict[str, list[Prompt]]:
    """What a model is asked: compositions that training shows, and as many that it never shows."""
    return {
        name: list(draw_prompts(count, stage, shape, held_out=held_out))
        for name, held_out in (("seen", False), ("never seen", True))
    }


def draw_prompts(
    count: int,
    stage: int,
    shape: ClipShape,
    *,
    held_out: bool,
    such: Callable[[Story], bool] = lambda story: True,
    changes: bool = False,
) -> Iterator[Prompt]:
    """Prompts of `such` stories whose compositions are, or are not, held out; none of them leaves anything open.

    `changes`: stories in which one thing comes after another, of a stage that has none.
    """
    rng = numpy_rng(0, f"following/{stage}/{held_out}")
    made = 0
    while made < count:
        story = sample_story(rng, shape.seconds, stage=stage, changes=changes)
        if is_held_out(story) != held_out or not such(story):
            continue
        for _ in range(_TRIES):
            text = caption(story, rng, "en" if made % 2 == 0 else "zh")
            if says_all(text, story):
                yield Prompt(text=text, story=story)
                made += 1
                break


def says_all(text: str, story: Story) -> bool:
    """Whether the story can be read back off its caption, who looks how and does what, and when; and not by a lucky guess."""
    read = read_story(text, story.seconds)
    if read.left_open:
        return False
    found = read.story
    acts = [beat.acts for beat in story.beats]
    if found.actors != story.actors or [beat.acts for beat in found.beats] != acts or found.place is not story.place:
        return False
    pairs = zip(found.beats, story.beats, strict=True)
    return all(abs(one.start - other.start) <= _AT_ONCE for one, other in pairs)


def true_clip(story: Story, shape: ClipShape, seed: int) -> Frames:
    """What the world itself draws for a story."""
    frames = render_stories([story], shape, seed).frames[0]
    return np.asarray((frames.clamp(0, 1) * 255).round().byte().permute(0, 2, 3, 1).contiguous().numpy())


def read_frames(frames: Frames, story: Story, shape: ClipShape, stage: int) -> StoryReading:
    """What frames show in the beats of a story of a stage."""
    kinds = tuple(kind for kind in READ if stage_of_kind(kind) <= stage)
    return read_clip(parse_clip(frames, shape.fps, kinds), [*(beat.start for beat in story.beats), story.seconds])
