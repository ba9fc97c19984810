"""How well a choreographer places everyone, measured without anything that draws: the world draws its tracks."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from mutoscope.api.loading import STORY_CHOREOGRAPHERS
from mutoscope.checkpoints.checkpoint import Checkpoint, config_from
from mutoscope.checkpoints.choreographer import load_choreographer
from mutoscope.checkpoints.latent import codec_of, load_autoencoder
from mutoscope.codecs.latent import LatentCodec
from mutoscope.codecs.latent_code import latent_shape
from mutoscope.conditioning.condition import Given, Known, encode_condition
from mutoscope.devices import prepare
from mutoscope.errors import MutoscopeError
from mutoscope.evaluation.storybook.following import measure_following
from mutoscope.evaluation.storybook.sheet import check_sheet, save_sheet
from mutoscope.evaluation.storybook.timing import measure_timing
from mutoscope.families.choreographer import sampled_tracks
from mutoscope.language.timeline import parse_timeline
from mutoscope.language.tokens import Tokenizer
from mutoscope.shapes import ClipShape
from mutoscope.world.storybook.drawing import render_tracks
from mutoscope.world.storybook.tracks import Tracks
from mutoscope.world.storybook.world import Storybook

Pixels = NDArray[np.uint8]


def evaluate_choreographer(
    *,
    checkpoint: Path | None = None,
    scenes: int = 50,
    seeds: int = 3,
    sheet: Path | None = None,
    tell: Callable[[str], None] = print,
) -> str:
    """How often tracks follow held-out prompts, beside true clips and shuffled prompts, as Markdown tables.

    The world itself draws them, so that what is wrong is wrong with the tracks. `checkpoint`: the one trained here or bundled
    if none is given. `sheet`: where a picture of the first clips is written.
    """
    if min(scenes, seeds) < 1:
        raise MutoscopeError(
            f"{scenes} prompts with {seeds} seeds measure nothing.", "At least one of each.", "Write --scenes 50."
        )
    if sheet is not None:
        check_sheet(sheet)
    prepare()
    model = Checkpoint(_folder(checkpoint))
    if "choreographer" not in model.config:
        raise MutoscopeError(
            f"{model.folder} holds no choreographer.",
            "What is measured says who will be where, and draws nothing.",
            "Give the checkpoint of one, or leave out --checkpoint.",
        )
    if (world := model.config.get("world", Storybook.name)) != Storybook.name:
        raise MutoscopeError(
            f"The choreographer in {model.folder} tells of {str(world).replace('_', ' ')}.",
            "What is drawn of its tracks is read as stories of the storybook.",
            f"Measure what draws by it: mutoscope evaluate {str(world).replace('_', '-')}.",
        )
    stage, drawn = model.part("stage", int), config_from(ClipShape, model.part("shape", dict))
    if stage > 1:
        raise MutoscopeError(
            f"The choreographer in {model.folder} is of stage {stage}.",
            "Tracks tell of shapes all that the ruler asks, of later stages neither limbs nor places nor the camera.",
            "Measure what draws by it: mutoscope evaluate storybook.",
        )
    draw = _drawing(model, drawn)
    found = measure_following(draw, lambda frames: frames, scenes, seeds, stage, drawn, tell)
    tables = [found.report.table()]
    if model.part("changes", bool):
        timing = measure_timing(draw, scenes, seeds, stage, drawn, tell)
        tables.append(f"A, then B:\n\n{timing.table()}")
    if sheet is not None:
        save_sheet(found.sheet(), sheet)
    return "\n\n".join(tables)


def _folder(checkpoint: Path | None) -> Path:
    """Where the choreographer lies that is measured."""
    places = (checkpoint,) if checkpoint is not None else STORY_CHOREOGRAPHERS
    found = next((place for place in places if (place / "config.json").is_file()), None)
    if found is None:
        looked = " or ".join(map(str, places))
        raise MutoscopeError(
            f"There is no choreographer in {looked}.", "One is measured.", "Run `mutoscope train choreographer`."
        )
    return found


def _drawing(model: Checkpoint, drawn: ClipShape) -> Callable[[str, int, Pixels | None], Pixels]:
    """What the world draws of the tracks that are made for a prompt and, if given, a first frame."""
    choreographer, tokenizer = load_choreographer(model), Tokenizer(model.part("vocabulary", list))
    codec = LatentCodec(load_autoencoder(codec_of(model)))
    times = latent_shape(drawn)

    def draw(prompt: str, seed: int, first: Pixels | None) -> Pixels:
        known = Known(torch.zeros(1, *times), torch.zeros(1, times[0], dtype=torch.int64))
        if first is not None:
            known.codes[0, :1], known.given[0, 0] = codec.encode(first[None]), Given.CODE
        condition = encode_condition(tokenizer, [parse_timeline(prompt, drawn.seconds)], known=known)
        tracks = Tracks.of_code(sampled_tracks(choreographer, condition, seed))
        frames = render_tracks(tracks, drawn, torch.Generator().manual_seed(seed)).frames[0]
        pixels: Pixels = (frames.clamp(0, 1) * 255).round().byte().permute(0, 2, 3, 1).contiguous().numpy()
        return pixels

    return draw
