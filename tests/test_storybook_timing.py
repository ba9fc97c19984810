"""One thing after another in the storybook: long enough to be seen, and measured in its order and time."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from mutoscope.evaluation.storybook.asking import Draw, Prompt, true_clip
from mutoscope.evaluation.storybook.timing import Timing, measure_timing, timed_prompts
from mutoscope.evaluation.storybook.verdict import Attribute
from mutoscope.world.storybook.pace import TO_AND_FRO
from mutoscope.world.storybook.sampling import sample_story
from mutoscope.world.storybook.story import Story
from mutoscope.world.storybook.world import STORYBOOK, Storybook, stage_vocabulary

COUNT = 5


def test_the_first_stage_shows_one_thing_after_another_where_it_is_asked_to() -> None:
    rng = np.random.default_rng(3)
    plain, changing = Storybook(stage=1), Storybook(stage=1, changes=True)
    assert all(len(plain.sample(rng).beats) == 1 for _ in range(40))
    assert {len(changing.sample(rng).beats) for _ in range(80)} == {1, 2, 3}
    assert changing.meanings == plain.meanings
    assert {"it", "继续"} <= set(stage_vocabulary(1, changes=True)) - set(stage_vocabulary(1))


def test_what_goes_to_and_fro_has_time_to_come_back() -> None:
    rng = np.random.default_rng(5)
    stories = [sample_story(rng, STORYBOOK.seconds, stage=1, changes=True) for _ in range(400)]
    for beat in (beat for story in stories for beat in story.beats if beat.end - beat.start < 1.4):
        assert not TO_AND_FRO & {act.action for act in beat.acts}


def test_clips_too_short_for_two_things_do_not_say_that_they_show_them() -> None:
    short = replace(STORYBOOK, frames=9)
    worlds = Storybook(stage=1), Storybook(stage=1, changes=True), Storybook(stage=4), Storybook(stage=4, shape=short)
    assert [world.to_plain()["changes"] for world in worlds] == [False, True, True, False]


def test_a_prompt_with_written_times_can_be_shown_in_any_font() -> None:
    story = sample_story(np.random.default_rng(1), STORYBOOK.seconds, stage=1)
    assert Prompt(text="[0–2s] a star spins", story=story).readable() == "[0-2s] a star spins"
    assert Prompt(text="一颗星在转", story=story).readable().isascii()


def as_told(change: Callable[[Story], Story]) -> Draw:
    """A model that draws what a prompt says, or something else."""
    told = {
        prompt.text: prompt.story
        for held_out in (False, True)
        for prompt in timed_prompts(COUNT, 1, STORYBOOK, held_out=held_out)
    }
    return lambda prompt, seed, first: true_clip(change(told[prompt]), STORYBOOK, 100 + seed)


def timing_of(change: Callable[[Story], Story]) -> Timing:
    return measure_timing(as_told(change), COUNT, 1, 1, STORYBOOK, lambda line: None)


def right(timing: Timing, attribute: Attribute) -> float:
    return timing.report.scores["seen"].right[attribute].share


def test_true_clips_do_a_then_b_in_time() -> None:
    timing = timing_of(lambda story: story)
    assert timing.orders["seen"].share == timing.orders["never seen"].share == 1
    assert right(timing, Attribute.CHANGE) == 1
    assert timing.orders["shuffled prompts"].share < 0.3
    assert "right order" in timing.table()


def test_who_does_b_first_is_in_the_wrong_order() -> None:
    def swapped(story: Story) -> Story:
        first, then = story.beats
        return replace(story, beats=(replace(first, acts=then.acts), replace(then, acts=first.acts)))

    assert timing_of(swapped).orders["seen"].share == 0


def test_who_goes_on_with_a_never_changes() -> None:
    def unchanged(story: Story) -> Story:
        first = story.beats[0]
        return replace(story, beats=(replace(first, end=story.seconds),))

    assert right(timing_of(unchanged), Attribute.CHANGE) <= 0.2


def test_who_changes_too_early_is_not_in_time() -> None:
    def hasty(story: Story) -> Story:
        first, then = story.beats
        return replace(story, beats=(replace(first, end=0.6), replace(then, start=0.6)))

    assert right(timing_of(hasty), Attribute.CHANGE) == pytest.approx(0, abs=0.21)
