"""City street, room, space, and a plain colour."""

import torch
from torch import Tensor

from mutoscope.world.storybook.places import elements
from mutoscope.world.storybook.places.canvas import Canvas
from mutoscope.world.storybook.places.elements import shaded
from mutoscope.world.storybook.places.palette import MOON, SKY_HIGH, SKY_LOW, SUN, mixed, swatch

_SKYLINE = swatch((0.72, 0.77, 0.82))
_WALLS = (
    swatch((0.80, 0.73, 0.69)),
    swatch((0.74, 0.77, 0.70)),
    swatch((0.82, 0.79, 0.70)),
    swatch((0.72, 0.73, 0.79)),
)
_ROOF = swatch((0.68, 0.61, 0.61))
_PANE = swatch((0.64, 0.72, 0.78), (0.88, 0.80, 0.66), (0.86, 0.80, 0.62))
_DOOR = swatch((0.62, 0.58, 0.56))
_PAVEMENT, _STREET = swatch((0.80, 0.79, 0.77)), swatch((0.65, 0.66, 0.69))
_MARK = swatch((0.85, 0.85, 0.82), night=(0.42, 0.44, 0.50))
_POST, _LAMP = swatch((0.55, 0.57, 0.61)), swatch((0.86, 0.85, 0.76), (0.88, 0.82, 0.66), (0.90, 0.86, 0.68))
_PAPER = swatch((0.84, 0.81, 0.76))
_BOARD, _PLANK = swatch((0.87, 0.86, 0.83)), swatch((0.78, 0.71, 0.64))
_FRAME = swatch((0.86, 0.85, 0.82), night=(0.42, 0.43, 0.48))
_CURTAIN = swatch((0.76, 0.69, 0.72))
_RUG = swatch((0.73, 0.76, 0.80))
_PICTURE = swatch((0.70, 0.78, 0.74))
_VOID = swatch((0.22, 0.20, 0.34), (0.27, 0.21, 0.34), (0.20, 0.20, 0.33))
_NEBULA = swatch((0.34, 0.28, 0.46), (0.42, 0.29, 0.44), (0.27, 0.27, 0.45))
_PLANETS = (swatch((0.62, 0.56, 0.66)), swatch((0.68, 0.62, 0.55)), swatch((0.53, 0.64, 0.66)))
_TINTS = ((0.80, 0.84, 0.88), (0.84, 0.86, 0.78), (0.78, 0.86, 0.82), (0.84, 0.80, 0.86), (0.85, 0.85, 0.84))


def plain(canvas: Canvas) -> None:
    """One pale colour."""
    # Close to the sky's own colours at sunset and at night, so that the light is plain to see.
    tints = torch.stack([swatch(day, (0.89, 0.76, 0.66), (0.23, 0.27, 0.41)) for day in _TINTS])
    which = torch.nn.functional.one_hot((canvas.view.chance[:, 0, 0] * len(_TINTS)).long(), len(_TINTS))
    mixed_tints = torch.einsum("bn,nlc->blc", which.float(), tints.to(which.device))
    colour = canvas.view.light @ mixed_tints + 0.04 * (canvas.view.chance[:, 1, None, :3] - 0.5)
    canvas.fill(colour[..., None, None], 0.0)


def city(canvas: Canvas) -> None:
    """A row of houses along a street, a skyline behind it."""
    elements.sky(canvas, 0.62)
    _skyline(canvas)
    _houses(canvas)
    view = canvas.view
    for top, bottom, colour in ((0.76, 0.83, _PAVEMENT), (0.83, 99.0, _STREET), (0.822, 0.832, shaded(_STREET, 0.3))):
        rows = view.rows(top, bottom, 1.0)
        y = view.y(1.0, rows)
        canvas.paint(view.inside(top - y) * view.inside(y - bottom), colour, 1.0, rows)
    row = view.row(0.3, 1.0, 30)
    rows = view.rows(0.92, 0.95, 1.0)
    dash = torch.maximum(row.local.abs() - 0.075, (view.y(1.0, rows) - 0.935).abs() - 0.008)
    canvas.paint(view.inside(dash), _MARK, 1.0, rows)
    _lamps(canvas)


def room(canvas: Canvas) -> None:
    """A papered wall with windows and pictures, boards, a rug."""
    canvas.gradient(_PAPER, _PAPER, 0.0, 1.0, 0.8)
    view = canvas.view
    row = view.row(0.08, 0.8, 10)
    canvas.paint(view.inside(row.local.abs() - 0.018), shaded(_PAPER, 0.14), 0.8)
    _windows(canvas)
    _pictures(canvas)
    for top, colour in ((0.70, _BOARD), (0.735, _PLANK)):
        rows = view.rows(top, 99.0, 1.0)
        canvas.paint(view.inside(top - view.y(1.0, rows)), colour, 1.0, rows)
    for number, line in enumerate((0.79, 0.86, 0.95)):
        rows = view.rows(line - 0.01, line + 0.01, 1.0)
        gap = (view.y(1.0, rows) - line).abs() - 0.003
        canvas.paint(view.inside(gap), shaded(_PLANK, 0.35), 1.0, rows)
        row = view.row(0.55, 1.0, 30 + number)
        rows = view.rows(line, (0.86, 0.95, 1.06)[number], 1.0)
        y = view.y(1.0, rows)
        joint = torch.maximum(row.local.abs() - 0.003, torch.maximum(line - y, y - (0.86, 0.95, 1.06)[number]))
        canvas.paint(view.inside(joint), shaded(_PLANK, 0.35), 1.0, rows)
    _rug(canvas)


