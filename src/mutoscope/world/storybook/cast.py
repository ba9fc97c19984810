"""The cast: what each kind can do and where it can be, what every word looks like, and in which stage it is learnt."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from mutoscope.world.storybook.story import Action, Camera, Colour, Direction, Kind, Light, Place, Size, Weather

Rgb = tuple[float, float, float]
STAGES = 4  # shapes and motions; things and places; living ones, light and weather; changes and relations

SHAPES = (Kind.CIRCLE, Kind.SQUARE, Kind.TRIANGLE, Kind.STAR, Kind.HEART)
THINGS = (
    Kind.BALL, Kind.BALLOON, Kind.CAR, Kind.BOAT, Kind.ROCKET, Kind.KITE, Kind.HOUSE, Kind.TREE, Kind.FLOWER,
)  # fmt: skip
PEOPLE = (Kind.MAN, Kind.WOMAN, Kind.CHILD)
LIVING = (*PEOPLE, Kind.CAT, Kind.DOG, Kind.BIRD, Kind.FISH, Kind.BUTTERFLY)

# Far apart from one another in every light, and more saturated than any place.
RGB: Mapping[Colour, Rgb] = MappingProxyType(
    {
        Colour.RED: (0.90, 0.13, 0.14),
        Colour.ORANGE: (1.00, 0.52, 0.05),
        Colour.YELLOW: (1.00, 0.88, 0.08),
        Colour.GREEN: (0.12, 0.66, 0.24),
        Colour.BLUE: (0.10, 0.36, 0.92),
        Colour.PURPLE: (0.54, 0.18, 0.76),
        Colour.PINK: (1.00, 0.50, 0.76),
        Colour.BROWN: (0.50, 0.29, 0.13),
        Colour.BLACK: (0.08, 0.08, 0.09),
        Colour.WHITE: (0.98, 0.98, 0.98),
    }
)
# Height of a kind whose measure is 1, in frame heights.
HEIGHT: Mapping[Size, float] = MappingProxyType({Size.SMALL: 0.18, Size.MEDIUM: 0.28, Size.BIG: 0.42})


@dataclass(frozen=True, kw_only=True)
class Role:
    """What a kind can do and where; its height beside a plain shape of the same size, and its width beside its height."""

    actions: frozenset[Action]
    places: frozenset[Place]
    tall: float
    broad: float
    grounded: bool  # stands, walks, drives or floats on the ground line of its place


def _role(
    actions: Iterable[Action], places: Iterable[Place], tall: float = 1.0, broad: float = 1.0, *, grounded: bool = False
) -> Role:
    every = {Action.CHANGE_COLOUR, Action.GROW, Action.SHRINK}
    return Role(
        actions=frozenset(every | set(actions)), places=frozenset(places), tall=tall, broad=broad, grounded=grounded
    )


_DRY = {Place.PLAIN, Place.MEADOW, Place.BEACH, Place.CITY, Place.SNOW, Place.DESERT, Place.FOREST}
_OPEN = _DRY | {Place.SEA}
_ANYWHERE = set(Place)
_FREE = {
    Action.STAND, Action.MOVE, Action.BOUNCE, Action.SPIN, Action.RISE, Action.FALL, Action.ZIGZAG, Action.CIRCLE,
    Action.FLOAT,
}  # fmt: skip
_STILL = {Action.STAND}
_LEGS = {Action.STAND, Action.WALK, Action.RUN, Action.JUMP, Action.FLOAT, Action.CHASE}
_BODY = _LEGS | {Action.DANCE, Action.WAVE, Action.SWIM}
_WINGS = {Action.FLY, Action.RISE, Action.CIRCLE, Action.CHASE}

CAST: Mapping[Kind, Role] = MappingProxyType(
    {
        Kind.CIRCLE: _role(_FREE | {Action.ROLL}, _ANYWHERE, 0.95),
        Kind.SQUARE: _role(_FREE, _ANYWHERE, 0.9),
        Kind.TRIANGLE: _role(_FREE, _ANYWHERE, 1.0, 1.12),
        Kind.STAR: _role(_FREE, _ANYWHERE, 1.08, 1.05),
        Kind.HEART: _role(_FREE, _ANYWHERE),
        Kind.BALL: _role(_FREE | {Action.ROLL}, _ANYWHERE, 0.8),
        Kind.BALLOON: _role(
            {Action.FLOAT, Action.RISE, Action.FALL, Action.MOVE, Action.ZIGZAG}, _OPEN | {Place.ROOM, Place.SPACE}, 1.3, 0.55
        ),
        Kind.CAR: _role(_STILL | {Action.DRIVE}, _DRY, 0.62, 1.86, grounded=True),
        Kind.BOAT: _role({Action.FLOAT, Action.SAIL}, {Place.SEA}, 1.1, 1.25, grounded=True),
        Kind.ROCKET: _role(
            {Action.STAND, Action.RISE, Action.FALL, Action.FLY, Action.FLOAT, Action.SPIN},
            (_DRY - {Place.FOREST}) | {Place.SPACE}, 1.2, 0.7,
        ),
        Kind.KITE: _role({Action.FLY, Action.RISE, Action.FALL, Action.ZIGZAG, Action.CIRCLE}, _OPEN, 1.3, 0.62),
        Kind.HOUSE: _role(_STILL, _DRY, 1.1, 1.04, grounded=True),
        Kind.TREE: _role(_STILL, _DRY, 1.35, 0.78, grounded=True),
        Kind.FLOWER: _role(_STILL, _DRY | {Place.ROOM}, 1.0, 0.62, grounded=True),
        Kind.MAN: _role(_BODY, _DRY | {Place.ROOM, Place.SPACE, Place.UNDERWATER}, 1.3, 0.42, grounded=True),
        Kind.WOMAN: _role(_BODY, _DRY | {Place.ROOM, Place.SPACE, Place.UNDERWATER}, 1.22, 0.42, grounded=True),
        Kind.CHILD: _role(_BODY, _DRY | {Place.ROOM, Place.SPACE, Place.UNDERWATER}, 1.05, 0.48, grounded=True),
        Kind.CAT: _role(_LEGS, _DRY | {Place.ROOM, Place.SPACE}, 0.82, 1.2, grounded=True),
        Kind.DOG: _role(_LEGS, _DRY | {Place.ROOM, Place.SPACE}, 0.86, 1.35, grounded=True),
        Kind.BIRD: _role(_WINGS | {Action.STAND, Action.FALL}, _OPEN | {Place.ROOM, Place.SPACE}, 0.8, 1.2),
        Kind.FISH: _role(
            {Action.SWIM, Action.FLOAT, Action.RISE, Action.FALL, Action.CIRCLE, Action.CHASE}, {Place.UNDERWATER}, 0.62, 1.4
        ),
        Kind.BUTTERFLY: _role(
            _WINGS | {Action.FALL, Action.FLOAT, Action.ZIGZAG}, _OPEN | {Place.ROOM, Place.SPACE}, 0.85
        ),
    }
)  # fmt: skip

# Places without ground: nobody stands, bounces or drives there as elsewhere.
GROUNDLESS = frozenset({Place.SPACE, Place.UNDERWATER})
_NOT_IN_WATER = frozenset(
    {Action.STAND, Action.WALK, Action.RUN, Action.JUMP, Action.DANCE, Action.WAVE, Action.ROLL, Action.BOUNCE}
)
_NOT_IN_SPACE = frozenset({Action.ROLL, Action.BOUNCE, Action.FALL, Action.SWIM, Action.JUMP})
_HORIZONTAL = (Direction.LEFT, Direction.RIGHT)
_SLANTED = (*_HORIZONTAL, Direction.UP_LEFT, Direction.UP_RIGHT, Direction.DOWN_LEFT, Direction.DOWN_RIGHT)

# The directions that an action can have; straight up and down are RISE and FALL, not MOVE.
DIRECTIONS: Mapping[Action, tuple[Direction | None, ...]] = MappingProxyType(
    {
        **dict.fromkeys(Action, (None,)),
        **dict.fromkeys((Action.ROLL, Action.ZIGZAG, Action.SAIL, Action.DRIVE, Action.WALK, Action.RUN), _HORIZONTAL),
        **dict.fromkeys((Action.BOUNCE, Action.JUMP, Action.FLOAT), (None, *_HORIZONTAL)),
        Action.MOVE: _SLANTED,
        Action.FLY: _SLANTED,
        Action.SWIM: _SLANTED,
        Action.CHASE: _HORIZONTAL,
    }
)
# Actions that have no speed to speak of.
SPEEDLESS = frozenset({Action.STAND, Action.CHANGE_COLOUR, Action.FLOAT, Action.CHASE})


def actions_of(kind: Kind, place: Place) -> frozenset[Action]:
    """What a kind can do at a place."""
    actions = CAST[kind].actions
    if place is Place.UNDERWATER:
        return actions - _NOT_IN_WATER if kind in LIVING else actions - _NOT_IN_WATER | (actions & {Action.STAND})
    if place is Place.SPACE:
        return actions - _NOT_IN_SPACE
    if place is Place.SEA:
        return actions - {Action.ROLL, Action.BOUNCE} - ({Action.STAND} if kind in LIVING else set())
    if kind in (*PEOPLE, Kind.CAT, Kind.DOG):  # they swim in water and float in space only
        return actions - {Action.SWIM, Action.FLOAT}
    return actions


def directions_of(kind: Kind, action: Action) -> tuple[Direction | None, ...]:
    """Where to a kind can do an action."""
    if kind is Kind.KITE and action is Action.FLY:
        return (None, *_HORIZONTAL)
    if kind is Kind.BOAT and action is Action.FLOAT:
        return (None,)
    return DIRECTIONS[action]


def stage_of_kind(kind: Kind) -> int:
    """The first stage that shows a kind."""
    return 1 if kind in SHAPES else 2 if kind in THINGS else 3


def stage_of_action(action: Action) -> int:
    """The first stage that shows an action."""
    if action in (Action.CHANGE_COLOUR, Action.CHASE):
        return 4
    if action in (Action.SAIL, Action.DRIVE, Action.FLY):
        return 2
    if action in (Action.SWIM, Action.WALK, Action.RUN, Action.JUMP, Action.DANCE, Action.WAVE):
        return 3
    return 1


def stage_of_place(place: Place) -> int:
    """The first stage that shows a place."""
    return 1 if place is Place.PLAIN else 2


def stage_of_light(light: Light) -> int:
    """The first stage that shows a light; that it changes is of the last."""
    return 1 if light is Light.DAY else 3


def stage_of_weather(weather: Weather) -> int:
    """The first stage that shows a weather."""
    return 1 if weather is Weather.CLEAR else 3


def stage_of_camera(camera: Camera) -> int:
    """The first stage in which the camera does this."""
    return 1 if camera is Camera.STILL else 2
