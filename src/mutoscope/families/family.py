"""Families of generative model: whatever fills the codes of a clip from a condition."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from torch import Tensor

from mutoscope.conditioning.condition import Condition


@dataclass(frozen=True, kw_only=True)
class Sampling:
    """How to sample: number of steps, and how strongly the words steer (1 = as learned)."""

    steps: int
    guidance: float


# Called with (steps done, steps in all).
OnStep = Callable[[int, int], None]


class Family(Protocol):
    """A trained generator of codes."""

    def sample(
        self,
        shape: tuple[int, ...],
        condition: Condition,
        seed: int,
        sampling: Sampling,
        on_step: OnStep,
        against: Condition | None = None,
    ) -> Tensor:
        """Codes (1, *shape) for one condition, away from another one if given; the same seed gives the same codes."""
        ...

    def read(self, condition: Condition) -> Tensor:
        """(S, M) how likely (0..1) each segment of one condition asks for each of the meanings that the model knows."""
        ...
