"""Gaits: what living ones do, by the poses that they take and the way that they go."""

import numpy as np
from numpy.typing import NDArray

from mutoscope.evaluation.storybook.swings import Swing, Way
from mutoscope.world.storybook.cast import CAST
from mutoscope.world.storybook.pace import PACE
from mutoscope.world.storybook.story import Action, Kind

Array = NDArray[np.float64]
ACTIONS = tuple(Action)
_GROWS = 0.1  # e-folds a second
_TRAVELS = 0.025  # picture heights a second
_STEEP = 0.35  # ways whose smaller part is less than that share of the larger one are level or upright
_HOPS = 0.06  # from top to bottom: who leaves the ground by less does not jump
_BOBS = 0.028  # from end to end: who goes up and down by less does not float
_HOVERING = (Kind.BUTTERFLY, Kind.FISH)
_ON_THE_WAY = (Action.WALK, Action.RUN, Action.SWIM, Action.FLY, Action.FLOAT)
_IN_PLACE = (Action.STAND, Action.DANCE, Action.WAVE, Action.FLOAT, Action.SWIM, Action.FLY)
_SURE = 1.15  # times slower than the slowest run or faster than the fastest walk, a pace alone tells them apart


def living_action(
    kind: Kind, poses: Array, way: Way, swing: Swing | None, growth: float
) -> Action | None:  # poses (n, actions): how unlike its form is to those of each action
    """What a living one does; None if it is like nothing that its kind does."""
    able = CAST[kind].actions
    if abs(growth) > _GROWS:
        return Action.GROW if growth > 0 else Action.SHRINK
    clear = swing is not None and swing.rest < 0.5 * way.rest
    if swing is not None and clear and swing.reach > _HOPS:
        form = {"zigzag": Action.ZIGZAG, "circle": Action.CIRCLE}.get(swing.form)
        if form in able:
            return form
        if Action.JUMP in able:  # which rests between its leaps, and so is like none of the forms
            return Action.JUMP
    across, down = abs(way.x), abs(way.y)
    moving = float(np.hypot(across, down)) > _TRAVELS
    if moving and across < _STEEP * down:
        upright = Action.RISE if way.y < 0 else Action.FALL
        return upright if upright in able else None
    if kind in _HOVERING:
        if Action.FLOAT in able and swing is not None and clear and swing.reach > _BOBS:
            return Action.FLOAT
        return Action.SWIM if kind is Kind.FISH else Action.FLY
    possible = [action for action in (_ON_THE_WAY if moving else _IN_PLACE) if action in able]
    if moving and Action.WALK in possible and Action.RUN in possible:
        pace = across * _SURE
        if pace < PACE[Action.RUN][0]:
            possible.remove(Action.RUN)
        elif across / _SURE > PACE[Action.WALK][-1]:
            possible.remove(Action.WALK)
    unlike = {action: float(np.nanmean(poses[:, ACTIONS.index(action)])) for action in possible}
    seen = {action: far for action, far in unlike.items() if np.isfinite(far)}
    return min(seen, key=lambda action: seen[action]) if seen else None
