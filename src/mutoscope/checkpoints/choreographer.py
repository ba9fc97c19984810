"""The choreographer of a checkpoint, and which one goes with a model that draws."""

from collections.abc import Iterable
from pathlib import Path

from mutoscope.checkpoints.checkpoint import Checkpoint, config_from
from mutoscope.codecs.scaling import scaling_from
from mutoscope.codecs.track_code import STEPS
from mutoscope.families.choreographer import ChoreographerConfig, TrackScaling, choreography
from mutoscope.families.diffusion import Diffusion

_ALIKE = ("vocabulary", "shape", "codec")  # what a model and its choreographer share: words, times, and what is seen


def load_choreographer(checkpoint: Checkpoint) -> Diffusion:
    """The choreographer that a checkpoint holds, with its weights."""
    config = config_from(ChoreographerConfig, checkpoint.part("choreographer", dict))
    of_steps = scaling_from(checkpoint.part("scaling", dict), STEPS)
    family = choreography(config, TrackScaling(of_steps.mean, of_steps.spread))
    checkpoint.load_into(family)
    return family.eval()


def choreographer_for(model: Checkpoint, folders: Iterable[Path]) -> Checkpoint | None:
    """The first choreographer among the folders that hears the same words as a model, and sees the same codes; if any.

    Those of before 0.11 see nothing, and are passed over.
    """
    for folder in folders:
        if (folder / "config.json").is_file():
            checkpoint = Checkpoint(folder)
            sees = "eyes" in checkpoint.config.get("choreographer", {})
            if sees and all(checkpoint.config.get(part) == model.config.get(part) for part in _ALIKE):
                return checkpoint
    return None
