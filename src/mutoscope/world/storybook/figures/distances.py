"""Signed distances to simple forms, batched over instances: negative inside, in the unit of the points."""

import math
from collections.abc import Sequence
from typing import NamedTuple

import torch
from torch import Tensor

Value = Tensor | float  # a number for all instances, or one for each: (I,)


class Points(NamedTuple):
    """Coordinates x to the right and y down, each (I, h, w)."""

    x: Tensor
    y: Tensor


def wide(value: Value) -> Value:
    """A number per instance (I,) as (I, 1, 1), to go with points."""
    return value[:, None, None] if isinstance(value, Tensor) else value


def moved(p: Points, x: Value, y: Value) -> Points:
    """The points as seen from (x, y)."""
    return Points(p.x - wide(x), p.y - wide(y))


def turned(p: Points, angle: Value) -> Points:
    """The points as seen by what is turned clockwise by `angle`."""
    if isinstance(angle, Tensor):
        cos, sin = wide(torch.cos(angle)), wide(torch.sin(angle))
    else:
        cos, sin = math.cos(angle), math.sin(angle)
    return Points(p.x * cos + p.y * sin, p.y * cos - p.x * sin)


def disc(p: Points, x: Value, y: Value, radius: Value) -> Tensor:
    """A disc around (x, y)."""
    dx, dy = p.x - wide(x), p.y - wide(y)
    return dx.mul_(dx).addcmul_(dy, dy).sqrt_().sub_(wide(radius))


def ellipse(p: Points, x: Value, y: Value, half_width: Value, half_height: Value) -> Tensor:
    """An ellipse around (x, y); to first order, so exact at its rim."""
    a, b = wide(half_width), wide(half_height)
    u, v = (p.x - wide(x)).mul_(1 / a), (p.y - wide(y)).mul_(1 / b)
    near = (u * u).addcmul_(v, v).sqrt_()
    u, v = u.mul_(1 / a), v.mul_(1 / b)
    steepness = u.mul_(u).addcmul_(v, v).add_(1e-8).rsqrt_()
    return (near - 1).mul_(near).mul_(steepness)


def box(p: Points, x: Value, y: Value, half_width: Value, half_height: Value, radius: float = 0.0) -> Tensor:
    """A box around (x, y), its corners rounded by `radius`."""
    u = (p.x - wide(x)).abs() - wide(half_width) + radius
    v = (p.y - wide(y)).abs() - wide(half_height) + radius
    outside = torch.sqrt(u.clamp_min(0) ** 2 + v.clamp_min(0) ** 2)
    return outside + torch.maximum(u, v).clamp_max(0) - radius


def limb(p: Points, a: tuple[Value, Value], b: tuple[Value, Value], ra: float, rb: float | None = None) -> Tensor:
    """A line from a to b as thick as `ra` at a and `rb` at b, round at both ends."""
    rb = ra if rb is None else rb
    x, y = p.x - wide(a[0]), p.y - wide(a[1])
    dx, dy = wide(b[0] - a[0]), wide(b[1] - a[1])
    length = dx * dx + dy * dy + 1e-6
    along = (x * (dx / length)).add_(y * (dy / length)).clamp_(0, 1)
    x, y = x.sub_(along * dx), y.sub_(along * dy)
    distance = x.mul_(x).addcmul_(y, y).sqrt_()
    return distance.sub_(ra) if ra == rb else distance.sub_(along.mul_(rb - ra).add_(ra))


def convex(p: Points, corners: Sequence[tuple[Value, Value]], radius: float = 0.0) -> Tensor:
    """A convex polygon, corners clockwise on the screen, widened by `radius`; its outside corners stay sharp."""
    inside = None
    for (ax, ay), (bx, by) in zip(corners, [*corners[1:], corners[0]], strict=True):
        dx, dy = wide(bx - ax), wide(by - ay)
        square = dx * dx + dy * dy
        length = torch.sqrt(square) if isinstance(square, Tensor) else math.sqrt(square)
        side = (p.x * (dy / length)).sub_(p.y * (dx / length)).sub_((wide(ax) * dy - wide(ay) * dx) / length)
        inside = side if inside is None else torch.maximum(inside, side, out=inside)
    assert inside is not None
    return inside - radius


def star(p: Points, radius: float, inner: float) -> Tensor:
    """A star of five points with a tip at the top; `inner` is the radius of the notches."""
    # Folded into the wedge between the tip (angle 0) and the notch beside it (angle pi/5); angles run from straight up.
    angle = torch.atan2(p.x, -p.y)
    fifth = 2 * math.pi / 5
    angle = (angle - fifth * torch.round(angle / fifth)).abs()
    away = torch.sqrt(p.x * p.x + p.y * p.y)
    x, y = away * torch.sin(angle), away * torch.cos(angle)
    ex, ey = inner * math.sin(fifth / 2), inner * math.cos(fifth / 2) - radius
    y = y - radius
    along = ((x * ex + y * ey) / (ex * ex + ey * ey)).clamp(0, 1)
    side = x * -ey + y * ex  # positive outside the edge from tip to notch
    x, y = x - along * ex, y - along * ey
    return torch.sqrt(x * x + y * y) * torch.sign(side)


def heart(p: Points) -> Tensor:
    """A heart about as wide as high, within -1..1 in height."""
    # Two discs, and below them a wedge whose flanks touch the discs; its upper border is a chord of each disc.
    radius, cx, cy, tip = 0.53, 0.49, -0.44, 0.97
    x = p.x.abs()
    lobe = torch.sqrt((x - cx) ** 2 + (p.y - cy) ** 2) - radius
    reach = math.hypot(cx, tip - cy)
    lean = math.atan2(cx, tip - cy) + math.asin(radius / reach)  # of the flank, from straight up
    length = math.sqrt(reach * reach - radius * radius)
    touch_x, touch_y = length * math.sin(lean), tip - length * math.cos(lean)
    flank = x * math.cos(lean) + (p.y - tip) * math.sin(lean)
    chord = math.hypot(touch_x, touch_y - cy)
    above = (x * (touch_y - cy) - (p.y - cy) * touch_x) / chord
    return torch.minimum(lobe, torch.maximum(flank, above))


def union(*distances: Tensor) -> Tensor:
    """Whatever is in any of them."""
    total = distances[0]
    for distance in distances[1:]:
        total = torch.minimum(total, distance)
    return total
