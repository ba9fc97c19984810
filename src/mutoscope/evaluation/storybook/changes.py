"""Changes: when what a clip shows turns into something else, found without being told when that was asked for."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from mutoscope.evaluation.storybook.parser import ActorTrack, ParsedClip
from mutoscope.evaluation.storybook.swings import Swing
from mutoscope.world.storybook.story import Speed

Array = NDArray[np.float64]
_FEWEST = 5  # frames of either side
_PLACE, _HEIGHT, _TURN, _POSE, _MARKS = 0.013, 0.06, 0.25, 0.03, 1.0  # what counts as a difference
_FLOOR = 0.3  # of such a difference is what noise makes
_CLEAR = 20.0  # twice the logarithm of how much likelier a change is than none
_RECOLOURS = 0.175  # seconds after a change began have passed when half of a colour is changed
_LASTS = 0.85  # of its beat is what a change of light takes
_TONES = 6.0  # levels of 255 that a change of light makes at least
_FINE = 0.05  # seconds
_ANGULAR = ("bounce", "zigzag")  # whose pace jumps, so that one wave is not enough


class Deed(NamedTuple):
    """What an actor was seen to do in a beat (None: not read), at what speed, how it goes to and fro, if it does, and whether
    it falls.
    """

    what: object = None
    speed: Speed | None = None
    swing: Swing | None = None
    falls: bool = False


def change_times(clip: ParsedClip, cuts: Sequence[float], done: Sequence[Sequence[Deed]]) -> tuple[float | None, ...]:
    """When it changed, for every cut but the clip's ends, from all between its neighbours; None where nothing did.

    `done`: of every actor, beat after beat. It says what to look for, not when: who does the same twice did not change.
    """
    spans = enumerate(zip(cuts[:-2], cuts[2:], strict=True))
    return tuple(_change(clip, span, [(own[at], own[at + 1]) for own in done]) for at, span in spans)


def _change(clip: ParsedClip, span: tuple[float, float], done: Sequence[tuple[Deed, Deed]]) -> float | None:
    start, end = span
    inside = (clip.times >= start) & (clip.times <= end)
    turned = []
    for actor, (before, after) in zip(clip.actors, done, strict=True):
        same = before.what is not None and before.what == after.what
        if same and (None in (before.speed, after.speed) or before.speed == after.speed):
            continue
        # Who does another thing has changed somewhere; who does the same faster, or cannot be read, may not have.
        another = not same and None not in (before.what, after.what)
        if found := _split(clip.times, _deeds(actor), inside, (before, after), 0.0 if another else _CLEAR):
            turned.append(found)
    if turned:
        return max(turned)[1]
    colours = [actor.turned - _RECOLOURS for actor in clip.actors if start < actor.turned - _RECOLOURS < end]
    if colours:
        return colours[0]
    weather = _split(clip.times, clip.marks / _MARKS, inside, (Deed(), Deed()), _CLEAR)
    return weather[1] if weather else _dawn(clip.times[inside], clip.scenery.tone[inside])


def _deeds(actor: ActorTrack) -> Array:  # (T, D)
    """Where an actor is in every frame, how big and how turned, and the poses that it takes, in differences that count."""
    ways = [
        values / scale
        for values, scale in (
            (actor.x, _PLACE),
            (actor.y, _PLACE),
            (np.log(actor.height), _HEIGHT),
            (actor.turn, _TURN),
        )
        if np.isfinite(values).sum() > 2 * _FEWEST
    ]
    poses = actor.poses[:, np.isfinite(actor.poses).any(0)].T / _POSE
    return np.stack([*ways, *poses], axis=-1) if ways else np.zeros((len(actor.x), 0))


def _split(
    times: Array, values: Array, inside: NDArray[np.bool_], done: tuple[Deed, Deed], clear: float
) -> tuple[float, float] | None:
    """How much likelier it is that (T, D) values have two trends, one after the other, than one; and when they change.

    Each is a normal distribution about a line (Killick, Fearnhead, Eckley, "Optimal detection of changepoints", 2012), or
    about the curve of what falls or goes to and fro. None unless it is more than `clear`.
    """
    seen = inside & np.isfinite(values).all(1)
    t, v = times[seen], values[seen]
    if len(t) < 2 * _FEWEST or not v.shape[1]:
        return None
    first, second = done
    costs = {
        at: _cost(t[:at], v[:at], first) + _cost(t[at:], v[at:], second) for at in range(_FEWEST, len(t) - _FEWEST + 1)
    }
    best = min(costs, key=lambda at: costs[at])
    gain = min(_cost(t, v, deed) for deed in done) - costs[best]
    return (gain, float(t[best - 1] + t[best]) / 2) if gain > clear else None


def _cost(times: Array, values: Array, deed: Deed) -> float:
    basis = [np.ones_like(times), times]
    if deed.falls:  # and gathers speed
        basis.append(times * times)
    if deed.swing is not None:
        turns = 2 * np.pi * deed.swing.rate * times
        basis += [np.sin(turns), np.cos(turns)]
        if deed.swing.form in _ANGULAR:
            basis += [np.sin(2 * turns), np.cos(2 * turns)]
    line = np.stack(basis, 1)
    rest = values - line @ np.linalg.lstsq(line, values, rcond=None)[0]
    return float(len(times) * np.log((rest**2).mean(0) + _FLOOR**2).sum())


def _dawn(times: Array, tone: Array) -> float | None:
    """When the light began to change: the tone (n, 3) goes from the first one to another, smoothly, for most of a beat."""
    if np.abs(tone[-1] - tone[0]).max() < _TONES:
        return None
    best, found = np.inf, None
    for begin in np.arange(times[0] + 0.5, times[-1] - 0.5, _FINE):
        share = np.clip((times - begin) / (_LASTS * (times[-1] - begin)), 0, 1)
        basis = np.stack([np.ones_like(times), share * share * (3 - 2 * share)], 1)
        rest = tone - basis @ np.linalg.lstsq(basis, tone, rcond=None)[0]
        if (left := float((rest**2).sum())) < best:
            best, found = left, float(begin)
    return found
