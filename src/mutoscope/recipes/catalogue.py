"""All recipes by name."""

from collections.abc import Callable

from mutoscope.recipes.alignment import alignment, tiny_alignment
from mutoscope.recipes.autoregressive_storybook import autoregressive_storybook, tiny_autoregressive_storybook
from mutoscope.recipes.choreographer import choreographer, glance, tiny_choreographer, tiny_glance
from mutoscope.recipes.diffusion_storybook import diffusion_storybook, tiny_diffusion_storybook
from mutoscope.recipes.distilled_storybook import distilled_storybook, tiny_distilled_storybook
from mutoscope.recipes.forecaster import forecaster, tiny_forecaster
from mutoscope.recipes.gan_storybook import gan_storybook, tiny_gan_storybook
from mutoscope.recipes.latent import latent, tiny_latent
from mutoscope.recipes.latent_decoder import latent_decoder, tiny_latent_decoder
from mutoscope.recipes.matte import matte, tiny_matte
from mutoscope.recipes.motion import motion, tiny_motion
from mutoscope.recipes.moving_shapes_classifier import moving_shapes_classifier, tiny_moving_shapes_classifier
from mutoscope.recipes.shapes import SHAPE_RECIPES
from mutoscope.recipes.upsampler import tiny_upsampler, upsampler
from mutoscope.training.run import Run

RECIPES: dict[str, Callable[..., Run]] = {
    recipe.__name__: recipe
    for recipe in (
        motion, matte, latent, alignment, diffusion_storybook, gan_storybook, autoregressive_storybook, upsampler,
        forecaster, tiny_forecaster, moving_shapes_classifier, tiny_moving_shapes_classifier,
        tiny_motion, tiny_matte, tiny_latent, tiny_alignment, tiny_diffusion_storybook, tiny_gan_storybook,
        tiny_autoregressive_storybook, tiny_upsampler, distilled_storybook, tiny_distilled_storybook,
        choreographer, tiny_choreographer, glance, tiny_glance, latent_decoder, tiny_latent_decoder,
    )
} | SHAPE_RECIPES  # fmt: skip
