"""Plots: a batch of stories as arrays of indices, so that what follows needs no loop per clip."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from mutoscope.world.storybook.story import (
    Action,
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

Indices = NDArray[np.int64]
Numbers = NDArray[np.float64]
Mask = NDArray[np.bool_]
NONE = -1


def _numbers(words: type[StrEnum]) -> dict[StrEnum | None, int]:
    return {None: NONE, **{word: index for index, word in enumerate(words)}}


# One table for each enum: words of two of them may be spelt alike, as the circle and to circle are.
KINDS, COLOURS, SIZES, ACTIONS = _numbers(Kind), _numbers(Colour), _numbers(Size), _numbers(Action)
DIRECTIONS, SPEEDS, PLACES, LIGHTS = _numbers(Direction), _numbers(Speed), _numbers(Place), _numbers(Light)
WEATHERS, CAMERAS, RELATIONS = _numbers(Weather), _numbers(Camera), _numbers(Relation)


@dataclass(frozen=True, kw_only=True, eq=False)
class Plot:
    """B stories with N slots for actors and K for beats; indices count within each enum, NONE where there is none."""

    kind: Indices  # (B, N)
    colour: Indices
    size: Indices
    present: Mask  # (B, N)
    action: Indices  # (B, N, K)
    direction: Indices
    speed: Indices
    target: Indices  # the colour that a change ends in
    light: Indices  # (B, K)
    weather: Indices
    camera: Indices
    start: Numbers  # (B, K) seconds; infinite where a story has fewer beats
    end: Numbers
    last: Mask  # (B, K)
    place: Indices  # (B,)
    relation: Indices

    def does(self, *actions: Action) -> Mask:  # (B, N, K)
        """Where one of these actions is done."""
        chosen = np.zeros(len(Action), bool)
        chosen[[ACTIONS[action] for action in actions]] = True
        return chosen[self.action]

    def ever_does(self, *actions: Action) -> Mask:  # (B, N)
        """Which actors do one of these actions at any time."""
        return np.asarray(self.does(*actions).any(2))

    def is_a(self, *kinds: Kind) -> Mask:  # (B, N)
        """Which actors are of one of these kinds."""
        chosen = np.zeros(len(Kind), bool)
        chosen[[KINDS[kind] for kind in kinds]] = True
        return chosen[self.kind]


def plot_stories(stories: Sequence[Story], slots: int = 3) -> Plot:
    """The indices of a batch of stories."""
    beats = max(len(story.beats) for story in stories)
    empty = (0, NONE, 1, NONE)
    acts, cast, timing, places = [], [], [], []
    for story in stories:
        absent = slots - len(story.actors)
        cast.append(
            [(KINDS[a.kind], COLOURS[a.colour], SIZES[a.size], 1) for a in story.actors] + [(0, 0, 1, 0)] * absent
        )
        spare = beats - len(story.beats)
        acts.append([
            [(ACTIONS[a.action], DIRECTIONS[a.direction], SPEEDS[a.speed], COLOURS[a.colour]) for a in beat.acts] + [empty] * absent
            for beat in story.beats
        ] + [[empty] * slots] * spare)  # fmt: skip
        final = len(story.beats) - 1
        timing.append([
            (beat.start, beat.end, LIGHTS[beat.light], WEATHERS[beat.weather], CAMERAS[beat.camera], index == final)
            for index, beat in enumerate(story.beats)
        ] + [(np.inf, np.inf, 0, 0, 0, 0)] * spare)  # fmt: skip
        places.append((PLACES[story.place], RELATIONS[story.relation]))
    actors, act = np.asarray(cast), np.asarray(acts).swapaxes(1, 2)
    time, place = np.asarray(timing, float), np.asarray(places)
    light, weather, camera, last = (time[..., column].astype(np.int64) for column in (2, 3, 4, 5))
    return Plot(
        kind=actors[..., 0], colour=actors[..., 1], size=actors[..., 2], present=actors[..., 3] > 0,
        action=act[..., 0], direction=act[..., 1], speed=act[..., 2], target=act[..., 3],
        light=light, weather=weather, camera=camera, start=time[..., 0], end=time[..., 1], last=last > 0,
        place=place[:, 0], relation=place[:, 1],
    )  # fmt: skip
