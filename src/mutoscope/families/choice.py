"""The families that draw clips of the storybook: the one place that knows them all."""

from typing import assert_never

from mutoscope.codecs.scaling import Scaling
from mutoscope.families.autoregressive import Autoregressive
from mutoscope.families.clip_denoiser import ClipDenoiserConfig, clip_diffusion
from mutoscope.families.diffusion import Diffusion
from mutoscope.families.gan import GanConfig, Generator
from mutoscope.families.next_patches import AutoregressiveConfig

StoryConfig = ClipDenoiserConfig | GanConfig | AutoregressiveConfig
StoryFamily = Diffusion | Generator | Autoregressive

# Under which name each configuration stands in a checkpoint.
CONFIGS: dict[str, type[StoryConfig]] = {
    "clip_denoiser": ClipDenoiserConfig,
    "gan": GanConfig,
    "autoregressive": AutoregressiveConfig,
}


def open_family(config: StoryConfig, scaling: Scaling) -> StoryFamily:
    """The family of a configuration, with random weights."""
    match config:
        case ClipDenoiserConfig():
            return clip_diffusion(config, scaling)
        case GanConfig():
            return Generator(config, scaling)
        case AutoregressiveConfig():
            return Autoregressive(config, scaling)
        case _:
            assert_never(config)


def name_of(config: StoryConfig) -> str:
    """Under which name a configuration stands in a checkpoint."""
    return next(name for name, kind in CONFIGS.items() if isinstance(config, kind))
