"""The recurrent baseline of a checkpoint folder."""

from pathlib import Path

from mutoscope.checkpoints.checkpoint import Checkpoint, config_from
from mutoscope.codecs.latent_code import CHANNELS
from mutoscope.codecs.scaling import scaling_from
from mutoscope.errors import MutoscopeError
from mutoscope.families.forecaster import Forecaster, ForecasterConfig


def open_forecaster(folder: Path, codec: str) -> Forecaster:
    """The baseline of a folder, which must have learned the codes of that codec (`codes_of`)."""
    if not (folder / "config.json").is_file():
        raise MutoscopeError(
            f"There is no recurrent baseline in {folder}.",
            "It is trained, as models are.",
            "Train it with `mutoscope train forecaster`, or do without.",
        )
    checkpoint = Checkpoint(folder)
    if checkpoint.part("codec", str) != codec:
        raise MutoscopeError(
            f"The recurrent baseline in {folder} was trained on another codec than the model.",
            "Codes mean something only to the codec that made them.",
            "Train it with `mutoscope train forecaster --codec DIR`, DIR being the folder `codec` of the model's checkpoint.",
        )
    config = config_from(ForecasterConfig, checkpoint.part("forecaster", dict))
    forecaster = Forecaster(config, scaling_from(checkpoint.part("scaling", dict), CHANNELS))
    checkpoint.load_into(forecaster)
    return forecaster.eval()
