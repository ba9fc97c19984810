"""The diffusion family: a rectified flow from noise to codes, with any denoiser on any codec."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from itertools import pairwise
from typing import Literal

import torch
from torch import Tensor

from mutoscope.codecs.scaling import Scaling
from mutoscope.conditioning.condition import Condition
from mutoscope.families.denoiser import Denoiser
from mutoscope.families.family import (
    READING,
    FamilyBatch,
    OnStep,
    Sampling,
    certain,
    deafened,
    scaled_known,
    with_known,
)
from mutoscope.families.hearing import guided_by
from mutoscope.objective import Objective
from mutoscope.seeding import torch_rng


@dataclass(frozen=True, kw_only=True)
class Flow:
    """Where between noise (level 0) and codes (level 1) training and sampling dwell, and how sampling goes on.

    `late`: how far towards noise (the shift of Esser et al. 2024, section 5.3.2, is its exponential); `spread`: of the
    levels in training, as logits; `guided_until`: the level up to which words are followed more strictly than learned.
    """

    late: float
    spread: float
    guided_until: float
    solver: Literal["euler", "multistep"]

    def draw(self, count: int, rng: torch.Generator) -> Tensor:
        """Levels (B,) to train at: logit-normal."""
        return torch.sigmoid(self.spread * torch.randn(count, generator=rng) - self.late)

    def levels(self, steps: int, begun: float = 0.0) -> list[float]:
        """The levels that sampling visits, from `begun` to 1."""
        late = math.exp(self.late)
        even = torch.linspace(late * begun / (1 - begun + late * begun), 1, steps + 1)
        visited: list[float] = (even / (even + late * (1 - even))).tolist()
        return visited

    def aim(self, clean: Tensor, before: Tensor | None, levels: tuple[float, float, float]) -> Tensor:
        """The codes that a step heads for, from what was predicted at `levels[1]` and, before that, at `levels[0]`.

        Euler's step heads for the prediction. The multistep solver of second order (DPM-Solver++(2M), Lu et al. 2022,
        algorithm 2) follows how predictions change; a straight path makes it the same step towards another aim.
        """
        earlier, now, then = levels
        if self.solver == "euler" or before is None or earlier <= 0 or then >= 1:
            return clean
        ahead = (_logit(then) - _logit(now)) / (2 * (_logit(now) - _logit(earlier)))
        return clean + ahead * (clean - before)


def _ignore(done: int, steps: int, codes: Callable[[], Tensor]) -> None:
    """Nobody asks how far it is."""


class Diffusion(Objective):
    """The family: trained by regression on the velocity of the straight path from noise to codes (Liu et al. 2022).

    The network predicts the clean codes themselves (x-prediction, Li & He 2025): a last step that returns the prediction
    keeps what should stand still, still.
    """

    phases: tuple[str, ...] = ("velocity",)
    takes = frozenset({"steps", "guidance", "negative", "last"})

    def __init__(self, denoiser: Denoiser, scaling: Scaling, flow: Flow, own: Sampling) -> None:
        super().__init__()
        self.denoiser, self.scaling = denoiser, scaling
        self.flow, self.own = flow, own

    def loss(self, phase: str, batch: FamilyBatch, rng: torch.Generator) -> tuple[Tensor, Mapping[str, float]]:
        """Mean squared velocity error at random noise levels, and what the reader has read wrongly."""
        clean = self.scaling.scaled(batch.codes)
        count = len(clean)
        noise = torch.randn(clean.shape, generator=rng).to(clean)
        level = self.flow.draw(count, rng).to(clean)
        hearing = self.denoiser.hear(batch.condition)
        condition = deafened(scaled_known(batch.condition, self.scaling), rng)
        at = level.view(count, *[1] * (clean.ndim - 1))
        noisy = with_known(at * clean + (1 - at) * noise, condition)
        error = (self.denoiser(noisy, level, condition, hearing) - clean) / (1 - at).clamp(min=0.1)
        velocity = _mean_of_unknown(error.square(), condition)
        reading = self.denoiser.reading_loss(hearing, batch)
        return velocity + READING * reading, {"velocity": float(velocity.detach()), "reading": float(reading.detach())}

    @torch.inference_mode()
    def sample(
        self,
        shape: tuple[int, ...],
        condition: Condition,
        seed: int,
        sampling: Sampling,
        on_step: OnStep,
        against: Condition | None = None,
    ) -> Tensor:
        """Codes (B, *shape) with classifier-free guidance away from `against`, or from no words at all."""
        x = torch.randn((1, *shape), generator=torch_rng(seed, "codes")).to(condition.seconds.device)
        return self.denoised(x.expand(len(condition.seconds), *shape), condition, sampling, on_step, against)

    @torch.inference_mode()
    def denoised(
        self,
        x: Tensor,
        condition: Condition,
        sampling: Sampling,
        on_step: OnStep = _ignore,
        against: Condition | None = None,
        begun: float = 0.0,
    ) -> Tensor:
        """The codes (B,T,...,C) at which the flow arrives from `x` of the same shape; `sample` otherwise.

        `begun`: the level of `x`, from 0 (noise alone) to below 1; from above 0, scaled codes with noise over them are drawn anew
        (SDEdit, Meng et al. 2022, arXiv 2108.01073).
        """
        condition = scaled_known(condition, self.scaling)
        against = None if against is None else scaled_known(against, self.scaling)
        guided = sampling.guidance != 1
        if guided:
            both, told_both = guided_by(self.denoiser, condition, against)
        else:
            both, told_both = condition, self.denoiser.hear(condition)
        earlier, before = 0.0, None
        for done, (now, then) in enumerate(pairwise(self.flow.levels(sampling.steps, begun))):
            x = with_known(x, condition)
            level = torch.full((len(both.seconds),), now, device=x.device)
            clean = self.denoiser(torch.cat([x, x]) if guided else x, level, both, told_both).float()
            if guided:
                told, untold = clean.chunk(2)
                clean = told + (sampling.guidance - 1) * (told - untold) * (now < self.flow.guided_until)
            clean = with_known(clean, condition)
            x = x + (then - now) / (1 - now) * (self.flow.aim(clean, before, (earlier, now, then)) - x)
            earlier, before = now, clean
            on_step(done + 1, sampling.steps, partial(self.scaling.natural, clean))
        return self.scaling.natural(x)

    def read(self, condition: Condition) -> Tensor:
        """(S, M) how likely (0..1) each segment of one condition asks for each meaning."""
        return self.denoiser.read(condition)


def _mean_of_unknown(values: Tensor, condition: Condition) -> Tensor:
    """The mean over all codes that are not known already."""
    if not condition.known.numel():
        return values.mean()
    unknown = (~certain(condition, values)).expand_as(values)
    return (values * unknown).sum() / unknown.sum().clamp(min=1)


def _logit(level: float) -> float:
    return math.log(level / (1 - level))
