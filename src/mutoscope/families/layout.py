"""How the code of a clip lies in space and time: its patches, their places, and which words each time hears."""

from typing import NamedTuple

import torch
from einops import rearrange
from torch import Tensor

from mutoscope.codecs.latent_code import STRIDE
from mutoscope.conditioning.condition import Condition
from mutoscope.families.hearing import Hearing, clock
from mutoscope.networks.attention import waves

PLACE = 2 * 16  # numbers of a place


class Slots(NamedTuple):
    """Stretches of time that a latent frame stands for: their clock (B,T,80), and how much of each segment they are (B,T,S)."""

    clock: Tensor
    share: Tensor


def patches(codes: Tensor, side: int) -> Tensor:  # (B,T,H,W,C) -> (B, T, H/s W/s, s s C)
    """Neighbouring latents as one row of numbers."""
    return rearrange(codes, "b t (h i) (w j) c -> b t (h w) (i j c)", i=side, j=side)


def unpatched(rows: Tensor, side: int, height: int) -> Tensor:  # (B, T, H/s W/s, s s C) -> (B,T,H,W,C)
    """Rows of numbers as neighbouring latents: the inverse of `patches`."""
    return rearrange(rows, "b t (h w) (i j c) -> b t (h i) (w j) c", h=height // side, i=side, j=side)


def centres(rows: int, columns: int, like: Tensor) -> Tensor:  # (P,2)
    """How far down and across the picture the middle of each patch lies, in fractions of its sides."""
    down, across = ((torch.arange(count, device=like.device) + 0.5) / count for count in (rows, columns))
    return rearrange(torch.stack(torch.meshgrid(down, across, indexing="ij"), dim=-1), "h w two -> (h w) two")


def places(rows: int, columns: int, like: Tensor) -> Tensor:  # (P,32)
    """The same as networks see it."""
    return waves(centres(rows, columns, like), 8, 4.0).flatten(-2)


def slots_of(condition: Condition, times: int) -> Slots:
    """The stretch of time of each latent frame: the first is one frame, every other four."""
    frame = condition.seconds[:, None] / (STRIDE * (times - 1) + 1)
    ends = (torch.arange(times, device=frame.device) * STRIDE + 1) * frame
    starts = torch.cat([torch.zeros_like(frame), ends[:, :-1]], dim=1)
    begin, finish = condition.segments[:, None, :, 0], condition.segments[:, None, :, 1]
    within = torch.minimum(ends[..., None], finish) - torch.maximum(starts[..., None], begin)
    share = within.clamp(min=0) * (finish > begin)
    share = share / share.sum(dim=-1, keepdim=True).clamp(min=1e-6)
    bounds = condition.segments.gather(1, share.argmax(dim=-1)[..., None].expand(-1, -1, 2))
    return Slots(clock((starts + ends) / 2, bounds, condition), share)


def heard_in(slots: Slots, condition: Condition, hearing: Hearing) -> Tensor:  # (B,T,L) bool
    """Which words each latent frame hears: those of every segment that it is partly in."""
    told = condition.word_mask.any(dim=1)[:, None, None]
    return ((slots.share > 0.05).float() @ hearing.heard.float() > 0) & told
