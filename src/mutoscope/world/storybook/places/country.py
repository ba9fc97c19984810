"""Meadow, snow field, desert and forest."""

import torch

from mutoscope.world.storybook.places import elements
from mutoscope.world.storybook.places.canvas import Canvas
from mutoscope.world.storybook.places.elements import Line, level, shaded
from mutoscope.world.storybook.places.palette import swatch

_GRASS = swatch((0.73, 0.82, 0.62))
_FAR_HILL, _HILL = swatch((0.70, 0.80, 0.77)), swatch((0.68, 0.79, 0.65))
_LEAVES = swatch((0.58, 0.71, 0.58))
_BLADES = swatch((0.60, 0.72, 0.52))
_PETALS = swatch((0.88, 0.86, 0.76))
_SNOW, _SNOW_HILL = swatch((0.83, 0.86, 0.89)), swatch((0.76, 0.81, 0.86))
_ROCK = swatch((0.66, 0.71, 0.78))
_FIR = swatch((0.52, 0.63, 0.61))
_BARK = swatch((0.62, 0.57, 0.53))
_GLITTER = swatch((0.90, 0.90, 0.90), night=(0.50, 0.55, 0.68))
_WINTER_SKY = swatch((0.74, 0.79, 0.85), (0.82, 0.73, 0.76), (0.20, 0.23, 0.35))
_DRY_SKY = swatch((0.70, 0.79, 0.84), (0.84, 0.70, 0.70), (0.20, 0.22, 0.35))
_DRY_LOW = swatch((0.87, 0.85, 0.78), (0.90, 0.78, 0.66), (0.37, 0.38, 0.50))
_DUST = swatch((0.86, 0.80, 0.67))
_DUNE, _SHADOW = swatch((0.82, 0.74, 0.61)), swatch((0.77, 0.68, 0.58))
_MESA = swatch((0.78, 0.69, 0.64))
_CACTUS = swatch((0.60, 0.70, 0.58))
_GLADE, _CANOPY = swatch((0.80, 0.86, 0.76), (0.88, 0.80, 0.68)), swatch((0.55, 0.68, 0.54))
_THICKET = swatch((0.70, 0.79, 0.68))
_MOSS = swatch((0.66, 0.74, 0.57))


def meadow(canvas: Canvas) -> None:
    """Hills of grass with bushes under a sky."""
    elements.sky(canvas, 0.6)
    elements.ridge(canvas, 0.56, _FAR_HILL, 0.2, key=26, height=0.04, until=0.68)
    hill = elements.ridge(canvas, 0.63, _HILL, 0.45, key=28, height=0.025, period=0.9, until=0.76)
    elements.bushes(canvas, hill, 0.06, _LEAVES, 0.45, key=15, dense=0.45)
    elements.ridge(canvas, 0.71, _GRASS, 1.0, key=30, height=0.012, period=1.2)
    elements.tufts(canvas, 0.79, 0.035, _BLADES, 1.0, key=32, dense=0.5)
    elements.tufts(canvas, 0.93, 0.05, _BLADES, 1.0, key=35, dense=0.6)
    elements.scattered(canvas, 0.75, 1.05, 0.008, _PETALS, key=18)


def snow_field(canvas: Canvas) -> None:
    """Snow, snowy firs, mountains."""
    elements.sky(canvas, 0.6, high=_WINTER_SKY)
    elements.ridge(canvas, 0.48, _SNOW, 0.12, key=26, height=0.1, period=0.6, until=0.66, peaked=True)
    elements.ridge(canvas, 0.54, _ROCK, 0.12, key=26, height=0.075, period=0.6, until=0.7, peaked=True)
    hill = elements.ridge(canvas, 0.64, shaded(_SNOW_HILL, -0.35), 0.5, key=28, height=0.02, until=0.76)
    elements.firs(canvas, hill, 0.2, _FIR, 0.5, key=14, trunk=_BARK, snow=_SNOW, dense=0.55)
    elements.ridge(canvas, 0.7, _SNOW, 1.0, key=30, height=0.014, period=1.1)
    elements.ridge(canvas, 0.93, shaded(_SNOW, 0.12), 1.0, key=32, height=0.012, period=0.8, until=1.3)
    elements.scattered(canvas, 0.74, 1.05, 0.006, _GLITTER, key=18)


def desert(canvas: Canvas) -> None:
    """Dunes with a shady side, mesas far away, cactuses."""
    elements.sky(canvas, 0.58, high=_DRY_SKY, low=_DRY_LOW, clouds=False)
    _mesas(canvas)
    line = elements.ridge(canvas, 0.6, _DUNE, 0.4, key=28, height=0.05, period=0.8, until=0.8)
    _shady_side(canvas, line, 0.4, 28, 0.8)
    _cactuses(canvas, level(0.735))
    line = elements.ridge(canvas, 0.715, _DUST, 1.0, key=30, height=0.02, period=1.3)
    for number, middle in enumerate((0.78, 0.9, 0.97)):
        _ripple(canvas, middle, 32 + number)


def forest(canvas: Canvas) -> None:
    """Trunks under a roof of leaves, firs behind them."""
    canvas.gradient(_GLADE, shaded(_GLADE, 0.15), 0.2, 0.75, 0.05)
    view = canvas.view
    if view.night > 0:
        elements.stars(canvas, view.light[..., 2, None, None] * 0.6, count=50, bottom=0.5)
    elements.firs(canvas, level(0.7), 0.52, _THICKET, 0.3, key=26, dense=0.95, tiers=4.0)
    elements.firs(canvas, level(0.74), 0.42, shaded(_CANOPY, -0.25), 0.55, key=30, trunk=_BARK, dense=0.6, tiers=4.0)
    elements.ridge(canvas, 0.72, _MOSS, 1.0, key=34, height=0.012)
    _trunks(canvas)
    _leaf_roof(canvas)
    elements.tufts(canvas, 0.8, 0.045, shaded(_CANOPY, -0.1), 1.0, key=32, dense=0.45)
    elements.tufts(canvas, 0.95, 0.05, _CANOPY, 1.0, key=35, dense=0.6)


