"""What can be trained: the one interface between the trainer and everything that learns."""

from abc import abstractmethod
from collections.abc import Iterable, Mapping
from typing import Any

import torch
from torch import Tensor, nn


class Objective(nn.Module):
    """A module that learns in named phases (`("velocity",)`, `("discriminator", "generator")`, …)."""

    phases: tuple[str, ...]

    def parameters_of(self, phase: str) -> Iterable[nn.Parameter]:
        """The parameters that `phase` moves: all of them, unless there are several phases."""
        return self.parameters()

    @abstractmethod
    def loss(self, phase: str, batch: Any, rng: torch.Generator) -> tuple[Tensor, Mapping[str, float]]:
        """A scalar to descend, and named numbers worth a place in the journal."""

    def kept(self) -> nn.Module:
        """What a checkpoint keeps of it: all, unless parts serve training only."""
        return self
