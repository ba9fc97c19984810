"""Speeds: slow, normal or fast, by how the world does each action; several where there is no room to tell them apart."""

from dataclasses import dataclass

import numpy as np

from mutoscope.evaluation.storybook.parser import ActorTrack
from mutoscope.evaluation.storybook.swings import Swing, Way
from mutoscope.world.storybook.story import Action, Speed

SPEEDS = tuple(Speed)
# What divides slow from normal and normal from fast.
_PACES = {  # picture heights per second
    Action.MOVE: (0.107, 0.19), Action.ROLL: (0.11, 0.197), Action.RISE: (0.107, 0.19), Action.FALL: (0.116, 0.197),
    Action.DRIVE: (0.109, 0.194), Action.SAIL: (0.082, 0.145), Action.FLY: (0.113, 0.197),
}  # fmt: skip
_RATES = {  # per second
    Action.BOUNCE: (0.91, 1.33), Action.ZIGZAG: (0.79, 1.13), Action.CIRCLE: (0.445, 0.755),
    Action.SPIN: (0.283, 0.51),
}  # fmt: skip
_GROWTH = (0.21, 0.34)  # e-folds per second
_LONGEST_GROWTH = 0.66  # e-folds: what grows or shrinks this far is held back
_TO_AND_FRO = (Action.BOUNCE, Action.ZIGZAG, Action.CIRCLE)
_SHORT = 2.0  # seconds in which so many swings to and fro tell no speed
_HOVERS = 0.018  # picture heights per second
_SPARE = 1.22  # times as far a way does not fit


@dataclass(frozen=True, kw_only=True)
class Motion:
    """How something moves during a beat of some seconds."""

    way: Way
    swing: Swing | None  # None: straight on
    growth: float  # e-folds per second
    turning: float  # radians per second, clockwise
    seconds: float


def speeds_of(action: Action, actor: ActorTrack, how: Motion, crowded: bool) -> frozenset[Speed]:
    """The speeds that an action may have been asked for at."""
    if action in (Action.GROW, Action.SHRINK):
        found = _class(abs(how.growth), _GROWTH)
        return _from(found) if _held_back(actor, how.growth, how.seconds) else frozenset({found})
    if action is Action.SPIN:
        return frozenset({_class(abs(how.turning) / (2 * np.pi), _RATES[action])})
    if action in _TO_AND_FRO and how.swing is not None:
        return frozenset({_class(how.swing.rate, _RATES[action])}) if how.seconds >= _SHORT else frozenset(SPEEDS)
    if action is Action.FLY and np.hypot(how.way.x, how.way.y) < _HOVERS:
        return frozenset(SPEEDS)
    if action in _PACES:
        found = _class(float(np.hypot(how.way.x, how.way.y)), _PACES[action])
        return _from(found) if _no_room(actor, how.way, how.seconds, crowded) else frozenset({found})
    return frozenset(SPEEDS)


def _class(value: float, borders: tuple[float, float]) -> Speed:
    return SPEEDS[int(np.searchsorted(borders, value))]


def _from(slowest: Speed) -> frozenset[Speed]:
    """This and what is faster."""
    return frozenset(SPEEDS[SPEEDS.index(slowest) :])


def _held_back(actor: ActorTrack, growth: float, seconds: float) -> bool:
    """Whether it grows or shrinks as far as anything does."""
    heights = actor.height[actor.whole]
    far = abs(growth) * seconds > _LONGEST_GROWTH
    return far or heights.min() < 0.105 or heights.max() > 0.60


def _no_room(actor: ActorTrack, way: Way, seconds: float, crowded: bool) -> bool:
    """Whether a longer way would have led out of the picture, or into the room of others."""
    share = 0.8 if crowded else 1.0
    box = actor.box[actor.seen]
    tight = False
    for low, high, speed in ((0, 2, way.x), (1, 3, way.y)):
        size = float(np.median(box[:, high] - box[:, low]))
        free = max(0.96 - size, 0.05) * share
        tight |= abs(speed) * seconds * _SPARE > free
    return tight
