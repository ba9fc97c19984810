"""The alignment towers of a checkpoint folder."""

from pathlib import Path

from mutoscope.alignment.alignment import Alignment, AlignmentConfig, TextConfig
from mutoscope.alignment.ranking import Ranker
from mutoscope.checkpoints.checkpoint import Checkpoint, config_from
from mutoscope.errors import MutoscopeError
from mutoscope.language.encoder import WordEncoderConfig
from mutoscope.language.pretrained import PretrainedConfig, PretrainedEncoder
from mutoscope.language.tokens import Tokenizer


def open_ranker(*folders: Path) -> Ranker:
    """The towers in the first of the folders that holds some; an error that says how to train them where none does."""
    found = next((folder for folder in folders if (folder / "config.json").is_file()), None)
    if found is None:
        raise MutoscopeError(
            f"There are no alignment towers in {' or '.join(map(str, folders))}.",
            "Comparing words with clips takes trained towers.",
            "Train some with `mutoscope train alignment`, or give the folder of their checkpoint.",
        )
    checkpoint = Checkpoint(found)
    towers = config_from(AlignmentConfig, checkpoint.part("towers", dict))
    values = checkpoint.part("text", dict)
    text: TextConfig = (
        config_from(PretrainedConfig, values) if "source" in values else config_from(WordEncoderConfig, values)
    )
    alignment = Alignment(towers, text)
    checkpoint.load_into(alignment)
    encoder = alignment.text.encoder
    if isinstance(encoder, PretrainedEncoder):
        return Ranker(alignment, encoder)
    return Ranker(alignment, Tokenizer(checkpoint.part("vocabulary", list)))
