"""Measurements: of models, of the rulers that measure them, and of this machine."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image

from mutoscope.alignment.ranking import Ranker, check_judged
from mutoscope.api.comparing import entrants
from mutoscope.api.loading import FAMILIES, RUNS, TOWERS, UPSAMPLERS, folder_of, load, load_hub
from mutoscope.checkpoints.alignment import open_ranker
from mutoscope.checkpoints.bundled import WEIGHTS
from mutoscope.checkpoints.latent import BUNDLED, load_autoencoder
from mutoscope.codecs.latent import LatentCodec
from mutoscope.codecs.latent_code import CHANNELS, latent_shape
from mutoscope.codecs.scaling import Scaling
from mutoscope.codecs.track_code import ACTORS, KIND, PRESENT
from mutoscope.codecs.track_code import CHANNELS as TRACKED
from mutoscope.conditioning.condition import Known, encode_condition
from mutoscope.conditioning.conditioner import Conditioner
from mutoscope.conditioning.story_conditioner import StoryConditioner
from mutoscope.devices import prepare
from mutoscope.errors import MutoscopeError
from mutoscope.evaluation.bench import Bench
from mutoscope.evaluation.bench import bench as measure_speed
from mutoscope.evaluation.curves import draw_curves
from mutoscope.evaluation.drawing_speed import DrawingSpeed, measure_drawing_speed
from mutoscope.evaluation.mattes import measure_mattes
from mutoscope.evaluation.metric import Features
from mutoscope.evaluation.motion import Animate
from mutoscope.evaluation.motion import evaluate_motion as measure_scenes
from mutoscope.evaluation.peers import ROUNDS, PeerBench, measure_peers
from mutoscope.evaluation.photo_set import open_photo_set
from mutoscope.evaluation.photos import Generate, measure_any, measure_photos
from mutoscope.evaluation.plotting import check_plots
from mutoscope.evaluation.questions import KINDS, Kind, draw_questions
from mutoscope.evaluation.report import Results
from mutoscope.evaluation.scorecard import MotionScorecard
from mutoscope.evaluation.storybook.asking import Draw, asked_prompts
from mutoscope.evaluation.storybook.distances import DistanceReport, measure_distances
from mutoscope.evaluation.storybook.examples import draw_examples as examples_of
from mutoscope.evaluation.storybook.following import Following, measure_following
from mutoscope.evaluation.storybook.measure import SHAPE, measure_ruler
from mutoscope.evaluation.storybook.raising import measure_raising
from mutoscope.evaluation.storybook.retrieval import measure_retrieval
from mutoscope.evaluation.storybook.scoreboard import Scoreboard
from mutoscope.evaluation.storybook.sheet import check_sheet, save_sheet
from mutoscope.evaluation.storybook.timing import measure_timing
from mutoscope.families.clip_denoiser import ClipDenoiserConfig, clip_diffusion
from mutoscope.hub.pipeline import HubPipeline
from mutoscope.language.timeline import parse_timeline
from mutoscope.language.tokens import Tokenizer
from mutoscope.media.video import Video
from mutoscope.pipeline import Pipeline, load_upsampler
from mutoscope.recipes.diffusion_storybook import denoiser_config
from mutoscope.request import DRAWS, HUB, GenerateRequest
from mutoscope.shapes import ClipShape
from mutoscope.world.storybook.world import STORYBOOK, stage_vocabulary

SAMPLE = WEIGHTS.parent / "samples" / "coffee.jpg"
_TIMED = "a red circle bounces, then rolls left"  # what is drawn to take the time


def evaluate_motion(
    *,
    model: str = "motion",
    scenes: int = 200,
    seed: int = 0,
    photos: Path | None = None,
    size: str | None = None,
    steps: int | None = None,
    tell: Callable[[str], None] = print,
) -> Results:
    """Measure how a model moves photos: on held-out scenes, and on real photos with mattes if there are some.

    The bundled motion model is told the subject by a mask, and its mattes and speed are measured too. Of a large one
    (`hub:NAME`) is asked what any can be asked: words and a photo, at `size` and in `steps` if given. Another `seed`
    draws other scenes.
    """
    if scenes < 1:
        raise MutoscopeError(f"{scenes} scenes cannot be measured.", "At least one is needed.", "Write --scenes 200.")
    found = open_photo_set(photos) if photos is not None else ()
    shape = ClipShape(frames=36, height=192, width=192, fps=12)  # the ruler looks 12 times a second
    if model.startswith(HUB):
        large = _large(load_hub(model), GenerateRequest(prompt="any", model=model, size=size, steps=steps))
        return Results(
            scenes=_on_scenes(
                lambda prompt, photo, matte, chance: large(_asked(prompt, chance), photo), scenes, seed, shape, tell
            ),
            photos=measure_any(large, found, tell) if found else None,
        )
    if size or steps:
        raise MutoscopeError(
            "A size or a number of steps was given.", "The bundled model has its own.", "Leave out --size and --steps."
        )
    pipeline = load(model)
    finder = pipeline.conditioner
    if not isinstance(finder, Conditioner):
        raise MutoscopeError(
            f"{model} moves no photo.", "It draws.", "Write `mutoscope evaluate storybook`, or leave out --model."
        )
    return Results(
        scenes=_on_scenes(_animate(pipeline, shape), scenes, seed, shape, tell),
        photos=measure_photos(pipeline, found, tell) if found else None,
        mattes=measure_mattes(photos, finder.matte) if photos is not None else None,
        bench=bench(),
    )


def _on_scenes(
    animate: Animate, scenes: int, seed: int, shape: ClipShape, tell: Callable[[str], None]
) -> dict[Kind, MotionScorecard]:
    cards: dict[Kind, MotionScorecard] = {}
    for kind in KINDS:
        tell(f"held-out scenes: {kind}")
        cards[kind] = measure_scenes(draw_questions(scenes, kind, shape, seed), shape.fps, animate)
    return cards


def _animate(pipeline: Pipeline, shape: ClipShape) -> Animate:
    """The motion model as the evaluation asks it: the subject is given as a mask, so that words and motion are measured."""

    def animate(prompt: str, photo: NDArray[np.uint8], matte: NDArray[np.float32], seed: int) -> Video:
        with TemporaryDirectory() as folder:
            mask = Path(folder) / "mask.png"
            Image.fromarray((matte * 255).round().astype(np.uint8)).save(mask)
            size = f"{photo.shape[1]}x{photo.shape[0]}"
            request = GenerateRequest(
                prompt=prompt, seed=seed, size=size, mask=str(mask), seconds=shape.seconds, fps=shape.fps
            )
            return pipeline.generate(request, pixels=photo)

    return animate


def _large(pipeline: HubPipeline, wishes: GenerateRequest) -> Generate:
    """A large model as the evaluation asks it: at a size and rate of its own, whatever ours was asked for."""

    def generate(request: GenerateRequest, photo: NDArray[np.uint8]) -> Video:
        return pipeline.generate(replace(wishes, prompt=request.prompt, seed=request.seed), pixels=photo)

    return generate


def _asked(prompt: str, seed: int) -> GenerateRequest:
    return GenerateRequest(prompt=prompt, seed=seed)


def evaluate_ruler(
    *, scenes: int = 200, stage: int = 1, changes: bool = False, seed: int = 0, codec: Path | None = None
) -> str:
    """What the ruler of the storybook says of true, spoilt and other stories' clips, as a Markdown table.

    `changes`: of stories in which one thing comes after another; `codec`: a checkpoint of a latent codec, whose reconstructions
    are measured as well.
    """
    if scenes < 2:
        raise MutoscopeError(f"{scenes} clips measure no ruler.", "At least two are needed.", "Write --scenes 200.")
    prepare()
    trained = None if codec is None else LatentCodec(load_autoencoder(codec))
    return measure_ruler(scenes, stage, seed, trained, changes=changes).table()


def evaluate_raising(*, scenes: int = 50, stage: int = 1, checkpoint: Path | None = None) -> str:
    """What the upsampler gains over straight lines, on held-out clips of the storybook, as a Markdown table."""
    if scenes < 1:
        raise MutoscopeError(f"{scenes} clips measure nothing.", "At least one is needed.", "Write --scenes 50.")
    prepare()
    places = (checkpoint,) if checkpoint is not None else UPSAMPLERS
    found = next((place for place in places if (place / "config.json").is_file()), None)
    if found is None:
        looked = " or ".join(map(str, places))
        raise MutoscopeError(
            f"There is no upsampler in {looked}.", "One is measured.", "Run `mutoscope train upsampler`."
        )
    codec = LatentCodec(load_autoencoder(BUNDLED))
    return measure_raising(load_upsampler(found), codec, scenes, stage, STORYBOOK).table()


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
    seeds: int = 4,
    sheet: Path | None = None,
    plot: Path | None = None,
    towers: Path | None = None,
    tell: Callable[[str], None] = print,
) -> str:
    """How often a family that draws follows held-out prompts, beside true clips and shuffled prompts, as a Markdown table.

    `model`: a family, or `all` for a scoreboard of those that are here and a table of each. `sheet`: where a picture of the
    first clips is written, good and bad; `plot`: one of the scoreboard, and of quality against seconds. `towers`: a checkpoint
    of alignment towers, which keep the best clip of each prompt, and say how far clips lie from true ones.
    """
    if min(scenes, seeds) < 1:
        raise MutoscopeError(
            f"{scenes} prompts with {seeds} seeds measure nothing.", "At least one of each.", "Write --scenes 100."
        )
    for picture in (sheet, plot):
        if picture is not None:
            check_sheet(picture)
    if plot is not None:
        check_plots()
    named = {str(checkpoint): checkpoint} if checkpoint is not None else families_here(model, tell)
    tables, models = [], {}
    for name, folder in named.items():
        models[name], table = _followed(folder, scenes, seeds, towers, tell)
        tables.append(f"### {name}\n\n{table}" if len(named) > 1 else table)
    board = Scoreboard(models=models)
    if sheet is not None:
        save_sheet(np.concatenate([found.sheet() for found in models.values()]), sheet)
    if plot is not None:
        board.draw(plot)
    return "\n\n".join([board.table(), *tables] if len(named) > 1 else tables)


def families_here(model: str, tell: Callable[[str], None]) -> dict[str, Path]:
    """The folders of the families to measure: of the one that was asked for, or of all that are here."""
    found = {}
    for name in FAMILIES if model == "all" else (model,):
        try:
            found[name] = folder_of(name)
        except MutoscopeError as error:
            if model != "all" or (name == FAMILIES[-1] and not found):
                raise
            tell(f"Left out: {error}")
    return found


def _followed(
    folder: Path, scenes: int, seeds: int, towers: Path | None, tell: Callable[[str], None]
) -> tuple[Following, str]:
    """What ruler and towers say of one model that draws, and the same as Markdown tables."""
    pipeline, conditioner, stage = drawing_model(folder)
    drawn = conditioner.drawn
    ranker = _judge(towers, drawn, tell)

    def kept(frames: NDArray[np.uint8]) -> NDArray[np.uint8]:
        assert isinstance(pipeline.codec, LatentCodec)
        return pipeline.codec.decode(pipeline.codec.encode(frames), None, drawn)

    draw = _drawing(pipeline, drawn)
    found = measure_following(draw, kept, scenes, seeds, stage, drawn, tell, ranker)
    tables = [found.table()]
    if conditioner.changes:
        timing = measure_timing(draw, scenes, seeds, stage, drawn, tell)
        found = replace(found, shown=[*found.shown, *timing.shown], shares={**found.shares, **timing.shares})
        tables.append(f"A, then B:\n\n{timing.table()}")
    if ranker is not None and found.features is not None and scenes >= 2:
        tell("distances from true clips")
        tables.append(_distances(ranker, scenes, stage, drawn, {pipeline.name: found.features}).table())
    return found, "\n\n".join(tables)


def draw_examples(sheet: Path, *, checkpoint: Path | None = None, seeds: int = 3) -> str:
    """Draw the sentences that are always shown, as they come, into a picture; what it shows, as a Markdown list."""
    check_sheet(sheet)
    pipeline, conditioner, _ = drawing_model(checkpoint)
    found = examples_of(_drawing(pipeline, conditioner.drawn), seeds)
    save_sheet(found.sheet(), sheet)
    return found.list()


def draw_learning_curves(sheet: Path, *, runs: Path = RUNS) -> list[str]:
    """Draw what the journals of all runs say into a picture; a line about each run."""
    check_sheet(sheet)
    return [
        f"{curves.run}: {max(steps[-1] for steps, _ in curves.numbers.values())} steps, {curves.seconds / 3600:.2f} h"
        for curves in draw_curves(runs, sheet)
    ]


def drawing_model(checkpoint: Path | None) -> tuple[Pipeline, StoryConditioner, int]:
    """The model of a checkpoint, or the one that is here, which must draw stories; and of which stage."""
    pipeline = load(str(checkpoint) if checkpoint is not None else DRAWS)
    conditioner = pipeline.conditioner
    if not isinstance(conditioner, StoryConditioner):
        raise MutoscopeError(
            f"{checkpoint} draws no stories.", "It moves photos.", "Measure it with: mutoscope evaluate motion."
        )
    if conditioner.stage is None:
        cure = "Measure it with: mutoscope evaluate moving-shapes, or mocogan-shapes."
        raise MutoscopeError(f"{checkpoint} draws no stories.", "It draws clips of another world.", cure)
    return pipeline, conditioner, conditioner.stage


def _drawing(pipeline: Pipeline, drawn: ClipShape) -> Draw:
    """The model as the evaluation asks it: clips as it draws them, not raised."""

    def draw(prompt: str, seed: int, first: NDArray[np.uint8] | None) -> NDArray[np.uint8]:
        size = f"{drawn.width}x{drawn.height}"
        request = GenerateRequest(prompt=prompt, seed=seed, size=size, seconds=drawn.seconds, fps=drawn.fps)
        return pipeline.generate(request, pixels=first).frames

    return draw


def evaluate_distances(*, scenes: int = 200, stage: int = 1, towers: Path | None = None) -> str:
    """How far the towers hold true and spoilt clips of the storybook from others that are true, as a Markdown table."""
    if scenes < 2:
        raise MutoscopeError(f"{scenes} clips have no spread.", "At least two are needed.", "Write --scenes 200.")
    prepare()
    return _distances(open_ranker(towers) if towers else open_ranker(*TOWERS), scenes, stage, SHAPE, {}).table()


def _distances(
    ranker: Ranker, scenes: int, stage: int, shape: ClipShape, drawn: Mapping[str, Features]
) -> DistanceReport:
    """Distances of what was drawn for the first `scenes` prompts of each kind, true clips of the next ones beside them."""
    asked = asked_prompts(2 * scenes, stage, shape).values()
    first, next_ones = ([p for kind in asked for p in kind[part]] for part in (slice(scenes), slice(scenes, None)))
    return measure_distances(ranker, first, next_ones, shape, drawn)


def _judge(towers: Path | None, drawn: ClipShape, tell: Callable[[str], None]) -> Ranker | None:
    """The alignment towers that were given; without any those that are here and can judge clips of that shape, if so."""
    if towers is not None:
        check_judged(drawn.height, drawn.width, drawn.seconds)
        return open_ranker(towers)
    try:
        check_judged(drawn.height, drawn.width, drawn.seconds)
        return open_ranker(*TOWERS)
    except MutoscopeError as error:
        tell(f"Left out: keeping the best clip, and distances. {error.problem} {error.cure}")
        return None


def bench(photo: Path = SAMPLE) -> Bench:
    """This machine's speed: on the bundled photo, beside ffmpeg's zoompan; in drawing a clip, beside diffusers; of each family."""
    return replace(measure_speed(photo), drawing=bench_drawing(), families=bench_families())


def bench_families(rounds: int = ROUNDS) -> list[DrawingSpeed]:
    """How soon each of the families that are here gives a clip of three seconds and 256x256, and its first frames."""
    here = {name: load(name) for name in entrants()}
    return measure_drawing_speed(here, _TIMED, rounds)


def bench_drawing(rounds: int = ROUNDS, recipe: Callable[..., ClipDenoiserConfig] = denoiser_config) -> PeerBench:
    """How long the diffusion family samples a clip, beside networks of diffusers at the same size, all untrained and guided, as
    theirs are meant to be; told tracks, ours draws for people without guidance, in half the passes."""
    prepare()
    tokenizer = Tokenizer(stage_vocabulary(1))
    config = recipe(tokenizer, stage=1)
    torch.manual_seed(0)
    nothing = torch.zeros(1, CHANNELS)
    family = clip_diffusion(config, Scaling(nothing, nothing + 1)).eval()
    times = latent_shape(STORYBOOK)
    known = Known(torch.zeros(1, *times), torch.zeros(1, times[0], dtype=torch.int64))
    tracks = torch.zeros(1, times[0], ACTORS, TRACKED)
    tracks[:, :, 0, PRESENT] = tracks[:, :, 0, KIND.start] = 1  # a sketch takes as long as it shows actors
    timelines = [parse_timeline(_TIMED, STORYBOOK.seconds)]
    condition = encode_condition(tokenizer, timelines, known=known, tracks=tracks)
    return measure_peers(family, config, condition, family.own, STORYBOOK, rounds)
