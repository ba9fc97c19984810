"""The verbs: everything that the command, the page and the server can do, as plain functions."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from mutoscope.checkpoints.checkpoint import Checkpoint
from mutoscope.clock import Clock
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
from mutoscope.evaluation.report import Results, bench_table, markdown, written
from mutoscope.evaluation.scorecard import MotionScorecard
from mutoscope.evaluation.storybook.measure import measure_ruler
from mutoscope.health import Check, checks
from mutoscope.language.commands import expand_commands
from mutoscope.language.timeline import Segment, parse_timeline
from mutoscope.language.understanding import ImpossibleWord, UnknownWord, check_prompt, understand
from mutoscope.manifest import fingerprint
from mutoscope.media.photos import open_mask, open_photo, output_size, photo_size
from mutoscope.media.video import Video, read_manifest
from mutoscope.pipeline import Pipeline, load_pipeline
from mutoscope.progress import OnProgress, ignore
from mutoscope.recipes.running import train
from mutoscope.request import SMALLEST_SIDE, GenerateRequest
from mutoscope.seeding import numpy_rng
from mutoscope.shapes import ClipShape
from mutoscope.world.storybook.captions import caption as story_caption
from mutoscope.world.storybook.drawing import render_stories
from mutoscope.world.storybook.sampling import sample_story

_PACKAGE = Path(str(files("mutoscope")))
WEIGHTS, SAMPLE = _PACKAGE / "weights", _PACKAGE / "samples" / "coffee.jpg"
__all__ = [
    "Video", "bench", "bench_table", "bundled_models", "check", "doctor", "draft", "estimate", "evaluate_motion",
    "evaluate_ruler", "generate", "generate_request", "load", "markdown", "read_prompt", "replay", "train", "world_clip",
    "written",
]  # fmt: skip
DRAFT_SIDE, DRAFT_FPS = 320, 8
Photo = str | Path | NDArray[np.uint8] | Image.Image
World = Literal["collages", "storybook"]


@lru_cache(maxsize=2)
def load(model: str = "motion") -> Pipeline:
    """A model ready to work: a bundled one by name, or one's own by the folder of its checkpoint."""
    folder = Path(model) if (Path(model) / "config.json").is_file() else WEIGHTS / model
    if folder.parent == WEIGHTS and model not in (names := bundled_models()):
        cure = "Choose one of them, or give the folder of a checkpoint."
        raise MutoscopeError(f"There is no model {model!r}.", f"Bundled: {', '.join(names)}.", cure)
    prepare()
    return load_pipeline(folder, WEIGHTS / "matte")


def bundled_models() -> list[str]:
    """The names that `load` knows."""
    return sorted(p.parent.name for p in WEIGHTS.glob("*/config.json") if p.parent.name != "matte")


def generate(prompt: str, *, photo: Photo | None = None, on_progress: OnProgress = ignore, **wishes: Any) -> Video:
    """A video of `prompt`, moving `photo`: a path, an array (H, W, 3) uint8 RGB, or a Pillow image.

    `wishes` are the fields of `GenerateRequest`: seed, seconds, fps, size, motion, guidance, steps, subject, mask, drag.
    """
    if photo is None or isinstance(photo, str | Path):
        return generate_request(GenerateRequest.from_dict({"prompt": prompt, "photo": photo, **wishes}), on_progress)
    request = GenerateRequest.from_dict({"prompt": prompt, **wishes})
    return generate_request(request, on_progress, pixels=_pixels(photo))


def generate_request(
    request: GenerateRequest, on_progress: OnProgress = ignore, *, pixels: NDArray[np.uint8] | None = None
) -> Video:
    """A video of what a request asks; with `variants`, the first of them (ask for `request.variant(n)` to get the others)."""
    clock = Clock(on_progress)
    with clock.stage("load"):
        pipeline = load(request.model)
    video = pipeline.generate(request.variant(0), on_progress, pixels=pixels)
    return replace(video, stats=video.stats | {"seconds": clock.seconds | video.stats["seconds"]})


