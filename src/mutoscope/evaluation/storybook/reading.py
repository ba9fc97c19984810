"""The reading: what each actor of a parsed clip does, and how fast, in a stretch of time; and when it changes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise, permutations

import numpy as np
from numpy.typing import NDArray

from mutoscope.evaluation.storybook.camera import CameraPath
from mutoscope.evaluation.storybook.changes import Deed, change_times
from mutoscope.evaluation.storybook.colours import Frames
from mutoscope.evaluation.storybook.gaits import living_action
from mutoscope.evaluation.storybook.parser import ActorTrack, ParsedClip, parse_clip
from mutoscope.evaluation.storybook.patterns import READ
from mutoscope.evaluation.storybook.relations import hunts, relation_between
from mutoscope.evaluation.storybook.speeds import Motion, speed_of
from mutoscope.evaluation.storybook.swings import FORMS, Swing, Way, best_swing, straight_way
from mutoscope.evaluation.storybook.weather import weather_of
from mutoscope.world.storybook.cast import CAST, HEIGHT, LIVING
from mutoscope.world.storybook.pace import shows_speed
from mutoscope.world.storybook.story import (
    Act,
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
    Weather,
)

Array = NDArray[np.float64]
_TRIM = 0.2  # seconds beside a change that belong to neither beat
_FEWEST = 6  # frames that an act is read from
_GROWS = 0.08  # e-folds a second
_TURNS = 0.75  # radians a second
_UNSTEADY_GROWTH, _UNSTEADY_TURN = 0.11, 0.5  # rms of what a steady change leaves
_PANS = 0.02  # frame widths a second: a slower pan is none
_MIDDLE, _HELD = 0.06, 0.012  # frame widths (a second) from the middle is where a camera keeps whom it follows
_TRAVELS = 0.018  # picture heights a second
_SWINGS = 0.0065  # picture heights that a straight way leaves, rms, if nothing swings
# The actions that have a direction, or may have one.
DIRECTED = frozenset(
    {
        Action.MOVE, Action.ROLL, Action.BOUNCE, Action.ZIGZAG, Action.FLOAT, Action.DRIVE, Action.SAIL, Action.FLY,
        Action.WALK, Action.RUN, Action.JUMP, Action.SWIM, Action.CHASE,
    }
)  # fmt: skip
_HUNTS = (Action.RUN, Action.FLY, Action.SWIM)
_FLOATS = 0.075  # from end to end; what swings farther does not float
_TREMBLES, _NOISE = 0.012, 0.016  # what swings less and leaves no more does not swing
_VERBS = {
    (Kind.CAR, Action.MOVE): Action.DRIVE, (Kind.BOAT, Action.MOVE): Action.SAIL,
    (Kind.ROCKET, Action.MOVE): Action.FLY, (Kind.KITE, Action.MOVE): Action.FLY, (Kind.KITE, Action.STAND): Action.FLY,
}  # fmt: skip
_STEEP = 0.35  # ways whose smaller part is less than that share of the larger one are level or upright


@dataclass(frozen=True, kw_only=True)
class ActReading:
    """What an actor does during a beat; None: not read, or of what has no such thing."""

    action: Action | None
    direction: Direction | None
    seen: bool  # whole and for long enough to tell: if so, an action of None is like none that can be read
    speed: Speed | None
    colour: Colour | None = None  # that it changes to
    how: Motion | None = None


@dataclass(frozen=True, kw_only=True)
class ActorReading:
    """What an actor is; None: not read."""

    kind: Kind | None
    colour: Colour
    size: Size | None
    seen: bool  # whole at any time: if so, a kind of None is like none that can be read
    acts: tuple[ActReading, ...]  # one per beat


@dataclass(frozen=True, kw_only=True)
class StoryReading:
    """What a clip shows; of camera, light and weather one per beat.

    `place` is None where it is like none that can be read; `relations` are those of one actor to another, by their
    indices; `changes` are the times, in seconds, at which one beat turns into the next, None where nothing changes.
    """

    actors: tuple[ActorReading, ...]
    place: Place | None
    camera: tuple[Camera, ...]
    light: tuple[Light, ...]
    weather: tuple[Weather, ...]
    relations: Mapping[tuple[int, int], Relation | None]
    changes: tuple[float | None, ...]


def read_story(frames: Frames, fps: int, cuts: Sequence[float], kinds: Sequence[Kind] = READ) -> StoryReading:
    """What frames (T, H, W, 3) show in the beats between cuts (seconds, the first 0 and the last the clip's end)."""
    return read_clip(parse_clip(frames, fps, kinds), cuts)


def read_clip(clip: ParsedClip, cuts: Sequence[float]) -> StoryReading:
    """What a parsed clip shows in the beats between cuts."""
    beats = list(pairwise(cuts))
    path = clip.camera.path(cuts, clip.times)
    world = [_in_the_world(actor, path) for actor in clip.actors]
    acts = [_together(world, clip, start, end, cuts[-1]) for start, end in beats]
    actors = tuple(
        ActorReading(
            kind=actor.kind,
            colour=actor.colour,
            size=_size(actor),
            seen=bool(actor.whole.any()),
            acts=tuple(beat[index] for beat in acts),
        )
        for index, actor in enumerate(clip.actors)
    )
    pairs = permutations(range(len(clip.actors)), 2)
    return StoryReading(
        actors=actors,
        place=clip.scenery.place,
        camera=tuple(_camera(clip, start, end) for start, end in beats),
        light=tuple(clip.scenery.lights[max(0, min(clip.frames, round(end * clip.fps)) - 1)] for _, end in beats),
        weather=tuple(_weather(clip, start, end) for start, end in beats),
        relations={(a, b): relation_between(clip.actors[a], clip.actors[b]) for a, b in pairs},
        changes=change_times(
            replace(clip, actors=tuple(world)), cuts, [[_deed(a) for a in one.acts] for one in actors]
        ),
    )


def _deed(act: ActReading) -> Deed:
    """What an act is for whoever looks for changes; a colour that changes is seen without motion."""
    read = act.action not in (None, Action.CHANGE_COLOUR)
    what = (act.action, act.direction) if read else None
    return Deed(what, act.speed, act.how.swing if act.how else None, act.action is Action.FALL)


def _in_the_world(actor: ActorTrack, camera: CameraPath) -> ActorTrack:
    """Where an actor is, whatever the camera does."""
    gain = np.exp(camera.zoom)
    x, y = (actor.x - 0.5) / gain + 0.5 + camera.x, (actor.y - 0.5) / gain + 0.5
    return replace(actor, x=x, y=y, height=actor.height / gain)


def _camera(clip: ParsedClip, start: float, end: float) -> Camera:
    """What the camera does during a beat; it follows who stays in the middle while everything else goes by."""
    pan, zoom = clip.camera.speeds(start, end)
    if zoom:
        return Camera.ZOOM_IN if zoom > 0 else Camera.ZOOM_OUT
    if abs(pan) < _PANS:
        return Camera.STILL
    inside = (clip.times >= start) & (clip.times <= end)
    for actor in clip.actors:
        shown = inside & actor.whole
        if shown.sum() < _FEWEST or abs(float(np.median(actor.x[shown])) - 0.5) > _MIDDLE:
            continue
        if abs(np.polyfit(clip.times[shown], actor.x[shown], 1)[0]) < _HELD:
            return Camera.FOLLOW
    return Camera.PAN_LEFT if pan < 0 else Camera.PAN_RIGHT


def _weather(clip: ParsedClip, start: float, end: float) -> Weather:
    inside = (clip.times >= start + (_TRIM if start else 0)) & (clip.times <= end - _TRIM)
    return weather_of(clip.marks[inside])


def _size(actor: ActorTrack) -> Size | None:
    """By its height when the clip begins."""
    early = np.flatnonzero(actor.whole)[:3]
    if actor.kind is None or not len(early) or early[0] > 8:
        return None
    height = float(np.median(actor.height[early])) / CAST[actor.kind].tall
    return min(HEIGHT, key=lambda size: abs(np.log(HEIGHT[size] / height)))


def _together(
    actors: Sequence[ActorTrack], clip: ParsedClip, start: float, end: float, length: float
) -> list[ActReading]:
    """What all actors do in a beat; who runs, flies or swims after another that flees chases it."""
    acts = [_act(actor, clip, start, end, length) for actor in actors]
    found = list(acts)
    inside = (clip.times >= start) & (clip.times <= end)
    for one, other in permutations(range(len(acts)), 2):
        hunter, prey = acts[one].how, acts[other].how
        if acts[one].action not in _HUNTS or acts[other].action not in _HUNTS or hunter is None or prey is None:
            continue
        if hunts(actors[one], hunter.way, actors[other], prey.way, inside):
            found[one] = replace(acts[one], action=Action.CHASE, speed=None)
    return found


def _act(actor: ActorTrack, clip: ParsedClip, start: float, end: float, length: float) -> ActReading:
    if actor.becomes is not None and start <= actor.turned < end:
        return ActReading(
            action=Action.CHANGE_COLOUR, direction=None, seen=True, speed=None, colour=actor.becomes
        )  # fmt: skip
    times = clip.times
    first = start + (_TRIM if start > 0 else -1)
    last = end - (_TRIM if end < length - 1e-6 else -1)
    inside = (times >= first) & (times <= last) & actor.whole
    unread = ActReading(action=None, direction=None, seen=False, speed=None)
    if inside.sum() < _FEWEST:
        return unread
    t, x, y, height, turn = (value[inside] for value in (times, actor.x, actor.y, actor.height, actor.turn))
    if t[-1] - t[0] < 0.5 * (end - start):
        return unread
    growth = _slope(t, np.log(height), np.inf if actor.kind in LIVING else _UNSTEADY_GROWTH)
    turning = _slope(t, turn, _UNSTEADY_TURN)
    way = straight_way(t, x, y)
    swing = _swing(t, x, y, way.rest) if way.rest > _SWINGS else None
    action = None
    if growth is not None and actor.kind in LIVING:
        action = living_action(actor.kind, actor.poses[inside], way, swing, growth)
    elif growth is not None:
        action = _verb(actor.kind, _action(way, swing, growth, turning, float(np.median(height))))
    direction = _direction(swing.way if swing else way, action)
    if action is Action.FALL:  # it gathers speed, and how it ends may not be seen
        curve = np.polyfit(t, y, 2)
        way = replace(way, y=float(np.polyval(curve, end) - np.polyval(curve, start)) / (end - start))
    how = Motion(way=way, swing=swing, growth=growth or 0.0, turning=turning or 0.0)
    shown = action is not None and shows_speed(Act(action=action, direction=direction), end - start)
    speed = speed_of(action, how) if action and shown else None
    return ActReading(action=action, direction=direction, seen=True, speed=speed, how=how)


def _slope(times: Array, values: Array, unsteady: float) -> float | None:
    """By how much a second it changes, 0 where it cannot be seen; None where it goes to and fro instead."""
    seen = np.isfinite(values)
    if seen.sum() < _FEWEST:
        return 0.0
    slope, start = np.polyfit(times[seen], values[seen], 1)
    rest = values[seen] - start - slope * times[seen]
    return float(slope) if np.sqrt((rest**2).mean()) < unsteady else None


def _swing(times: Array, x: Array, y: Array, rest: float) -> Swing | None:
    """A float if it is small, else the form that explains the path best; None if a straight way leaves but noise."""
    floating = best_swing(times, x, y, "float")
    if floating.reach < _FLOATS:
        return None if floating.reach < _TREMBLES and rest < _NOISE else floating
    return min((best_swing(times, x, y, form) for form in FORMS if form != "float"), key=lambda swing: swing.rest)


def _action(way: Way, swing: Swing | None, growth: float, turning: float | None, height: float) -> Action | None:
    if abs(growth) > _GROWS:
        return Action.GROW if growth > 0 else Action.SHRINK
    if swing is not None:
        if swing.rest > 0.5 * way.rest:
            return None
        if swing.reach < _FLOATS:
            return Action.FLOAT
        return {"bounce": Action.BOUNCE, "zigzag": Action.ZIGZAG, "circle": Action.CIRCLE}.get(swing.form)
    if np.hypot(way.x, way.y) < _TRAVELS:
        if turning is None:
            return None
        return Action.SPIN if abs(turning) > _TURNS else Action.STAND
    if abs(way.x) < _STEEP * abs(way.y):
        return Action.RISE if way.y < 0 else Action.FALL
    if turning is None:
        return None
    # What rolls turns as its rim passes over the ground; what glides does not turn at all.
    return Action.ROLL if abs(turning) > 0.5 * abs(way.x) / (height / 2) else Action.MOVE


def _verb(kind: Kind | None, action: Action | None) -> Action | None:
    """What an action is called for a kind: a car that moves drives."""
    return action if kind is None or action is None else _VERBS.get((kind, action), action)


def _direction(way: Way, action: Action | None) -> Direction | None:
    """Where to, of what has a direction."""
    if action not in DIRECTED or np.hypot(way.x, way.y) < _TRAVELS:
        return None
    across = "left" if way.x < 0 else "right"
    if action in (Action.MOVE, Action.FLY, Action.SWIM):
        if abs(way.y) < _STEEP * abs(way.x):
            return Direction(across)
        return Direction(f"{'up' if way.y < 0 else 'down'} {across}")
    return Direction(across) if abs(way.x) > _TRAVELS else None
