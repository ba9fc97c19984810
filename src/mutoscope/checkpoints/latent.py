"""The latent codec of a checkpoint."""

from pathlib import Path

from mutoscope.checkpoints.checkpoint import Checkpoint, config_from
from mutoscope.codecs.latent import LatentAutoencoder, LatentConfig


def load_autoencoder(folder: Path) -> LatentAutoencoder:
    """The autoencoder of a checkpoint folder."""
    checkpoint = Checkpoint(folder)
    autoencoder = LatentAutoencoder(config_from(LatentConfig, checkpoint.part("autoencoder", dict)))
    checkpoint.load_into(autoencoder)
    return autoencoder.eval()
