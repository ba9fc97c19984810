"""Things: ball, balloon, car, boat, rocket, kite, house, tree, flower."""

import math
from itertools import pairwise

import torch
from torch import Tensor

from mutoscope.world.storybook.figures.distances import (
    Points,
    Value,
    box,
    convex,
    disc,
    ellipse,
    limb,
    moved,
    turned,
    union,
)
from mutoscope.world.storybook.figures.layer import INK, Layer, Pose, darker, pale
from mutoscope.world.storybook.story import Kind

# Second colours: none of the ten, and duller than any of them.
_GLASS = (0.72, 0.82, 0.88)
_WOOD = (0.47, 0.40, 0.35)
_STEEL = (0.42, 0.43, 0.50)
_CLOTH = (0.87, 0.84, 0.78)
_LEAF = (0.45, 0.56, 0.42)
_THREAD = 0.004  # half the width of what is but a line: its outline shows it
_FLAME = (1.0, 0.93, 0.70)


def thing_layers(kind: Kind, p: Points, pose: Pose) -> list[Layer]:
    """The layers of a thing."""
    match kind:
        case Kind.BALL:
            return _ball(p, pose)
        case Kind.BALLOON:
            return _balloon(p, pose)
        case Kind.CAR:
            return _car(p, pose)
        case Kind.BOAT:
            return _boat(p, pose)
        case Kind.ROCKET:
            return _rocket(p, pose)
        case Kind.KITE:
            return _kite(p, pose)
        case Kind.HOUSE:
            return _house(p, pose)
        case Kind.TREE:
            return _tree(p, pose)
        case Kind.FLOWER:
            return _flower(p, pose)
        case _:
            raise AssertionError(f"{kind} is not a thing")


def _bent(p: Points, pose: Pose) -> Points:
    """The points before the wind bent what stands on y = 1."""
    height = ((1 - p.y) / 2).clamp_min(0)
    return Points(p.x - pose.sway[:, None, None] * height * height, p.y)


def _ball(p: Points, pose: Pose) -> list[Layer]:
    """A beach ball: a bowed pale band on one side and a pale cap on the other, so that its turning shows."""
    rim = disc(p, 0, 0, 1)
    band = torch.maximum(disc(p, 0.9, 0, 1.0), -disc(p, 1.25, 0, 1.0))
    light = torch.maximum(union(band, disc(p, -0.72, 0, 0.26)), rim)
    return [Layer(distance=rim, colour=pose.rgb), Layer(distance=light, colour=pale(pose.rgb, 0.72))]


def _balloon(p: Points, pose: Pose) -> list[Layer]:
    wave = 0.09 * torch.sin(pose.phase)
    knot = (0.0, 0.3)
    string = union(
        limb(p, knot, (wave, 0.62), _THREAD), limb(p, (wave, 0.62), (-wave - 0.3 * pose.sway, 0.98), _THREAD)
    )
    return [
        Layer(distance=string, colour=INK),
        Layer(distance=union(ellipse(p, 0, -0.38, 0.52, 0.6), convex(p, ((0, 0.16), (0.12, 0.34), (-0.12, 0.34)))),
              colour=pose.rgb),
        Layer(distance=ellipse(turned(moved(p, -0.2, -0.6), 0.5), 0, 0, 0.09, 0.18), colour=pale(pose.rgb, 0.7)),
    ]  # fmt: skip


def _wheel(p: Points, x: float, y: float, radius: float, pose: Pose) -> list[Layer]:
    """A tyre, and a hub with a spoke that turns with the phase."""
    hub = turned(moved(p, x, y), pose.phase)
    return [
        Layer(distance=disc(p, x, y, radius), colour=INK),
        Layer(distance=disc(hub, 0, 0, radius * 0.58), colour=(0.80, 0.80, 0.82)),
        Layer(distance=box(hub, 0, 0, radius * 0.58, radius * 0.17), colour=INK),
    ]


def _car(p: Points, pose: Pose) -> list[Layer]:
    cabin = convex(p, ((-0.72, -0.93), (0.42, -0.93), (1.02, -0.02), (-1.08, -0.02)), 0.06)
    body = union(box(p, 0, 0.24, 1.85, 0.42, 0.22), cabin)
    rear = convex(p, ((-0.62, -0.76), (-0.2, -0.76), (-0.2, -0.1), (-0.86, -0.1)))
    front = convex(p, ((-0.02, -0.76), (0.33, -0.76), (0.76, -0.1), (-0.02, -0.1)))
    return [
        Layer(distance=body, colour=pose.rgb),
        Layer(distance=union(rear, front), colour=_GLASS, inked=True),
        Layer(distance=ellipse(p, 1.72, 0.12, 0.1, 0.13), colour=_FLAME),
        *_wheel(p, -1.05, 0.62, 0.38, pose),
        *_wheel(p, 1.05, 0.62, 0.38, pose),
    ]


