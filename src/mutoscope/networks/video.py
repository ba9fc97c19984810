"""Blocks over videos: convolution within each frame, mixing over time, in the memory order that CPUs like best."""

import torch
from einops import rearrange
from torch import Tensor, nn
from torch.nn import functional as F


class VideoBlock(nn.Module):
    """A 3x3 convolution within frames, three taps over time, and a gated mixing of channels, added to what came in.

    `causal`: a frame sees itself and the two before it; else itself and both neighbours. The first frame stands for
    those before it. Normalised over channels without a gain, which the next layer would only repeat.
    """

    def __init__(self, channels: int, *, causal: bool) -> None:
        super().__init__()
        self.causal = causal
        self.space = nn.Conv2d(channels, channels, 3, padding=1)
        self.time = nn.Linear(3 * channels, channels)
        self.mix = nn.Linear(channels, channels)
        nn.init.zeros_(self.mix.weight)

    def forward(self, x: Tensor) -> Tensor:  # (B, T, H, W, C) -> the same
        count = x.shape[0]
        calm = F.layer_norm(x, x.shape[-1:])
        frames = rearrange(calm, "b t h w c -> (b t) c h w")
        seen = rearrange(self.space(frames), "(b t) c h w -> b t h w c", b=count)
        first, last = seen[:, :1], seen[:, -1:]
        if self.causal:
            before = torch.cat([first, first, seen], dim=1)
            taps = (before[:, :-2], before[:, 1:-1], seen)
        else:
            around = torch.cat([first, seen, last], dim=1)
            taps = (around[:, :-2], seen, around[:, 2:])
        mixed: Tensor = x + self.mix(F.silu(self.time(torch.cat(taps, dim=-1))))
        return mixed


def folded(x: Tensor, time: int, side: int) -> Tensor:  # (B, T, H, W, C) -> (B, T/t, H/s, W/s, t s s C)
    """Neighbours in time and space as channels."""
    return rearrange(x, "b (t i) (h j) (w k) c -> b t h w (i j k c)", i=time, j=side, k=side)


def unfolded(x: Tensor, time: int, side: int) -> Tensor:  # (B, T, H, W, t s s C) -> (B, T t, H s, W s, C)
    """Channels as neighbours in time and space: the inverse of `folded`."""
    return rearrange(x, "b t h w (i j k c) -> b (t i) (h j) (w k) c", i=time, j=side, k=side)
