"""Animals: cat and dog on four legs, bird and butterfly with wings that beat, fish with a tail that wags."""

import math
from dataclasses import dataclass

import torch
from torch import Tensor

from mutoscope.world.storybook.figures.distances import (
    Points,
    Value,
    convex,
    disc,
    ellipse,
    limb,
    moved,
    turned,
    union,
    wide,
)
from mutoscope.world.storybook.figures.layer import INK, Layer, Pose, darker, pale
from mutoscope.world.storybook.story import Kind

_BEAK = (0.88, 0.78, 0.60)
_LIGHT = (0.97, 0.97, 0.98)  # of the eye


def animal_layers(kind: Kind, p: Points, pose: Pose) -> list[Layer]:
    """The layers of an animal."""
    match kind:
        case Kind.CAT | Kind.DOG:
            return _four_legs(kind, p, pose)
        case Kind.BIRD:
            return _bird(p, pose)
        case Kind.FISH:
            return _fish(p, pose)
        case Kind.BUTTERFLY:
            return _butterfly(p, pose)
        case _:
            raise AssertionError(f"{kind} is no animal")


@dataclass(frozen=True, kw_only=True)
class _Build:
    """A body whose feet stand at y = 1: half length, y of its axis, half thicknesses, half a leg's length."""

    length: float
    back: float
    body: float
    leg: float
    limb: float


_BUILDS = {
    Kind.CAT: _Build(length=0.62, back=0.18, body=0.29, leg=0.33, limb=0.11),
    Kind.DOG: _Build(length=0.70, back=0.08, body=0.33, leg=0.37, limb=0.13),
}


def _four_legs(kind: Kind, p: Points, pose: Pose) -> list[Layer]:
    build = _BUILDS[kind]
    stretch = torch.sin(pose.phase) * pose.run
    bob = -0.10 * pose.run * torch.cos(pose.phase).square() - 0.03 * pose.walk * torch.cos(2 * pose.phase)
    pitch = 0.16 * stretch - 0.38 * pose.jump
    # The trunk turns about its middle; positive pitch lowers the nose.
    rear = (-build.length * torch.cos(pitch), build.back + bob - build.length * torch.sin(pitch))
    front = (build.length * torch.cos(pitch), build.back + bob + build.length * torch.sin(pitch))
    far, near = [], []
    for at, gallop, trot in ((rear, 0.0, 0.0), (front, math.pi * 0.8, math.pi)):
        far.append(_leg(build, p, pose, at, trot + math.pi, gallop + 0.5, at is front))
        near.append(_leg(build, p, pose, at, trot, gallop, at is front))
    dark = darker(pose.rgb, 0.12)
    body = union(limb(p, rear, front, build.body * 0.95, build.body), *near)
    nod = 0.04 * torch.sin(pose.phase) * (pose.walk + pose.run)
    head = (front[0] + 0.34, front[1] - (0.52 if kind is Kind.CAT else 0.5) + nod)
    parts = _cat_head(p, head, pose) if kind is Kind.CAT else _dog_head(p, head, pose)
    neck = limb(p, front, head, build.body * 0.75, 0.2)
    tail = _tail(kind, p, rear, pose)
    return [
        Layer(distance=union(*far), colour=dark),
        Layer(distance=tail, colour=pose.rgb, inked=True),
        Layer(distance=union(body, neck), colour=pose.rgb, inked=True),
        *parts,
    ]


def _leg(
    build: _Build, p: Points, pose: Pose, at: tuple[Value, Value], trot: float, gallop: float, fore: bool
) -> Tensor:
    """A leg with one joint; walking legs go crosswise in pairs, galloping ones fore and hind."""
    step, leap = pose.phase + trot, pose.phase + gallop
    thigh = 0.42 * pose.walk * torch.sin(step) + 0.85 * pose.run * torch.sin(leap)
    bend = 0.6 * pose.walk * torch.cos(step).clamp_min(0) + 0.9 * pose.run * torch.cos(leap).clamp_min(0)
    thigh = thigh + pose.jump * (0.75 if fore else -0.85)
    bend = bend + pose.jump * (0.5 if fore else -0.2) + pose.swim * 0.5 * torch.sin(step)
    shin = thigh - bend
    knee = (at[0] + build.leg * torch.sin(thigh), at[1] + build.leg * torch.cos(thigh) + 0.08)
    reach = 1 - 0.1 - build.back - 0.08 - build.leg  # from knee to foot when it stands straight
    foot = (knee[0] + reach * torch.sin(shin), knee[1] + reach * torch.cos(shin))
    return union(limb(p, at, knee, build.limb * 1.5, build.limb), limb(p, knee, foot, build.limb, build.limb * 0.9))


