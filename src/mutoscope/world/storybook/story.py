"""What happens in a storybook clip: who is there, what each does beat after beat, where, in which light and weather."""

from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """What can be in a picture."""

    CIRCLE = "circle"
    SQUARE = "square"
    TRIANGLE = "triangle"
    STAR = "star"
    HEART = "heart"
    BALL = "ball"
    BALLOON = "balloon"
    CAR = "car"
    BOAT = "boat"
    ROCKET = "rocket"
    KITE = "kite"
    HOUSE = "house"
    TREE = "tree"
    FLOWER = "flower"
    MAN = "man"
    WOMAN = "woman"
    CHILD = "child"
    CAT = "cat"
    DOG = "dog"
    BIRD = "bird"
    FISH = "fish"
    BUTTERFLY = "butterfly"


class Colour(StrEnum):
    """The ten colours of things (of clothes, for people); places use none of them."""

    RED = "red"
    ORANGE = "orange"
    YELLOW = "yellow"
    GREEN = "green"
    BLUE = "blue"
    PURPLE = "purple"
    PINK = "pink"
    BROWN = "brown"
    BLACK = "black"
    WHITE = "white"


class Size(StrEnum):
    """How big an actor is for its kind; left open, it is in between."""

    SMALL = "small"
    MEDIUM = "medium"
    BIG = "big"


class Action(StrEnum):
    """What an actor can do."""

    STAND = "stand"
    MOVE = "move"  # glides along its direction
    ROLL = "roll"  # turns as it travels, left or right
    BOUNCE = "bounce"
    SPIN = "spin"
    GROW = "grow"
    SHRINK = "shrink"
    RISE = "rise"
    FALL = "fall"
    ZIGZAG = "zigzag"
    CIRCLE = "circle"  # travels around a small circle
    CHANGE_COLOUR = "change colour"
    FLOAT = "float"  # bobs in place, or drifts along its direction
    SAIL = "sail"
    DRIVE = "drive"
    FLY = "fly"
    SWIM = "swim"
    WALK = "walk"
    RUN = "run"
    JUMP = "jump"
    DANCE = "dance"
    WAVE = "wave"
    CHASE = "chase"  # goes after the other actor, which flees


class Direction(StrEnum):
    """Where to, on the screen."""

    LEFT = "left"
    RIGHT = "right"
    UP = "up"
    DOWN = "down"
    UP_LEFT = "up left"
    UP_RIGHT = "up right"
    DOWN_LEFT = "down left"
    DOWN_RIGHT = "down right"


class Speed(StrEnum):
    """How fast; left open, it is in between."""

    SLOW = "slow"
    NORMAL = "normal"
    FAST = "fast"


class Place(StrEnum):
    """Where it happens."""

    PLAIN = "plain"  # one pale colour
    MEADOW = "meadow"
    BEACH = "beach"
    SEA = "sea"
    UNDERWATER = "under water"
    CITY = "city street"
    SNOW = "snow field"
    DESERT = "desert"
    FOREST = "forest"
    ROOM = "room"
    SPACE = "space"


class Light(StrEnum):
    """The time of day."""

    DAY = "day"
    SUNSET = "sunset"
    NIGHT = "night"


class Weather(StrEnum):
    """The weather; wind bends what stands and drives what falls."""

    CLEAR = "clear"
    RAIN = "rain"
    SNOW = "snow"
    WIND = "wind"


class Camera(StrEnum):
    """What the camera does."""

    STILL = "still"
    PAN_LEFT = "pan left"
    PAN_RIGHT = "pan right"
    ZOOM_IN = "zoom in"
    ZOOM_OUT = "zoom out"
    FOLLOW = "follow"  # keeps the first actor in the middle


class Relation(StrEnum):
    """How the first actor stands to the second when the clip begins."""

    LEFT_OF = "left of"
    RIGHT_OF = "right of"
    ABOVE = "above"
    BELOW = "below"
    IN_FRONT_OF = "in front of"
    BEHIND = "behind"


@dataclass(frozen=True, kw_only=True)
class Actor:
    """One thing or living one."""

    kind: Kind
    colour: Colour
    size: Size = Size.MEDIUM


@dataclass(frozen=True, kw_only=True)
class Act:
    """What one actor does during a beat; `colour` is what a change of colour ends in."""

    action: Action = Action.STAND
    direction: Direction | None = None
    speed: Speed = Speed.NORMAL
    colour: Colour | None = None


@dataclass(frozen=True, kw_only=True)
class Beat:
    """A stretch of time, in seconds: an act per actor, the light at its end, the weather, the camera."""

    start: float
    end: float
    acts: tuple[Act, ...]
    light: Light = Light.DAY
    weather: Weather = Weather.CLEAR
    camera: Camera = Camera.STILL


@dataclass(frozen=True, kw_only=True)
class Story:
    """One clip: one to three actors, a place, and beats in order and without gaps."""

    actors: tuple[Actor, ...]
    beats: tuple[Beat, ...]
    place: Place = Place.PLAIN
    relation: Relation | None = None  # of the first actor to the second

    @property
    def seconds(self) -> float:
        """Length of the clip."""
        return self.beats[-1].end
