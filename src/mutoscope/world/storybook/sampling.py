"""Random stories: valid, readable ones, drawn so that every kind, action, place and change comes up."""

from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from itertools import pairwise

import numpy as np

from mutoscope.world.captions.dice import Dice
from mutoscope.world.storybook.cast import (
    CAST,
    LIVING,
    SHAPES,
    STAGES,
    actions_of,
    directions_of,
    stage_of_action,
    stage_of_kind,
    stage_of_place,
)
from mutoscope.world.storybook.pace import SPEEDS, fastest, has_time, shows_speed
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

_WIDE = 1.06  # what is wider than that leaves no room for others when it is big
_SHORTEST = 1.0  # seconds: a shorter beat shows nothing
_IN_PLACE = {Action.STAND, Action.SPIN, Action.BOUNCE, Action.JUMP, Action.DANCE, Action.WAVE, Action.FLOAT}
_TRAVELS = {Action.MOVE, Action.ROLL, Action.SAIL, Action.DRIVE, Action.FLY, Action.SWIM, Action.WALK, Action.RUN}
_SELDOM = {Action.STAND: 0.6, Action.GROW: 0.5, Action.SHRINK: 0.5, Action.CHANGE_COLOUR: 0.8, Action.FLOAT: 0.8}
_OFTEN = {Action.RUN: 1.6, Action.WALK: 1.6, Action.DRIVE: 3.0, Action.SAIL: 3.0, Action.FLY: 2.0, Action.SWIM: 2.0}
_AT_HOME = {(Kind.BOAT, Place.SEA): 4.0, (Kind.FISH, Place.UNDERWATER): 4.0, (Kind.ROCKET, Place.SPACE): 2.0}
_RESTING = {Action.STAND, Action.GROW, Action.SHRINK, Action.CHANGE_COLOUR, Action.SPIN}
_INDOORS = {Place.ROOM, Place.SPACE, Place.UNDERWATER}  # no weather there
_LANDERS = {Kind.BIRD, Kind.ROCKET, Kind.BALL, *SHAPES}
_CHASES = (
    ((Kind.MAN, Kind.WOMAN, Kind.CHILD, Kind.CAT, Kind.DOG), Action.RUN),
    ((Kind.BIRD, Kind.BUTTERFLY), Action.FLY),
    ((Kind.FISH,), Action.SWIM),
)


def shows_changes(seconds: float) -> bool:
    """Whether a clip is long enough for one thing after another."""
    return seconds >= 2 * _SHORTEST


def sample_story(rng: np.random.Generator, seconds: float, *, stage: int = STAGES, changes: bool = False) -> Story:
    """A random story of what the stages up to `stage` show; compositions that are held out come up too.

    `changes`: one thing after another, which otherwise only the last stage shows.
    """
    dice = Dice(rng)
    changes = changes or stage == STAGES
    while True:
        place = Place.PLAIN if stage == 1 or dice.chance(0.12) else dice.pick(_places(stage))
        draw = dice.throw() if stage >= 4 else 1.0
        if draw < 0.07:
            story = _chase(dice, seconds, place)
        elif draw < 0.19:
            story = _relation(dice, seconds, place)
        else:
            story = _free(dice, seconds, place, stage, changes)
        if story is not None:
            return story


def _free(dice: Dice, seconds: float, place: Place, stage: int, changes: bool) -> Story:
    """Actors who each do something; with changes one thing after another."""
    odds = {1: (0.7, 0.3, 0.0), 4: (0.56, 0.36, 0.08)}.get(stage, (0.62, 0.33, 0.05))
    count = 1 + _index(dice, odds)
    actors = _cast(dice, place, stage, count)
    cuts = _cuts(dice, seconds) if changes else [0.0, seconds]
    beats = len(cuts) - 1
    # Otherwise it is the light, the weather or the camera that changes.
    changing = beats > 1 and (place in (Place.PLAIN, Place.SPACE) or dice.chance(0.75))
    acts = [
        _acts(dice, actor, place, stage, cuts, changing if index == 0 else changing and dice.chance(0.25), index > 0)
        for index, actor in enumerate(actors)
    ]
    return _story(dice, actors, acts, place, stage, cuts, unlike=not changing)