def replay(path: str | Path, photo: Photo | None = None, on_progress: OnProgress = ignore) -> Video:
    """The video that a clip's manifest describes, made again; `photo` where it is no longer at its old place.

    `stats["same"]` says whether every frame is the same to the bit, as it must be on the same machine and versions.
    """
    manifest = read_manifest(path)
    request = GenerateRequest.from_dict(manifest.request)
    where = photo if photo is not None else request.photo
    if where is None:
        raise MutoscopeError(
            f"{path} was made from a photo that was no file.", "A replay needs the photo.", "Give it: --photo FILE."
        )
    pixels = _pixels(where)
    if fingerprint(pixels) != manifest.photo_sha256:
        raise MutoscopeError(
            f"The photo is not the one that {path} was made from.",
            "A replay needs the same pixels.",
            "Give the first photo, unchanged: --photo FILE.",
        )
    video = generate_request(request, on_progress, pixels=pixels)
    assert video.manifest is not None
    return replace(video, stats=video.stats | {"same": video.manifest.frames_sha256 == manifest.frames_sha256})


@dataclass(frozen=True, kw_only=True)
class Estimate:
    """What a request will take on this machine, roughly."""

    seconds: float
    memory_bytes: int
    width: int
    height: int


def estimate(request: GenerateRequest) -> Estimate:
    """Seconds and peak memory before any work; the constants are of `mutoscope bench` on two cores."""
    photo = photo_size(request.photo) if request.photo is not None else (720, 1280)
    width, height, _ = output_size(photo, request.size)
    megapixels = width * height / 1e6
    per_clip = 0.1 + 0.3 * megapixels + 0.029 * megapixels * request.frames
    memory = 450e6 + 60e6 * megapixels + 3.3e6 * megapixels * request.frames
    return Estimate(seconds=1.7 + per_clip * request.variants, memory_bytes=int(memory), width=width, height=height)


@dataclass(frozen=True, kw_only=True)
class Reading:
    """What of a prompt is not known or cannot be done, its stretches of time, and what stands in its way, if anything."""

    unknown: tuple[UnknownWord, ...]
    impossible: tuple[ImpossibleWord, ...]
    segments: tuple[Segment, ...]
    problem: MutoscopeError | None


def read_prompt(request: GenerateRequest) -> Reading:
    """How the words of a request are understood, before anything is made."""
    tokenizer = load(request.model).conditioner.tokenizer
    try:
        prompt = expand_commands(request.prompt)
        understanding = understand(prompt, tokenizer)
    except MutoscopeError as problem:
        return Reading(unknown=(), impossible=(), segments=(), problem=problem)
    segments: tuple[Segment, ...] = ()
    found = None
    try:
        check_prompt(prompt, tokenizer)
        segments = parse_timeline(prompt, request.seconds).segments
    except MutoscopeError as problem:
        found = problem
    return Reading(unknown=understanding.unknown, impossible=understanding.impossible, segments=segments, problem=found)


def check(request: GenerateRequest) -> Estimate:
    """What a request will take, if it can be met: its words are read and its pictures decoded. Errors: MutoscopeError."""
    if (problem := read_prompt(request).problem) is not None:
        raise problem
    if request.photo is not None:
        open_photo(request.photo)
    if request.mask is not None:
        open_mask(request.mask)
    return estimate(request)


def draft(request: GenerateRequest) -> GenerateRequest | None:
    """The same motion, small and with few frames: what can be looked at while the clip is made; None if not worth it."""
    if request.photo is None:
        return None
    whole = estimate(request)
    scale = min(1.0, DRAFT_SIDE / max(whole.width, whole.height))
    width, height = (max(SMALLEST_SIDE, round(side * scale)) for side in (whole.width, whole.height))
    small = replace(request, size=f"{width}x{height}", fps=DRAFT_FPS, variants=1)
    worth = whole.width * whole.height * request.frames > 8 * width * height * small.frames
    return small if worth else None