def space(canvas: Canvas) -> None:
    """Stars, clouds of dust, planets."""
    canvas.gradient(_VOID, mixed(_VOID, _NEBULA, 0.35), 0.0, 1.0, elements.FAR)
    view = canvas.view
    x, y = view.x(0.1), view.y(0.1)
    for key in (26, 27):
        far = (x - 1.4 * view.random(key) + 0.2).square() + (y - view.chance[:, key, 1:2, None, None]).square() * 2
        canvas.paint(0.7 * (1 - far / 0.16).clamp(0, 1), _NEBULA, 0.1)
    elements.stars(canvas, torch.ones_like(view.gain), count=120, bottom=1.6, top=-0.6, most=0.012)
    for number, colour in enumerate(_PLANETS):
        _planet(canvas, colour, 31 + number, number)


def _skyline(canvas: Canvas) -> None:
    view, nearness = canvas.view, 0.2
    row = view.row(0.13, nearness, 26)
    rows = view.rows(0.25, 0.78, nearness)
    top = 0.56 - 0.3 * view.of(row, 27) ** 1.5
    tower = torch.maximum(row.local.abs() - 0.045 - 0.02 * view.of(row, 28), top - view.y(nearness, rows))
    canvas.paint(view.inside(tower), _SKYLINE, nearness, rows)


def _houses(canvas: Canvas) -> None:
    """Houses of four colours, wall to wall, with roofs, panes (lit at night) and doors."""
    view, nearness, wide = canvas.view, 0.6, 0.27
    row = view.row(wide, nearness, 29)
    storeys = 2 + (view.of(row, 10) < 0.5).float()
    top = 0.765 - 0.12 * storeys - 0.02 * view.of(row, 11)
    rows = view.rows(0.26, 0.77, nearness)
    x, y = row.local, view.y(nearness, rows)
    pitch = 0.07 + 0.04 * view.of(row, 12)
    steep = (view.of(row, 13) < 0.6).float()
    gable = top - pitch * torch.where(steep > 0, 1 - x.abs() / (0.5 * wide), torch.full_like(x, 0.25)).clamp_min(0)
    canvas.paint(view.inside(gable - y), _ROOF, nearness, rows)
    wall = view.inside(torch.maximum(top - y, x.abs() - 0.5 * wide + 0.004))
    which = (view.of(row, 14) * len(_WALLS)).long()
    colours = torch.stack([canvas.colour(colour) for colour in _WALLS], dim=-1)  # (B, K, 3, 4)
    chosen = colours.gather(3, which.expand(-1, colours.shape[1], 3, -1))[..., None, :]
    canvas.blend(wall, chosen, nearness, rows)
    floor = ((y - top) / 0.12).floor()
    deep = y - top - 0.12 * floor - 0.062
    column = (x / (wide / 3)).round().clamp(-1, 1)
    pane = torch.maximum((x - column * wide / 3).abs() - 0.024, deep.abs() - 0.032)
    ground_floor = (floor >= storeys - 1).float() * (column == 0)
    door = torch.maximum((x - column * wide / 3).abs() - 0.027, (y - 0.72).abs() - 0.05)
    glass = view.inside(pane) * (y > top) * (floor < storeys)
    canvas.paint(glass * (1 - ground_floor), _PANE, nearness, rows)
    cross = torch.minimum((x - column * wide / 3).abs(), deep.abs()) - 0.003
    canvas.paint(glass * (1 - ground_floor) * view.inside(cross), _BOARD, nearness, rows)
    canvas.paint(view.inside(door) * ground_floor, _DOOR, nearness, rows)


def _lamps(canvas: Canvas) -> None:
    view, nearness = canvas.view, 0.9
    row = view.row(0.8, nearness, 33)
    rows = view.rows(0.42, 0.82, nearness)
    x, y = row.local - 0.3 * (view.of(row, 34) - 0.5), view.y(nearness, rows)
    post = torch.maximum(x.abs() - 0.007, (y - 0.64).abs() - 0.17)
    arm = torch.maximum((x - 0.03).abs() - 0.035, (y - 0.475).abs() - 0.006)
    canvas.paint(view.inside(torch.minimum(post, arm)), _POST, nearness, rows)
    bulb = ((x - 0.06).square() + ((y - 0.49) * 1.3).square()).sqrt() - 0.022
    canvas.paint(view.inside(bulb), _LAMP, nearness, rows)


