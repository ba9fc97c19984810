"""Transformer blocks whose queries may look at their own sequence and at a context in the same attention."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import partial

import torch
from einops import rearrange
from torch import Tensor, nn
from torch.nn import functional as F

Grid = tuple[int, int, int]  # times, rows and columns that the places of a sequence are


class Memory:
    """Keys and values (B,h,M,d) of what has been looked at, with room for `most` in all; the first `given` are a context."""

    def __init__(self, keys: Tensor, values: Tensor, most: int) -> None:
        self._keys, self._values = (rows.new_empty(*rows.shape[:2], most, rows.shape[3]) for rows in (keys, values))
        self._count, self.given = 0, keys.shape[2]
        self.added(keys, values)

    def added(self, keys: Tensor, values: Tensor) -> tuple[Tensor, Tensor]:
        """All keys and values, with these at the end."""
        start, self._count = self._count, self._count + keys.shape[2]
        self._keys[:, :, start : self._count], self._values[:, :, start : self._count] = keys, values
        return self._keys[:, :, : self._count], self._values[:, :, : self._count]

    def forget(self, count: int) -> None:
        """Drop what was added last."""
        self._count -= count


class Attention(nn.Module):
    """Multi-head attention of x over [x, context]; queries and keys are normalised (Dehghani et al. 2023).

    Masks are `blinders`: to add them is much faster than to choose by them.
    """

    see: Callable[[Tensor], None] | None = None  # told how much of each part of its context was found (`watched`)

    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.query = nn.Linear(width, width, bias=False)
        self.key_value = nn.Linear(width, 2 * width, bias=False)
        self.out = nn.Linear(width, width, bias=False)
        nn.init.zeros_(self.out.weight)

    def forward(
        self, x: Tensor, context: Tensor | None, mask: Tensor, memory: Memory | None = None, grid: Grid | None = None
    ) -> Tensor:  # (B,N,D), (B,M,D), (B,1,N,N+M)
        """x looks at [x, context]; or, with a memory, at all that it holds and then at x, which is added to it.

        Where its places lie (`grid`), attention need not know.
        """
        if memory is not None:
            return self._looked(x, *memory.added(*self.keys_values(x)), mask, slice(memory.given))
        source = x if context is None else torch.cat([x, context], dim=1)
        return self._looked(x, *self.keys_values(source), mask, slice(x.shape[1], None))

    def look(self, x: Tensor, source: Tensor, mask: Tensor) -> Tensor:  # (B,N,D), (B,M,D), (B,1,N,M)
        """What x finds in a source; every row must see something there."""
        return self._looked(x, *self.keys_values(source), mask, slice(None))

    def keys_values(self, source: Tensor) -> tuple[Tensor, Tensor]:  # (B,M,D) -> (B,h,M,d) each
        """What others find in a source."""
        k, v = rearrange(self.key_value(source), "b n (two h d) -> two b h n d", two=2, h=self.heads)
        return F.layer_norm(k, k.shape[-1:]).to(v.dtype), v

    def _looked(self, x: Tensor, k: Tensor, v: Tensor, mask: Tensor, context: slice) -> Tensor:
        q = rearrange(self.query(x), "b n (h d) -> b h n d", h=self.heads)
        q = F.layer_norm(q, q.shape[-1:]).to(v.dtype)
        if torch.is_grad_enabled() and q.device.type == "cpu":
            # Written out, the backward pass takes three quarters of the time of any kernel there.
            mixed = _weights(q, k, mask).to(v.dtype) @ v
        else:
            mixed = F.scaled_dot_product_attention(q, k, v, attn_mask=mask.to(q.dtype))
        if self.see is not None:  # the fused kernel keeps no weights, so they are reckoned again for who looks on
            self.see(_weights(q.float(), k.float(), mask)[..., context])
        out: Tensor = self.out(rearrange(mixed, "b h n d -> b n (h d)"))
        return out


def blinders(seen: Tensor) -> Tensor:  # bool -> the same shape
    """What is added to how well places fit each other, so that only what is seen counts."""
    return torch.zeros(seen.shape, device=seen.device).masked_fill(~seen, -torch.inf)


def _weights(q: Tensor, k: Tensor, mask: Tensor) -> Tensor:  # (B,h,N,d), (B,h,M,d), (B,1,N,M) -> (B,h,N,M)
    fit = (q * q.shape[-1] ** -0.5) @ k.transpose(-1, -2)
    weights: Tensor = (fit.float() + mask).softmax(dim=-1)
    return weights


@contextmanager
def watched(attentions: Iterable[Attention], see: Callable[[int, Tensor], None]) -> Iterator[None]:
    """While it lasts, `see` is told of each attention, by its number, how much its places find in its context: (B,h,N,L)."""
    held = list(attentions)
    try:
        for number, attention in enumerate(held):
            attention.see = partial(see, number)
        yield
    finally:
        for attention in held:
            attention.see = None


class Block(nn.Module):
    """Attention and feed-forward, each modulated by rows (shift, scale, gate) if given (Peebles & Xie 2023).

    `mixer`: what stands in the place of attention.
    """

    def __init__(self, width: int, heads: int, mixer: nn.Module | None = None) -> None:
        super().__init__()
        self.norm_a = nn.LayerNorm(width, elementwise_affine=False)
        self.norm_f = nn.LayerNorm(width, elementwise_affine=False)
        self.attention = mixer or Attention(width, heads)
        self.feed = nn.Sequential(nn.Linear(width, 4 * width), nn.GELU(), nn.Linear(4 * width, width, bias=False))
        last = self.feed[2]
        assert isinstance(last, nn.Linear)
        nn.init.zeros_(last.weight)
        self.offsets = nn.Parameter(torch.zeros(6, width))

    def forward(
        self,
        x: Tensor,
        context: Tensor | None,
        mask: Tensor,
        modulation: Tensor | None = None,
        memory: Memory | None = None,
        grid: Grid | None = None,
    ) -> Tensor:
        rows = self.offsets if modulation is None else modulation + self.offsets  # (6,D) or (B,6,D)
        shift_a, scale_a, gate_a, shift_f, scale_f, gate_f = rows.unsqueeze(-2).unbind(-3)
        x = x + (1 + gate_a) * self.attention(self.norm_a(x) * (1 + scale_a) + shift_a, context, mask, memory, grid)
        fed: Tensor = self.feed(self.norm_f(x) * (1 + scale_f) + shift_f)
        return x + (1 + gate_f) * fed


def waves(values: Tensor, count: int, longest: float) -> Tensor:  # (...,) -> (..., 2*count)
    """Sines and cosines of a number, wavelengths from `longest` down by factors of 1.7 (Vaswani et al. 2017)."""
    rates = 2 * torch.pi / longest * 1.7 ** torch.arange(count, device=values.device, dtype=torch.float32)
    angles = values.float().unsqueeze(-1) * rates
    return torch.cat([angles.sin(), angles.cos()], dim=-1)