def _relation(dice: Dice, seconds: float, place: Place) -> Story | None:
    """Two actors of whom one is beside, above, below, in front of or behind the other."""
    relation = dice.pick(tuple(Relation))
    actors = _cast(dice, place, STAGES, 2, sizes=(0.35, 0.6, 0.05))
    grounded = [CAST[actor.kind].grounded for actor in actors]
    depth = relation in (Relation.IN_FRONT_OF, Relation.BEHIND)
    if depth and grounded[0] != grounded[1]:
        return None
    upper = {Relation.ABOVE: 0, Relation.BELOW: 1}.get(relation)
    if upper is not None and (grounded[upper] or Size.BIG in {actor.size for actor in actors}):
        return None
    if upper is not None and _lands(actors[upper].kind, place, Action.STAND):
        return None
    acts = []
    for index, actor in enumerate(actors):
        possible = [a for a in _possible(actor.kind, place, STAGES) if a in _IN_PLACE or (depth and a in _TRAVELS)]
        still = [a for a in possible if a in (Action.STAND, Action.FLOAT)]
        if upper is not None:
            possible = [a for a in possible if a not in (Action.BOUNCE, Action.JUMP)]
        if not possible or (index and not still):
            return None
        action = dice.pick(possible if index == 0 else still)
        directions = [d for d in directions_of(actor.kind, action) if d in (None, Direction.LEFT, Direction.RIGHT)]
        direction = None if None in directions else dice.pick(directions)
        acts.append([Act(action=action, direction=direction)])
    story = _story(dice, actors, acts, place, STAGES, [0.0, seconds])
    return Story(actors=story.actors, beats=story.beats, place=place, relation=relation)


def _chase(dice: Dice, seconds: float, place: Place) -> Story | None:
    """One goes after the other, which flees."""
    fitting = [
        (kinds, flight)
        for group, flight in _CHASES
        if (kinds := [k for k in group if _can(k, place, Action.CHASE, flight)])
    ]
    if not fitting:
        return None
    kinds, flight = dice.pick(fitting)
    actors = _cast(dice, place, STAGES, 2, kinds=kinds, sizes=(0.5, 0.5, 0.0))
    way = dice.pick((Direction.LEFT, Direction.RIGHT))
    acts = [[Act(action=Action.CHASE, direction=way)], [Act(action=flight, direction=way)]]
    if dice.chance(0.4):
        actors, acts = actors[::-1], acts[::-1]
    return _story(dice, actors, acts, place, STAGES, [0.0, seconds])


def _cast(
    dice: Dice, place: Place, stage: int, count: int, kinds: Sequence[Kind] = (), sizes: Sequence[float] = ()
) -> list[Actor]:
    """Different actors: no two share a colour."""
    found, weights = _kinds(place, stage)
    actors: list[Actor] = []
    colours = list(Colour)
    for _ in range(count):
        kind = dice.pick(kinds) if kinds else found[_index(dice, weights)]
        odds = sizes or ((0.2, 0.58, 0.22), (0.3, 0.6, 0.1), (0.5, 0.5, 0.0))[count - 1]
        if count > 1 and CAST[kind].tall * CAST[kind].broad > _WIDE:
            odds = (*odds[:2], 0.0)
        colour = colours.pop(int(dice.throw() * len(colours)))
        actors.append(Actor(kind=kind, colour=colour, size=tuple(Size)[_index(dice, odds)]))
    return actors


def _acts(
    dice: Dice, actor: Actor, place: Place, stage: int, cuts: list[float], changing: bool, minor: bool
) -> list[Act]:
    """What an actor does beat after beat; a minor one often rests."""
    possible = _possible(actor.kind, place, stage)
    shortest = min(end - start for start, end in pairwise(cuts))
    for _ in range(40):
        acts: list[Act] = []
        for start, end in pairwise(cuts):
            if acts and not changing:
                acts.append(acts[0])
                continue
            length = (end if changing else cuts[-1]) - start
            seen = tuple(action for action in possible if has_time(action, end - start if changing else shortest))
            calm = minor and _rests(seen) and dice.chance(0.5)
            action = dice.pick(_rests(seen)) if calm else seen[_index(dice, _weights(seen))]
            acts.append(_act(dice, actor, action, length, end - start))
        if _follow_well(actor, place, acts, changing):
            return acts
    rests = _rests(possible)
    return [Act(action=rests[0] if rests else Action.CHANGE_COLOUR, colour=None if rests else _other(dice, actor))] * (
        len(cuts) - 1
    )