def _boat(p: Points, pose: Pose) -> list[Layer]:
    hull = convex(p, ((-1.12, 0.42), (1.3, 0.42), (0.82, 1.0), (-0.8, 1.0)))
    sail = convex(p, ((0.08, -0.95), (0.95, 0.2), (0.08, 0.2)))
    jib = convex(p, ((-0.1, -0.7), (-0.1, 0.2), (-0.78, 0.2)))
    return [
        Layer(distance=limb(p, (0.0, -0.95), (0.0, 0.5), 0.05), colour=_WOOD),
        Layer(distance=union(sail, jib), colour=_CLOTH),
        Layer(distance=hull, colour=pose.rgb),
        Layer(distance=torch.maximum(hull, box(p, 0, 0.52, 2, 0.07)), colour=pale(pose.rgb, 0.45)),
    ]


def _rocket(p: Points, pose: Pose) -> list[Layer]:
    """Nose up; `fly` is how strongly it burns."""
    length = 0.60 + pose.fly * (0.28 + 0.07 * torch.sin(pose.phase * 3))
    flame = limb(p, (0.0, 0.5), (0.0, length), 0.15, 0.06)
    body = torch.maximum(disc(p, 0.66, -0.14, 1.04), disc(p, -0.66, -0.14, 1.04))
    body = torch.maximum(body, p.y - 0.6)
    side = Points(p.x.abs(), p.y)
    fins = convex(side, ((0.2, 0.0), (0.36, 0.05), (0.66, 0.5), (0.66, 0.8), (0.2, 0.55)))
    return [
        Layer(distance=flame, colour=_FLAME),
        Layer(distance=fins, colour=darker(pose.rgb, 0.13)),
        Layer(distance=body, colour=pose.rgb),
        Layer(distance=torch.maximum(body, p.y + 0.56), colour=_STEEL),
        Layer(distance=disc(p, 0, -0.2, 0.17), colour=_GLASS, inked=True),
    ]


def _kite(p: Points, pose: Pose) -> list[Layer]:
    wave = torch.sin(pose.phase)
    tail: list[tuple[Value, float]] = [(0.0, 0.2), (-0.12 * wave, 0.48), (0.14 * wave, 0.74), (-0.10 * wave, 0.98)]
    string = union(*(limb(p, a, b, _THREAD) for a, b in pairwise(tail)))
    cloth = convex(p, ((0, -1), (0.6, -0.42), (0, 0.25), (-0.6, -0.42)))
    spars = torch.maximum(union(p.x.abs(), (p.y + 0.42).abs()) - 0.02, cloth)
    return [
        Layer(distance=union(string, *(_bow(p, x, y) for x, y in tail[1:3])), colour=pale(pose.rgb, 0.25)),
        Layer(distance=cloth, colour=pose.rgb),
        Layer(distance=spars, colour=INK),
    ]


def _bow(p: Points, x: Tensor | float, y: float) -> Tensor:
    """Two small triangles that meet at (x, y)."""
    q = moved(p, x, y)
    return torch.maximum(q.y.abs() - q.x.abs() * 0.75, q.x.abs() - 0.12)


def _house(p: Points, pose: Pose) -> list[Layer]:
    wall = box(p, 0, 0.4, 0.84, 0.6)
    roof = convex(p, ((0, -0.98), (1.04, -0.14), (-1.04, -0.14)))
    return [
        Layer(distance=box(p, 0.5, -0.62, 0.11, 0.3), colour=_STEEL),
        Layer(distance=wall, colour=pose.rgb),
        Layer(distance=roof, colour=_STEEL, inked=True),
        Layer(distance=box(p, -0.38, 0.64, 0.19, 0.36), colour=_WOOD, inked=True),
        Layer(distance=box(p, 0.36, 0.36, 0.22, 0.2), colour=_GLASS, inked=True),
    ]


def _tree(p: Points, pose: Pose) -> list[Layer]:
    q = _bent(p, pose)
    crown = union(disc(q, 0, -0.52, 0.46), disc(q, -0.36, -0.14, 0.38), disc(q, 0.36, -0.14, 0.38), disc(q, 0, 0, 0.36))
    return [
        Layer(distance=convex(q, ((-0.1, 0), (0.1, 0), (0.15, 1), (-0.15, 1))), colour=_WOOD),
        Layer(distance=crown, colour=pose.rgb),
    ]


def _flower(p: Points, pose: Pose) -> list[Layer]:
    q = _bent(p, pose)
    leaves = union(*(ellipse(turned(moved(q, 0, 0.72), turn), 0.26, 0, 0.27, 0.12) for turn in (-0.6, math.pi + 0.6)))
    petals = union(*(disc(q, 0.32 * math.sin(a), -0.45 - 0.32 * math.cos(a), 0.26) for a in _fifths()))
    return [
        Layer(distance=union(limb(q, (0.0, -0.3), (0.0, 0.98), 0.06), leaves), colour=_LEAF),
        Layer(distance=petals, colour=pose.rgb),
        Layer(distance=disc(q, 0, -0.45, 0.2), colour=_CLOTH, inked=True),
    ]


def _fifths() -> list[float]:
    return [2 * math.pi * i / 5 for i in range(5)]