def _tail(kind: Kind, p: Points, rear: tuple[Value, Value], pose: Pose) -> Tensor:
    wag = torch.sin(pose.phase * (1 if kind is Kind.CAT else 2))
    if kind is Kind.CAT:  # long, in a curve, its tip high
        low = (rear[0] - 0.5, rear[1] - 0.12 + 0.25 * pose.run)
        high = (low[0] - 0.1 + 0.1 * wag - 0.25 * pose.run, low[1] - 0.5 + 0.3 * pose.run)
        return union(limb(p, (rear[0] - 0.15, rear[1]), low, 0.1, 0.09), limb(p, low, high, 0.09, 0.08))
    tip = (rear[0] - 0.52 + 0.08 * wag, rear[1] - 0.5)
    return limb(p, (rear[0] - 0.2, rear[1] - 0.1), tip, 0.13, 0.05)


def _cat_head(p: Points, head: tuple[Value, Value], pose: Pose) -> list[Layer]:
    q = moved(p, *head)
    ears = union(
        convex(q, ((-0.31, -0.66), (-0.02, -0.2), (-0.36, -0.08))),
        convex(q, ((0.31, -0.66), (0.36, -0.08), (0.02, -0.2))),
    )
    return [
        Layer(distance=ears, colour=pose.rgb),
        Layer(distance=ellipse(q, 0, 0, 0.41, 0.34), colour=pose.rgb, inked=True),
        Layer(distance=ellipse(q, 0.14, 0.13, 0.2, 0.12), colour=pale(pose.rgb, 0.6)),
        Layer(distance=union(*_eyes(q, -0.08, 0.26, -0.07, 0.07), disc(q, 0.15, 0.07, 0.05)), colour=INK),
    ]


def _dog_head(p: Points, head: tuple[Value, Value], pose: Pose) -> list[Layer]:
    q = moved(p, *head)
    flap = 0.12 * torch.sin(pose.phase) * pose.run + 0.3 * pose.run
    ear = limb(q, (-0.16, -0.22), (-0.3 - flap, 0.26 - 0.8 * flap), 0.1, 0.15)
    dark = darker(pose.rgb, 0.12)
    return [
        Layer(distance=union(ellipse(q, 0, 0, 0.36, 0.34), limb(q, (0.12, 0.1), (0.56, 0.14), 0.2, 0.15)),
              colour=pose.rgb, inked=True),
        Layer(distance=union(disc(q, 0.68, 0.06, 0.09), disc(q, 0.14, -0.09, 0.07)), colour=INK),
        Layer(distance=ear, colour=dark, inked=True),
    ]  # fmt: skip


def _eyes(q: Points, left: float, right: float, y: float, radius: float) -> tuple[Tensor, Tensor]:
    return disc(q, left, y, radius), disc(q, right, y, radius)


def _bird(p: Points, pose: Pose) -> list[Layer]:
    """From the side: wings up and down as it flies, folded as it stands on thin legs."""
    up = torch.sin(pose.phase) * pose.fly
    dark = darker(pose.rgb, 0.12)
    standing = 1 - pose.fly
    foot_y = 0.40 + 0.57 * standing  # drawn in as it flies
    legs = union(*(limb(p, (x, 0.3), (x + 0.04, foot_y), 0.03) for x in (-0.1, 0.14)))
    toes = union(*(limb(p, (x + 0.04, foot_y), (x + 0.2 * standing, foot_y), 0.03) for x in (-0.1, 0.14)))
    body = union(ellipse(turned(p, 0.12), 0, 0.12, 0.66, 0.42), disc(p, 0.56, -0.24, 0.34))
    tail = convex(p, ((-0.4, -0.02), (-0.42, 0.26), (-1.12, 0.36), (-1.18, -0.08)))
    return [
        Layer(distance=union(legs, toes), colour=INK),
        Layer(distance=_wing(p, up * 0.9 - 0.1 * standing, 0.12, pose), colour=dark, inked=True),
        Layer(distance=tail, colour=dark),
        Layer(distance=convex(p, ((0.82, -0.36), (1.2, -0.18), (0.82, -0.08))), colour=_BEAK),
        Layer(distance=body, colour=pose.rgb, inked=True),
        Layer(distance=disc(p, 0.66, -0.32, 0.075), colour=INK),
        Layer(distance=_wing(p, up, 0.0, pose), colour=dark, inked=True),
    ]


