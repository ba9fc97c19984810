"""Beach, sea and under water; what moves of its own accord is painted last."""

import math

import torch
from torch import Tensor

from mutoscope.world.storybook.places import elements
from mutoscope.world.storybook.places.canvas import Canvas
from mutoscope.world.storybook.places.elements import shaded
from mutoscope.world.storybook.places.palette import mixed, swatch

_SEA = swatch((0.62, 0.76, 0.81), (0.74, 0.69, 0.74))
_DEEP, _FOAM = swatch((0.55, 0.70, 0.78), (0.61, 0.60, 0.69)), swatch((0.85, 0.89, 0.90), night=(0.42, 0.47, 0.58))
_SAND = swatch((0.87, 0.83, 0.73))
_WET = swatch((0.78, 0.74, 0.67))
_SHELL = swatch((0.76, 0.71, 0.66))
_LAND = swatch((0.66, 0.75, 0.72))
_TRUNK, _PALM = swatch((0.69, 0.63, 0.56)), swatch((0.58, 0.70, 0.56))
_SHALLOW = swatch((0.71, 0.84, 0.84), (0.78, 0.76, 0.74), (0.24, 0.34, 0.42))
_ABYSS = swatch((0.50, 0.66, 0.73), (0.55, 0.58, 0.64), (0.19, 0.24, 0.34))
_RAY = swatch((0.82, 0.88, 0.87), (0.88, 0.82, 0.74), (0.34, 0.42, 0.50))
_FLOOR = swatch((0.77, 0.78, 0.69), (0.76, 0.70, 0.62), (0.27, 0.31, 0.38))
_REEF = swatch((0.56, 0.68, 0.73), (0.60, 0.59, 0.64), (0.23, 0.28, 0.37))
_WEED = swatch((0.52, 0.68, 0.59), (0.56, 0.60, 0.52), (0.22, 0.31, 0.34))
_BUBBLE = swatch((0.83, 0.89, 0.90), (0.86, 0.84, 0.82), (0.44, 0.52, 0.60))


def beach(canvas: Canvas) -> None:
    """Sky, sea and sand."""
    elements.sky(canvas, 0.47)
    _water(canvas, mixed(_SEA, _DEEP, 0.7), _SEA, 0.47, 0.64, 0.15)
    elements.ridge(canvas, 0.475, _LAND, 0.1, key=26, height=0.03, period=1.3, until=0.47)
    elements.ridge(canvas, 0.72, _SAND, 1.0, key=28, height=0.02, period=1.4)
    elements.scattered(canvas, 0.79, 1.05, 0.007, _SHELL, key=30)


def beach_moving(canvas: Canvas) -> None:
    """The edge of the water, and palms in the wind."""
    view = canvas.view
    wash = 0.014 * torch.sin(2 * math.pi * (0.35 * view.seconds + view.random(33)))
    line = 0.735 + 0.02 * elements.profile(view, view.x() / 1.4, 28) + wash
    line = line + 0.006 * torch.sin(view.x() * 38 + 3 * view.seconds)
    rows = view.rows(0.67, 0.79, 1.0)
    edge = view.y(1.0, rows) - line
    canvas.paint(view.inside(edge - 0.03) * view.inside(-edge - 0.02), _WET, 1.0, rows)
    canvas.paint(view.inside(edge - 0.012) * view.inside(-edge - 0.09), _FOAM, 1.0, rows)
    canvas.paint(view.inside(edge) * view.inside(-edge - 0.09), _SEA, 1.0, rows)
    for number, middle in enumerate((0.53, 0.6)):
        _glint(canvas, middle, 0.2 + 0.2 * number, 34 + number)
    _palms(canvas)


def sea(canvas: Canvas) -> None:
    """Sky over the open sea."""
    elements.sky(canvas, 0.46)
    _water(canvas, shaded(_SEA, -0.25), _DEEP, 0.46, 0.9, 0.1)


def sea_moving(canvas: Canvas) -> None:
    """Rows of waves, nearer and larger towards the bottom."""
    tops = (0.52, 0.6, 0.70, 0.83, 0.97)
    for number, top in enumerate(tops):
        colour = mixed(_SEA, _DEEP, (number + 1) / len(tops))
        _waves(canvas, top, colour, 0.25 + 0.25 * number, 26 + number, until=top + 0.16)


def under_water(canvas: Canvas) -> None:
    """Rays of light, a reef, a floor of sand."""
    canvas.gradient(_SHALLOW, _ABYSS, 0.0, 0.95, 0.1)
    view = canvas.view
    rows = view.rows(-1.0, 0.75, 0.1)
    slant = (view.x(0.1) - 0.35 * view.y(0.1, rows)) / 0.3 + 3 * view.random(0)
    ray = (torch.sin(2 * math.pi * slant) * 3 - 1.6).clamp(0, 1) * (0.75 - view.y(0.1, rows)).clamp(0, 0.5)
    canvas.paint(ray, _RAY, 0.1, rows)
    reef = elements.ridge(canvas, 0.8, mixed(_REEF, _ABYSS, 0.5), 0.3, key=26, height=0.07, period=0.5, until=0.95)
    elements.bushes(canvas, reef, 0.07, mixed(_REEF, _ABYSS, 0.25), 0.3, key=1, dense=0.5)
    elements.ridge(canvas, 0.9, _FLOOR, 1.0, key=28, height=0.02)
    elements.bushes(canvas, elements.level(0.93), 0.045, _REEF, 1.0, key=5, dense=0.35)
    elements.scattered(canvas, 0.93, 1.1, 0.007, shaded(_FLOOR, 0.4), key=30, count=30)


