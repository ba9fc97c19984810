"""The run behind the recurrent baseline of prediction, on the latent codec."""

from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Self

import torch

from mutoscope.checkpoints.checkpoint import Checkpoint
from mutoscope.checkpoints.latent import codes_of
from mutoscope.codecs.scaling import scaling_of
from mutoscope.families.forecaster import Forecaster, ForecasterBatch, ForecasterConfig
from mutoscope.recipes.encoded_clips import EncodedClips
from mutoscope.recipes.family_run import TINY, clip_batches, tiny_batches
from mutoscope.seeding import numpy_rng
from mutoscope.training.optimiser import OptimiserConfig
from mutoscope.training.run import Run
from mutoscope.world.storybook.world import Storybook, tiny_storybook


@dataclass(frozen=True, kw_only=True, eq=False)
class CodeBatches:
    """Batch after batch of codes: of `repeats` clips one is new, the others were drawn not long ago."""

    size: int
    repeats: int
    seed: int
    clips: EncodedClips

    def afresh(self, seed: int) -> Self:
        """The same of other clips."""
        return replace(self, seed=seed, clips=self.clips.afresh(seed))

    def __call__(self, step: int) -> ForecasterBatch:
        """The batch of a step."""
        fresh = self.size // self.repeats
        first, end = step * fresh, (step + 1) * fresh
        rng = numpy_rng(self.seed, f"forecaster/{step}")
        older = rng.integers(max(0, end - self.clips.window), end, self.size - fresh)
        return ForecasterBatch(torch.stack([self.clips[int(n)].code for n in (*range(first, end), *older)]))


def forecaster(*, stage: int = 1, codec: Path | None = None, steps: int = 1000) -> Run:
    """Two layers of 96 channels: a million weights, and as many steps as the families have."""
    clips = clip_batches(Storybook(stage=stage), codec=codec).clips
    return _run("forecaster", ForecasterConfig(width=96, depth=2), clips, steps)


def tiny_forecaster(*, stage: int = 1, codec: Path | None = None) -> Run:
    """The same at a size for tests: a few seconds."""
    clips = tiny_batches(tiny_storybook(stage), codec=codec).clips
    run = _run("tiny_forecaster", ForecasterConfig(width=16, depth=1), clips, 4)
    return replace(run, batches=CodeBatches(size=8, repeats=1, seed=1, clips=clips), **TINY)


def _run(name: str, config: ForecasterConfig, clips: EncodedClips, steps: int) -> Run:
    scaling = scaling_of(torch.stack([clips[number].code for number in range(min(128, clips.window))]))
    return Run(
        name=name,
        config={
            "forecaster": asdict(config),
            "scaling": scaling.to_plain(),
            **clips.world.to_plain(),
            "codec": codes_of(Checkpoint(clips.codec)),
        },
        build=lambda: Forecaster(config, scaling),
        batches=CodeBatches(size=64, repeats=4, seed=1, clips=clips),
        steps=steps,
        optimiser=OptimiserConfig(muon_rate=0.01, adam_rate=1e-3),
        warmup=50,
        ema=0.998,
        workers=0 if clips.device == "cuda" else 1,
        journal_every=20,
        save_every=100,
        eight_bits=True,
    )
