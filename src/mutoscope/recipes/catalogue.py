"""All recipes by name."""

from collections.abc import Callable

from mutoscope.recipes.matte import matte
from mutoscope.recipes.motion import motion, tiny_motion
from mutoscope.training.run import Run

RECIPES: dict[str, Callable[[], Run]] = {"motion": motion, "matte": matte, "tiny_motion": tiny_motion}
