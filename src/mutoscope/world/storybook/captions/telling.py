"""What there is to tell of a story, moment after moment, in no language yet."""

from dataclasses import dataclass

from mutoscope.world.captions.dice import Dice
from mutoscope.world.storybook.cast import PEOPLE
from mutoscope.world.storybook.story import Act, Action, Camera, Colour, Kind, Light, Place, Size, Story, Weather

# Where a kind can only be at one place, the place goes without saying.
IMPLIED = {Kind.BOAT: Place.SEA, Kind.FISH: Place.UNDERWATER}
_GOES_SOMEWHERE = frozenset(
    {Action.WALK, Action.RUN, Action.FLY, Action.SWIM, Action.SAIL, Action.DRIVE, Action.CHASE, Action.ZIGZAG}
)


@dataclass(frozen=True, kw_only=True)
class Told:
    """One actor's act as it is told: with or without its direction, as going on, as chasing another actor."""

    actor: int
    act: Act
    directed: bool = False
    again: bool = False
    chased: int | None = None


@dataclass(frozen=True, kw_only=True)
class Moment:
    """What is told of one stretch of time; light and weather that begin with it, or go over into others."""

    start: float
    end: float
    acts: tuple[Told, ...]
    camera: Camera = Camera.STILL
    light: Light = Light.DAY
    weather: Weather = Weather.CLEAR
    new_light: tuple[Light, Light] | None = None
    new_weather: tuple[Weather, Weather] | None = None


@dataclass(frozen=True, kw_only=True)
class Telling:
    """Moments in order; a camera that does one thing all the time; which colours are told, and whether the place is."""

    moments: tuple[Moment, ...]
    camera: Camera
    coloured: tuple[bool, ...]
    placed: bool


def tell(dice: Dice, story: Story, *, timed: bool) -> Telling:
    """Chooses what to tell: all that is not as usual, and of the rest a part."""
    cameras = {beat.camera for beat in story.beats}
    steady = story.beats[0].camera if len(story.beats) > 1 and len(cameras) == 1 else Camera.STILL
    moments = [_moment(dice, story, number, steady) for number in range(len(story.beats))]
    if not timed and _only_air_changes(story) and dice.chance(0.6):
        moments = [_together(story, moments)]
    twins = len({actor.kind for actor in story.actors}) < len(story.actors)
    coloured = tuple(twins or not dice.chance(0.3 if actor.kind in PEOPLE else 0.12) for actor in story.actors)
    implied = any(IMPLIED.get(actor.kind) == story.place for actor in story.actors)
    placed = story.place is not Place.PLAIN and not (implied and dice.chance(0.4))
    return Telling(moments=tuple(moments), camera=steady, coloured=coloured, placed=placed)


def colour_before(story: Story, actor: int, act: Act) -> Colour:
    """The colour that an actor has when an act of its begins."""
    colour = story.actors[actor].colour
    for beat in story.beats:
        if beat.acts[actor] is act:
            break
        colour = beat.acts[actor].colour or colour
    return colour


def sized(story: Story, actor: int) -> bool:
    """Whether an actor's size has to be told."""
    return story.actors[actor].size is not Size.MEDIUM


def _moment(dice: Dice, story: Story, number: int, steady: Camera) -> Moment:
    beat = story.beats[number]
    before = story.beats[number - 1] if number else None
    chased = {1 - index if index < 2 else 0 for index, act in enumerate(beat.acts) if act.action is Action.CHASE}
    acts: list[Told] = []
    for index, act in enumerate(beat.acts):
        if index in chased:
            continue
        again = before is not None and _same(before.acts[index], act)
        told = _told(dice, index, act, again=again)
        if not again or (act.action is not Action.STAND and dice.chance(0.6)):
            acts.append(told)
    if before is None:
        return Moment(
            start=beat.start, end=beat.end, acts=tuple(acts), light=beat.light, weather=beat.weather,
            camera=beat.camera if steady is Camera.STILL else Camera.STILL,
        )  # fmt: skip
    new_light = (before.light, beat.light) if before.light != beat.light else None
    new_weather = (before.weather, beat.weather) if before.weather != beat.weather else None
    camera = beat.camera if steady is Camera.STILL else Camera.STILL
    if not (acts or new_light or new_weather or camera is not Camera.STILL):
        free = [index for index in range(len(beat.acts)) if index not in chased]
        acts = [_told(dice, index, beat.acts[index], again=True) for index in free[:1]]
    return Moment(
        start=beat.start, end=beat.end, acts=tuple(acts), camera=camera, new_light=new_light, new_weather=new_weather
    )


def _told(dice: Dice, index: int, act: Act, *, again: bool) -> Told:
    leave_open = 0.35 if act.action in _GOES_SOMEWHERE else 0.1
    directed = act.direction is not None and not dice.chance(0.8 if again else leave_open)
    chased = (1 - index if index < 2 else 0) if act.action is Action.CHASE else None
    return Told(actor=index, act=act, directed=directed, again=again, chased=chased)


def _same(one: Act, other: Act) -> bool:
    return (one.action, one.direction, one.speed, one.colour) == (
        other.action,
        other.direction,
        other.speed,
        other.colour,
    )


def _only_air_changes(story: Story) -> bool:
    """Whether, in two beats, all do the same all the time while the light or the weather changes."""
    if len(story.beats) != 2:
        return False
    one, other = story.beats
    constant = one.camera == other.camera and all(_same(*pair) for pair in zip(one.acts, other.acts, strict=True))
    return constant and (one.light != other.light) != (one.weather != other.weather)


def _together(story: Story, moments: list[Moment]) -> Moment:
    """The change told beside what goes on."""
    first, last = moments
    return Moment(
        start=first.start, end=story.seconds, acts=first.acts, camera=first.camera, light=first.light,
        weather=first.weather, new_light=last.new_light, new_weather=last.new_weather,
    )  # fmt: skip
