"""The diffusion model by whose drawing another network learns."""

from pathlib import Path

from mutoscope.checkpoints.checkpoint import Checkpoint
from mutoscope.checkpoints.family import drawing_config, load_family
from mutoscope.checkpoints.latent import codes_of
from mutoscope.errors import MutoscopeError
from mutoscope.families.diffusion import Diffusion
from mutoscope.recipes.family_run import ClipBatches


def load_teacher(folder: Path, batches: ClipBatches) -> Diffusion:
    """The model of a checkpoint folder, where the clips of these batches are drawn.

    Errors: MutoscopeError where it cannot teach by them.
    """
    if not (folder / "config.json").is_file():
        raise MutoscopeError(
            f"There is no trained teacher in {folder}.",
            "What is taught here is what a diffusion model of the same world makes.",
            f"Train one with `mutoscope train diffusion_{batches.clips.world.name}`, or give its checkpoint: --teacher DIR.",
        )
    teacher = Checkpoint(folder)
    model = load_family(teacher)
    if not isinstance(model, Diffusion):
        raise MutoscopeError(
            f"{folder} holds no diffusion model.",
            "What is taught here is what one that draws in many steps makes.",
            "Give the checkpoint of a diffusion model: --teacher DIR.",
        )
    if teacher.part("vocabulary", list) != list(batches.tokenizer.vocabulary):
        raise MutoscopeError(
            f"{folder} knows other words than are to be learned.",
            "A pupil hears what its teacher hears: both know the same words.",
            "Give a --teacher that was trained on the same stories.",
        )
    if teacher.part("codec", str) != codes_of(Checkpoint(batches.clips.codec)):
        raise MutoscopeError(
            f"{folder} makes the codes of another codec than {batches.clips.codec}.",
            "A teacher and its pupil have one codec, as codes mean nothing to another.",
            "Give a --teacher that was trained with that codec, or its codec: --codec DIR.",
        )
    config = drawing_config(teacher)
    if config is None or not config.tracks:
        raise MutoscopeError(
            f"{folder} heeds no tracks.",
            "A pupil that is told where everyone will be learns from a teacher that goes by it.",
            "Give the checkpoint of a diffusion model that this version trained: --teacher DIR.",
        )
    return model.to(batches.clips.device)
