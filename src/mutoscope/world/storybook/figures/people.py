"""People: a man, a woman and a child, who walk, run, jump, dance, wave and swim with legs and arms that bend."""

import math
from dataclasses import dataclass

import torch
from torch import Tensor

from mutoscope.world.storybook.figures.distances import Points, Value, convex, disc, ellipse, limb, union
from mutoscope.world.storybook.figures.layer import INK, Layer, Pose, darker
from mutoscope.world.storybook.story import Kind

# No one of the ten colours; clothes wear those.
SKIN = (0.95, 0.80, 0.68)
_HAIR = (0.36, 0.31, 0.36)
Joint = tuple[Value, Value]


@dataclass(frozen=True, kw_only=True)
class _Build:
    """The measures of a body of height 2, feet at y = 1."""

    head: float  # radius
    trunk: float
    leg: float  # of thigh and of shin
    arm: float  # of upper arm and of forearm
    shoulder: float  # half width
    limb: float  # half thickness


_BUILDS = {
    Kind.MAN: _Build(head=0.23, trunk=0.56, leg=0.41, arm=0.31, shoulder=0.21, limb=0.105),
    Kind.WOMAN: _Build(head=0.23, trunk=0.52, leg=0.42, arm=0.30, shoulder=0.12, limb=0.075),
    Kind.CHILD: _Build(head=0.35, trunk=0.46, leg=0.33, arm=0.27, shoulder=0.20, limb=0.12),
}
_SOLE = 0.07


@dataclass(frozen=True, kw_only=True, eq=False)
class _Leg:
    hip: Joint
    knee: Joint
    ankle: Joint
    toe: Joint


def person_layers(kind: Kind, p: Points, pose: Pose) -> list[Layer]:
    """The layers of a person."""
    build = _BUILDS[kind]
    swings = (pose.phase + math.pi, pose.phase)  # far side, near side
    angles = [_leg_angles(pose, swing, side) for side, swing in enumerate(swings)]
    hip_x, hip_y = _hip(build, pose, angles)
    far_leg, near_leg = (_leg(build, hip_x, hip_y, *angle) for angle in angles)
    lean = 0.05 * pose.walk + 0.26 * pose.run + 0.16 * pose.dance * torch.sin(pose.phase) + 0.1 * pose.swim
    neck = (hip_x + build.trunk * torch.sin(lean), hip_y - build.trunk * torch.cos(lean))
    head = (neck[0] + 0.85 * build.head * torch.sin(lean), neck[1] - 0.85 * build.head * torch.cos(lean))
    hips = (hip_x, hip_y)
    far_arm, near_arm = (_arm(build, p, pose, neck, lean, swing, side) for side, swing in enumerate(swings))
    cloth = pose.rgb
    behind = [*_arm_layers(far_arm, cloth), *_leg_layers(build, p, far_leg, kind, cloth)]
    middle = [
        *_leg_layers(build, p, near_leg, kind, cloth),
        Layer(distance=_trunk(build, p, kind, neck, hips, pose), colour=cloth),
    ]
    hair = _long_hair(p, head, build, lean) if kind is Kind.WOMAN else []
    return [
        *behind,
        *hair,
        *middle,
        *_head(build, p, kind, head, lean, cloth),
        *_arm_layers(near_arm, cloth, inked=True),
    ]


def _leg_angles(pose: Pose, swing: Tensor, side: int) -> tuple[Tensor, Tensor]:
    """How far the thigh is forward, and how much the knee bends, in radians."""
    forward, lift = torch.sin(swing), torch.cos(swing).clamp_min(0)  # a knee bends while its leg swings forward
    thigh = (0.40 * pose.walk + 0.78 * pose.run) * forward + 0.12 * pose.run
    knee = (0.55 * pose.walk + 1.25 * pose.run) * lift + 0.30 * pose.run + 0.04
    up = forward.clamp_min(0)
    thigh = thigh + pose.dance * (0.75 * up - 0.12) + pose.jump * (0.75 if side else -0.15)
    knee = knee + pose.dance * 1.1 * up + pose.jump * (1.25 if side else 0.7)
    kick = torch.sin(2 * swing)
    thigh = thigh + pose.swim * 0.38 * kick + (0.09 if side else -0.09) * (1 - pose.walk - pose.run).clamp_min(0)
    return thigh, knee + pose.swim * (0.3 - 0.25 * kick)


def _hip(build: _Build, pose: Pose, angles: list[tuple[Tensor, Tensor]]) -> tuple[Tensor, Tensor]:
    """The hip hangs so that the lower foot touches the ground; it swings in a dance and leaps in a run."""
    reach = [build.leg * (torch.cos(thigh) + torch.cos(thigh - knee)) for thigh, knee in angles]
    longest = torch.maximum(*reach)
    free = (pose.jump + pose.swim).clamp(0, 1)
    reach_y = longest * (1 - free) + 2 * build.leg * free
    leap = 0.10 * pose.run * torch.cos(pose.phase).square() + 0.06 * pose.dance * torch.sin(pose.phase).square()
    return 0.09 * pose.dance * torch.sin(pose.phase), 1 - _SOLE - reach_y - leap


def _leg(build: _Build, hip_x: Tensor, hip_y: Tensor, thigh: Tensor, knee: Tensor) -> _Leg:
    shin = thigh - knee
    knee_at = (hip_x + build.leg * torch.sin(thigh), hip_y + build.leg * torch.cos(thigh))
    ankle = (knee_at[0] + build.leg * torch.sin(shin), knee_at[1] + build.leg * torch.cos(shin))
    flat = 0.6 * shin
    toe = (ankle[0] + 0.13 * torch.cos(flat), ankle[1] - 0.13 * torch.sin(flat))
    return _Leg(hip=(hip_x, hip_y), knee=knee_at, ankle=ankle, toe=toe)


