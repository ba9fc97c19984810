"""The run behind the storybook's GAN, on the latent codec."""

from pathlib import Path
from typing import Any

from mutoscope.families.gan import Contest, Gan, GanConfig
from mutoscope.families.judge import JudgeConfig
from mutoscope.recipes.diffusion_storybook import denoiser_config, tiny_denoiser_config
from mutoscope.recipes.family_run import TINY, ClipBatches, clip_batches, family_run, tiny_batches
from mutoscope.training.optimiser import OptimiserConfig
from mutoscope.training.run import Run
from mutoscope.world.storybook.world import Storybook, tiny_storybook


def gan_storybook(
    *,
    stage: int = 1,
    changes: bool = False,
    codec: Path | None = None,
    contest: Contest = "relativistic",
    width: int = 256,
    depth: int = 8,
    steps: int = 6000,
) -> Run:
    """A GAN on the latent codec; hours of one core, minutes of a GPU. It may start with the weights of the diffusion model."""
    batches = clip_batches(Storybook(stage=stage, changes=changes), codec=codec, size=32, lessons=128)
    config = GanConfig(denoiser=denoiser_config(batches.tokenizer, stage, width=width, depth=depth))
    judge = JudgeConfig(
        width=128, heads=2, depths=(2, 2), words=config.text.width, meanings=config.denoiser.meanings, tracks=True
    )
    return gan_run("gan_storybook", config, judge, batches, contest, steps=steps)


def tiny_gan_storybook(
    *, stage: int = 1, changes: bool = False, codec: Path | None = None, contest: Contest = "relativistic"
) -> Run:
    """The same at a size for tests: a few seconds."""
    batches = tiny_batches(tiny_storybook(stage, changes), codec=codec)
    config = GanConfig(denoiser=tiny_denoiser_config(batches.tokenizer, stage))
    judge = JudgeConfig(
        width=16, heads=1, depths=(1, 1), words=config.text.width, meanings=config.denoiser.meanings, tracks=True
    )
    return gan_run("tiny_gan_storybook", config, judge, batches, contest, **TINY)


def gan_run(
    name: str, config: GanConfig, judge: JudgeConfig, batches: ClipBatches, contest: Contest, **how: Any
) -> Run:
    """The run of a GAN at a size."""
    return family_run(
        name,
        config,
        batches,
        lambda scaling: Gan(config, scaling, judge, contest=contest, penalty=1.0),
        # Each plays against what the other is now: what it did before is a poor guide (R3GAN: no momentum).
        optimiser=OptimiserConfig(muon_rate=0.01, adam_rate=1e-3, momentum=0.0, betas=(0.0, 0.99)),
        # A generator as fast as its discriminator runs away from it, and nothing is learned (Heusel et al. 2017, arXiv 1706.08500);
        # one that follows a discriminator which knows nothing yet forgets what it began with.
        optimisers={"generator": OptimiserConfig(muon_rate=5e-4, adam_rate=5e-5, momentum=0.9, betas=(0.5, 0.99))},
        **{"waits": {"generator": 60}} | how,
    )
