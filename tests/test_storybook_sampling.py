"""Sampled stories: what each stage can tell, that all of it comes up, and what training never shows."""

import math
from itertools import pairwise

import numpy as np
import pytest

from mutoscope.shapes import ClipShape
from mutoscope.world.storybook import held_out
from mutoscope.world.storybook.cast import (
    CAST,
    actions_of,
    directions_of,
    stage_of_action,
    stage_of_camera,
    stage_of_kind,
    stage_of_light,
    stage_of_place,
    stage_of_weather,
)
from mutoscope.world.storybook.choreography import choreograph
from mutoscope.world.storybook.pace import PACE, RATE, speed_between
from mutoscope.world.storybook.sampling import sample_story
from mutoscope.world.storybook.story import (
    Act,
    Action,
    Actor,
    Beat,
    Camera,
    Colour,
    Direction,
    Kind,
    Light,
    Place,
    Relation,
    Speed,
    Story,
    Weather,
)

SECONDS = 3.0
RIGHT, LEFT = Direction.RIGHT, Direction.LEFT


def samples(count: int, stage: int = 4, seed: int = 0) -> list[Story]:
    rng = np.random.default_rng(seed)
    return [sample_story(rng, SECONDS, stage=stage) for _ in range(count)]


def doing(kind: Kind, action: Action, direction: Direction | None, place: Place, colour: Colour) -> Story:
    beat = Beat(start=0, end=SECONDS, acts=(Act(action=action, direction=direction),))
    return Story(actors=(Actor(kind=kind, colour=colour),), beats=(beat,), place=place)


@pytest.mark.parametrize("stage", [1, 2, 3, 4])
def test_a_sampled_story_is_one_that_its_stage_can_tell(stage: int) -> None:
    for story in samples(150, stage):
        assert stage_of_place(story.place) <= stage
        assert math.isclose(story.beats[0].start, 0)
        assert math.isclose(story.seconds, SECONDS)
        assert all(a.end == b.start and b.end - b.start >= 0.99 for a, b in pairwise(story.beats))
        assert len({actor.colour for actor in story.actors}) == len(story.actors)
        for beat in story.beats:
            assert stage_of_light(beat.light) <= stage
            assert stage_of_weather(beat.weather) <= stage
            assert stage_of_camera(beat.camera) <= stage
            for actor, act in zip(story.actors, beat.acts, strict=True):
                assert stage_of_kind(actor.kind) <= stage
                assert stage_of_action(act.action) <= stage
                assert story.place in CAST[actor.kind].places
                assert act.action in actions_of(actor.kind, story.place)
                assert act.direction in directions_of(actor.kind, act.action)
                assert (act.colour is not None) == (act.action is Action.CHANGE_COLOUR)


def test_every_word_of_the_world_is_sampled() -> None:
    stories = samples(2500)
    beats = [beat for story in stories for beat in story.beats]
    acts = [each for beat in beats for each in beat.acts]
    assert {actor.kind for story in stories for actor in story.actors} == set(Kind)
    assert {each.action for each in acts} == set(Action)
    assert {story.place for story in stories} == set(Place)
    assert {story.relation for story in stories} == {None, *Relation}
    assert {beat.light for beat in beats} == set(Light)
    assert {beat.weather for beat in beats} == set(Weather)
    assert {beat.camera for beat in beats} == set(Camera)
    assert {each.speed for each in acts} == set(Speed)


def test_consecutive_beats_differ() -> None:
    for story in samples(400):
        for before, after in pairwise(story.beats):
            assert (before.acts, before.light, before.weather, before.camera) != (
                after.acts, after.light, after.weather, after.camera,
            )  # fmt: skip


def test_about_fifteen_per_cent_of_each_sort_of_pairs_are_held_out() -> None:
    for sort in (Action, Place, Colour):
        pairs = [
            (kind, value)
            for kind, role in CAST.items()
            for value in (role.actions if sort is Action else role.places if sort is Place else Colour)
        ]
        share = sum(pair in held_out.HELD_OUT for pair in pairs) / len(pairs)
        assert 0.11 < share < 0.18, (sort, share)


def test_a_cat_in_space_is_never_trained_on_but_the_other_published_examples_are() -> None:
    assert held_out.is_held_out(doing(Kind.CAT, Action.WALK, RIGHT, Place.SPACE, Colour.BLACK))
    for kind, action, place, colour in (
        (Kind.MAN, Action.WALK, Place.BEACH, Colour.RED),
        (Kind.MAN, Action.RUN, Place.BEACH, Colour.RED),
        (Kind.BALL, Action.BOUNCE, Place.PLAIN, Colour.RED),
        (Kind.BALL, Action.ROLL, Place.PLAIN, Colour.RED),
        (Kind.BOAT, Action.SAIL, Place.SEA, Colour.GREEN),
    ):
        assert not held_out.is_held_out(doing(kind, action, LEFT, place, colour)), (kind, action)


def test_the_list_of_held_out_pairs_stays_as_it_is() -> None:
    listed = sorted(f"{kind}/{type(value).__name__}/{value}" for kind, value in held_out.HELD_OUT)
    assert len(listed) == 90
    assert listed[:3] == LISTED


LISTED = ["ball/Action/shrink", "ball/Action/spin", "ball/Colour/pink"]


@pytest.mark.parametrize("stage", [1, 3])
def test_a_speed_that_is_told_can_be_seen(stage: int) -> None:
    shape = ClipShape(frames=25, height=128, width=128, fps=8)
    rng = np.random.default_rng(1)
    stories = [sample_story(rng, shape.seconds, stage=stage) for _ in range(400)]
    tracks = choreograph(stories, shape, np.random.default_rng(2))
    x, y, height = (value.numpy() for value in (tracks.x, tracks.y, tracks.height))
    gone = np.hypot(x[:, -1] - x[:, 0], y[:, -1] - y[:, 0])
    grown = np.abs(np.log(height[:, -1] / height[:, 0]))
    seen = []
    for clip, story in enumerate(stories):
        for slot, act in enumerate(story.beats[0].acts):
            if act.action in (Action.GROW, Action.SHRINK):
                seen.append(act.speed is speed_between(grown[clip, slot] / 3.0, RATE[act.action]))
            elif act.action in (Action.MOVE, Action.ROLL, Action.RISE, Action.DRIVE, Action.SAIL, Action.RUN):
                seen.append(act.speed is speed_between(gone[clip, slot] / 3.0, PACE[act.action]))
    assert len(seen) > 90
    assert np.mean(seen) >= 0.98
