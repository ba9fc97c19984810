"""The GAN family: noise becomes all codes in one pass, by a generator that learned from what a discriminator told it."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Literal

import torch
from torch import Tensor, nn
from torch.nn import functional as F
from torch.nn.attention import SDPBackend, sdpa_kernel

from mutoscope.codecs.scaling import Scaling
from mutoscope.conditioning.condition import Condition
from mutoscope.errors import MutoscopeError
from mutoscope.families.clip_denoiser import BorrowedDenoiserConfig, ClipDenoiser
from mutoscope.families.family import (
    READING,
    FamilyBatch,
    OnStep,
    Sampling,
    deafened,
    scaled_known,
    with_known,
)
from mutoscope.families.hearing import Hearing
from mutoscope.families.judge import Judge, JudgeConfig
from mutoscope.objective import Objective
from mutoscope.seeding import torch_rng

Contest = Literal["relativistic", "classical"]


@dataclass(frozen=True, kw_only=True)
class GanConfig(BorrowedDenoiserConfig):
    """Sizes of the generator: the network that diffusion asks many times, asked once."""


class Generator(nn.Module):
    """G(z | t): all codes in one pass from noise, words and what is known.

    It is the denoiser of the diffusion family at the level of pure noise, so that the two families differ in how they
    learn and not in what they are, and one may begin with the weights of the other (as Lin et al. 2025, arXiv 2501.08316).
    """

    takes = frozenset({"last", "temperature"})
    own = Sampling(temperature=0.8)

    def __init__(self, config: GanConfig, scaling: Scaling) -> None:
        super().__init__()
        self.denoiser, self.scaling = ClipDenoiser(config.denoiser), scaling

    def forward(self, noise: Tensor, condition: Condition, hearing: Hearing) -> Tensor:  # (B,T,H,W,C) -> the same
        """Scaled codes, those that are known in their places."""
        level = noise.new_zeros(len(noise))
        drawn = self.denoiser(with_known(noise, condition), level, condition, hearing).float()
        return with_known(drawn, condition)

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
        """Codes (B, *shape) of one step; `temperature` scales the noise: less is truer, and less varied (Brock et al. 2019)."""
        assert against is None, "a GAN leads away from nothing"
        noise = torch.randn((1, *shape), generator=torch_rng(seed, "codes")).to(condition.seconds.device)
        noise = noise * sampling.temperature
        condition = scaled_known(condition, self.scaling)
        drawn = self(noise.expand(len(condition.seconds), *shape), condition, self.denoiser.hear(condition))
        codes = self.scaling.natural(drawn)
        on_step(1, 1, lambda: codes)
        return codes

    def read(self, condition: Condition) -> Tensor:
        """(S, M) how likely (0..1) each segment of one condition asks for each meaning."""
        return self.denoiser.read(condition)


class Gan(Objective):
    """Generator and discriminator against each other.

    `relativistic`: the discriminator tells which of two clips of the same words is the true one, and which of two captions
    of the same clip (R3GAN, Huang et al. 2024, arXiv 2501.05441). `classical`: it says of each by itself whether it is true
    and fits (Goodfellow et al. 2014, with mismatched pairs as Reed et al. 2016, algorithm 1). `penalty`: how much it pays
    for steep slopes on true clips (R1) and on drawn ones (R2); without that neither contest comes to rest.
    """

    phases: tuple[str, ...] = ("discriminator", "generator")

    def __init__(
        self, config: GanConfig, scaling: Scaling, judge: JudgeConfig, *, contest: Contest, penalty: float
    ) -> None:
        super().__init__()
        if contest not in ("relativistic", "classical"):
            raise MutoscopeError(
                f"There is no contest {contest!r}.", "It is relativistic or classical.", "Choose one of them."
            )
        self.generator, self.judge = Generator(config, scaling), Judge(judge)
        self.contest, self.penalty = contest, penalty

    def parameters_of(self, phase: str) -> Iterable[nn.Parameter]:
        """The parameters of the one whose turn it is."""
        return (self.judge if phase == "discriminator" else self.generator).parameters()

    def kept(self) -> nn.Module:
        """The generator: the discriminator has done its work."""
        return self.generator

    def loss(self, phase: str, batch: FamilyBatch, rng: torch.Generator) -> tuple[Tensor, Mapping[str, float]]:
        """The loss of the one whose turn it is."""
        true = self.generator.scaling.scaled(batch.codes)
        condition = deafened(scaled_known(batch.condition, self.generator.scaling), rng)
        noise = torch.randn(true.shape, generator=rng).to(true)
        turn = self._discriminator if phase == "discriminator" else self._generator
        with _twice_differentiable():
            return turn(true, noise, condition, batch)

    def _discriminator(
        self, true: Tensor, noise: Tensor, condition: Condition, batch: FamilyBatch
    ) -> tuple[Tensor, Mapping[str, float]]:
        with torch.no_grad():
            hearing = self.generator.denoiser.hear(batch.condition)
            drawn = self.generator(noise, condition, hearing)
        true.requires_grad_()
        drawn.requires_grad_()
        real, fake = (self.judge(codes, condition, hearing) for codes in (true, drawn))
        other, theirs = _next(condition), Hearing(*(rows.roll(1, 0) for rows in hearing))
        strange = self.judge(true.detach(), other, theirs)
        # Two captions that mean the same, or say nothing, are no mismatch.
        told = condition.word_mask.any(dim=1)
        differ = (batch.meant != batch.meant.roll(1, 0)).any(dim=-1).any(dim=-1) & told & told.roll(1, 0)
        if self.contest == "relativistic":
            lost = F.softplus(fake - real).mean() + _mean(F.softplus(strange - real), differ)
        else:
            lost = F.softplus(-real).mean() + (F.softplus(fake).mean() + _mean(F.softplus(strange), differ)) / 2
        slopes = _slope(real, true) + _slope(fake, drawn)
        numbers = {
            "told true": float((real > fake).float().mean()),
            "told fitting": float(_mean((real > strange).float(), differ)),
            "slopes": float(slopes.detach()),
        }
        return lost + self.penalty / 2 * slopes, numbers

    def _generator(
        self, true: Tensor, noise: Tensor, condition: Condition, batch: FamilyBatch
    ) -> tuple[Tensor, Mapping[str, float]]:
        hearing = self.generator.denoiser.hear(batch.condition)
        drawn = self.generator(noise, condition, hearing)
        # What the judge hears is not bent to please it.
        heard = Hearing(*(value.detach() for value in hearing))
        fake = self.judge(drawn, condition, heard)
        if self.contest == "relativistic":
            with torch.no_grad():
                real = self.judge(true, condition, heard)
            lost = F.softplus(real - fake).mean()
        else:
            lost = F.softplus(-fake).mean()
        reading = self.generator.denoiser.reading_loss(hearing, batch)
        with torch.no_grad():
            again = self.generator(noise.roll(1, 0), condition, heard)
        numbers = {"reading": float(reading.detach()), "diversity": diversity(drawn.detach(), again, true)}
        return lost + READING * reading, numbers


def diversity(one: Tensor, two: Tensor, true: Tensor) -> float:  # (B,...) each
    """How far two draws for the same words lie apart, in shares of how far the true codes of different words do.

    Zero is a generator that makes nothing of its noise.
    """
    apart = (one - two).square().mean().sqrt()
    return float(apart / (true - true.roll(1, 0)).square().mean().sqrt().clamp(min=1e-6))


def _next(condition: Condition) -> Condition:
    """Each row with the words and tracks of the row before it, and its own known codes."""
    words = ("word_ids", "ngram_ids", "places", "word_mask", "segments", "seconds", "tracks")
    return condition._replace(**{name: getattr(condition, name).roll(1, 0) for name in words})


def _slope(scores: Tensor, codes: Tensor) -> Tensor:
    """The mean squared length of the gradient of scores by codes (R1 and R2; Mescheder et al. 2018, equation 9)."""
    (gradient,) = torch.autograd.grad(scores.sum(), codes, create_graph=True)
    return gradient.float().square().flatten(1).sum(dim=1).mean()


def _mean(values: Tensor, where: Tensor) -> Tensor:
    return (values * where).sum() / where.sum().clamp(min=1)


@contextmanager
def _twice_differentiable() -> Iterator[None]:
    """Plain attention: the fused ones have no second derivative, which the slopes need."""
    with sdpa_kernel(SDPBackend.MATH):
        yield
