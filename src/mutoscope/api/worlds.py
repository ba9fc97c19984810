"""Clips of the worlds that models learn from."""

from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from mutoscope.evaluation.questions import draw_questions
from mutoscope.media.video import Video
from mutoscope.seeding import numpy_rng
from mutoscope.shapes import ClipShape
from mutoscope.world.mocogan_shapes import MocoganShapes
from mutoscope.world.moving_shapes.world import MovingShapes
from mutoscope.world.storybook.captions import caption as story_caption
from mutoscope.world.storybook.captions.parsing import ReadStory, read_story
from mutoscope.world.storybook.drawing import render_stories
from mutoscope.world.storybook.sampling import sample_story
from mutoscope.world.storybook.story import Story
from mutoscope.world.world import World as AnyWorld
from mutoscope.world.world import clips_of

World = Literal["collages", "storybook", "moving-shapes", "mocogan-shapes"]


def world_clip(seed: int, world: World = "collages") -> tuple[str, Video]:
    """A caption and a clip of a world that models learn from."""
    shape = ClipShape(frames=72, height=256, width=256, fps=24)
    if world == "collages":
        question = next(draw_questions(1, "seen", shape, seed))
        return question.prompt, Video(question.truth, shape.fps)
    if world in ("moving-shapes", "mocogan-shapes"):
        return _of_shapes(MovingShapes() if world == "moving-shapes" else MocoganShapes(), seed)
    rng = numpy_rng(seed, "world/storybook")
    story = sample_story(rng, shape.seconds)
    prompt = story_caption(story, rng, "en" if rng.random() < 0.5 else "zh")
    return prompt, Video(_drawn(story, shape, seed), shape.fps)


def world_of(prompt: str, seed: int = 0) -> tuple[ReadStory, Video]:
    """What the storybook itself draws for a sentence, and how it was read."""
    shape = ClipShape(frames=72, height=256, width=256, fps=24)
    read = read_story(prompt, shape.seconds)
    return read, Video(_drawn(read.story, shape, seed), shape.fps)


def _of_shapes(world: AnyWorld[Any], seed: int) -> tuple[str, Video]:
    rng = numpy_rng(seed, f"world/{world.name}")
    story = world.sample(rng)
    return world.caption(story, rng), Video(clips_of(world, [story], seed)[0], world.shape.fps)


def _drawn(story: Story, shape: ClipShape, seed: int) -> NDArray[np.uint8]:
    frames = render_stories([story], shape, seed).frames[0]
    return np.asarray((frames.clamp(0, 1) * 255).round().byte().permute(0, 2, 3, 1).contiguous().numpy())
