"""Sentences are read back as the stories that they tell."""

from pathlib import Path

import numpy as np
import pytest

from mutoscope.cli import main
from mutoscope.errors import MutoscopeError
from mutoscope.media.video import Video
from mutoscope.world.storybook.captions import caption
from mutoscope.world.storybook.captions.parsing import read_story
from mutoscope.world.storybook.sampling import sample_story
from mutoscope.world.storybook.story import Action, Colour, Direction, Kind, Light, Place, Size, Weather


def test_the_published_sentences_are_read() -> None:
    ball = read_story("a red ball bounces, then rolls left", 3.0).story
    assert (ball.actors[0].kind, ball.actors[0].colour) == (Kind.BALL, Colour.RED)
    assert [beat.acts[0].action for beat in ball.beats] == [Action.BOUNCE, Action.ROLL]
    assert ball.beats[1].acts[0].direction is Direction.LEFT
    passage = read_story("一个男人从走路过渡到跑步", 3.0).story
    assert [beat.acts[0].action for beat in passage.beats] == [Action.WALK, Action.RUN]
    cat = read_story("一只在太空漫步的猫", 3.0).story
    assert (cat.actors[0].kind, cat.place, cat.beats[0].acts[0].action) == (Kind.CAT, Place.SPACE, Action.WALK)
    boat = read_story("the sun sets over the sea while a boat sails away", 3.0).story
    assert (boat.place, boat.beats[0].light, boat.actors[0].kind) == (Place.SEA, Light.SUNSET, Kind.BOAT)


def test_two_actors_light_and_weather_are_kept_apart() -> None:
    read = read_story("a small red ball bounces over a big blue car at night while it snows", 3.0)
    assert [(a.kind, a.colour, a.size) for a in read.story.actors] == [
        (Kind.BALL, Colour.RED, Size.SMALL),
        (Kind.CAR, Colour.BLUE, Size.BIG),
    ]
    assert (read.story.beats[0].light, read.story.beats[0].weather) == (Light.NIGHT, Weather.SNOW)
    assert read.unknown == ()


@pytest.mark.parametrize(("stage", "share"), [(1, 0.98), (2, 0.95), (3, 0.95), (4, 0.7)])
def test_captions_are_read_as_the_stories_that_they_were_made_of(stage: int, share: float) -> None:
    rng = np.random.default_rng(stage)
    right = 0
    for number in range(200):
        story = sample_story(rng, 3.0, stage=stage)
        found = read_story(caption(story, rng, "en" if number % 2 else "zh"), 3.0).story
        looks = [(actor.kind, actor.size) for actor in found.actors] == [(a.kind, a.size) for a in story.actors]
        acts = [[act.action for act in beat.acts] for beat in found.beats]
        right += (
            looks and acts == [[a.action for a in beat.acts] for beat in story.beats] and found.place is story.place
        )
    assert right >= 200 * share


def test_what_no_word_says_is_chosen_and_told() -> None:
    read = read_story("a circle zigzags, then rolls left", 3.0)
    assert read.left_open == ("colour of the circle: it is red", "way of the circle that will zigzag: it goes right")
    assert read.report()[-1] == "note: No word says the way of the circle that will zigzag: it goes right."
    assert read_story("a red circle zigzags left, then rolls right", 3.0).left_open == ()
    assert read_story("a blue fish swims to the left", 3.0).left_open == ()  # it can be in one place alone


def test_what_the_storybook_does_not_know_or_cannot_do_is_told() -> None:
    read = read_story("a blue zebra and a house walk", 3.0)
    assert read.unknown == ("zebra",)
    assert "cannot walk" in read.notes[0]
    with pytest.raises(MutoscopeError, match="Nobody"):
        read_story("the zebra gallops", 3.0)


def test_the_command_draws_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["world", "sample", "--prompt", "a red ball bounces, then rolls left", "--output", "truth.mp4"]) == 0
    assert "understood: 1.5-3 s first: does roll, first: goes left" in capsys.readouterr().err
    frames = Video.open("truth.mp4").frames
    assert frames.shape == (72, 256, 256, 3)
    assert (
        (np.abs(frames.astype(int) - (230, 33, 36)).max(-1) < 40).any(axis=(1, 2)).all()
    )  # something red all the time
    assert main(["world", "sample"]) == 2
