"""Convolution over space and time that never looks ahead."""

from typing import Literal

from einops import rearrange
from torch import Tensor, nn
from torch.nn import functional as F

# How much of a convolution over time is kept, in the words of `numpy.convolve`.
Padding = Literal["full", "same", "valid"]


class CausalConv3d(nn.Module):
    """A 3-D convolution in which a frame is made of itself and frames before it; in space it is padded to the same size.

    Of T frames and a kernel of k, `full` gives all T + k - 1 frames to which some frame speaks, `same` the first T of
    them, `valid` the T - k + 1 that need nothing from before the clip. What is not there counts as zero.
    """

    def __init__(self, channels: int, out: int, *, kernel: int = 3, padding: Padding = "same") -> None:
        super().__init__()
        self.kernel, self.padding = kernel, padding
        self.weigh = nn.Conv3d(channels, out, kernel, padding=(0, kernel // 2, kernel // 2))

    def forward(self, x: Tensor) -> Tensor:  # (B,T,H,W,C) -> (B,T',H,W,C')
        more = self.kernel - 1
        before, after = {"full": (more, more), "same": (more, 0), "valid": (0, 0)}[self.padding]
        clip = F.pad(rearrange(x, "b t h w c -> b c t h w"), (0, 0, 0, 0, before, after))
        out: Tensor = rearrange(self.weigh(clip), "b c t h w -> b t h w c")
        return out
