"""What lies behind moving shapes: woven and natural textures in two colours, which pan slowly."""

import math

import torch
from torch import Tensor
from torch.nn import functional as F

from mutoscope.world.textures import grid, texture_fields, uniform

PAN = (0.15, 0.5)  # pixels a frame
_THREAD = (3.0, 7.0)  # pixels
# No blend of the two colours comes nearer to a shape's, in levels of 255: else what is shape would be a matter of opinion.
_APART = 80.0


def draw_grounds(
    count: int, frames: int, side: int, taken: Tensor, rng: torch.Generator
) -> Tensor:  # taken (N, 3) -> (B, T, 3, H, W), both in 0..1
    """Textures in two random colours, away from those that are `taken`, each panning in a direction of its own."""
    margin = math.ceil(PAN[1] * frames) + 1
    size = side + 2 * margin
    field = texture_fields(count, size, rng)
    woven = uniform(rng, 0, 1, count) < 0.5
    field = torch.where(woven[:, None, None], _woven(count, size, rng), field)
    angle, speed = uniform(rng, 0, 2 * math.pi, count), uniform(rng, *PAN, count)
    steps = torch.arange(frames, device=rng.device) * speed[:, None]  # (B, T)
    shift = torch.stack([steps * angle.cos()[:, None], steps * angle.sin()[:, None]], dim=-1)
    ticks = margin + torch.arange(side, device=rng.device)
    at = torch.stack(torch.meshgrid(ticks, ticks, indexing="xy"), dim=-1) + shift[:, :, None, None]  # (B, T, H, W, 2)
    panned = F.grid_sample(field[:, None], (at.flatten(1, 2) + 0.5) / size * 2 - 1, align_corners=False)
    share = panned.view(count, frames, 1, side, side)
    one, other = _two_colours(count, taken, rng)
    return torch.lerp(one[:, None, :, None, None], other[:, None, :, None, None], share)


def _woven(count: int, size: int, rng: torch.Generator) -> Tensor:  # (B, H, W) in 0..1
    """A plain weave: threads that go over and under each other, turned by any angle."""
    x, y = grid(count, size, rng.device)
    angle = uniform(rng, 0, math.pi, count, 1, 1)
    thread = uniform(rng, *_THREAD, count, 1, 1) / size
    u, v = (x * angle.cos() + y * angle.sin()) / thread, (y * angle.cos() - x * angle.sin()) / thread
    over = (u.floor() + v.floor()) % 2 == 0
    warp, weft = (uniform(rng, 0.3, 1.0, count, 1, 1) for _ in range(2))
    return torch.where(over, warp * (math.pi * u).sin().abs(), weft * (math.pi * v).sin().abs())


def _two_colours(count: int, taken: Tensor, rng: torch.Generator) -> tuple[Tensor, Tensor]:  # 2 x (B, 3)
    blend = torch.linspace(0, 1, 9, device=rng.device)[:, None]
    pair = uniform(rng, 0, 1, count, 2, 3)
    while True:
        between = pair[:, :1] + blend * (pair[:, 1:] - pair[:, :1])  # (B, 9, 3)
        near = torch.cdist(between, taken.expand(count, -1, -1)).flatten(1).amin(1) < _APART / 255
        if not near.any():
            return pair[:, 0], pair[:, 1]
        pair[near] = uniform(rng, 0, 1, int(near.sum()), 2, 3)
