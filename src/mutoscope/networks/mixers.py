"""Ways in which the places of a clip learn of each other: attention, convolution or recurrence, one in place of another."""

from typing import Literal, NamedTuple, get_args

import torch
from einops import rearrange
from torch import Tensor, nn
from torch.nn import functional as F

from mutoscope.errors import MutoscopeError
from mutoscope.networks.attention import Attention, Grid, Memory
from mutoscope.networks.convolution import CausalConv3d

Mixing = Literal["attention", "convolution", "recurrence"]


def mixer_of(mixing: Mixing, width: int, heads: int) -> nn.Module:
    """The mixer of a name. Attention sees the whole clip, the others what came before."""
    inside = width // 4  # where a kernel has many taps, it has fewer channels, so that mixers cost about the same
    match mixing:
        case "attention":
            return Attention(width, heads)
        case "convolution":
            return Nearby(width, heads, inside, CausalConv3d(inside, inside, padding="same"))
        case "recurrence":
            return Nearby(width, heads, inside, ConvLSTM(inside))
    raise MutoscopeError(
        f"There is no mixer {mixing!r}.", f"Mixers: {', '.join(get_args(Mixing))}.", "Choose one of them."
    )


class Nearby(nn.Module):
    """What is near, by a network over time and space (B,T,H,W,C); and the context, by attention."""

    def __init__(self, width: int, heads: int, inside: int, over: nn.Module) -> None:
        super().__init__()
        self.into, self.over = nn.Linear(width, inside), over
        self.out = nn.Linear(inside, width, bias=False)
        nn.init.zeros_(self.out.weight)
        self.context = Attention(width, heads)
        self.nothing = nn.Parameter(torch.zeros(1, 1, width))  # is found where no word is heard

    def forward(
        self, x: Tensor, context: Tensor | None, mask: Tensor, memory: Memory | None = None, grid: Grid | None = None
    ) -> Tensor:  # (B,N,D), (B,M,D), (B,1,N,N+M)
        """As `Attention`; `grid` says how many times, rows and columns the N places are."""
        assert grid is not None, "a place without neighbours has nothing near"
        assert memory is None, "only attention remembers"
        times, rows, columns = grid
        near = rearrange(self.into(x), "b (t h w) c -> b t h w c", t=times, h=rows, w=columns)
        mixed: Tensor = self.out(rearrange(F.silu(self.over(near)), "b t h w c -> b (t h w) c"))
        if context is None:
            return mixed
        source = torch.cat([self.nothing.to(context).expand(len(context), -1, -1), context], dim=1)
        heard = F.pad(mask[..., x.shape[1] :], (1, 0))
        return mixed + self.context.look(x, source, heard)


class ConvLSTM(nn.Module):
    """A memory at every place that each frame changes, told by its neighbours (Shi et al. 2015, equation 3, no peepholes)."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.seen = nn.Conv2d(channels, 4 * channels, 3, padding=1)
        self.said = nn.Conv2d(channels, 4 * channels, 3, padding=1, bias=False)
        assert self.seen.bias is not None
        nn.init.ones_(self.seen.bias[channels : 2 * channels])  # at first it forgets little

    def forward(self, x: Tensor) -> Tensor:  # (B,T,H,W,C) -> the same
        count, state, told = len(x), None, []
        seen = rearrange(self.seen(rearrange(x, "b t h w c -> (b t) c h w")), "(b t) c h w -> t b c h w", b=count)
        for frame in seen:
            state = self._changed(frame, state)
            told.append(state.said)
        return rearrange(torch.stack(told), "t b c h w -> b t h w c")

    def step(self, x: Tensor, state: "Remembered | None") -> "Remembered":  # (B,C,H,W)
        """One frame more, where the next one is not known yet."""
        return self._changed(self.seen(x), state)

    def _changed(self, seen: Tensor, state: "Remembered | None") -> "Remembered":
        nothing = torch.zeros_like(seen[:, : seen.shape[1] // 4])
        said, memory = state or (nothing, nothing)
        take, keep, show, new = (seen + self.said(said)).chunk(4, dim=1)
        memory = keep.sigmoid() * memory + take.sigmoid() * new.tanh()
        return Remembered(show.sigmoid() * memory.tanh(), memory)


class Remembered(NamedTuple):
    """What a `ConvLSTM` said last, and its memory: (B,C,H,W) each."""

    said: Tensor
    memory: Tensor