def _leg_layers(build: _Build, p: Points, leg: _Leg, kind: Kind, cloth: Tensor) -> list[Layer]:
    thick = build.limb
    shape = union(limb(p, leg.hip, leg.knee, thick * 1.1, thick), limb(p, leg.knee, leg.ankle, thick, thick * 0.85))
    colour = SKIN if kind is Kind.WOMAN else darker(cloth, 0.10)
    shoe = limb(p, leg.ankle, leg.toe, _SOLE)
    return [Layer(distance=shoe, colour=INK), Layer(distance=shape, colour=colour, inked=True)]


def _arm(
    build: _Build, p: Points, pose: Pose, neck: Joint, lean: Tensor, swing: Tensor, side: int
) -> tuple[Tensor, Tensor]:
    """Distances to the sleeve and to the hand; arms swing against the legs of their side."""
    forward = -torch.sin(swing)
    upper = (0.42 * pose.walk + 0.85 * pose.run) * forward + (-0.16 if side else 0.16) - lean * 0.5
    bend = 0.12 + 0.2 * pose.walk + 1.4 * pose.run
    beat = torch.sin(swing)
    upper = upper + pose.dance * (1.75 + 0.75 * beat if side else -1.75 + 0.75 * beat)
    bend = bend + pose.dance * (0.55 if side else -0.75)
    upper = upper + pose.jump * (-2.4 if side else 2.4) + pose.swim * (2.2 + 0.9 * beat)
    if not side:  # one hand waves, before and above the head
        upper = upper + pose.wave * 2.1
        bend = bend + pose.wave * (0.4 + 0.5 * beat)
    fore = upper + bend
    shoulder = (neck[0] + (-0.5 if side else 0.5) * build.shoulder, neck[1] + 0.1)
    elbow = (shoulder[0] + build.arm * torch.sin(upper), shoulder[1] + build.arm * torch.cos(upper))
    wrist = (elbow[0] + build.arm * torch.sin(fore), elbow[1] + build.arm * torch.cos(fore))
    thick = build.limb * 0.85
    return union(limb(p, shoulder, elbow, thick), limb(p, elbow, wrist, thick, thick * 0.8)), disc(
        p, *wrist, thick * 1.05
    )


def _arm_layers(arm: tuple[Tensor, Tensor], cloth: Tensor, *, inked: bool = False) -> list[Layer]:
    sleeve, hand = arm
    return [Layer(distance=sleeve, colour=cloth, inked=inked), Layer(distance=hand, colour=SKIN)]


def _trunk(build: _Build, p: Points, kind: Kind, neck: Joint, hips: Joint, pose: Pose) -> Tensor:
    wide = build.shoulder
    shirt = limb(p, (neck[0], neck[1] + wide), (hips[0], hips[1] - 0.02), wide, wide * 0.85)
    if kind is not Kind.WOMAN:
        return shirt
    flare = 0.37 + 0.08 * pose.run + 0.06 * pose.dance
    hem_x, hem_y = hips[0] - 0.05 * pose.run + 0.06 * pose.dance * torch.sin(pose.phase), hips[1] + 0.46
    waist_y = hips[1] - 0.22
    skirt = convex(
        p,
        (
            (hips[0] - 0.12, waist_y), (hips[0] + 0.12, waist_y), (hem_x + flare, hem_y), (hem_x - flare, hem_y),
        ),
    )  # fmt: skip
    return union(shirt, skirt)


def _long_hair(p: Points, head: Joint, build: _Build, lean: Tensor) -> list[Layer]:
    back = build.head * 0.55
    tip = (head[0] - back - 0.5 * lean, head[1] + build.head * 1.75)
    return [
        Layer(
            distance=limb(p, (head[0] - back * 0.4, head[1] - 0.05), tip, build.head * 0.95, build.head * 0.42),
            colour=_HAIR,
        )
    ]


def _head(build: _Build, p: Points, kind: Kind, head: Joint, lean: Tensor, cloth: Tensor) -> list[Layer]:
    """Looking to the right: face, hair or cap, an eye."""
    x, y, r = head[0], head[1], build.head
    face = disc(p, x, y, r)
    eye = ellipse(p, x + 0.45 * r, y + 0.02 * r, 0.13 * r, 0.2 * r)
    # What lies above a line that falls towards the back of the head.
    crown = torch.maximum(disc(p, x, y, r * 1.08), _above(p, x, y - 0.28 * r, 0.5))
    layers = [Layer(distance=face, colour=SKIN, inked=True)]
    if kind is Kind.CHILD:
        cap = torch.maximum(disc(p, x, y, r * 1.1), _above(p, x, y - 0.3 * r, 0.0))
        brim = limb(p, (x + 0.3 * r, y - 0.34 * r), (x + 1.35 * r, y - 0.3 * r), 0.12 * r)
        layers.append(Layer(distance=union(cap, brim), colour=cloth, inked=True))
    else:
        layers.append(Layer(distance=crown, colour=_HAIR))
    return [*layers, Layer(distance=eye, colour=INK)]


def _above(p: Points, x: Value, y: Value, slope: float) -> Tensor:
    """Above a line through (x, y) that falls towards the left by `slope`."""
    x, y = (v[:, None, None] if isinstance(v, Tensor) else v for v in (x, y))
    return (p.y - y + slope * (p.x - x)) / math.hypot(1, slope)
