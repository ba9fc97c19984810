"""The run behind the storybook's autoregressive model, on the discrete reading of the latent codec."""

from pathlib import Path

from mutoscope.families.autoregressive import Autoregressive
from mutoscope.families.next_patch import AutoregressiveConfig
from mutoscope.recipes.family_run import TINY, clip_batches, family_run, tiny_batches, tiny_text, usual_text
from mutoscope.training.run import Run
from mutoscope.world.storybook.meanings import story_meanings
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
    """The bundled model of tokens (its card has the wall-clock); it may start with what the diffusion model learned."""
    batches = clip_batches(Storybook(stage=stage, changes=changes), codec=codec, size=32, lessons=128)
    config = AutoregressiveConfig(
        patch=2, width=width, depth=depth, heads=width // 64,
        meanings=len(story_meanings(stage)), text=usual_text(batches.tokenizer), tracks=True, sketch=True,
    )  # fmt: skip
    return family_run(
        "autoregressive_storybook", config, batches, lambda scaling: Autoregressive(config, scaling), steps=steps
    )


def tiny_autoregressive_storybook(*, stage: int = 1, changes: bool = False, codec: Path | None = None) -> Run:
    """The same at a size for tests: a few seconds."""
    batches = tiny_batches(tiny_storybook(stage, changes), codec=codec)
    config = AutoregressiveConfig(
        patch=2, width=32, depth=1, heads=1,
        meanings=len(story_meanings(stage)), text=tiny_text(batches.tokenizer), tracks=True, sketch=True,
    )  # fmt: skip
    return family_run(
        "tiny_autoregressive_storybook", config, batches, lambda scaling: Autoregressive(config, scaling), **TINY
    )
