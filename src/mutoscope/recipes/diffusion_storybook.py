"""The run behind the storybook's diffusion model, on the latent codec."""

from pathlib import Path

from mutoscope.families.clip_denoiser import ClipDenoiserConfig, clip_diffusion
from mutoscope.language.tokens import Tokenizer
from mutoscope.networks.mixers import Mixing
from mutoscope.recipes.family_run import TINY, clip_batches, family_run, tiny_batches
from mutoscope.recipes.storybook_text import storybook_text, tiny_storybook_text
from mutoscope.training.run import Run
from mutoscope.world.storybook.meanings import story_meanings
from mutoscope.world.storybook.world import Storybook, tiny_storybook


def denoiser_config(
    tokenizer: Tokenizer, stage: int, *, width: int = 256, depth: int = 8, mixer: Mixing = "attention"
) -> ClipDenoiserConfig:
    """The network that draws whole clips, for diffusion and, asked once, for the GAN."""
    return ClipDenoiserConfig(
        patch=2, mixer=mixer, width=width, depth=depth, heads=width // 64,
        meanings=len(story_meanings(stage)), text=storybook_text(tokenizer, stage), tracks=True, sketch=True,
    )  # fmt: skip


def tiny_denoiser_config(tokenizer: Tokenizer, stage: int, mixer: Mixing = "attention") -> ClipDenoiserConfig:
    """The same at a size for tests."""
    return ClipDenoiserConfig(
        patch=2, mixer=mixer, width=32, depth=1, heads=1,
        meanings=len(story_meanings(stage)), text=tiny_storybook_text(tokenizer, stage), tracks=True, sketch=True,
    )  # fmt: skip


def diffusion_storybook(
    *,
    stage: int = 1,
    changes: bool = False,
    codec: Path | None = None,
    mixer: Mixing = "attention",
    width: int = 256,
    depth: int = 8,
    steps: int = 10900,
) -> Run:
    """The bundled model that draws: diffusion on the latent codec (its card has the wall-clock). Another `mixer` for comparison."""
    batches = clip_batches(Storybook(stage=stage, changes=changes), codec=codec)
    config = denoiser_config(batches.tokenizer, stage, width=width, depth=depth, mixer=mixer)
    return family_run(
        "diffusion_storybook", config, batches, lambda scaling: clip_diffusion(config, scaling), steps=steps
    )


def tiny_diffusion_storybook(
    *, stage: int = 1, changes: bool = False, codec: Path | None = None, mixer: Mixing = "attention"
) -> Run:
    """The same at a size for tests: a few seconds."""
    batches = tiny_batches(tiny_storybook(stage, changes), codec=codec)
    config = tiny_denoiser_config(batches.tokenizer, stage, mixer)
    return family_run(
        "tiny_diffusion_storybook", config, batches, lambda scaling: clip_diffusion(config, scaling), **TINY
    )
