"""Procedural textures and natural colours: what the surfaces of collages are made of."""

import math

import torch
import torch.nn.functional as F
from torch import Tensor

KINDS = ("noise", "stripes", "bricks", "rings", "cells", "fur", "spots")


def uniform(rng: torch.Generator, low: float, high: float, *shape: int) -> Tensor:
    """Uniform random numbers of a shape, on the generator's device."""
    return torch.rand(shape, generator=rng, device=rng.device) * (high - low) + low


def fractal_noise(
    count: int, size: int, rng: torch.Generator, roughness: Tensor | float = 0.5, coarsest: int = 2
) -> Tensor:  # (B, H, W)
    """Multi-octave noise of zero mean and unit spread; `roughness` (B,) is each octave's share of the one before."""
    gain = torch.as_tensor(roughness, device=rng.device).expand(count).reshape(count, 1, 1, 1)
    cells, level = coarsest, torch.ones_like(gain)
    field = torch.randn((count, 1, cells, cells), generator=rng, device=rng.device)
    while cells < size:
        cells = min(2 * cells, size)
        level = level * gain
        field = F.interpolate(field, size=(cells, cells), mode="bilinear", align_corners=False)
        field = field + level * torch.randn(field.shape, generator=rng, device=rng.device)
    field = field[:, 0]
    field = field - field.mean((1, 2), keepdim=True)
    return field / (field * field).mean((1, 2), keepdim=True).sqrt().clamp_min(1e-4)


def grid(count: int, size: int, device: torch.device) -> tuple[Tensor, Tensor]:  # 2 x (B, H, W)
    """Pixel centres in fractions of the frame, x to the right and y down."""
    ticks = (torch.arange(size, device=device, dtype=torch.float32) + 0.5) / size
    return ticks.expand(count, size, size), ticks[:, None].expand(count, size, size)


def texture_fields(count: int, size: int, rng: torch.Generator) -> Tensor:  # (B, H, W) in 0..1
    """Random textures of every kind (noise, stripes, bricks, rings, cells, fur, spots), some sharp, some faint."""
    noise = fractal_noise(count, size, rng, uniform(rng, 0.35, 1.0, count))
    warp = fractal_noise(count, size, rng, 0.4) * uniform(rng, 0, 0.03, count, 1, 1)
    gx, gy = grid(count, size, rng.device)
    angle, waves = uniform(rng, 0, math.pi, count, 1, 1), 2 ** uniform(rng, 1.0, 5.0, count, 1, 1)
    u = (gx * angle.cos() + gy * angle.sin() + warp) * waves
    v = (gy * angle.cos() - gx * angle.sin() + warp) * waves
    # Each kind computes only its own share of the batch: which samples are which kind is random.
    kind = torch.multinomial(
        torch.tensor([3.0, 1.2, 0.7, 0.8, 0.8, 1.6, 0.6], device=rng.device), count, True, generator=rng
    )
    field = torch.empty_like(noise)
    for index, name in enumerate(KINDS):
        chosen = kind == index
        if chosen.any():
            field[chosen] = _field(name, u[chosen], v[chosen], noise[chosen], rng)
    field = field + 0.15 * noise * uniform(rng, 0, 1, count, 1, 1)
    return (0.5 + field * uniform(rng, 0.2, 1.0, count, 1, 1) * 0.5).clamp_(0, 1)


def _field(kind: str, u: Tensor, v: Tensor, noise: Tensor, rng: torch.Generator) -> Tensor:  # (B, H, W) about -1..1
    count, size = u.shape[0], u.shape[-1]
    hardness = 2 ** uniform(rng, 0, 3, count, 1, 1)
    match kind:
        case "noise":
            return (noise * 0.6 * hardness.sqrt()).clamp(-1.2, 1.2)
        case "stripes":
            return ((u * 2 * math.pi).sin() * hardness).clamp(-1, 1)
        case "bricks":
            row = (v * 2).floor()
            joint = torch.minimum((u + 0.5 * (row % 2)).frac().abs(), (v * 2).frac().abs())
            return ((joint - 0.08) * 30).clamp(-1, 1) * 0.7
        case "rings":
            return ((((u - u.mean()) ** 2 + (0.2 * v) ** 2).sqrt() + 0.4 * noise) * 6).sin()
        case "cells":
            steps = (u.floor() * 12.9898 + v.floor() * 78.233).sin() * 43758.5453
            return steps.frac().abs() * 2 - 1
        case "fur":
            # Noise drawn out along one direction: hair, grass, wood, brushed metal.
            thin = torch.randn((count, 1, size, max(4, size // 12)), generator=rng, device=rng.device)
            drawn = F.interpolate(thin, size=(size, size), mode="bilinear", align_corners=False)[:, 0]
            turned = torch.where((hardness > 3).expand_as(drawn), drawn, drawn.transpose(1, 2))
            return (turned * 0.5 + noise * 0.4).clamp(-1.2, 1.2)
        case _:  # spots
            return ((noise - 0.7) * 3 * hardness).clamp(-1, 1)


def natural_colours(rng: torch.Generator, *shape: int) -> Tensor:  # (*shape, 3) in 0..1
    """Colours as photos have them: mostly muted, the hues near orange, green and blue more often than the rest."""
    value = uniform(rng, 0.04, 0.97, *shape)
    strength = uniform(rng, 0, 1, *shape) ** 1.7
    favourite = torch.tensor([0.06, 0.1, 0.3, 0.58, 0.0], device=rng.device)
    pick = torch.randint(0, 5, shape, generator=rng, device=rng.device)
    near = favourite[pick] + 0.05 * torch.randn(shape, generator=rng, device=rng.device)
    hue = torch.where(uniform(rng, 0, 1, *shape) < 0.7, near, uniform(rng, 0, 1, *shape))
    return hsv_colours(hue, strength, value)


def hsv_colours(hue: Tensor, strength: Tensor, value: Tensor) -> Tensor:  # (*shape, 3)
    """Hue (turns), saturation and value to RGB."""
    offsets = torch.tensor([5.0, 3.0, 1.0], device=hue.device)
    k = (offsets + hue[..., None] * 6) % 6
    return value[..., None] * (1 - strength[..., None] * torch.minimum(k, 4 - k).clamp(0, 1))
