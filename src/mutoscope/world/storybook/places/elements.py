"""What several places have: sky with sun, moon, stars and clouds, ridges of hills, firs, bushes, grass."""

import math
from dataclasses import dataclass

import torch
from torch import Tensor

from mutoscope.world.storybook.places.canvas import Canvas
from mutoscope.world.storybook.places.palette import CLOUD, MOON, SKY_HIGH, SKY_LOW, STAR, SUN, mixed
from mutoscope.world.storybook.places.view import Row, View

FAR = 0.05  # nearness of what is in the sky
_STARS = 70


@dataclass(frozen=True, kw_only=True, eq=False)
class Line:
    """What things stand on: its height y (B, K, 1, W), or the same everywhere, and between which heights it is."""

    y: Tensor | float
    top: float
    bottom: float


def level(y: float) -> Line:
    """A flat line."""
    return Line(y=y, top=y, bottom=y)


def sky(canvas: Canvas, horizon: float, *, high: Tensor = SKY_HIGH, low: Tensor = SKY_LOW, clouds: bool = True) -> None:
    """Keys 0 to 9: a sky down to a horizon, with a low sun at sunset, moon and stars at night."""
    canvas.gradient(high, low, 0.0, horizon, FAR)
    view = canvas.view
    sunset, night = view.light[..., 1, None, None], view.light[..., 2, None, None]
    if view.night > 0:
        stars(canvas, night, count=_STARS, bottom=horizon)
        x, y = 0.15 + 0.7 * view.random(5), 0.14 + 0.06 * view.random(6)
        rows = view.rows(0.05, 0.3, FAR)
        disc = view.inside(_length(view.x(FAR) - x, view.y(FAR, rows) - y) - 0.065)
        bite = view.inside(_length(view.x(FAR) - x - 0.035, view.y(FAR, rows) - y + 0.015) - 0.055)
        canvas.paint(disc * (1 - bite) * night, MOON, FAR, rows)
    rows = view.rows(horizon - 0.3, horizon + 0.1, FAR)
    distance = _length(view.x(FAR) - 0.15 - 0.7 * view.random(7), view.y(FAR, rows) - horizon + 0.09)
    canvas.paint(0.45 * (1 - distance / 0.2).clamp(0, 1) * sunset, SUN, FAR, rows)
    canvas.paint(view.inside(distance - 0.085) * sunset, SUN, FAR, rows)
    if clouds:
        cloud_row(canvas, 0.09, 0.42, key=0)
        cloud_row(canvas, 0.27, 0.62, key=10)


def stars(
    canvas: Canvas, strength: Tensor, *, count: int, bottom: float, top: float = -0.8, most: float = 0.007
) -> None:
    """Keys 20 to 25: points of light, wider than the camera reaches, with radii of at most `most`."""
    view = canvas.view
    x, y, size = (view.randoms(20 + step, count) for step in (0, 2, 4))
    canvas.dots(2.4 * x - 0.7, top + (bottom - top) * y, 0.003 + (most - 0.003) * size**4, STAR, FAR, strength[..., 0])


def cloud_row(canvas: Canvas, middle: float, period: float, *, key: int) -> None:
    """Flat-bottomed clouds of three lobes; keys `key` to `key + 4`."""
    view, nearness = canvas.view, FAR + 0.05
    rows = view.rows(middle - 0.13, middle + 0.08, nearness)
    row = view.row(period, nearness, key)
    here, size = view.of(row, key + 1), 0.75 + 0.5 * view.of(row, key + 2)
    x = (row.local - (here - 0.5) * 0.2 * period) / size
    y = (view.y(nearness, rows) - middle - 0.05 * (view.of(row, key + 3) - 0.5)) / size
    lobes = _length(x, y) - 0.055
    for side, radius in ((-0.062, 0.036), (0.06, 0.042)):
        lobes = torch.minimum(lobes, _length(x - side, y - 0.05 + radius) - radius)
    body = torch.maximum(torch.minimum(lobes, (x.abs() - 0.07).clamp_min(0) + (y - 0.03).abs() - 0.02), y - 0.05)
    coverage = view.inside(body * size) * (view.of(row, key + 4) < 0.75)
    canvas.paint(coverage, CLOUD, nearness, rows)


def ridge(
    canvas: Canvas, top: float, swatch: Tensor, nearness: float, *, key: int, height: float = 0.03,
    period: float = 0.7, until: float = 99.0, peaked: bool = False
) -> Line:  # fmt: skip
    """Hills from about `top` down to `until`; returns the line that they end in."""
    view = canvas.view
    line = top + height * profile(view, view.x(nearness) / period, key, peaked=peaked)
    rows = view.rows(top - height, until, nearness)
    canvas.paint(view.inside(line - view.y(nearness, rows)), swatch, nearness, rows)
    return Line(y=line, top=top - height, bottom=top + height)


def profile(view: View, x: Tensor, key: int, *, peaked: bool = False) -> Tensor:
    """A wavy line between -1 and 1 over x in periods; key and the next one shift it."""
    one, other = x + view.random(key) * 5, 0.618 * x + view.random(key + 1) * 5
    if peaked:
        return 0.65 * _triangle(one) + 0.35 * _triangle(2.3 * other)
    return 0.6 * torch.sin(2 * math.pi * one) + 0.4 * torch.sin(2 * math.pi * other)


