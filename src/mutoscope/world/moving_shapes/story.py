"""What happens in a clip of Moving Shapes, in which words, and which combinations training never shows."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeVar

import numpy as np

SHARE = 5  # one in so many (shape, colour, motion) triples is held out


class Shape(StrEnum):
    """What moves."""

    SQUARE = "square"
    CIRCLE = "circle"
    TRIANGLE = "triangle"


class Colour(StrEnum):
    """Of the shape."""

    RED = "red"
    GREEN = "green"
    BLUE = "blue"
    WHITE = "white"
    YELLOW = "yellow"


class Size(StrEnum):
    """Of the shape."""

    SMALL = "small"
    LARGE = "large"


class Motion(StrEnum):
    """Along what kind of path."""

    STRAIGHT = "straight"
    DIAGONAL = "diagonal"
    ZIGZAG = "zigzag"


class Direction(StrEnum):
    """Where to, as on a map."""

    NORTH = "north"
    SOUTH = "south"
    EAST = "east"
    WEST = "west"
    NORTHEAST = "northeast"
    NORTHWEST = "northwest"
    SOUTHEAST = "southeast"
    SOUTHWEST = "southwest"


AnyOf = TypeVar("AnyOf")
Value = Shape | Colour | Size | Motion | Direction
RGB = {
    Colour.RED: (200, 0, 0),
    Colour.GREEN: (0, 255, 0),
    Colour.BLUE: (0, 0, 255),
    Colour.WHITE: (255, 255, 255),
    Colour.YELLOW: (255, 255, 0),
}  # as published, of 255
SIDE = {Size.SMALL: 12, Size.LARGE: 22}  # pixels of 64; the publication names none
# Right and down. Up in the picture is north.
TOWARDS = {
    direction: (("east" in direction) - ("west" in direction), ("south" in direction) - ("north" in direction))
    for direction in Direction
}
_STRAIGHT, _DIAGONAL = tuple(Direction)[:4], tuple(Direction)[4:]
DIRECTIONS = {Motion.STRAIGHT: _STRAIGHT, Motion.DIAGONAL: _DIAGONAL, Motion.ZIGZAG: _STRAIGHT}
_PATHS = {
    Motion.STRAIGHT: "in a straight line towards {}",
    Motion.DIAGONAL: "in a diagonal path in the {} direction",
    Motion.ZIGZAG: "in a zigzag path towards {}",
}
ATTRIBUTES: tuple[type[Value], ...] = (Shape, Colour, Size, Motion, Direction)  # as published tables have them


@dataclass(frozen=True, kw_only=True)
class MovingShape:
    """All that a caption says."""

    shape: Shape
    colour: Colour
    size: Size
    motion: Motion
    direction: Direction

    @property
    def values(self) -> tuple[Value, ...]:
        """The same in the order of `ATTRIBUTES`."""
        return self.shape, self.colour, self.size, self.motion, self.direction

    def caption(self) -> str:
        """The published sentence."""
        path = _PATHS[self.motion].format(self.direction)
        return f"A {self.size} {self.colour} {self.shape} is moving {path}"


def sample_shape(rng: np.random.Generator) -> MovingShape:
    """Every shape, colour, size and kind of path as often as any other, and every direction that the path can take."""

    motion = _one_of(tuple(Motion), rng)
    return MovingShape(
        shape=_one_of(tuple(Shape), rng),
        colour=_one_of(tuple(Colour), rng),
        size=_one_of(tuple(Size), rng),
        motion=motion,
        direction=_one_of(DIRECTIONS[motion], rng),
    )


def is_held_out(story: MovingShape) -> bool:
    """Whether training never shows this shape in this colour on this kind of path: 9 of the 45 triples.

    Of every pair of two of them at most one triple is held out, so that each pair is seen with other thirds.
    """
    shape, colour, motion = (tuple(type(value)).index(value) for value in (story.shape, story.colour, story.motion))
    return (shape + 3 * motion) % SHARE == colour


def _one_of(values: Sequence[AnyOf], rng: np.random.Generator) -> AnyOf:
    return values[int(rng.integers(len(values)))]