def _trunks(canvas: Canvas) -> None:
    view = canvas.view
    row = view.row(0.42, 0.8, 10)
    rows = view.rows(-2.0, 0.79, 0.8)
    y = view.y(0.8, rows)
    wide = 0.022 + 0.014 * view.of(row, 11) + 0.03 * (y - 0.66).clamp_min(0) ** 0.8
    away = (row.local - 0.16 * (view.of(row, 12) - 0.5)).abs() - wide
    foot = 0.755 + 0.03 * view.of(row, 13)
    coverage = view.inside(torch.maximum(away, y - foot)) * (view.of(row, 14) < 0.8)
    canvas.paint(coverage, _BARK, 0.8, rows)


def _leaf_roof(canvas: Canvas) -> None:
    """Scallops of leaves along the top, in two shades, that the wind pushes."""
    view = canvas.view
    for number, (line, size, colour) in enumerate(((0.2, 0.11, shaded(_CANOPY, -0.12)), (0.1, 0.14, _CANOPY))):
        nearness = 0.8 + 0.1 * number
        row = view.row(size, nearness, 15 + 3 * number)
        rows = view.rows(-3.0, line + size, nearness)
        x = row.local - 0.3 * size * elements.sway(view, row, 16 + 3 * number)
        y = view.y(nearness, rows) - line + 0.05 * view.of(row, 17 + 3 * number)
        lobe = (x * x + y * y).sqrt() - 0.56 * size
        canvas.paint(view.inside(torch.minimum(lobe, y + 0.25 * size)), colour, nearness, rows)


def _mesas(canvas: Canvas) -> None:
    view, nearness = canvas.view, 0.15
    row = view.row(0.9, nearness, 10)
    rows = view.rows(0.4, 0.68, nearness)
    y = view.y(nearness, rows)
    top = 0.56 - 0.12 * view.of(row, 11)
    wide = 0.1 + 0.1 * view.of(row, 12) + 0.25 * (y - top).clamp_min(0)
    away = (row.local - 0.2 * (view.of(row, 13) - 0.5)).abs() - wide
    coverage = view.inside(torch.maximum(away * 0.95, top - y)) * (view.of(row, 14) < 0.6)
    canvas.paint(coverage, _MESA, nearness, rows)


def _shady_side(canvas: Canvas, line: Line, nearness: float, key: int, period: float) -> None:
    """The side of each dune that falls to the right."""
    view = canvas.view
    rows = view.rows(line.top, line.bottom + 0.06, nearness)
    depth = view.y(nearness, rows) - line.y
    before = line.top + 0.05 * (1 + elements.profile(view, (view.x(nearness) - 0.5 * depth) / period, key))
    falling = ((line.y - before) / (0.5 * depth.clamp_min(0.004)) * 6).clamp(0, 1)
    canvas.paint(view.inside(-depth) * falling * (1 - depth / 0.09).clamp(0, 1) * 0.7, _SHADOW, nearness, rows)


def _cactuses(canvas: Canvas, ground: Line) -> None:
    view, nearness = canvas.view, 0.7
    row = view.row(0.5, nearness, 15)
    size = 0.1 + 0.07 * view.of(row, 16)
    rows = view.rows(ground.top - 0.2, ground.bottom, nearness)
    x, y = row.local - 0.2 * (view.of(row, 17) - 0.5), (ground.y - view.y(nearness, rows)) / size
    x = torch.where(view.of(row, 19) < 0.5, x, -x) / size
    stem = _bar(x, y, 0.0, -0.2, 0.88, 0.12)
    arms = torch.minimum(_bar(x, y, -0.33, 0.45, 0.72, 0.085), _bar(x, y, 0.3, 0.3, 0.56, 0.085))
    joints = torch.minimum(_bar(y, x, 0.45, -0.33, 0.0, 0.08), _bar(y, x, 0.3, 0.0, 0.3, 0.08))
    shape = torch.minimum(stem, torch.minimum(arms, joints)) * size
    coverage = view.inside(shape) * (view.of(row, 18) < 0.6)
    canvas.paint(coverage, _CACTUS, nearness, rows)


def _bar(
    across: torch.Tensor, along: torch.Tensor, middle: float, start: float, end: float, thick: float
) -> torch.Tensor:
    """Distance to a bar with round ends."""
    rest = (along - 0.5 * (start + end)).abs() - 0.5 * (end - start)
    return ((across - middle).square() + rest.clamp_min(0).square()).sqrt() - thick


def _ripple(canvas: Canvas, middle: float, key: int) -> None:
    """A broken thin line in the sand."""
    view = canvas.view
    row = view.row(0.5, 1.0, key)
    rows = view.rows(middle - 0.03, middle + 0.03, 1.0)
    y = view.y(1.0, rows) - middle - 0.02 * (view.of(row, key) - 0.5) + 0.5 * row.local**2
    thick = 0.006 * (1 - (row.local / (0.1 + 0.1 * view.of(row, key + 1))).square()).clamp_min(0)
    canvas.paint(view.inside(y.abs() - thick) * (thick > 0), _DUNE, 1.0, rows)
