"""Paces: how fast each action is done at each speed, and which speeds there is room and time to show."""

import math

from mutoscope.world.storybook.cast import CAST, HEIGHT, SPEEDLESS
from mutoscope.world.storybook.story import Act, Action, Actor, Kind, Speed

Triple = tuple[float, float, float]  # slow, normal, fast
SPEEDS = tuple(Speed)

PACE: dict[Action, Triple] = {  # frame widths per second
    Action.MOVE: (0.08, 0.14, 0.26),
    Action.ROLL: (0.08, 0.15, 0.26),
    Action.BOUNCE: (0.07, 0.10, 0.14),
    Action.RISE: (0.08, 0.14, 0.26),
    Action.FALL: (0.09, 0.15, 0.26),
    Action.ZIGZAG: (0.085, 0.14, 0.24),
    Action.FLOAT: (0.06, 0.06, 0.06),
    Action.SAIL: (0.06, 0.11, 0.19),
    Action.DRIVE: (0.08, 0.145, 0.26),
    Action.FLY: (0.085, 0.15, 0.26),
    Action.SWIM: (0.08, 0.14, 0.24),
    Action.WALK: (0.07, 0.11, 0.165),
    Action.RUN: (0.17, 0.22, 0.29),
    Action.JUMP: (0.07, 0.09, 0.12),
    Action.CHASE: (0.22, 0.22, 0.22),
}
RATE: dict[Action, Triple] = {  # times per second
    Action.BOUNCE: (0.75, 1.1, 1.6),
    Action.JUMP: (0.75, 1.0, 1.4),
    Action.ZIGZAG: (0.65, 0.95, 1.35),
    Action.CIRCLE: (0.33, 0.60, 0.95),
    Action.FLOAT: (0.55, 0.55, 0.55),
    Action.SPIN: (0.20, 0.40, 0.65),
    Action.GROW: (0.16, 0.28, 0.42),  # e-folds
    Action.SHRINK: (0.16, 0.28, 0.42),
}
CADENCE: dict[Action, Triple] = {  # of the gait, times per second
    Action.WALK: (0.75, 1.0, 1.25),
    Action.RUN: (1.35, 1.6, 1.9),
    Action.CHASE: (1.6, 1.6, 1.6),
    Action.DANCE: (0.7, 1.0, 1.4),
    Action.WAVE: (0.9, 1.2, 1.6),
    Action.SWIM: (0.6, 0.8, 1.1),
    Action.JUMP: (0.5, 0.5, 0.5),
}
LONGEST_GROWTH = 0.74  # e-folds in one beat
SMALLEST, LARGEST = 0.09, 0.66  # heights that growing and shrinking end at
TO_AND_FRO = frozenset({Action.BOUNCE, Action.JUMP, Action.ZIGZAG, Action.CIRCLE, Action.FLOAT})
_SHORTEST = 1.4  # seconds in which what goes to and fro is seen to come back
_FEW_SWINGS = 2.3  # seconds in which so many swings to and fro tell no speed
SHARED = 0.8  # of the room is what each of several actors may travel through
_BIGGEST = 1.05  # of the height that is asked for; seeds vary it


def speed_between(value: float, table: Triple) -> Speed:
    """The speed whose pace, of those of an action, a pace is nearest to, by ratio."""
    slow, normal, fast = table
    return SPEEDS[int(value > math.sqrt(slow * normal)) + int(value > math.sqrt(normal * fast))]


def shows_speed(act: Act, seconds: float) -> bool:
    """Whether an act that lasts so long shows how fast it is done; only then is its speed told and measured."""
    if act.action in SPEEDLESS or (act.action is Action.FLY and act.direction is None):
        return False
    return act.action not in TO_AND_FRO or seconds >= _FEW_SWINGS


def has_time(action: Action, seconds: float) -> bool:
    """Whether an action can be told from others when it lasts so long."""
    return action not in TO_AND_FRO or seconds >= _SHORTEST


def fastest(actor: Actor, action: Action, seconds: float) -> Speed:
    """The highest speed at which an actor can be seen to do this for so long before it is as far as it can go."""
    height = HEIGHT[actor.size] * CAST[actor.kind].tall * _BIGGEST
    if action in (Action.GROW, Action.SHRINK):
        ends = LARGEST / height if action is Action.GROW else height / _BIGGEST**2 / SMALLEST
        return speed_between(min(LONGEST_GROWTH, math.log(max(ends, _BIGGEST))) / seconds, RATE[action])
    if action in (Action.RISE, Action.FALL):
        start = 0.16 if actor.kind is Kind.ROCKET else 0.04  # a rocket takes off from the ground
        hasty = (1 - start - height / 2) / seconds
        steady = SHARED * (1 - start - height) / seconds
        return max(speed_between(steady, PACE[action]), _if_fast(hasty, action), key=SPEEDS.index)
    return Speed.FAST


def _if_fast(pace: float, action: Action) -> Speed:
    """Fast if a pace is that of an action in haste, for which some rules are relaxed; else slow."""
    return Speed.FAST if speed_between(pace, PACE[action]) is Speed.FAST else Speed.SLOW