def _windows(canvas: Canvas) -> None:
    """Windows that show the sky, with curtains."""
    view, nearness = canvas.view, 0.8
    row = view.row(1.0, nearness, 26)
    rows = view.rows(0.13, 0.56, nearness)
    x, y = row.local - 0.2 * (view.of(row, 27) - 0.5), view.y(nearness, rows) - 0.34
    outer = view.inside(torch.maximum(x.abs() - 0.165, y.abs() - 0.19))
    canvas.paint(outer, _FRAME, nearness, rows)
    glass = view.inside(torch.maximum(x.abs() - 0.145, y.abs() - 0.17))
    canvas.paint(glass, mixed(SKY_HIGH, SKY_LOW, 0.4), nearness, rows)
    sunset, night = view.light[..., 1, None, None], view.light[..., 2, None, None]
    low_sun = view.inside(((x - 0.04).square() + (y - 0.12).square()).sqrt() - 0.06)
    canvas.paint(low_sun * glass * sunset, SUN, nearness, rows)
    moon = view.inside(((x + 0.05).square() + (y + 0.08).square()).sqrt() - 0.04)
    canvas.paint(moon * glass * night, MOON, nearness, rows)
    bars = torch.minimum(x.abs() - 0.008, y.abs() - 0.008)
    canvas.paint(view.inside(bars) * glass, _FRAME, nearness, rows)
    hang = (0.15 - x.abs()).abs() - 0.045 + 0.06 * (y + 0.05).clamp_min(0)
    curtain = torch.maximum(hang, (y - 0.0).abs() - 0.205)
    canvas.paint(view.inside(curtain), _CURTAIN, nearness, rows)
    rod = torch.maximum(x.abs() - 0.22, (y + 0.205).abs() - 0.008)
    canvas.paint(view.inside(rod), _DOOR, nearness, rows)


def _pictures(canvas: Canvas) -> None:
    """Framed pictures of hills between the windows."""
    view, nearness = canvas.view, 0.8
    period = 1.0
    place = view.x(nearness) / period + 7 * view.random(26) + 0.5  # half a cell from the windows
    x = (place - place.floor() - 0.5) * period
    rows = view.rows(0.2, 0.45, nearness)
    y = view.y(nearness, rows) - 0.32
    half = 0.055 + 0.03 * view.random(28)
    box = torch.maximum(x.abs() - half, y.abs() - 0.07)
    canvas.paint(view.inside(box), _DOOR, nearness, rows)
    inner = view.inside(box + 0.012)
    canvas.paint(inner, _BOARD, nearness, rows)
    canvas.paint(inner * view.inside(0.02 + 0.3 * x - y), _PICTURE, nearness, rows)


def _rug(canvas: Canvas) -> None:
    view = canvas.view
    rows = view.rows(0.8, 1.0, 1.0)
    x, y = (view.x() - 0.35 - 0.3 * view.random(34)) / 0.34, (view.y(1.0, rows) - 0.9) / 0.065
    far = ((x * x + y * y).sqrt() - 1) * 0.065
    canvas.paint(view.inside(far), _RUG, 1.0, rows)
    canvas.paint(view.inside((far + 0.016).abs() - 0.0045), shaded(_RUG, 0.45), 1.0, rows)


def _planet(canvas: Canvas, colour: Tensor, key: int, number: int) -> None:
    """A banded disc, shaded on one side, the first with a ring."""
    view, nearness = canvas.view, 0.15 + 0.05 * number
    chance = view.chance[:, key, :4, None, None, None]
    radius = 0.05 + 0.06 * chance[:, 2]
    # Each in a third of the sky of its own.
    x = view.x(nearness) - (0.1 + 0.4 * number + 0.25 * (chance[:, 0] - 0.5))
    middle = 0.16 + 0.3 * chance[:, 1] + 0.12 * (number == 1)
    rows = view.rows(float(middle.min()) - 0.13, float(middle.max()) + 0.13, nearness)
    y = view.y(nearness, rows) - middle
    far = (x * x + y * y).sqrt() - radius
    disc = view.inside(far)
    canvas.paint(disc, colour, nearness, rows)
    band = torch.sin(y / radius * 5 + 6 * chance[:, 3] + 0.6 * x / radius)
    canvas.paint(disc * (band * 4).clamp(0, 1) * 0.5, shaded(colour, 0.5), nearness, rows)
    shade = view.inside(radius * 0.95 - ((x + 0.35 * radius).square() + (y + 0.35 * radius).square()).sqrt())
    canvas.paint(disc * shade * 0.5, shaded(colour, 0.9), nearness, rows)
    if number == 0:
        tilted = y + 0.3 * x
        ring = ((x * x + (3.5 * tilted) ** 2).sqrt() - 1.7 * radius).abs() - 0.12 * radius
        behind = disc * (tilted < 0)
        canvas.paint(view.inside(ring * 0.4) * (1 - behind), shaded(colour, -0.4), nearness, rows)
