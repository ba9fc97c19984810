"""The latent code: one latent frame for a clip's first frame, then one for every four; two readings of the same numbers.

Every number lies in -1..1. Read continuously it is what it is; read discretely it is the nearest of `LEVELS` values
(finite scalar quantisation, Mentzer et al. 2023), and four of them make one token.
"""

import torch
from einops import rearrange
from torch import Tensor

from mutoscope.shapes import ClipShape

STRIDE = 4  # frames to a latent frame, after the first
SIDE = 16  # pixels to a latent's side
CHANNELS = 24
LEVELS = 8
PER_TOKEN = 4
TOKENS = LEVELS**PER_TOKEN  # different ones


def latent_shape(shape: ClipShape) -> tuple[int, int, int, int]:
    """(T, H, W, C) of a clip's code; frames must be a multiple of 4 and one more, sides multiples of 16."""
    assert shape.frames % STRIDE == 1, f"{shape.frames} frames are not 1 + a multiple of {STRIDE}"
    assert shape.height % SIDE == 0, f"{shape.height} pixels are not a multiple of {SIDE}"
    assert shape.width % SIDE == 0, f"{shape.width} pixels are not a multiple of {SIDE}"
    return 1 + shape.frames // STRIDE, shape.height // SIDE, shape.width // SIDE, CHANNELS


def rounded(code: Tensor) -> Tensor:
    """The discrete reading as numbers; gradients pass as if nothing had been rounded (Bengio et al. 2013)."""
    steps = (code + 1) * ((LEVELS - 1) / 2)
    return code + (steps.round() * (2 / (LEVELS - 1)) - 1 - code).detach()


def jittered(code: Tensor, noise: Tensor) -> Tensor:
    """The continuous reading, moved by uniform `noise` (0..1) as far as rounding would at most."""
    return code + (noise * 2 - 1) / (LEVELS - 1)


def tokens_of(code: Tensor, digits: int = PER_TOKEN) -> Tensor:  # (..., C) -> (..., C / digits) int64
    """The discrete reading as tokens of that many numbers each."""
    read = ((code + 1) * ((LEVELS - 1) / 2)).round().clamp(0, LEVELS - 1).long()
    places = LEVELS ** torch.arange(digits, device=code.device)
    return (rearrange(read, "... (n d) -> ... n d", d=digits) * places).sum(dim=-1)


def code_of(tokens: Tensor, digits: int = PER_TOKEN) -> Tensor:  # (..., N) int64 -> (..., N * digits)
    """The numbers that tokens stand for: the inverse of `tokens_of` on rounded codes."""
    places = LEVELS ** torch.arange(digits, device=tokens.device)
    read = tokens.unsqueeze(-1) // places % LEVELS
    return rearrange(read * (2 / (LEVELS - 1)) - 1, "... n d -> ... (n d)")
