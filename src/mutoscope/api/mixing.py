"""What attention, convolution and recurrence are worth in one place of one network."""

import json
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import get_args

from mutoscope.api.loading import RUNS
from mutoscope.api.predicting import going_on
from mutoscope.api.shapes import drawer_of, drawing, judge_of_shapes
from mutoscope.checkpoints.checkpoint import Checkpoint
from mutoscope.checkpoints.family import load_family
from mutoscope.errors import MutoscopeError
from mutoscope.evaluation.drawing_speed import measure_drawing_speed
from mutoscope.evaluation.mixers import MixedModel, MixersReport
from mutoscope.evaluation.moving_shapes.measure import CLASSIFIERS, asked_stories, measure_moving_shapes
from mutoscope.evaluation.peers import parameters
from mutoscope.evaluation.prediction import Predictor, measure_prediction
from mutoscope.networks.mixers import Mixing
from mutoscope.seeding import numpy_rng
from mutoscope.world.moving_shapes.world import MovingShapes
from mutoscope.world.world import clips_of

_GIVEN = 5  # frames: what moves, and where to
_ROUNDS = 5


def evaluate_mixers(
    *,
    folder: Path = RUNS / "mixers",
    scenes: int = 100,
    seed: int = 0,
    classifier: Path | None = None,
    tell: Callable[[str], None] = print,
) -> str:
    """Three models of Moving Shapes that differ in their mixer alone, as Markdown tables: cost, score, error over time.

    `folder` holds the run of each under its mixer's name (`mutoscope train diffusion_moving_shapes --mixer NAME --output
    runs/mixers/NAME`). `scenes`: captions like those of training, as many others, and as many clips to go on with.
    """
    if scenes < 2:
        raise MutoscopeError(f"{scenes} clips measure nothing.", "At least two are needed.", "Write --scenes 100.")
    runs = {name: folder / name for name in get_args(Mixing)}
    for name, run in runs.items():
        if not (run / "checkpoint" / "config.json").is_file():
            raise MutoscopeError(
                f"{run} holds no trained model.",
                "Each mixer has to be trained, for as many steps as the others.",
                f"Train it with `mutoscope train diffusion_moving_shapes --mixer {name} --output {run}`.",
            )
    drawers = {name: drawer_of(run / "checkpoint", MovingShapes.name) for name, run in runs.items()}
    first = next(iter(drawers.values()))
    if len({Checkpoint(run / "checkpoint").part("codec", str) for run in runs.values()}) > 1:
        raise MutoscopeError(
            f"The models in {folder} fill the codes of different codecs.",
            "Only their mixers may differ.",
            "Train all three on the codec that is here now.",
        )
    judge = judge_of_shapes(classifier, tell)
    drawings = {name: drawing(drawer) for name, drawer in drawers.items()}
    scores = measure_moving_shapes(drawings, judge, scenes, seed, tell).scores[CLASSIFIERS]
    stories = asked_stories(scenes, False, numpy_rng(seed, "mixers/continued"))
    captions = [story.caption() for story in stories]
    clips = zip(captions, clips_of(MovingShapes(), stories, seed), strict=True)
    going = {name: Predictor(predict=going_on(d.pipeline, d.conditioner), seeds=1) for name, d in drawers.items()}
    drawn = first.conditioner.drawn
    told = measure_prediction(going, first.codec, drawn, clips, _GIVEN, tell)
    wishes = {"size": f"{drawn.width}x{drawn.height}", "seconds": drawn.seconds, "fps": drawn.fps}
    pipelines = {name: drawer.pipeline for name, drawer in drawers.items()}
    speeds = {speed.model: speed for speed in measure_drawing_speed(pipelines, captions[0], _ROUNDS, **wishes)}
    models = {}
    for name, run in runs.items():
        last = json.loads((run / "journal.jsonl").read_text("utf-8").splitlines()[-1])
        models[name] = MixedModel(
            parameters=parameters(load_family(Checkpoint(run / "checkpoint"))),
            steps=last["step"],
            training=last["seconds"],
            sampling=median(speeds[name].sampling),
            seen=scores[f"{name}, seen"],
            never=scores[f"{name}, never seen"],
            errors=told.errors[name],
        )
    held, alone = told.errors["the last frame, held"], told.errors["the codec alone"]
    return MixersReport(models=models, given=_GIVEN, seconds=told.seconds, held=held, codec=alone).table()