def firs(
    canvas: Canvas, ground: Line, size: float, swatch: Tensor, nearness: float, *, key: int,
    trunk: Tensor | None = None, snow: Tensor | None = None, dense: float = 0.7, tiers: float = 3.0
) -> None:  # fmt: skip
    """Firs that stand on a line and bend with the wind; keys `key` to `key + 3`."""
    view = canvas.view
    row = view.row(0.62 * size, nearness, key)
    tall = size * (0.7 + 0.3 * view.of(row, key + 1))
    rows = view.rows(ground.top - size, ground.bottom + 0.01, nearness)
    above = (ground.y - view.y(nearness, rows)) / tall  # 0 at the foot, 1 at the tip
    middle = row.local - 0.1 * size * (view.of(row, key + 2) - 0.5)
    away = (middle - sway(view, row, key) * 0.6 * size * above.clamp(0, 1) ** 2).abs()
    here = (view.of(row, key + 3) < dense).float()
    if trunk is not None:
        stem = torch.maximum(away - 0.035 * size, (above - 0.3).abs() * tall - 0.3 * tall)
        canvas.paint(view.inside(stem) * here, trunk, nearness, rows)
    step = ((above - 0.16) / 0.84 * tiers).clamp(0, tiers)
    sawtooth = 0.62 * (1 - step / tiers) + 0.38 / tiers * (1 - (step - step.floor()))
    edge = (away - 0.27 * size * sawtooth) * 0.85
    inside = torch.maximum(torch.maximum(edge, (0.16 - above) * tall), (above - 1) * tall)
    coverage = view.inside(inside) * here
    canvas.paint(coverage, swatch, nearness, rows)
    if snow is not None:
        canvas.paint(coverage * ((step - step.floor() - 0.45) * 9).clamp(0, 1), snow, nearness, rows)


def bushes(
    canvas: Canvas, ground: Line, size: float, swatch: Tensor, nearness: float, *, key: int, dense: float = 0.5
) -> None:
    """Round tree tops or bushes on a line; keys `key` to `key + 2`."""
    view = canvas.view
    row = view.row(1.9 * size, nearness, key)
    radius = size * (0.55 + 0.35 * view.of(row, key + 1))
    rows = view.rows(ground.top - 1.6 * size, ground.bottom + 0.01, nearness)
    y = view.y(nearness, rows) - ground.y
    x = row.local - sway(view, row, key) * 0.5 * (-y).clamp_min(0)
    ball = torch.minimum(
        _length(x, y + 0.55 * radius) - radius, _length(x - 0.6 * radius, y + 0.2 * radius) - 0.6 * radius
    )
    coverage = view.inside(torch.maximum(ball, y)) * (view.of(row, key + 2) < dense)
    canvas.paint(coverage, swatch, nearness, rows)


def tufts(
    canvas: Canvas, middle: float, size: float, swatch: Tensor, nearness: float, *, key: int, dense: float
) -> None:
    """Three blades of grass here and there about a height; keys `key` to `key + 2`."""
    view = canvas.view
    row = view.row(2.6 * size, nearness, key)
    foot = middle + 0.05 * (view.of(row, key + 1) - 0.5)
    rows = view.rows(middle - 0.03 - size, middle + 0.03, nearness)
    above = (foot - view.y(nearness, rows)) / size
    bend = sway(view, row, key) * 0.8 * size * above.clamp(0, 1) ** 2
    x = row.local - bend
    blade = size * 0.1 * (1 - above).clamp_min(0)
    sides = (x.abs() - 0.34 * size * above).abs() - blade
    inside = torch.maximum(torch.minimum(sides, x.abs() - blade), (above - 0.5).abs() * size - 0.5 * size)
    canvas.paint(view.inside(inside) * (view.of(row, key + 2) < dense), swatch, nearness, rows)


def sway(view: View, row: Row, key: int) -> Tensor:  # (B, K, 1, W)
    """How far the wind bends each thing of a row: to the right, more and less."""
    return view.wind * (0.55 + 0.3 * torch.sin(2 * math.pi * (0.8 * view.seconds + view.of(row, key))))


def scattered(
    canvas: Canvas, top: float, bottom: float, radius: float, swatch: Tensor, *, key: int, count: int = 40
) -> None:
    """Small discs on the ground of the actors' plane; keys `key` to `key + 2`."""
    view = canvas.view
    x, y, size = (view.randoms(key + step, count) for step in range(3))
    ones = torch.ones_like(view.gain[..., 0])
    canvas.dots(2.4 * x - 0.7, top + (bottom - top) * y, radius * (0.6 + 0.5 * size), swatch, 1.0, ones)


def shaded(swatch: Tensor, amount: float) -> Tensor:
    """A swatch a little darker (or, below 0, lighter)."""
    return mixed(swatch, swatch * 0.72, amount) if amount > 0 else mixed(swatch, torch.full_like(swatch, 0.9), -amount)


def _length(x: Tensor, y: Tensor) -> Tensor:
    return (x * x + y * y).sqrt()


def _triangle(x: Tensor) -> Tensor:
    """A wave with straight sides between -1 and 1."""
    return 4 * (x - x.floor() - 0.5).abs() - 1
