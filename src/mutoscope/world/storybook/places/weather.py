"""Rain, snow and wind, drawn over everything: streaks, flakes, gusts and leaves."""

import math

import torch
from torch import Tensor

from mutoscope.shapes import ClipShape
from mutoscope.world.storybook.places.stamps import chunks, stamped, strokes

RAIN, SNOW, WIND = 1, 2, 3  # places in the weights
_DROPS, _FLAKES, _GUSTS, _LEAVES = 70, 75, 6, 9
_PIECES = 9  # strokes that a gust is drawn with


def draw_weather(
    frames: Tensor, weather: Tensor, seconds: Tensor, generator: torch.Generator
) -> Tensor:  # (B, T, 3, H, W) in 0..1
    """Draws rain, snow or wind into the frames, and returns them.

    weather (B, T, 4): weights of clear, rain, snow and wind, which say how thick it comes; seconds (T,) of the frames.
    """
    chance = torch.rand((len(frames), 6, 80), generator=generator, device=generator.device).to(frames.device)
    present = (weather.amax(1) > 1e-3).tolist()
    for kind, draw in ((RAIN, _rain), (SNOW, _snow), (WIND, _wind)):
        members = [clip for clip, kinds in enumerate(present) if kinds[kind]]
        for chunk in chunks(len(members), frames.device):
            index = torch.tensor(members[chunk], device=frames.device)
            if len(index) == 1:
                draw(frames[members[chunk.start]][None], weather[index][..., kind], seconds, chance[index])
            elif len(index):
                frames[index] = draw(frames[index], weather[index][..., kind], seconds, chance[index])
    return frames


def _rain(frames: Tensor, strength: Tensor, seconds: Tensor, chance: Tensor) -> Tensor:
    """Slanting streaks; the light greys."""
    x, y, size, hurry, when = (chance[:, None, key, :_DROPS] for key in range(5))
    time = seconds[:, None]
    fallen = (y + (1.3 + 0.5 * hurry) * time) % 1.0
    length = 0.022 + 0.018 * size
    down = 1.2 * fallen - 0.1
    across = (1.3 * x - 0.25 * down) % 1.3 - 0.15
    shown = _thickness(strength, when)
    zero = torch.zeros_like(down)
    coverage = strokes(
        across + zero, down, zero - 0.2 * length, zero + length, zero + 0.0042, 0.8 * shown + zero, _shape(frames)
    )
    frames.lerp_(frames.new_tensor([0.58, 0.62, 0.68])[:, None, None], 0.1 * strength[..., None, None, None])
    return _contrasted(frames, coverage, (0.40, 0.48, 0.58), (0.66, 0.72, 0.80))


def _snow(frames: Tensor, strength: Tensor, seconds: Tensor, chance: Tensor) -> Tensor:
    """Flakes that sway down; the light greys so that they show."""
    x, y, size, hurry, when = (chance[:, None, key, :_FLAKES] for key in range(5))
    time = seconds[:, None]
    fallen = (y + (0.14 + 0.1 * hurry + 0.08 * size) * time) % 1.0
    across = (1.2 * x + 0.02 * torch.sin(2 * time + 6.3 * hurry)) % 1.2 - 0.1
    down = 1.1 * fallen - 0.05
    zero = torch.zeros_like(down)
    radius = 0.006 + 0.007 * size**2
    coverage = stamped(across + zero, down, radius + zero, 0.95 * _thickness(strength, when) + zero, _shape(frames))
    frames.lerp_(frames.new_tensor([0.62, 0.66, 0.72])[:, None, None], 0.14 * strength[..., None, None, None])
    return frames.lerp_(frames.new_tensor([0.95, 0.96, 0.98])[:, None, None], coverage[:, :, None])


def _wind(frames: Tensor, strength: Tensor, seconds: Tensor, chance: Tensor) -> Tensor:
    """Gusts, which are long curved lines with a curl, and leaves; all to the right."""
    shape = _shape(frames)
    x, y, size, hurry = (chance[:, None, key, :_GUSTS, None] for key in range(4))
    head = 2.0 * ((x + (0.3 + 0.15 * hurry) * seconds[:, None, None]) % 1.0) - 0.4  # (B, T, N, 1)
    piece = torch.linspace(0, 1, _PIECES + 1, device=frames.device)
    along = head - (0.28 + 0.2 * size) * piece
    up = 0.06 + 0.8 * y + 0.02 * torch.sin(2 * math.pi * (1.3 * piece + x)) * (0.3 + piece)
    ends, starts = (along[..., 1:], up[..., 1:]), (along[..., :-1], up[..., :-1])
    thin = 0.0035 * (1 - (2 * piece[:-1] + 1 / _PIECES - 1).abs() * 0.7)
    middle = 0.5 * (ends[0] + starts[0]), 0.5 * (ends[1] + starts[1])
    half = 0.5 * (ends[0] - starts[0]), 0.5 * (ends[1] - starts[1])
    shown = 0.75 * strength[..., None, None].expand_as(ends[0])
    flat = [part.flatten(2) for part in (*middle, *half, thin.expand_as(ends[0]), shown)]
    coverage = strokes(flat[0], flat[1], flat[2], flat[3], flat[4], flat[5], shape)
    frames = _contrasted(frames, coverage, (0.46, 0.52, 0.60), (0.72, 0.77, 0.84))
    x, y, size, hurry, when = (chance[:, None, key, 20 : 20 + _LEAVES] for key in range(5))
    flown = 1.4 * ((x + (0.45 + 0.25 * hurry) * seconds[:, None]) % 1.0) - 0.2
    down = 0.1 + 0.75 * y + 0.05 * torch.sin(2 * math.pi * (1.1 * seconds[:, None] + size))
    turn = 7 * seconds[:, None] + 6 * size
    long = 0.012 + 0.004 * size
    zero = torch.zeros_like(flown)
    leaves = strokes(
        flown, down, long * torch.cos(turn), long * torch.sin(turn), zero + 0.0065,
        _thickness(strength, when) + zero, shape,
    )  # fmt: skip
    return _contrasted(frames, leaves, (0.52, 0.54, 0.40), (0.62, 0.62, 0.48))


def _thickness(strength: Tensor, when: Tensor) -> Tensor:
    """Which of the drops are there, as it begins and ends: (B, T, N)."""
    return ((strength[..., None] - when) * 8 + 1).clamp(0, 1) * (strength[..., None] > 0)


def _contrasted(
    frames: Tensor, coverage: Tensor, on_bright: tuple[float, float, float], on_dark: tuple[float, float, float]
) -> Tensor:
    """Blends one colour into bright pictures and another one into dark ones."""
    bright = ((frames[..., ::8, ::8].mean((2, 3, 4), keepdim=True) - 0.35) * 5).clamp(0, 1)
    one, other = (frames.new_tensor(colour)[:, None, None] for colour in (on_dark, on_bright))
    return frames.lerp_(torch.lerp(one, other, bright), coverage[:, :, None])


def _shape(frames: Tensor) -> ClipShape:
    return ClipShape(frames=frames.shape[1], height=frames.shape[3], width=frames.shape[4], fps=1)
