"""Muon for matrices, Adam for the rest, with a state that is plain named tensors (so it is saved without pickle)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import torch
from torch import Tensor, nn


@dataclass(frozen=True, kw_only=True)
class OptimiserConfig:
    """Learning rates at the plateau of the schedule; the schedule itself belongs to the run."""

    muon_rate: float = 0.02
    adam_rate: float = 2e-3
    momentum: float = 0.95
    betas: tuple[float, float] = (0.9, 0.99)
    weight_decay: float = 0.01


class Optimiser:
    """Moves hidden matrices and convolution kernels by Muon (Jordan et al. 2024), all other parameters by Adam.

    A parameter is a hidden matrix when it has two or more dimensions and no `_adam` mark
    (embeddings and output layers carry one).
    """

    def __init__(self, parameters: Iterable[tuple[str, nn.Parameter]], config: OptimiserConfig) -> None:
        self.config = config
        named = list(parameters)
        self.matrices = [(n, p) for n, p in named if p.ndim >= 2 and not getattr(p, "_adam", False)]
        self.others = [(n, p) for n, p in named if p.ndim < 2 or getattr(p, "_adam", False)]
        self.state: dict[str, Tensor] = {f"{n}.momentum": torch.zeros_like(p) for n, p in self.matrices}
        for n, p in self.others:
            self.state[f"{n}.mean"], self.state[f"{n}.square"] = torch.zeros_like(p), torch.zeros_like(p)
        self.steps = 0

    @torch.no_grad()
    def step(self, rate: float) -> None:
        """One update with both learning rates multiplied by `rate`; gradients are cleared."""
        self.steps += 1
        for name, p in self.matrices:
            if p.grad is not None:
                self._muon(p, self.state[f"{name}.momentum"], rate * self.config.muon_rate)
        for name, p in self.others:
            if p.grad is not None:
                self._adam(p, self.state[f"{name}.mean"], self.state[f"{name}.square"], rate * self.config.adam_rate)
        for _, p in (*self.matrices, *self.others):
            p.grad = None

    def load(self, state: Mapping[str, Tensor], steps: int) -> None:
        """Take up a saved state, strictly: the same names as now."""
        assert set(state) == set(self.state), set(state) ^ set(self.state)
        for name, value in state.items():
            self.state[name].copy_(value)
        self.steps = steps

    def _muon(self, p: nn.Parameter, momentum: Tensor, rate: float) -> None:
        assert p.grad is not None
        momentum.lerp_(p.grad, 1 - self.config.momentum)
        ahead = p.grad.lerp(momentum, self.config.momentum).flatten(1)  # Nesterov
        rows, columns = ahead.shape
        p.mul_(1 - rate * self.config.weight_decay)
        p.add_(orthogonalised(ahead).view_as(p), alpha=-rate * max(1, rows / columns) ** 0.5)

    def _adam(self, p: nn.Parameter, mean: Tensor, square: Tensor, rate: float) -> None:
        assert p.grad is not None
        b1, b2 = self.config.betas
        mean.lerp_(p.grad, 1 - b1)
        square.lerp_(p.grad.square(), 1 - b2)
        scale = (square / (1 - b2**self.steps)).sqrt_().add_(1e-8)
        p.addcdiv_(mean, scale, value=-rate / (1 - b1**self.steps))


def orthogonalised(matrix: Tensor) -> Tensor:  # (rows, columns)
    """The nearest semi-orthogonal matrix, by five quintic Newton-Schulz steps (coefficients of Jordan et al. 2024)."""
    x = matrix.bfloat16()
    x = x / (x.norm() + 1e-7)
    if wide := x.shape[0] > x.shape[1]:
        x = x.mT
    for _ in range(5):
        gram = x @ x.mT
        x = 3.4445 * x + (-4.7750 * gram + 2.0315 * gram @ gram) @ x
    result: Tensor = (x.mT if wide else x).to(matrix.dtype)
    return result
