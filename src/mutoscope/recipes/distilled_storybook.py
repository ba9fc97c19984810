"""The run in which a GAN begins: a generator of one pass imitates a diffusion model of the same world."""

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Self

import torch

from mutoscope.checkpoints.bundled import WEIGHTS
from mutoscope.families.diffusion import Diffusion
from mutoscope.families.distillation import Distillation, TaughtBatch
from mutoscope.families.family import UNTRACKED
from mutoscope.families.gan import GanConfig
from mutoscope.recipes.diffusion_storybook import denoiser_config, tiny_denoiser_config
from mutoscope.recipes.family_run import TINY, ClipBatches, clip_batches, family_run, tiny_batches
from mutoscope.recipes.teacher import load_teacher
from mutoscope.seeding import numpy_rng, torch_rng
from mutoscope.training.optimiser import OptimiserConfig
from mutoscope.training.run import Run
from mutoscope.training.trainer import to_device
from mutoscope.world.storybook.world import Storybook, tiny_storybook

_STEPS = 8  # of the teacher: fewer than it takes when it draws for people, as many clips are wanted


@dataclass(frozen=True, kw_only=True, eq=False)
class TaughtBatches:
    """Batch after batch of what a teacher draws: each is shown about `repeats` times, as drawing takes longer than learning.

    `first`: how many batches there are to choose from at the first step; `window`: how many of the newest, later on.
    """

    batches: ClipBatches
    teacher: Diffusion
    first: int
    repeats: int
    window: int
    kept: dict[int, TaughtBatch] = field(default_factory=dict)

    def __call__(self, step: int) -> TaughtBatch:
        """The batch of a step: a new one at every `repeats`-th step, else one of those drawn not long ago."""
        newest = self.first + step // self.repeats
        rng = numpy_rng(self.batches.seed, f"taught/{step}")
        older = int(rng.integers(max(0, newest + 1 - self.window), newest + 1))
        taught = self._taught(newest if step % self.repeats == 0 else older)
        # Words are cheap: a reader that meets the same captions again and again learns them by heart.
        return taught._replace(drawn=taught.drawn._replace(lesson=self.batches.lesson(rng)))

    def afresh(self, seed: int) -> Self:
        """The same of other clips."""
        return replace(self, batches=self.batches.afresh(seed), kept={})

    def _taught(self, number: int) -> TaughtBatch:
        if number not in self.kept:
            while len(self.kept) > self.window:
                self.kept.pop(min(self.kept))
            batch = self.batches(number)
            rng = torch_rng(self.batches.seed, f"taught/noise/{number}")
            noise = torch.randn(batch.codes.shape, generator=rng)
            untracked = torch.rand(len(noise), generator=rng) < UNTRACKED
            batch = batch._replace(condition=batch.condition.without_tracks(untracked))
            device, sampling = self.batches.clips.device, replace(self.teacher.own, steps=_STEPS)
            condition = to_device(batch.condition, torch.device(device))
            with torch.autocast(device, torch.bfloat16):
                codes = self.teacher.denoised(noise.to(device), condition, sampling).float().cpu().clone()
            self.kept[number] = TaughtBatch(noise, batch._replace(codes=codes, lesson=None))
        return self.kept[number]


def distilled_storybook(
    *,
    stage: int = 1,
    changes: bool = False,
    codec: Path | None = None,
    teacher: Path | None = None,
    width: int = 256,
    depth: int = 8,
    steps: int = 2000,
) -> Run:
    """A GAN's generator before its contest, taught by a diffusion model (the bundled one); best begun with its weights."""
    batches = clip_batches(Storybook(stage=stage, changes=changes), codec=codec, size=64, lessons=128)
    model = load_teacher(teacher or WEIGHTS / "diffusion", batches)
    taught = TaughtBatches(batches=batches, teacher=model, first=24, repeats=16, window=192)
    config = GanConfig(denoiser=denoiser_config(batches.tokenizer, stage, width=width, depth=depth))
    return distillation_run("distilled_storybook", config, taught, steps=steps)


def tiny_distilled_storybook(*, stage: int = 1, changes: bool = False, codec: Path | None = None, teacher: Path) -> Run:
    """The same at a size for tests: a few seconds."""
    batches = tiny_batches(tiny_storybook(stage, changes), codec=codec)
    taught = TaughtBatches(batches=batches, teacher=load_teacher(teacher, batches), first=1, repeats=2, window=2)
    config = GanConfig(denoiser=tiny_denoiser_config(batches.tokenizer, stage))
    return distillation_run("tiny_distilled_storybook", config, taught, **TINY)


def distillation_run(name: str, config: GanConfig, taught: TaughtBatches, **how: Any) -> Run:
    """The run of a generator before its contest, at a size."""
    run = family_run(
        name,
        config,
        taught.batches,
        lambda scaling: Distillation(config, scaling),
        optimiser=OptimiserConfig(muon_rate=0.01, adam_rate=1e-3),
        **how,
    )
    return replace(run, batches=taught)
