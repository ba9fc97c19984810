"""The latent codec of a checkpoint, and where a model finds the codec that its codes were made by."""

from pathlib import Path

from mutoscope.checkpoints.bundled import WEIGHTS
from mutoscope.checkpoints.checkpoint import Checkpoint, config_from
from mutoscope.codecs.latent import LatentAutoencoder, LatentConfig
from mutoscope.errors import MutoscopeError

BUNDLED = WEIGHTS / "latent"
_TAUGHT = Path("runs") / "latent_decoder" / "checkpoint"


def load_autoencoder(folder: Path) -> LatentAutoencoder:
    """The autoencoder of a checkpoint folder."""
    checkpoint = Checkpoint(folder)
    autoencoder = LatentAutoencoder(config_from(LatentConfig, checkpoint.part("autoencoder", dict)))
    checkpoint.load_into(autoencoder)
    return autoencoder.eval()


def codec_folder(asked: Path | None = None, world: str = "storybook") -> Path:
    """The folder of a trained codec: the one asked for, or that of a world (the bundled one, or the one trained here)."""
    recipe = "latent" if world == "storybook" else f"latent_{world}"
    trained = Path("runs") / recipe / "checkpoint"
    own = (BUNDLED, trained) if world == "storybook" else (trained,)
    for folder in own if asked is None else (asked,):
        if (folder / "config.json").is_file():
            return folder
    raise MutoscopeError(
        f"There is no trained codec in {asked or trained}.",
        "Clips are learned as the codes of a latent codec.",
        f"Train one with `mutoscope train {recipe}`, or give its checkpoint: --codec DIR.",
    )


def codes_of(codec: Checkpoint) -> str:
    """Which codes a codec makes and reads: the digest of the weights that first did, as its decoder may have learned more since."""
    return str(codec.config.get("codes", codec.sha256))


def codec_of(model: Checkpoint) -> Path:
    """The folder of the codec whose codes a model makes, or sees: its own, one whose decoder learned more in `runs/`, or the
    bundled one. Errors: MutoscopeError where there is none, as codes mean nothing to another.
    """
    codes, looked = model.part("codec", str), (model.folder / "codec", _TAUGHT, BUNDLED)
    for folder in looked:
        if (folder / "config.json").is_file() and codes_of(Checkpoint(folder)) == codes:
            return folder
    raise MutoscopeError(
        f"The codec that the model was trained with ({codes[:12]}…) is in none of {', '.join(map(str, looked))}.",
        "Codes mean something only to the codec that made them.",
        "Keep the folder `codec` in the model's checkpoint, as `mutoscope train` wrote it.",
    )
