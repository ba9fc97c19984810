"""What a story means, as a list of yes and no: the truth that a reader of its captions learns."""

from collections.abc import Iterator
from functools import cache

import numpy as np
from numpy.typing import NDArray

from mutoscope.world.storybook.cast import (
    STAGES,
    stage_of_action,
    stage_of_camera,
    stage_of_kind,
    stage_of_light,
    stage_of_place,
    stage_of_weather,
)
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
    Size,
    Speed,
    Story,
    Weather,
)

# Actors by the order in which captions speak of them.
WHO = ("first", "second", "third")


@cache
def story_meanings(stage: int) -> tuple[str, ...]:
    """Every meaning that stories of the stages up to `stage` can have; what goes without saying is no meaning."""
    each: list[str] = [kind for kind in Kind if stage_of_kind(kind) <= stage]
    each += [*Colour, Size.SMALL, Size.BIG]
    each += [f"does {action}" for action in Action if stage_of_action(action) <= stage]
    each += [f"goes {direction}" for direction in Direction]
    each += [Speed.SLOW, Speed.FAST]
    around: list[str] = [place for place in Place if place is not Place.PLAIN and stage_of_place(place) <= stage]
    around += [light for light in Light if 1 < stage_of_light(light) <= stage]
    around += [weather for weather in Weather if 1 < stage_of_weather(weather) <= stage]
    around += [f"camera: {camera}" for camera in Camera if 1 < stage_of_camera(camera) <= stage]
    if stage == STAGES:
        each += [f"turns {colour}" for colour in Colour]
        around += [*(f"at first {light}" for light in Light), "the rain or snow stops", *Relation]
    return (*(f"{who}: {value}" for who in WHO for value in each), *around)


def meanings_of_kinds(stage: int) -> tuple[int, ...]:
    """The places of those meanings that say what an actor is."""
    kinds = {f"{who}: {kind}" for who in WHO for kind in Kind}
    return tuple(place for place, meaning in enumerate(story_meanings(stage)) if meaning in kinds)


def meant_between(story: Story, start: float, end: float, stage: int) -> NDArray[np.float32]:
    """(M,) 0 or 1, in the order of `story_meanings`: what is meant from `start` to `end` seconds.

    How actors look and where they are is said once, when the clip begins; of beats, those whose middle lies inside count.
    """
    index = _index(stage)
    meant = np.zeros(len(index), np.float32)
    for name in _names(story, start, end):
        if (at := index.get(name)) is not None:
            meant[at] = 1
    return meant


def _names(story: Story, start: float, end: float) -> Iterator[str]:
    if start <= 0:
        for who, actor in zip(WHO, story.actors, strict=False):
            yield from (f"{who}: {value}" for value in _looks(actor))
        yield story.place
        if story.relation is not None:
            yield story.relation
    inside = [beat for beat in story.beats if start <= (beat.start + beat.end) / 2 < end]
    middle = (start + end) / 2
    for beat in inside or [beat for beat in story.beats if beat.start <= middle < beat.end] or [story.beats[-1]]:
        for who, act in zip(WHO, beat.acts, strict=False):
            yield from (f"{who}: {value}" for value in _does(act))
        yield from _around(story, beat)


def _looks(actor: Actor) -> Iterator[str]:
    yield from (actor.kind, actor.colour, actor.size)


def _does(act: Act) -> Iterator[str]:
    yield f"does {act.action}"
    yield act.speed
    if act.direction is not None:
        yield f"goes {act.direction}"
    if act.colour is not None:
        yield f"turns {act.colour}"


def _around(story: Story, beat: Beat) -> Iterator[str]:
    yield from (beat.light, beat.weather, f"camera: {beat.camera}")
    number = story.beats.index(beat)
    if number and story.beats[number - 1].light is not beat.light:
        yield f"at first {story.beats[number - 1].light}"
    if number and story.beats[number - 1].weather is not Weather.CLEAR and beat.weather is Weather.CLEAR:
        yield "the rain or snow stops"


@cache
def _index(stage: int) -> dict[str, int]:
    return {name: number for number, name in enumerate(story_meanings(stage))}
