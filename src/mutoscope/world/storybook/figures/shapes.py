"""The plain shapes: circle, square, triangle, star and heart, and how to see that a circle turns."""

from torch import Tensor

from mutoscope.world.storybook.figures.distances import Points, box, convex, disc, heart, star
from mutoscope.world.storybook.figures.layer import Layer, Pose, pale
from mutoscope.world.storybook.story import Kind


def shape_layers(kind: Kind, p: Points, pose: Pose) -> list[Layer]:
    """The layers of a plain shape."""
    if kind is not Kind.CIRCLE:
        return [Layer(distance=_outline(kind, p), colour=pose.rgb)]
    # A disc looks the same however it is turned, so it carries a lighter spot, large enough to be seen on a small one.
    spot = disc(p, 0, -0.5, 0.3)
    return [Layer(distance=disc(p, 0, 0, 1), colour=pose.rgb), Layer(distance=spot, colour=pale(pose.rgb, 0.7))]


def _outline(kind: Kind, p: Points) -> Tensor:
    match kind:
        case Kind.SQUARE:
            return box(p, 0, 0, 1, 1, 0.04)
        case Kind.TRIANGLE:
            return convex(p, ((0, -1), (1.12, 1), (-1.12, 1)))
        case Kind.STAR:
            return star(p, 1.08, 0.46)
        case Kind.HEART:
            return heart(p)
        case _:
            raise AssertionError(f"{kind} is not a plain shape")