def _wing(p: Points, up: Tensor, shift: float, pose: Pose) -> Tensor:
    """A wing that points back when folded; at full stroke it stands high above or hangs below the body."""
    root = moved(p, 0.12 + shift, -0.02)
    angle = 0.25 * (1 - pose.fly) - up * 1.05 - 0.35 * pose.fly
    q = turned(root, -angle)  # its own axis runs to the left
    length = 0.36 + 0.10 * pose.fly
    return ellipse(q, -length, 0.0, length + 0.1, 0.23)


def _fish(p: Points, pose: Pose) -> list[Layer]:
    """From the side: the tail swings towards us and away, so it looks longer and shorter, and bends."""
    wag = torch.sin(pose.phase)
    reach = wide(1.0 + 0.22 * wag)
    bend = wide(0.16 * wag * (0.4 + 0.6 * pose.swim))
    q = Points((p.x + 0.75) / reach, p.y - bend * (-(p.x + 0.2)).clamp_min(0))
    tail = convex(q, ((-0.8, -0.62), (0.08, -0.08), (0.08, 0.08), (-0.8, 0.62), (-0.62, 0.0)))
    notch = convex(q, ((-1.2, -0.42), (-0.5, 0.0), (-1.2, 0.42)))
    body = ellipse(p, 0.12, 0, 1.12, 0.72)
    fin = convex(p, ((-0.1, -1.0), (0.5, -0.5), (-0.55, -0.45)), 0.02)
    flap = 0.35 * torch.sin(pose.phase + 1.2)
    side = ellipse(turned(moved(p, 0.18, 0.18), -flap - 0.5), -0.22, 0, 0.27, 0.14)
    return [
        Layer(distance=union(torch.maximum(tail, -notch), fin), colour=pale(pose.rgb, 0.22)),
        Layer(distance=body, colour=pose.rgb, inked=True),
        Layer(distance=torch.maximum(body, (p.x - 0.1).abs() - 0.1), colour=pale(pose.rgb, 0.5)),
        Layer(distance=side, colour=pale(pose.rgb, 0.22), inked=True),
        Layer(distance=disc(p, 0.74, -0.16, 0.17), colour=_LIGHT, inked=True),
        Layer(distance=disc(p, 0.78, -0.16, 0.09), colour=INK),
    ]


def _butterfly(p: Points, pose: Pose) -> list[Layer]:
    """From above: both pairs of wings close and open; they are seen narrower as they close."""
    open_ = wide(0.74 + 0.26 * torch.sin(pose.phase))
    q = Points(p.x.abs() / open_, p.y)
    fore = ellipse(turned(moved(q, 0.56, -0.42), -0.7), 0, 0, 0.56, 0.4)
    hind = ellipse(turned(moved(q, 0.44, 0.42), 0.75), 0, 0, 0.44, 0.32)
    wings = union(fore, hind) * open_  # a lower bound where they are narrow
    spots = union(disc(q, 0.66, -0.5, 0.17), disc(q, 0.5, 0.48, 0.13))
    feelers = limb(Points(p.x.abs(), p.y), (0.02, -0.5), (0.24, -0.95), 0.01)
    return [
        Layer(distance=wings, colour=pose.rgb),
        Layer(distance=spots, colour=pale(pose.rgb, 0.75)),
        Layer(distance=union(limb(p, (0.0, -0.5), (0.0, 0.5), 0.09), feelers), colour=INK),
    ]
