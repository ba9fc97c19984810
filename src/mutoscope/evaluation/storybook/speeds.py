"""Speeds: slow, normal or fast, by how the world does each action at each of them."""

from dataclasses import dataclass

import numpy as np

from mutoscope.evaluation.storybook.swings import Swing, Way
from mutoscope.world.storybook.pace import PACE, RATE, TO_AND_FRO, speed_between
from mutoscope.world.storybook.story import Action, Speed


@dataclass(frozen=True, kw_only=True)
class Motion:
    """How something moves during a beat."""

    way: Way
    swing: Swing | None  # None: straight on
    growth: float  # e-folds per second
    turning: float  # radians per second, clockwise


def speed_of(action: Action, how: Motion) -> Speed | None:
    """The speed at which an action is done; None for what has none."""
    if action in (Action.GROW, Action.SHRINK):
        return speed_between(abs(how.growth), RATE[action])
    if action is Action.SPIN:
        return speed_between(abs(how.turning) / (2 * np.pi), RATE[action])
    if action in TO_AND_FRO and how.swing is not None:
        return speed_between(how.swing.rate, RATE[action])
    return speed_between(float(np.hypot(how.way.x, how.way.y)), PACE[action]) if action in PACE else None