def _rests(actions: Sequence[Action]) -> list[Action]:
    return [action for action in actions if action in (Action.STAND, Action.FLOAT)]


def _act(dice: Dice, actor: Actor, action: Action, length: float, beat: float) -> Act:
    """An action for `length` seconds, whose first beat is `beat` long, at a speed that can be seen."""
    directions = directions_of(actor.kind, action)
    direction = dice.pick(directions)
    if None in directions and dice.chance(0.5):
        direction = None
    colour = _other(dice, actor) if action is Action.CHANGE_COLOUR else None
    act = Act(action=action, direction=direction, colour=colour)
    if not shows_speed(act, beat):
        return act
    odds = (0.25, 0.75, 0.0) if actor.size is Size.BIG else (0.2, 0.6, 0.2)  # the big have no room for haste
    speed = min(SPEEDS[_index(dice, odds)], fastest(actor, action, length), key=SPEEDS.index)
    return replace(act, speed=speed)


def _follow_well(actor: Actor, place: Place, acts: list[Act], changing: bool) -> bool:
    """Whether each act differs from the one before, can come after it, and suits the size of the actor."""
    if changing and any((a.action, a.direction) == (b.action, b.direction) for a, b in pairwise(acts)):
        return False
    done = [act.action for act in acts]
    if (actor.size is Size.BIG and Action.GROW in done) or (actor.size is Size.SMALL and Action.SHRINK in done):
        return False
    colours = [actor.colour, *(act.colour for act in acts if act.colour is not None)]
    if changing and len(set(colours)) < len(colours):
        return False
    if not changing and len(acts) > 1 and Action.CHANGE_COLOUR in done:
        return False
    # Nothing sinks into the ground: no way up leads to it and no way down leads on from it.
    landed = [_lands(actor.kind, place, action) for action in done]
    if True not in landed:
        return True
    first = landed.index(True)
    ways = [_way(act) for act in acts]
    return all(way >= 0 for way in ways[:first]) and all(way <= 0 for way in ways[first:])


def _way(act: Act) -> int:
    """-1 up, 1 down, 0 level."""
    if act.action in (Action.RISE, Action.FALL):
        return -1 if act.action is Action.RISE else 1
    if act.direction is None or len(act.direction.split()) == 1:
        return 0
    return -1 if act.direction.startswith("up") else 1


def _lands(kind: Kind, place: Place, action: Action) -> bool:
    """Whether who is free to fly is on the ground as it does this."""
    if CAST[kind].grounded or kind not in _LANDERS or place in (Place.SPACE, Place.UNDERWATER, Place.SEA):
        return False
    if kind in (Kind.BIRD, Kind.ROCKET):
        return action in _RESTING
    if place is Place.PLAIN:
        return False
    return action in (Action.ROLL, Action.BOUNCE) or (kind is Kind.BALL and action is Action.STAND)


def _story(
    dice: Dice,
    actors: list[Actor],
    acts: list[list[Act]],
    place: Place,
    stage: int,
    cuts: list[float],
    unlike: bool = False,
) -> Story:
    """Light, weather and camera to what the actors do; `unlike`: one of these changes from beat to beat."""
    count = len(cuts) - 1
    lights = [_light(dice, place, stage)] * count
    weathers = [_weather(dice, place, stage)] * count
    cameras = [_camera(dice, place, stage, actors, acts)] * count
    while count > 1 and (unlike or dice.chance(0.15)):
        draw = dice.throw()
        if draw < 0.6:
            lights = [_light(dice, place, stage) for _ in range(count)]
        elif draw < 0.8:
            weathers = [_weather(dice, place, stage) for _ in range(count)]
        else:
            cameras = [_camera(dice, place, stage, actors, acts, change=True) for _ in range(count)]
        if not unlike or all(a != b for a, b in pairwise(zip(lights, weathers, cameras, strict=True))):
            break
    beats = tuple(
        Beat(start=start, end=end, acts=tuple(own[index] for own in acts), light=lights[index], weather=weathers[index],
             camera=cameras[index])
        for index, (start, end) in enumerate(pairwise(cuts))
    )  # fmt: skip
    return Story(actors=tuple(actors), beats=beats, place=place)


