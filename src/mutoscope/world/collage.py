"""Collages: made-up photos with a known subject, to learn from where the subject of a photo is."""

import math
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

from mutoscope.world.crops import draw_crops
from mutoscope.world.figures import GROUPS, PARTS, Figures, draw_figures
from mutoscope.world.textures import fractal_noise, grid, natural_colours, texture_fields, uniform

LEAVES = 16  # regions of a background: sky, ground, far ridge, and things that lie about
FAR = 9.0  # a distance larger than any in a figure


@dataclass(frozen=True, kw_only=True, eq=False)
class CollageBatch:
    """Collages (B, C, H, W), float 0..1: `subject` goes on beyond the `matte`; `horizon` (B,) in frame heights."""

    picture: Tensor
    background: Tensor
    subject: Tensor
    matte: Tensor
    horizon: Tensor


@dataclass(frozen=True, kw_only=True, eq=False)
class _Cutout:
    colours: Tensor  # (B, 3, H, W)
    matte: Tensor  # (B, 1, H, W)


def draw_collages(
    count: int,
    size: int,
    rng: torch.Generator,
    device: torch.device | str = "cpu",
    photos: tuple[Tensor, ...] = (),
) -> CollageBatch:
    """Draw collages of `size` x `size` pixels; `rng` must live on `device`. Half stand before crops of `photos`, if given."""
    assert rng.device.type == torch.device(device).type, f"the generator lives on {rng.device}, not on {device}"
    kept: list[CollageBatch] = []
    missing = count
    while missing > 0:
        drawn = _draw(max(8, missing + missing // 8), size, rng, photos)
        # A subject that hardly shows or leaves no background teaches nothing.
        area = drawn.matte.mean((1, 2, 3))
        edge = torch.cat([drawn.matte[..., 0], drawn.matte[..., -1], drawn.matte[:, :, 0], drawn.matte[:, :, -1]], -1)
        good = ((area > 0.008) & (area < 0.8) & (edge.mean((1, 2)) < 0.5)).nonzero()[:missing, 0]
        kept.append(_picked(drawn, good))
        missing -= len(good)
    return kept[0] if len(kept) == 1 else _joined(kept)


def _picked(batch: CollageBatch, rows: Tensor) -> CollageBatch:
    return CollageBatch(**{name: getattr(batch, name)[rows] for name in batch.__dataclass_fields__})


def _joined(batches: list[CollageBatch]) -> CollageBatch:
    return CollageBatch(**{n: torch.cat([getattr(b, n) for b in batches]) for n in batches[0].__dataclass_fields__})


def _draw(count: int, size: int, rng: torch.Generator, photos: tuple[Tensor, ...]) -> CollageBatch:
    """One batch: background, distractors, blur, shadow, subject, foreground, then what a camera does to it."""
    fields = texture_fields(count * 4, size, rng).view(count, 4, size, size)
    palette = natural_colours(rng, count, 5)
    light = uniform(rng, 0, 2 * math.pi, count)
    horizon = uniform(rng, 0.2, 0.8, count)
    background = _draw_background(fields[:, :2], palette, horizon, rng)
    if photos:
        real = uniform(rng, 0, 1, count, 1, 1, 1) < 0.5
        background = torch.where(real, draw_crops(photos, count, size, rng), background)
    cutout = _draw_cutout(fields[:, 1:], palette, light, rng)
    background = _with_thicket(background, fields[:, 0], rng)
    background = _with_bystander(background, cutout, rng)
    for shift in (1, 2):
        background = _with_distractor(background, cutout, shift, rng)
    background = _defocused(background, uniform(rng, 0, 1, count) ** 1.5 * 4.0)
    background = _with_shadow(background, cutout.matte, rng)
    picture = torch.lerp(background, cutout.colours, cutout.matte)
    picture, matte = _with_foreground(picture, cutout.matte, palette, fields[:, 3], rng)
    dusk = uniform(rng, 0, 1, count, 1, 1, 1) < 0.06
    picture = torch.where(dusk, torch.lerp(picture, picture * 0.12, matte), picture)
    return CollageBatch(
        picture=_photographed(picture, rng), background=background.clamp(0, 1),
        subject=cutout.colours.clamp(0, 1), matte=matte, horizon=horizon,
    )  # fmt: skip


def _painted(index: Tensor, inks: Tensor, fields: Tensor, which: Tensor) -> Tensor:  # (B, 3, H, W)
    """Colour regions: `index` (B, H, W) names a region, `inks` (B, R, 6) its colours, `which` (B, R) its texture."""
    count, size = index.shape[0], index.shape[-1]
    flat = index.reshape(count, 1, -1)
    texture = fields.reshape(count, fields.shape[1], -1).gather(1, which.gather(1, flat[:, 0])[:, None])
    colours = inks.mT.gather(2, flat.expand(count, 6, -1))
    return torch.lerp(colours[:, :3], colours[:, 3:], texture).view(count, 3, size, size)


def _inks(palette: Tensor, regions: int, rng: torch.Generator) -> Tensor:  # (B, R, 6)
    """Two colours for each region, off the palette by a little; mostly close to each other, sometimes far apart."""
    count, shades = palette.shape[:2]
    pick = torch.randint(0, shades, (count, regions), generator=rng, device=rng.device)
    first = palette.gather(1, pick[..., None].expand(-1, -1, 3))
    first = first * uniform(rng, 0.65, 1.3, count, regions, 1) + 0.05 * uniform(rng, -1, 1, count, regions, 3)
    strength = uniform(rng, 0, 1, count, regions, 1) ** 2
    second = torch.lerp(
        first * uniform(rng, 0.5, 1.5, count, regions, 1), natural_colours(rng, count, regions), strength
    )
    return torch.cat([first, second], -1)


def _draw_background(fields: Tensor, palette: Tensor, horizon: Tensor, rng: torch.Generator) -> Tensor:  # (B, 3, H, W)
    """Plain walls, landscapes, rooms and dead leaves (occluding shapes whose sizes follow a power law)."""
    count, size = fields.shape[0], fields.shape[-1]
    gx, gy = grid(count, size, rng.device)
    scene = torch.multinomial(torch.tensor([1.0, 2.2, 1.4, 1.6], device=rng.device), count, True, generator=rng)
    rough = fractal_noise(count, size, rng, uniform(rng, 0.3, 0.8, count))
    level = gy - horizon[:, None, None] - uniform(rng, -0.25, 0.25, count, 1, 1) * (gx - 0.5)
    ridge = level + uniform(rng, 0.02, 0.3, count, 1, 1) + 0.05 * rough
    ground = (level + 0.01 * rough) > 0
    deep = (scene != 0)[:, None, None]
    index = (deep & (ridge > 0) & (scene == 1)[:, None, None]).long() * 2
    index = torch.where(deep & ground, 1, index)
    clutter = torch.tensor([0.05, 0.25, 0.4, 0.95], device=rng.device)[scene]
    reach = torch.tensor([0.3, 0.2, 0.35, 0.45], device=rng.device)[scene]
    bent_x, bent_y = gx + 0.03 * rough, gy + 0.03 * rough.flip(1)
    for leaf in range(3, LEAVES):
        radius = (reach * uniform(rng, 0.15, 1, count) ** 1.5)[:, None, None]
        turn, long = uniform(rng, 0, math.pi, count, 1, 1), torch.exp(uniform(rng, -0.9, 0.9, count, 1, 1))
        cx, cy = uniform(rng, 0, 1, count, 1, 1), uniform(rng, 0, 1, count, 1, 1)
        low = (horizon[:, None, None] + (1 - horizon[:, None, None]) * cy) - radius * 0.5
        cy = torch.where((scene == 1)[:, None, None] & (uniform(rng, 0, 1, count, 1, 1) < 0.8), low, cy)
        turn = torch.where((scene == 2)[:, None, None], turn * 0.05, turn)
        u = ((bent_x - cx) * turn.cos() + (bent_y - cy) * turn.sin()).abs() * long
        v = ((bent_y - cy) * turn.cos() - (bent_x - cx) * turn.sin()).abs()
        boxy = (uniform(rng, 0, 1, count) < torch.where(scene == 2, 0.8, 0.4))[:, None, None]
        inside = torch.where(boxy, torch.maximum(u, v), (u * u + v * v).sqrt()) < radius
        inside &= (uniform(rng, 0, 1, count) < clutter)[:, None, None]
        index = torch.where(inside, leaf, index)
    which = torch.randint(0, fields.shape[1], (count, LEAVES), generator=rng, device=rng.device)
    inks = _inks(palette[:, :4], LEAVES, rng)
    sky = (scene == 1) & (uniform(rng, 0, 1, count) < 0.7)
    night = uniform(rng, 0, 1, count, 1) < 0.3
    bright = torch.where(night, uniform(rng, 0.0, 0.25, count, 1), uniform(rng, 0.5, 1.05, count, 1))
    inks[:, 0] = torch.where(sky[:, None], torch.lerp(inks[:, 0], bright, torch.where(night, 0.85, 0.6)), inks[:, 0])
    inks[:, 0, 3:] = torch.where(sky[:, None], inks[:, 0, :3] * uniform(rng, 0.85, 1.1, count, 1), inks[:, 0, 3:])
    painted = _painted(index, inks, fields, which)
    slope = uniform(rng, -0.5, 0.5, count, 1, 1) * (gx - 0.5) + uniform(rng, -0.6, 0.6, count, 1, 1) * (gy - 0.5)
    glow = torch.exp(-level.abs() * uniform(rng, 2, 8, count, 1, 1)) * uniform(rng, -0.3, 1.2, count, 1, 1)
    slope = slope + glow * (deep & (uniform(rng, 0, 1, count, 1, 1) < 0.4))
    patches = fractal_noise(count, size, rng, 0.4) * uniform(rng, 0, 0.15, count, 1, 1)
    return painted * (1 + slope + patches)[:, None]


def _placed(figures: Figures, rng: torch.Generator) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Where figures go: scale (B,) in frames per unit, middle (B, 2) in units, place (B, 2) in the frame, turn (B,)."""
    ends, hidden = figures.ends.view(*figures.ends.shape[:2], 2, 2), ~figures.shown[..., None, None]
    radii = figures.radii[..., None]
    low = (ends - radii).masked_fill(hidden, FAR).amin((1, 2))
    high = (ends + radii).masked_fill(hidden, -FAR).amax((1, 2))
    count = low.shape[0]
    extent = (high - low).amax(1)
    stands = figures.stands
    # Most subjects span 40..110 % of the frame; close-ups go beyond it, and some are far away.
    span = torch.exp(uniform(rng, math.log(0.42), math.log(1.1), count))
    span = torch.where(uniform(rng, 0, 1, count) < 0.25, uniform(rng, 1.0, 1.9, count), span)
    span = torch.where(uniform(rng, 0, 1, count) < 0.12, uniform(rng, 0.16, 0.42, count), span)
    scale = span / extent
    spread = (0.16 * torch.randn((count, 2), generator=rng, device=rng.device)).clamp(-0.36, 0.36)
    place = 0.5 + spread * (1.15 - span).clamp(0.25, 1)[:, None]
    half = (high - low)[:, 1] * scale / 2
    sunk = uniform(rng, 0, 1, count)
    bottom = torch.where(sunk < 0.4, 1.0 + uniform(rng, 0.0, 0.6, count) * half, 1.0 - uniform(rng, 0.02, 0.2, count))
    bottom = torch.where(figures.cut, 1.0 + uniform(rng, 0.1, 0.9, count) * half, bottom)
    place[:, 1] = torch.where(stands, bottom - half, place[:, 1])
    turn = torch.where(stands, 0.08, 0.5) * torch.randn((count,), generator=rng, device=rng.device)
    turn = torch.where(uniform(rng, 0, 1, count) < 0.08, uniform(rng, -math.pi, math.pi, count), turn)
    return scale, (low + high) / 2, place, turn


def _draw_cutout(fields: Tensor, palette: Tensor, light: Tensor, rng: torch.Generator) -> _Cutout:
    """A figure in its place, coloured and shaded; the colours go on beyond its edge."""
    count, size = fields.shape[0], fields.shape[-1]
    figures = draw_figures(count, rng)
    scale, middle, place, turn = (t.view(count, -1, 1, 1) for t in _placed(figures, rng))
    gx, gy = grid(count, size, rng.device)
    flip = torch.where(uniform(rng, 0, 1, count, 1, 1) < 0.5, -1.0, 1.0)
    aspect = torch.exp(uniform(rng, -0.35, 0.2, count, 1, 1))  # wide photos are squeezed into a square
    dx, dy = (gx - place[:, 0]) * flip / aspect / scale[:, 0], (gy - place[:, 1]) / scale[:, 0]
    c, s = turn[:, 0].cos(), turn[:, 0].sin()
    wobble = fractal_noise(2 * count, size, rng, uniform(rng, 0.2, 0.6, 2 * count), 4).view(count, 2, size, size)
    strength = 0.06 * uniform(rng, 0, 1, count, 1, 1) ** 2 + 0.004
    u = dx * c + dy * s + middle[:, 0] + strength * wobble[:, 0]
    v = dy * c - dx * s + middle[:, 1] + strength * wobble[:, 1]
    distance, index, height = _measured(figures, u, v)
    softness = (1 + 2.5 * uniform(rng, 0, 1, count, 1, 1) ** 3) / (scale[:, 0] * size)
    matte = (0.5 - distance / softness).clamp(0, 1)[:, None]
    groups = torch.cat([figures.group, figures.group[:, :1]], 1).gather(1, index.reshape(count, -1)).view_as(index)
    own = natural_colours(rng, count, 4)
    # Some subjects wear the background's colours.
    alike = (uniform(rng, 0, 1, count, 1, 1) < 0.3) & (uniform(rng, 0, 1, count, 4, 1) < 0.6)
    inks = _inks(torch.where(alike, palette[:, :4], own), GROUPS, rng)
    inks[:, 3] *= 0.35
    inks[:, 4] = torch.lerp(inks[:, 4], torch.ones_like(inks[:, 4]), 0.5)
    which = torch.randint(0, fields.shape[1], (count, GROUPS), generator=rng, device=rng.device)
    colours = _painted(groups, inks, fields, which)
    # Now and then a cloth as restless as a whole picture, so that edges inside are as strong as the outline.
    busy = (uniform(rng, 0, 1, count, 1, 1) < 0.15) & (groups == 1) & (uniform(rng, 0, 1, count, 1, 1) < 0.7)
    colours = torch.where(busy[:, None], _tiled(colours.roll(1, 0), uniform(rng, 1.5, 5, count), rng), colours)
    return _Cutout(colours=colours * _shade(height, distance, light, rng)[:, None], matte=matte)


def _measured(figures: Figures, u: Tensor, v: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Signed distance to the figure, its topmost (outside: nearest) part, and the height of that part's surface."""
    distance = torch.full_like(u, FAR)
    index = torch.zeros_like(u, dtype=torch.long)
    height = torch.zeros_like(u)
    for part in range(PARTS):
        rows = figures.shown[:, part].nonzero()[:, 0]
        if len(rows) == 0:
            continue
        ax, ay, bx, by = figures.ends[rows, part].T[..., None, None]
        ra, rb = figures.radii[rows, part].T[..., None, None]
        square = figures.square[rows, part, None, None]
        ex, ey = bx - ax, by - ay + 1e-3  # a dot, too, needs a direction
        length = (ex * ex + ey * ey).sqrt().clamp_min(1e-4)
        pu, pv = u[rows] - ax, v[rows] - ay
        along = (pu * ex + pv * ey) / length
        across = ((pv * ex - pu * ey) / length).abs()
        share = (along / length).clamp(0, 1)
        radius = ra + (rb - ra) * share
        beyond = (along - length * share).abs()
        round_d = (beyond * beyond + across * across).sqrt() - radius
        # Square ends stop a little behind the limb's end.
        square_d = torch.maximum(across - radius, beyond - 0.25 * radius)
        d = torch.lerp(round_d, square_d, square)
        before = distance[rows]
        index[rows] = torch.where(d < before.clamp_min(0), part, index[rows])
        bulge = (-d / radius.clamp_min(0.05)).clamp(0, 1)
        height[rows] = torch.where(d < 0, (bulge * (2 - bulge)).sqrt() * radius, height[rows])
        distance[rows] = torch.minimum(before, d)
    return distance, index, height


def _shade(height: Tensor, distance: Tensor, light: Tensor, rng: torch.Generator) -> Tensor:  # (B, H, W)
    """Light from one side on the parts' surfaces and on the figure as a whole."""
    count = height.shape[0]
    relief = height + 0.5 * (-distance).clamp(0, 0.6)
    relief = F.avg_pool2d(relief[:, None], 5, 1, 2, count_include_pad=False)[:, 0]
    slope_x = F.pad(relief[:, :, 2:] - relief[:, :, :-2], (1, 1))
    slope_y = F.pad(relief[:, 2:] - relief[:, :-2], (0, 0, 1, 1))
    lx, ly = light.cos()[:, None, None], light.sin()[:, None, None]
    lit = (slope_x * lx + slope_y * ly) * uniform(rng, 0, 8, count, 1, 1)
    rim = (distance.clamp(-0.12, 0) / 0.12 + 1) * uniform(rng, -0.35, 0.2, count, 1, 1)
    return (uniform(rng, 0.7, 1.2, count, 1, 1) + lit.clamp(-0.5, 0.6) + rim).clamp(0.1, 1.9)


def _tiled(picture: Tensor, zoom: Tensor, rng: torch.Generator) -> Tensor:
    """Each picture made `zoom` (B,) times smaller, turned, and mirrored over and over to fill its frame."""
    count = picture.shape[0]
    turn = uniform(rng, 0, 2 * math.pi, count)
    theta = torch.stack([zoom * turn.cos(), -zoom * turn.sin(), zoom * turn.sin(), zoom * turn.cos()], 1).view(
        count, 2, 2
    )
    theta = torch.cat([theta, uniform(rng, -1, 1, count, 2, 1)], 2)
    where = F.affine_grid(theta, list(picture.shape), align_corners=False)
    return F.grid_sample(picture, where, padding_mode="reflection", align_corners=False)


def _with_thicket(background: Tensor, field: Tensor, rng: torch.Generator) -> Tensor:
    """Some backgrounds are dense, like leaves, rubble, crowds, shelves: another background, small and repeated."""
    count, size = field.shape[0], field.shape[-1]
    dense = _tiled(background.roll(1, 0), 2 ** uniform(rng, 0.8, 3.2, count), rng)
    patches = fractal_noise(count, size, rng, 0.45) > uniform(rng, -1.5, 0.8, count, 1, 1)
    shown = patches & (uniform(rng, 0, 1, count, 1, 1) < 0.35)
    tone = background.mean((2, 3), keepdim=True) / dense.mean((2, 3), keepdim=True).clamp_min(0.05)
    dense = dense * torch.lerp(torch.ones_like(tone), tone.clamp(0.3, 3), uniform(rng, 0, 1, count, 1, 1, 1))
    return torch.where(shown[:, None], dense * (0.7 + 0.6 * field[:, None]), background)


def _with_bystander(background: Tensor, cutout: _Cutout, rng: torch.Generator) -> Tensor:
    """Somebody or something large behind the subject, cut by the picture's edge: who holds it, say."""
    count = background.shape[0]
    zoom, side = uniform(rng, 0.45, 0.9, count), uniform(rng, 0, 2 * math.pi, count)
    theta = torch.zeros(count, 2, 3, device=background.device)
    theta[:, 0, 0] = theta[:, 1, 1] = zoom
    away = uniform(rng, 0.6, 1.1, count)
    theta[:, 0, 2], theta[:, 1, 2] = -zoom * away * side.cos(), -zoom * away * side.sin()
    source = torch.cat([cutout.colours, cutout.matte], 1).roll(3, 0)
    moved = F.grid_sample(source, F.affine_grid(theta, list(source.shape), align_corners=False), align_corners=False)
    edge = torch.cat([moved[:, 3, 0], moved[:, 3, -1], moved[:, 3, :, 0], moved[:, 3, :, -1]], -1).mean(1)
    # The subject must stay the whole, near one.
    apart = (edge > 0.08) & (cutout.matte.mean((1, 2, 3)) > 0.07) & (uniform(rng, 0, 1, count) < 0.2)
    return torch.lerp(
        background, moved[:, :3] / moved[:, 3:].clamp_min(0.05), moved[:, 3:] * apart[:, None, None, None]
    )


def _with_distractor(background: Tensor, cutout: _Cutout, shift: int, rng: torch.Generator) -> Tensor:
    """Another collage's subject, smaller and off the middle, behind: it gets the background's blur."""
    count = background.shape[0]
    zoom = uniform(rng, 2.0, 5.0, count)
    side = uniform(rng, 0, 2 * math.pi, count)
    theta = torch.zeros(count, 2, 3, device=background.device)
    theta[:, 0, 0] = theta[:, 1, 1] = zoom
    away = uniform(rng, 0.45, 1.0, count)
    theta[:, 0, 2], theta[:, 1, 2] = -zoom * away * side.cos(), -zoom * away * side.sin()
    source = torch.cat([cutout.colours, cutout.matte], 1).roll(shift, 0)
    moved = F.grid_sample(source, F.affine_grid(theta, list(source.shape), align_corners=False), align_corners=False)
    # No second subject: it must be much smaller than the first.
    small = source[:, 3:].mean((1, 2, 3)) / zoom**2 < 0.3 * cutout.matte.mean((1, 2, 3))
    shown = small & (uniform(rng, 0, 1, count) < 0.35)
    return torch.lerp(
        background, moved[:, :3] / moved[:, 3:].clamp_min(0.05), moved[:, 3:] * shown[:, None, None, None]
    )


def _defocused(picture: Tensor, level: Tensor) -> Tensor:
    """Blur by `level` (B,): 0 sharp, each whole step doubles the blur (up to 4)."""
    size, result, coarse = picture.shape[-1], picture, picture
    for step in range(1, 5):
        blurred = F.avg_pool2d(coarse, 3, 1, 1, count_include_pad=False)
        wide = blurred if step == 1 else F.interpolate(blurred, size=(size, size), mode="bilinear", align_corners=False)
        result = torch.lerp(result, wide, (level - (step - 1)).clamp(0, 1)[:, None, None, None])
        coarse = F.avg_pool2d(blurred, 2)
    return result


def _with_shadow(background: Tensor, matte: Tensor, rng: torch.Generator) -> Tensor:
    """The subject's shadow: its matte, leant over, squashed towards its foot or just shifted, and blurred."""
    count, size = matte.shape[0], matte.shape[-1]
    theta = torch.zeros(count, 2, 3, device=matte.device)
    squash = torch.where(uniform(rng, 0, 1, count) < 0.5, uniform(rng, 1.5, 4, count), uniform(rng, 0.95, 1.05, count))
    theta[:, 0, 0], theta[:, 1, 1] = 1, squash
    theta[:, 0, 1] = uniform(rng, -1.5, 1.5, count) * (squash > 1.2)
    rows = (matte.amax((1, 3)) > 0.5).float() * torch.arange(size, device=matte.device)
    foot = rows.amax(1) / size * 2 - 1
    theta[:, 1, 2] = foot * (1 - squash) + uniform(rng, -0.08, 0.02, count)
    theta[:, 0, 2] = uniform(rng, -0.12, 0.12, count) - theta[:, 0, 1] * foot
    small = F.avg_pool2d(matte, 4)
    shape = [count, 1, size // 4, size // 4]
    cast = F.grid_sample(small, F.affine_grid(theta, shape, align_corners=False), align_corners=False)
    cast = F.interpolate(F.avg_pool2d(cast, 3, 1, 1), size=(size, size), mode="bilinear", align_corners=False)
    depth = uniform(rng, 0.2, 0.7, count) * (uniform(rng, 0, 1, count) < 0.6)
    return background * (1 - cast * depth[:, None, None, None])


def _with_foreground(
    picture: Tensor, matte: Tensor, palette: Tensor, field: Tensor, rng: torch.Generator
) -> tuple[Tensor, Tensor]:
    """Now and then grass, a table's edge or a blurred branch stands before the subject and hides a part of it."""
    count, size = matte.shape[0], matte.shape[-1]
    gx, gy = grid(count, size, rng.device)
    rough = fractal_noise(count, size, rng, uniform(rng, 0.3, 0.8, count))
    side = torch.where((uniform(rng, 0, 1, count) < 0.75)[:, None, None], gy, torch.maximum(gx, 1 - gx))
    edge = (side - uniform(rng, 0.75, 0.97, count, 1, 1) + 0.03 * rough) * size / uniform(rng, 1, 8, count, 1, 1)
    cover = ((edge + 0.5).clamp(0, 1) * (uniform(rng, 0, 1, count) < 0.14)[:, None, None])[:, None]
    ink = palette[:, 4, :, None, None] * (0.6 + 0.8 * field[:, None])
    return torch.lerp(picture, ink, cover), matte * (1 - cover)


def _photographed(picture: Tensor, rng: torch.Generator) -> Tensor:
    """What a camera and a file do: softness, vignette, colour cast, grey, contrast, exposure, noise, JPEG blocks."""
    count, size = picture.shape[0], picture.shape[-1]

    def draw(low: float, high: float) -> Tensor:
        return uniform(rng, low, high, count, 1, 1, 1)

    gx, gy = grid(count, size, rng.device)
    picture = _defocused(picture, uniform(rng, 0, 1, count) ** 3 * 1.2)
    vignette = 1 - draw(0, 0.5)[:, 0] ** 1.5 * 2 * ((gx - 0.5) ** 2 + (gy - 0.5) ** 2)
    picture = picture.clamp(0, 2) * vignette[:, None] * (1 + 0.12 * uniform(rng, -1, 1, count, 3, 1, 1))
    grey = torch.where(draw(0, 1) < 0.08, 1.0, draw(0, 1) ** 3 * 0.6)
    picture = torch.lerp(picture, picture.mean(1, keepdim=True), grey)
    contrast = torch.where(draw(0, 1) < 0.08, draw(0.35, 0.6), draw(0.8, 1.4))
    middle = picture.mean((1, 2, 3), keepdim=True)  # the camera exposes for a mean, though not always well
    picture = ((picture - middle) * contrast + middle) * (draw(0.22, 0.65) / middle).clamp(0.6, 4)
    picture = picture.clamp(1e-3, 1) ** torch.exp(draw(-0.3, 0.3))
    noise = torch.randn(picture.shape, generator=rng, device=rng.device)
    picture = picture + noise * draw(0, 1) ** 4 * 0.06
    if size % 8 == 0:
        picture[: count // 3] = _jpeg(picture[: count // 3], 2 ** uniform(rng, -6.5, -3.2, count // 3, 1, 1, 1))
    return picture.clamp(0, 1)


def _jpeg(picture: Tensor, step: Tensor) -> Tensor:
    """Blocks of 8 x 8 pixels, their cosine coefficients rounded to multiples of `step` that grow with frequency."""
    n = torch.arange(8, dtype=torch.float32, device=picture.device)
    basis = torch.cos((n[None] + 0.5) * n[:, None] * math.pi / 8) * torch.where(n > 0, 0.5, 0.125**0.5)[:, None]
    count, channels, height, width = picture.shape
    blocks = picture.reshape(count, channels, height // 8, 8, width // 8, 8).transpose(3, 4)
    table = (step * (1 + n[:, None] + n))[:, None, None]
    rough = (basis @ blocks @ basis.T / table).round() * table
    return (basis.T @ rough @ basis).transpose(3, 4).reshape(count, channels, height, width)
