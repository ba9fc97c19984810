"""The run behind the storybook's autoregressive model, on the discrete reading of the latent codec."""

from pathlib import Path

from mutoscope.families.autoregressive import Autoregressive
from mutoscope.families.next_patches import AutoregressiveConfig
from mutoscope.recipes.diffusion_storybook import denoiser_config, tiny_denoiser_config
from mutoscope.recipes.family_run import TINY, clip_batches, family_run, tiny_batches
from mutoscope.training.optimiser import OptimiserConfig
from mutoscope.training.run import Run
from mutoscope.world.storybook.world import Storybook, tiny_storybook


def autoregressive_storybook(
    *,
    stage: int = 1,
    changes: bool = False,
    codec: Path | None = None,
    width: int = 256,
    depth: int = 8,
    steps: int = 2400,
) -> Run:
    """The bundled model of tokens (its card has the wall-clock); best begun with the weights of the diffusion model."""
    batches = clip_batches(Storybook(stage=stage, changes=changes), codec=codec, size=32, lessons=128)
    config = AutoregressiveConfig(denoiser=denoiser_config(batches.tokenizer, stage, width=width, depth=depth))
    return family_run(
        "autoregressive_storybook",
        config,
        batches,
        lambda scaling: Autoregressive(config, scaling),
        steps=steps,
        optimiser=OptimiserConfig(muon_rate=0.01, adam_rate=2e-3),
    )


def tiny_autoregressive_storybook(*, stage: int = 1, changes: bool = False, codec: Path | None = None) -> Run:
    """The same at a size for tests: a few seconds."""
    batches = tiny_batches(tiny_storybook(stage, changes), codec=codec)
    config = AutoregressiveConfig(denoiser=tiny_denoiser_config(batches.tokenizer, stage))
    return family_run(
        "tiny_autoregressive_storybook", config, batches, lambda scaling: Autoregressive(config, scaling), **TINY
    )
