"""A complete training run as one typed value that prints."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Protocol, Self, runtime_checkable

from mutoscope.objective import Objective
from mutoscope.training.optimiser import OptimiserConfig

# The batch of a step is a function of the step alone, so a resumed run sees exactly what an unbroken one would see.
BatchSource = Callable[[int], Any]


@runtime_checkable
class Renewable(Protocol):
    """Batches that there are as many sorts of as seeds."""

    def afresh(self, seed: int) -> Self:
        """The same batches of other data."""
        ...

    def __call__(self, step: int) -> Any:
        """The batch of a step."""
        ...


@dataclass(frozen=True, kw_only=True)
class Run:
    """What is trained (`build`), on what (`batches`), for how long, and how; `config` goes into its checkpoint."""

    name: str
    config: Mapping[str, Any]
    build: Callable[[], Objective]
    batches: BatchSource
    steps: int
    optimiser: OptimiserConfig = field(default_factory=OptimiserConfig)
    optimisers: Mapping[str, OptimiserConfig] = field(default_factory=dict)  # of phases that learn in another way
    waits: Mapping[str, int] = field(default_factory=dict)  # steps that a phase lets pass before it learns
    pace: float = 1.0  # by what all learning rates are multiplied: less than one for what goes on from trained weights
    warmup: int = 100
    decay: float = 0.5  # the last part of the run over which the rate falls linearly to zero
    ema: float = 0.999
    seed: int = 0
    workers: int = 1  # processes that make batches
    journal_every: int = 100
    save_every: int = 1000
    bf16: bool = True  # while training
    eight_bits: bool = False  # in the checkpoint: matrices as int8 with a scale per row
    parts: Mapping[str, Path] = field(default_factory=dict)  # checkpoints that go into this one, by name

    def afresh(self, seed: int) -> Self:
        """The same run with other noise, on other data where its batches can be renewed."""
        batches = self.batches.afresh(seed) if isinstance(self.batches, Renewable) else self.batches
        return replace(self, batches=batches, seed=seed)

    def rate(self, step: int, phase: str) -> float:
        """By what the learning rate of a phase is multiplied at a step: its pace, and warm-up, plateau, linear decay."""
        falling = (self.steps - step) / max(1, self.decay * self.steps)
        return self.pace * min(1.0, (self.learned(step, phase) + 1) / max(1, self.warmup), falling)

    def learned(self, step: int, phase: str) -> int:
        """How many steps a phase has learned for at a step; below zero while it waits."""
        return step - self.waits.get(phase, 0)