def _light(dice: Dice, place: Place, stage: int) -> Light:
    if stage < 3 or place in (Place.PLAIN, Place.SPACE):
        return Light.DAY
    return tuple(Light)[_index(dice, (0.56, 0.22, 0.22))]


def _weather(dice: Dice, place: Place, stage: int) -> Weather:
    if stage < 3 or place in _INDOORS:
        return Weather.CLEAR
    return tuple(Weather)[_index(dice, (0.64, 0.12, 0.12, 0.12))]


def _camera(
    dice: Dice, place: Place, stage: int, actors: list[Actor], acts: list[list[Act]], change: bool = False
) -> Camera:
    """Mostly still; on a plain colour always, as nobody could tell a pan from a walk."""
    if stage < 2 or place is Place.PLAIN or dice.chance(0.3 if change else 0.66):
        return Camera.STILL
    done = [{act.action for act in own} for own in acts]
    led = done[0] <= _TRAVELS | {Action.CHASE}
    alone = all(own <= _IN_PLACE or Action.CHASE in own | done[0] for own in done[1:])  # others would be left behind
    if led and alone and not change and dice.chance(0.4):
        return Camera.FOLLOW
    choice = dice.pick((Camera.PAN_LEFT, Camera.PAN_RIGHT, Camera.ZOOM_IN, Camera.ZOOM_OUT))
    every = set().union(*done)
    hasty = Action.RUN in every or any(act.speed is Speed.FAST for own in acts for act in own)
    narrow = hasty or Action.CHASE in every or any(actor.size is Size.BIG for actor in actors)
    if every & {Action.GROW, Action.SHRINK} or (narrow and choice is Camera.ZOOM_IN):
        return Camera.STILL if choice.startswith("zoom") else choice
    return Camera.STILL if hasty and choice.startswith("pan") else choice


def _cuts(dice: Dice, seconds: float) -> list[float]:
    """Borders of beats: mostly equal parts, sometimes at any tenth of a second."""
    most = max(1, int(seconds / _SHORTEST))
    count = min(most, 1 + _index(dice, (0.42, 0.48, 0.10)))
    equal = [round(seconds * part / count, 3) for part in range(count + 1)]
    spare = seconds - count * _SHORTEST
    if count == 1 or spare < 0.2 or dice.chance(0.6):
        return equal
    inner = sorted(dice.throw() for _ in range(count - 1))
    return [0.0, *(round(_SHORTEST * (i + 1) + spare * share, 1) for i, share in enumerate(inner)), seconds]


def _other(dice: Dice, actor: Actor) -> Colour:
    return dice.pick([colour for colour in Colour if colour is not actor.colour])


def _index(dice: Dice, weights: Sequence[float]) -> int:
    """A number below len(weights), each as likely as its weight says."""
    left = dice.throw() * sum(weights)
    for index, weight in enumerate(weights):
        left -= weight
        if left < 0:
            return index
    return len(weights) - 1


@cache
def _places(stage: int) -> tuple[Place, ...]:
    return tuple(place for place in Place if place is not Place.PLAIN and stage_of_place(place) <= stage)


@cache
def _kinds(place: Place, stage: int) -> tuple[tuple[Kind, ...], tuple[float, ...]]:
    """The kinds of a place, and how often each comes: shapes in most places less than what belongs there."""
    kinds = tuple(k for k, role in CAST.items() if place in role.places and stage_of_kind(k) <= stage)
    common = 1.0 if place is Place.PLAIN else 0.6
    weights = tuple(
        _AT_HOME.get((kind, place), common if kind in SHAPES else 1.7 if kind in LIVING else 1.2) for kind in kinds
    )
    return kinds, weights


@cache
def _possible(kind: Kind, place: Place, stage: int) -> tuple[Action, ...]:
    """What it can do by itself, in a fixed order."""
    able = actions_of(kind, place) - {Action.CHASE}
    return tuple(action for action in Action if action in able and stage_of_action(action) <= stage)


@cache
def _weights(actions: tuple[Action, ...]) -> tuple[float, ...]:
    return tuple(_SELDOM.get(action, _OFTEN.get(action, 1.0)) for action in actions)


def _can(kind: Kind, place: Place, *actions: Action) -> bool:
    return place in CAST[kind].places and set(actions) <= actions_of(kind, place)
