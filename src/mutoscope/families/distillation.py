"""Where a GAN's generator begins: it learns in one pass what a diffusion model makes of the same noise in many."""

from collections.abc import Mapping
from typing import NamedTuple

import torch
from torch import Tensor, nn

from mutoscope.codecs.scaling import Scaling
from mutoscope.families.family import READING, FamilyBatch, scaled_known
from mutoscope.families.gan import GanConfig, Generator
from mutoscope.objective import Objective

# Errors of a latent up to about this large (in scaled units) count by their square, larger ones by their size: a generator
# that cannot tell yet where a subject goes then draws it somewhere rather than everywhere a little.
_SMALL = 0.1


class TaughtBatch(NamedTuple):
    """What a teacher drew: `noise` it began with (B,T,H,W,C), and a batch whose codes it ended with, for what was said."""

    noise: Tensor
    drawn: FamilyBatch


class Distillation(Objective):
    """A generator of one pass imitates a sampler of many, noise by noise (Luhman & Luhman 2021, arXiv 2101.02388).

    The distance is a pseudo-Huber one (Song & Dhariwal 2023, arXiv 2310.14189, section 3.3), latent by latent. What it leaves
    blurred, the contest of a GAN sharpens (Lin et al. 2025, arXiv 2501.08316, which begins in this way too).
    """

    phases: tuple[str, ...] = ("imitation",)

    def __init__(self, config: GanConfig, scaling: Scaling) -> None:
        super().__init__()
        self.generator = Generator(config, scaling)

    def kept(self) -> nn.Module:
        """The generator."""
        return self.generator

    def loss(self, phase: str, batch: TaughtBatch, rng: torch.Generator) -> tuple[Tensor, Mapping[str, float]]:
        """How far its codes lie from the teacher's, and what the reader has read wrongly."""
        generator, drawn = self.generator, batch.drawn
        condition = scaled_known(drawn.condition, generator.scaling)
        hearing = generator.denoiser.hear(drawn.condition)
        wrong = generator(batch.noise, condition, hearing) - generator.scaling.scaled(drawn.codes)
        distance = ((wrong.square().mean(dim=-1) + _SMALL**2).sqrt() - _SMALL).mean()
        reading = generator.denoiser.reading_loss(hearing, drawn)
        numbers = {"squared": float(wrong.detach().square().mean()), "reading": float(reading.detach())}
        return distance + READING * reading, numbers