def evaluate_motion(*, scenes: int = 200, photos: Path | None = None, tell: Callable[[str], None] = print) -> Results:
    """Measure the motion model on held-out scenes, on real photos with mattes if there are some, and its speed."""
    if scenes < 1:
        raise MutoscopeError(f"{scenes} scenes cannot be measured.", "At least one is needed.", "Write --scenes 200.")
    found = open_photo_set(photos) if photos is not None else ()
    pipeline = load("motion")
    shape = ClipShape(frames=36, height=192, width=192, fps=12)  # the ruler looks 12 times a second
    cards: dict[Kind, MotionScorecard] = {}
    for kind in KINDS:
        tell(f"held-out scenes: {kind}")
        cards[kind] = measure_scenes(draw_questions(scenes, kind, shape), shape.fps, _animate(pipeline, shape))
    return Results(
        scenes=cards,
        photos=measure_photos(pipeline, found, tell) if found else None,
        mattes=measure_mattes(photos, pipeline.conditioner.matte) if photos is not None else None,
        bench=bench(),
    )


def evaluate_ruler(*, scenes: int = 200, stage: int = 1, seed: int = 0) -> str:
    """What the ruler of the storybook says of true, spoilt and other stories' clips, as a Markdown table."""
    if scenes < 2:
        raise MutoscopeError(f"{scenes} clips measure no ruler.", "At least two are needed.", "Write --scenes 200.")
    return measure_ruler(scenes, stage, seed).table()


def bench(photo: Path = SAMPLE) -> Bench:
    """This machine's speed on the bundled photo, beside ffmpeg's zoompan."""
    return measure_speed(photo)


def world_clip(seed: int, world: World = "collages") -> tuple[str, Video]:
    """A caption and a clip of a world that models learn from."""
    shape = ClipShape(frames=72, height=256, width=256, fps=24)
    if world == "collages":
        question = next(draw_questions(1, "seen", shape, seed))
        return question.prompt, Video(question.truth, shape.fps)
    rng = numpy_rng(seed, "world/storybook")
    story = sample_story(rng, shape.seconds)
    prompt = story_caption(story, rng, "en" if rng.random() < 0.5 else "zh")
    frames = render_stories([story], shape, seed).frames[0]
    return prompt, Video((frames.clamp(0, 1) * 255).round().byte().permute(0, 2, 3, 1).numpy(), shape.fps)


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


def doctor() -> list[Check]:
    """What is installed, what works here, and what each missing part would bring; the bundled weights are really loaded."""
    found = checks()
    for name in ("motion", "matte"):
        size = sum(path.stat().st_size for path in (WEIGHTS / name).glob("*.safetensors")) / 1e6
        try:
            load_pipeline(WEIGHTS / "motion", WEIGHTS / "matte")
            digest = Checkpoint(WEIGHTS / name).sha256[:12]
            found.append(Check(name=f"weights: {name}", state="works", seen=f"{size:.1f} MB, sha256 {digest}"))
        except (OSError, MutoscopeError) as error:
            cure = "Install Mutoscope again: its weights come with the package."
            found.append(Check(name=f"weights: {name}", state="broken", seen=str(error), cure=cure))
    return found


def _pixels(photo: Photo) -> NDArray[np.uint8]:
    """(H, W, 3) uint8 RGB of a photo in any of the ways that it may be given."""
    if isinstance(photo, str | Path):
        return open_photo(photo)
    pixels = np.asarray(photo.convert("RGB")) if isinstance(photo, Image.Image) else photo
    if pixels.ndim != 3 or pixels.shape[2] != 3 or pixels.dtype != np.uint8:
        raise MutoscopeError(
            f"The photo is an array {pixels.shape} of {pixels.dtype}.",
            "It must be (H, W, 3) uint8, RGB.",
            "Convert it.",
        )
    return np.ascontiguousarray(pixels)
