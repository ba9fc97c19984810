"""Codes as networks see them: every channel about zero, with a spread of about one."""

from collections.abc import Mapping
from typing import Any, Self

import torch
from torch import Tensor, nn

from mutoscope.errors import MutoscopeError


class Scaling(nn.Module):
    """Means and spreads (R, C) per channel: of the first times row by row, of all later ones the last row.

    A clip's first latent frame has statistics of its own. They belong to the configuration, not to the weights.
    """

    def __init__(self, mean: Tensor, spread: Tensor) -> None:
        super().__init__()
        self.register_buffer("mean", mean.clone(), persistent=False)
        self.register_buffer("spread", spread.clone(), persistent=False)
        self.mean: Tensor
        self.spread: Tensor

    def scaled(self, codes: Tensor) -> Tensor:  # (B, T, ..., C)
        """Codes as networks see them."""
        return (codes - self._at(self.mean, codes)) / self._at(self.spread, codes)

    def natural(self, codes: Tensor) -> Tensor:  # (B, T, ..., C)
        """Codes as codecs see them: the inverse of `scaled`."""
        return codes * self._at(self.spread, codes) + self._at(self.mean, codes)

    def since(self, first: int) -> Self:
        """The same for a clip of which only the times from `first` on are at hand."""
        row = min(first, len(self.mean) - 1)
        return type(self)(self.mean[row:], self.spread[row:])

    def to_plain(self) -> dict[str, Any]:
        """As it stands in a configuration; `scaling_from` reads it."""
        return {"mean": self.mean.tolist(), "spread": self.spread.tolist()}

    def _at(self, rows: Tensor, codes: Tensor) -> Tensor:
        times = codes.shape[1]
        every = rows[torch.arange(times, device=rows.device).clamp(max=len(rows) - 1)]
        return every.view(times, *[1] * (codes.ndim - 3), -1)


def scaling_of(codes: Tensor) -> Scaling:  # (B, T, ..., C)
    """The scaling of sample codes: one row for the first time, one for all later ones."""
    parts = [part.flatten(0, -2).double() for part in (codes[:, :1], codes[:, 1:])]
    mean, spread = (torch.stack([f(part) for part in parts]).float() for f in (_mean, _spread))
    return Scaling(mean, spread)


def scaling_from(plain: Mapping[str, Any], channels: int) -> Scaling:
    """A scaling from a configuration."""
    try:
        mean, spread = (torch.tensor(plain[name], dtype=torch.float32) for name in ("mean", "spread"))
        fits = mean.ndim == 2 and mean.shape == spread.shape and mean.shape[1] == channels
        if not (fits and len(mean) and bool((spread > 0).all()) and bool((mean + spread).isfinite().all())):
            raise ValueError(f"its shapes are {tuple(mean.shape)} and {tuple(spread.shape)}")
    except (KeyError, TypeError, ValueError, RuntimeError) as error:
        raise MutoscopeError(
            f"The scaling of the codes in the configuration cannot be used ({error}).",
            f"It needs a mean and a positive spread for {channels} channels.",
            "Take a checkpoint as `mutoscope train` wrote it.",
        ) from error
    return Scaling(mean, spread)


def _mean(rows: Tensor) -> Tensor:
    return rows.mean(dim=0)


def _spread(rows: Tensor) -> Tensor:
    return rows.std(dim=0).clamp(min=1e-3)
