"""Figures: what each kind looks like in a pose, as signed distances of flat layers, batched over instances."""

from collections.abc import Mapping
from types import MappingProxyType

from mutoscope.world.storybook.cast import PEOPLE, SHAPES, THINGS
from mutoscope.world.storybook.figures.animals import animal_layers
from mutoscope.world.storybook.figures.distances import Points
from mutoscope.world.storybook.figures.layer import GAITS, INK, Layer, Pose, paint
from mutoscope.world.storybook.figures.people import SKIN, person_layers
from mutoscope.world.storybook.figures.shapes import shape_layers
from mutoscope.world.storybook.figures.things import thing_layers
from mutoscope.world.storybook.story import Kind

# Half the width and half the height that a kind takes up in any pose, in half heights, before it is turned.
EXTENT: Mapping[Kind, tuple[float, float]] = MappingProxyType(
    {
        Kind.CIRCLE: (1.0, 1.0),
        Kind.SQUARE: (1.0, 1.0),
        Kind.TRIANGLE: (1.12, 1.0),
        Kind.STAR: (1.08, 1.08),
        Kind.HEART: (1.04, 1.0),
        Kind.BALL: (1.0, 1.0),
        Kind.BALLOON: (0.56, 1.0),
        Kind.CAR: (1.88, 1.0),
        Kind.BOAT: (1.33, 1.0),
        Kind.ROCKET: (0.7, 1.05),
        Kind.KITE: (0.64, 1.02),
        Kind.HOUSE: (1.04, 1.0),
        Kind.TREE: (1.02, 1.0),
        Kind.FLOWER: (1.06, 1.06),
        Kind.MAN: (0.92, 1.1),
        Kind.WOMAN: (0.85, 1.1),
        Kind.CHILD: (0.8, 1.08),
        Kind.CAT: (1.7, 1.22),
        Kind.DOG: (1.88, 1.12),
        Kind.BIRD: (1.22, 1.06),
        Kind.FISH: (1.52, 1.04),
        Kind.BUTTERFLY: (1.1, 0.95),
    }
)


def layers(kind: Kind, points: Points, pose: Pose) -> list[Layer]:
    """What a kind is painted with, bottom to top; points in half heights from its middle, x towards where it faces."""
    if kind in SHAPES:
        return shape_layers(kind, points, pose)
    if kind in THINGS:
        return thing_layers(kind, points, pose)
    if kind in PEOPLE:
        return person_layers(kind, points, pose)
    return animal_layers(kind, points, pose)


__all__ = ["EXTENT", "GAITS", "INK", "SKIN", "Layer", "Points", "Pose", "layers", "paint"]