def under_water_moving(canvas: Canvas) -> None:
    """Weed that sways, bubbles that rise."""
    view = canvas.view
    row = view.row(0.17, 1.0, 8)
    tall = 0.12 + 0.2 * view.of(row, 9) ** 2
    rows = view.rows(0.6, 0.95, 1.0)
    above = (0.94 - view.y(1.0, rows)) / tall
    beat = 2 * math.pi * (0.35 * view.seconds + view.of(row, 10)) - 4 * above
    away = (row.local - 0.06 * (view.of(row, 11) - 0.5) - 0.022 * above * torch.sin(beat)).abs()
    leaf = away - 0.016 * (1 - above.clamp(0, 1) ** 2).sqrt()
    coverage = view.inside(torch.maximum(leaf, (above - 1) * tall)) * (view.of(row, 12) < 0.6)
    canvas.paint(coverage, _WEED, 1.0, rows)
    x, y, size, hurry = (view.randoms(key, 26)[:, None] for key in (13, 14, 15, 16))
    time = view.seconds[:, 0]  # (K, 1)
    risen = (y - (0.10 + 0.08 * hurry) * time) % 1.0
    x = 2 * x - 0.5 + 0.012 * torch.sin(5 * time + 6 * size)
    ones = torch.ones_like(risen)
    radius = (0.006 + 0.009 * size[:, 0] ** 2).expand(-1, 26)
    canvas.dots(x, 1.2 * risen - 0.2, radius, _BUBBLE, 0.9, 0.8 * ones)


def _water(canvas: Canvas, high: Tensor, low: Tensor, top: float, bottom: float, nearness: float) -> None:
    """Still water from one colour at the horizon to another one."""
    view = canvas.view
    rows = view.rows(top, 99.0, nearness)
    y = view.y(nearness, rows)
    share = ((y - top) / (bottom - top)).clamp(0, 1)[:, :, None]
    colour = torch.lerp(canvas.colour(high)[..., None, None], canvas.colour(low)[..., None, None], share)
    canvas.blend(view.inside(top - y), colour, nearness, rows)


def _waves(canvas: Canvas, top: float, colour: Tensor, nearness: float, key: int, until: float) -> None:
    """A row of round crests that travels, and the foam on it."""
    view = canvas.view
    length = 0.1 + 0.16 * (top - 0.46)
    along = 1.0 if key % 2 else -1.0
    x = view.x(nearness) / length + along * (0.25 + 0.3 * view.random(key)) * view.seconds + 9 * view.random(key)
    high = 0.16 * length
    crest = top - high * (1 - 2 * torch.sin(math.pi * x).abs()) + 0.3 * high * torch.sin(1.1 * x + 1.5 * view.seconds)
    rows = view.rows(top - 2 * high, until, nearness)
    under = view.y(nearness, rows) - crest
    body = view.inside(-under)
    canvas.paint(body, shaded(colour, -0.45), nearness, rows)
    canvas.paint(view.inside(0.05 * length + 0.006 - under), colour, nearness, rows)


def _glint(canvas: Canvas, middle: float, nearness: float, key: int) -> None:
    """Short pale strokes on the water that come and go."""
    view = canvas.view
    row = view.row(0.19, nearness, key)
    rows = view.rows(middle - 0.02, middle + 0.02, nearness)
    y = view.y(nearness, rows) - middle - 0.03 * (view.of(row, key) - 0.5)
    long = 0.05 * torch.sin(math.pi * (0.4 * view.seconds + 2 * view.of(row, key + 1))).abs()
    stroke = torch.maximum(row.local.abs() - long, y.abs() - 0.005)
    canvas.paint(view.inside(stroke), _FOAM, nearness, rows)


def _palms(canvas: Canvas) -> None:
    """Here and there a palm that leans."""
    view, nearness = canvas.view, 0.9
    row = view.row(1.1, nearness, 10)
    rows = view.rows(0.36, 0.81, nearness)
    above = (0.8 - view.y(nearness, rows)) / 0.34
    lean = 0.1 * (view.of(row, 11) - 0.3) + 0.06 * elements.sway(view, row, 12)
    x = row.local - 0.5 * (view.of(row, 13) - 0.5)
    stem = torch.maximum((x - lean * above**2).abs() - 0.011 - 0.006 * (1 - above), (above - 0.5).abs() * 0.34 - 0.17)
    there = (view.of(row, 14) < 0.65).float()
    canvas.paint(view.inside(stem) * there, _TRUNK, nearness, rows)
    x, y = x - lean, (1 - above) * 0.34
    crown = torch.full_like(y * x, 1.0)
    for reach, droop in ((-0.13, 0.05), (0.13, 0.05), (-0.09, -0.03), (0.09, -0.03), (0.02, -0.09)):
        along = (x / reach).clamp(0, 1)
        leaf = (y + 0.16 * along * (1 - along) - droop * along).abs() - 0.02 * (1 - along) * (along + 0.25)
        crown = torch.minimum(crown, torch.maximum(leaf, (x - reach * along).abs() - 0.004))
    canvas.paint(view.inside(crown) * there, _PALM, nearness, rows)
