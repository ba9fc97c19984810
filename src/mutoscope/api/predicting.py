"""How families go on, measured: by frame prediction, and by how long clips stay true to their words."""

from collections.abc import Callable
from pathlib import Path

import torch
from torch import Tensor

from mutoscope.api.loading import RUNS
from mutoscope.api.measuring import drawing_model, families_here
from mutoscope.checkpoints.checkpoint import Checkpoint
from mutoscope.checkpoints.forecaster import open_forecaster
from mutoscope.checkpoints.latent import codec_of
from mutoscope.codecs.latent_code import latent_shape
from mutoscope.conditioning.condition import Given, Known, encode_condition
from mutoscope.conditioning.story_conditioner import StoryConditioner
from mutoscope.errors import MutoscopeError
from mutoscope.evaluation.plotting import check_plots
from mutoscope.evaluation.prediction import Frames, Predict, Predictor, check_given, measure_prediction
from mutoscope.evaluation.storybook.asking import draw_prompts, true_clip
from mutoscope.evaluation.storybook.drift import measure_drift
from mutoscope.evaluation.storybook.sheet import check_sheet
from mutoscope.language.timeline import parse_timeline
from mutoscope.pipeline import Pipeline

_FORECASTER = RUNS / "forecaster" / "checkpoint"


def evaluate_prediction(
    *,
    model: str = "all",
    checkpoint: Path | None = None,
    forecaster: Path = _FORECASTER,
    given: int = 5,
    scenes: int = 50,
    seeds: int = 4,
    tell: Callable[[str], None] = print,
) -> str:
    """How far the frames that follow `given` ones lie from the true ones, second by second, as a Markdown table.

    `model`: a family, or `all` that are here and share the first one's codec, shape and stage. `forecaster`: a checkpoint of the
    recurrent baseline, which stands beside them where there is one.
    """
    if min(scenes, seeds) < 1:
        raise MutoscopeError(
            f"{scenes} clips with {seeds} futures measure nothing.", "At least one of each.", "Write --scenes 50."
        )
    kept, conditioner, stage, families = _alike(model, checkpoint, tell)
    check_given(given, conditioner.drawn)
    predictors = {name: Predictor(predict=predict, seeds=seeds) for name, predict in families.items()}
    try:
        baseline = open_forecaster(forecaster, kept.part("codec", str))
        drawn, codec = conditioner.drawn, conditioner.codec
        times = latent_shape(drawn)[0]
        predictors["ConvLSTM"] = Predictor(
            predict=lambda _, known, seed: codec.decode(baseline.predict(known, times), None, drawn), seeds=1
        )
    except MutoscopeError as error:
        tell(f"Left out: {error}")
    asked, drawn = draw_prompts(scenes, stage, conditioner.drawn, held_out=False), conditioner.drawn
    clips = ((each.text, true_clip(each.story, drawn, index)) for index, each in enumerate(asked))
    return measure_prediction(predictors, conditioner.codec, drawn, clips, given, tell).table()


def evaluate_drift(
    *,
    model: str = "all",
    checkpoint: Path | None = None,
    scenes: int = 20,
    seeds: int = 3,
    sheet: Path | None = None,
    tell: Callable[[str], None] = print,
) -> str:
    """How much of their words clips still follow that went on for 3, 6, 12 and 24 seconds, as a Markdown table.

    `model` as for `evaluate_prediction`. `sheet`: where the curves are drawn (needs matplotlib).
    """
    if min(scenes, seeds) < 1:
        raise MutoscopeError(
            f"{scenes} prompts with {seeds} seeds measure nothing.",
            "At least one of each.",
            "Write --scenes 20 --seeds 3.",
        )
    if sheet is not None:
        check_sheet(sheet)
        check_plots()
    _, conditioner, stage, families = _alike(model, checkpoint, tell)
    report = measure_drift(families, conditioner.codec, conditioner.drawn, stage, scenes, seeds, tell)
    if sheet is not None:
        report.draw(sheet)
    return report.table()


def _alike(
    model: str, checkpoint: Path | None, tell: Callable[[str], None]
) -> tuple[Checkpoint, StoryConditioner, int, dict[str, Predict]]:
    """The first of the models with what it hears by, and how each goes on that shares its codec, shape and stage."""
    named = {str(checkpoint): checkpoint} if checkpoint is not None else families_here(model, tell)
    models = {name: (Checkpoint(folder), *drawing_model(folder)) for name, folder in named.items()}
    first, _, conditioner, stage = next(iter(models.values()))
    alike = {}
    for name, (kept, pipeline, told, _) in models.items():
        one_codec = len({Checkpoint(codec_of(one)).sha256 for one in (kept, first)}) == 1  # and one decoder
        if one_codec and all(kept.config[part] == first.config[part] for part in ("shape", "stage")):
            alike[name] = going_on(pipeline, told)
        else:
            tell(f"Left out: {name}. It has another codec, shape or stage than {next(iter(models))}; measure it alone.")
    return first, conditioner, stage, alike


def going_on(pipeline: Pipeline, conditioner: StoryConditioner) -> Predict:
    """A family that is told the caption, and by its choreographer who goes where, and that knows the first codes."""
    shape = latent_shape(conditioner.drawn)

    def predict(sentence: str, first: Tensor, seed: int) -> Frames:
        known = Known(torch.zeros(1, *shape), torch.zeros(1, shape[0], dtype=torch.int64))
        known.codes[0, : len(first)], known.given[0, : len(first)] = first, Given.CODE
        timeline = parse_timeline(sentence, conditioner.drawn.seconds)
        condition, _ = pipeline.choreographed(encode_condition(conditioner.tokenizer, [timeline], known=known), seed)
        sampling = pipeline.sampling(condition)
        codes = pipeline.family.sample(shape, condition, seed, sampling, lambda *_: None)[0]
        return pipeline.codec.decode(codes, None, conditioner.drawn, tracks=condition.shown_tracks())

    return predict
