"""The published protocols of the two worlds of shapes: Moving Shapes and MoCoGAN's shape motion."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

from mutoscope.api.loading import FAMILIES, RUNS, folder_of, load
from mutoscope.codecs.latent import LatentCodec
from mutoscope.conditioning.story_conditioner import StoryConditioner
from mutoscope.devices import prepare
from mutoscope.errors import MutoscopeError
from mutoscope.evaluation.mocogan_shapes import measure_mocogan_shapes
from mutoscope.evaluation.moving_shapes.classifier import ShapeClassifier, open_classifier
from mutoscope.evaluation.moving_shapes.measure import measure_moving_shapes
from mutoscope.evaluation.storybook.sheet import check_sheet, draw_sheet, save_sheet
from mutoscope.pipeline import Pipeline
from mutoscope.recipes.running import train
from mutoscope.request import GenerateRequest
from mutoscope.world.mocogan_shapes import MocoganShapes
from mutoscope.world.moving_shapes.world import MovingShapes

Frames = NDArray[np.uint8]  # (T, H, W, 3)
# What a prompt becomes; what the codec keeps of a clip whose tracks it may be told.
Drawing = tuple[Callable[[str, int], Frames], Callable[[Frames, Tensor | None], Frames]]
_CLASSIFIER = RUNS / "moving_shapes_classifier"


def evaluate_moving_shapes(
    *,
    model: str = "all",
    checkpoint: Path | None = None,
    scenes: int = 200,
    seed: int = 0,
    sheet: Path | None = None,
    classifier: Path | None = None,
    tell: Callable[[str], None] = print,
) -> str:
    """How often models follow the captions of Moving Shapes, beside true clips and TFGAN's numbers, as Markdown tables.

    `scenes`: captions whose triple of shape, colour and kind of path training shows, and as many others; another `seed` draws
    others. `model`: a family, or `all` that were trained here. `classifier`: a checkpoint of the classifiers; without one, that
    in `runs`, trained if need be.
    """
    _check(scenes, sheet)
    models = _models(MovingShapes.name, model, checkpoint, tell)
    report = measure_moving_shapes(models, judge_of_shapes(classifier, tell), scenes, seed, tell)
    _show(report.shown, sheet, tell)
    return report.table()


def judge_of_shapes(folder: Path | None, tell: Callable[[str], None]) -> ShapeClassifier:
    """The classifiers of Moving Shapes: of a checkpoint, or those in `runs`, trained if need be."""
    judge = folder or _CLASSIFIER / "checkpoint"
    if folder is None and not (judge / "config.json").is_file():
        tell("The classifiers learn first, from true clips: some minutes.")
        judge = train("moving_shapes_classifier", resume=(_CLASSIFIER / "state.safetensors").exists()).folder
    return open_classifier(judge)


def evaluate_mocogan_shapes(
    *,
    model: str = "all",
    checkpoint: Path | None = None,
    scenes: int = 200,
    seed: int = 0,
    sheet: Path | None = None,
    tell: Callable[[str], None] = print,
) -> str:
    """How well shapes keep their colour while they move, with its gates, beside what was published, as a Markdown table.

    `model` as for `evaluate_moving_shapes`.
    """
    _check(scenes, sheet)
    report = measure_mocogan_shapes(_models(MocoganShapes.name, model, checkpoint, tell), scenes, seed, tell)
    _show(report.shown, sheet, tell)
    return report.table()


def _check(scenes: int, sheet: Path | None) -> None:
    if scenes < 2:
        raise MutoscopeError(f"{scenes} clips measure nothing.", "At least two are needed.", "Write --scenes 200.")
    if sheet is not None:
        check_sheet(sheet)
    prepare()


def _models(world: str, model: str, checkpoint: Path | None, tell: Callable[[str], None]) -> dict[str, Drawing]:
    """How the models draw that were asked for; without any that was trained here, `all` is none: the ruler stands alone."""

    def drawn_by(name: str, folder: Path) -> Drawing:
        drawer = drawer_of(folder, world)
        for remark in drawer.conditioner.remarks:
            tell(f"{name}: {remark}")
        return drawing(drawer)

    if checkpoint is not None:
        return {str(checkpoint): drawn_by(str(checkpoint), checkpoint)}
    found = {}
    for name in FAMILIES if model == "all" else (model,):
        try:
            found[name] = drawn_by(name, folder_of(name, world))
        except MutoscopeError as error:
            if model != "all":
                raise
            tell(f"Left out: {error}")
    return found


@dataclass(frozen=True, kw_only=True, eq=False)
class Drawer:
    """A model that draws clips of a world of shapes, opened as what it is."""

    pipeline: Pipeline
    conditioner: StoryConditioner
    codec: LatentCodec


def drawer_of(folder: Path, world: str) -> Drawer:
    """The model of a checkpoint folder. Errors: MutoscopeError where it draws another world."""
    pipeline = load(str(folder))
    conditioner, codec = pipeline.conditioner, pipeline.codec
    if not (
        isinstance(conditioner, StoryConditioner) and isinstance(codec, LatentCodec) and conditioner.world == world
    ):
        raise MutoscopeError(
            f"{folder} draws no {world.replace('_', ' ')}.",
            "A model knows the world that it was trained on.",
            f"Train one with `mutoscope train diffusion_{world}`.",
        )
    return Drawer(pipeline=pipeline, conditioner=conditioner, codec=codec)


def drawing(drawer: Drawer) -> Drawing:
    """A model as the protocols ask it: clips as it draws them, not raised; and what its codec keeps of a clip."""
    pipeline, drawn, codec = drawer.pipeline, drawer.conditioner.drawn, drawer.codec

    def draw(prompt: str, seed: int) -> Frames:
        size = f"{drawn.width}x{drawn.height}"
        request = GenerateRequest(prompt=prompt, seed=seed, size=size, seconds=drawn.seconds, fps=drawn.fps)
        told = pipeline.staged(request, drawer.conditioner(request, None))
        # A clip that shows nothing is refused to people; here it counts.
        return codec.decode(pipeline.codes(request, told), None, drawn, tracks=told.condition.shown_tracks())

    def keep(frames: Frames, tracks: Tensor | None) -> Frames:
        whole = np.concatenate([frames, frames[-1:]])  # the codec takes one frame and fours of frames
        return codec.decode(codec.encode(whole), None, drawn, tracks=tracks)[: len(frames)]

    return draw, keep


def _show(clips: Sequence[tuple[str, Frames]], sheet: Path | None, tell: Callable[[str], None]) -> None:
    """Write the sheet; where it cannot be written, what was measured is not lost."""
    if sheet is not None:
        try:
            save_sheet(draw_sheet(clips), sheet)
        except MutoscopeError as error:
            tell(f"Left out: the sheet. {error}")
