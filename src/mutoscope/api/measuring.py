"""Measurements: of models, of the rulers that measure them, and of this machine."""

from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from mutoscope.api.loading import FAMILIES, TOWERS, folder_of, load
from mutoscope.checkpoints.alignment import open_ranker
from mutoscope.checkpoints.bundled import WEIGHTS
from mutoscope.checkpoints.latent import load_autoencoder
from mutoscope.codecs.latent import LatentCodec
from mutoscope.conditioning.conditioner import Conditioner
from mutoscope.conditioning.story_conditioner import StoryConditioner
from mutoscope.devices import prepare
from mutoscope.errors import MutoscopeError
from mutoscope.evaluation.bench import Bench
from mutoscope.evaluation.bench import bench as measure_speed
from mutoscope.evaluation.mattes import measure_mattes
from mutoscope.evaluation.motion import Animate
from mutoscope.evaluation.motion import evaluate_motion as measure_scenes
from mutoscope.evaluation.photo_set import open_photo_set
from mutoscope.evaluation.photos import measure_photos
from mutoscope.evaluation.questions import KINDS, Kind, draw_questions
from mutoscope.evaluation.report import Results
from mutoscope.evaluation.scorecard import MotionScorecard
from mutoscope.evaluation.storybook.following import Following, measure_following
from mutoscope.evaluation.storybook.measure import measure_ruler
from mutoscope.evaluation.storybook.retrieval import measure_retrieval
from mutoscope.pipeline import Pipeline
from mutoscope.request import GenerateRequest
from mutoscope.shapes import ClipShape

SAMPLE = WEIGHTS.parent / "samples" / "coffee.jpg"


def evaluate_motion(*, scenes: int = 200, photos: Path | None = None, tell: Callable[[str], None] = print) -> Results:
    """Measure the motion model on held-out scenes, on real photos with mattes if there are some, and its speed."""
    if scenes < 1:
        raise MutoscopeError(f"{scenes} scenes cannot be measured.", "At least one is needed.", "Write --scenes 200.")
    found = open_photo_set(photos) if photos is not None else ()
    pipeline = load("motion")
    finder = pipeline.conditioner
    assert isinstance(finder, Conditioner)
    shape = ClipShape(frames=36, height=192, width=192, fps=12)  # the ruler looks 12 times a second
    cards: dict[Kind, MotionScorecard] = {}
    for kind in KINDS:
        tell(f"held-out scenes: {kind}")
        cards[kind] = measure_scenes(draw_questions(scenes, kind, shape), shape.fps, _animate(pipeline, shape))
    return Results(
        scenes=cards,
        photos=measure_photos(pipeline, found, tell) if found else None,
        mattes=measure_mattes(photos, finder.matte) if photos is not None else None,
        bench=bench(),
    )


def _animate(pipeline: Pipeline, shape: ClipShape) -> Animate:
    """The motion model as the evaluation asks it: the subject is given as a mask, so that words and motion are measured."""

    def animate(prompt: str, photo: NDArray[np.uint8], matte: NDArray[np.float32], seed: int) -> NDArray[np.uint8]:
        with TemporaryDirectory() as folder:
            mask = Path(folder) / "mask.png"
            Image.fromarray((matte * 255).round().astype(np.uint8)).save(mask)
            size = f"{photo.shape[1]}x{photo.shape[0]}"
            request = GenerateRequest(
                prompt=prompt, seed=seed, size=size, mask=str(mask), seconds=shape.seconds, fps=shape.fps
            )
            return pipeline.generate(request, pixels=photo).frames

    return animate


def evaluate_ruler(*, scenes: int = 200, stage: int = 1, seed: int = 0, codec: Path | None = None) -> str:
    """What the ruler of the storybook says of true, spoilt and other stories' clips, as a Markdown table.

    `codec`: a checkpoint of a latent codec, whose reconstructions are measured as well.
    """
    if scenes < 2:
        raise MutoscopeError(f"{scenes} clips measure no ruler.", "At least two are needed.", "Write --scenes 200.")
    prepare()
    trained = None if codec is None else LatentCodec(load_autoencoder(codec))
    return measure_ruler(scenes, stage, seed, trained).table()


def evaluate_retrieval(
    *, clips: int = 100, galleries: int = 5, stage: int = 1, seed: int = 0, checkpoint: Path | None = None
) -> str:
    """How often the towers find the true clip of a caption, and the true caption of a clip, as a Markdown table."""
    if clips < 2:
        raise MutoscopeError(f"{clips} clips leave no choice.", "At least two are needed.", "Write --clips 100.")
    ranker = open_ranker(checkpoint) if checkpoint else open_ranker(*TOWERS)
    return measure_retrieval(ranker, clips, galleries, stage, seed).table()


def evaluate_storybook(
    *,
    model: str = "diffusion",
    checkpoint: Path | None = None,
    scenes: int = 100,
    seeds: int = 3,
    sheet: Path | None = None,
    tell: Callable[[str], None] = print,
) -> str:
    """How often a family that draws follows held-out prompts, beside true clips and shuffled prompts, as a Markdown table.

    `model`: a family, or `all` for a table of each that is here. `sheet`: where a picture of the first clips is written.
    """
    if min(scenes, seeds) < 1:
        raise MutoscopeError(
            f"{scenes} prompts with {seeds} seeds measure nothing.", "At least one of each.", "Write --scenes 100."
        )
    if checkpoint is not None:
        named = {str(checkpoint): str(checkpoint)}
    else:
        named = {name: str(folder_of(name)) for name in _here(model, tell)}
    tables, sheets = [], []
    for name, folder in named.items():
        found = _follow(load(folder), name, scenes, seeds, tell)
        title = f"### {name}\n\n" if len(named) > 1 else ""
        tables.append(title + found.table())
        sheets.append(found.sheet())
    if sheet is not None:
        Image.fromarray(np.concatenate(sheets)).save(sheet)
    return "\n\n".join(tables)


def _here(model: str, tell: Callable[[str], None]) -> list[str]:
    """The families to measure: the one that was asked for, or of all those that are here."""
    if model != "all":
        return [model]
    found = []
    for name in FAMILIES:
        try:
            folder_of(name)
            found.append(name)
        except MutoscopeError as error:
            tell(str(error))
    return found or [FAMILIES[0]]


def _follow(pipeline: Pipeline, name: str, scenes: int, seeds: int, tell: Callable[[str], None]) -> Following:
    """What the ruler says of one model that draws."""
    conditioner = pipeline.conditioner
    if not isinstance(conditioner, StoryConditioner):
        raise MutoscopeError(
            f"{name} draws no stories.", "It moves photos.", "Measure it with: mutoscope evaluate motion."
        )
    drawn = conditioner.drawn

    def draw(prompt: str, seed: int) -> NDArray[np.uint8]:
        size = f"{drawn.width}x{drawn.height}"
        return pipeline.generate(
            GenerateRequest(prompt=prompt, seed=seed, size=size, seconds=drawn.seconds, fps=drawn.fps)
        ).frames

    return measure_following(draw, scenes, seeds, conditioner.stage, drawn, tell)


def bench(photo: Path = SAMPLE) -> Bench:
    """This machine's speed on the bundled photo, beside ffmpeg's zoompan."""
    return measure_speed(photo)
