"""Checkpoints of the families that draw clips."""

from mutoscope.checkpoints.checkpoint import Checkpoint, config_from
from mutoscope.codecs.latent_code import CHANNELS
from mutoscope.codecs.scaling import scaling_from
from mutoscope.errors import MutoscopeError
from mutoscope.families.choice import CONFIGS, StoryConfig, StoryFamily, open_family


def drawing_config(model: Checkpoint) -> StoryConfig | None:
    """The configuration of the family that a checkpoint holds, or None where it draws no clips."""
    name = next((name for name in CONFIGS if name in model.config), None)
    return None if name is None else config_from(CONFIGS[name], model.part(name, dict))


def load_family(model: Checkpoint) -> StoryFamily:
    """The family that a checkpoint holds, with its weights. Errors: MutoscopeError where it draws no clips."""
    config = drawing_config(model)
    if config is None:
        raise MutoscopeError(
            f"{model.folder} holds no model that draws clips.",
            f"Its configuration must name one of {', '.join(CONFIGS)}.",
            "Give the folder of a checkpoint that `mutoscope train` wrote for a family.",
        )
    family = open_family(config, scaling_from(model.part("scaling", dict), CHANNELS))
    model.load_into(family)
    return family.eval()
