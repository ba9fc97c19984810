"""The verbs: everything that the command, the page and the server can do, as plain functions."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from mutoscope.alignment.ranking import Ranker, best_first
from mutoscope.checkpoints.alignment import open_ranker
from mutoscope.checkpoints.bundled import WEIGHTS, bundled_names
from mutoscope.checkpoints.checkpoint import Checkpoint
from mutoscope.checkpoints.latent import load_autoencoder
from mutoscope.clock import Clock
from mutoscope.codecs.latent import LatentCodec
from mutoscope.codecs.motion import MotionCodec
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
from mutoscope.evaluation.report import Results, bench_table, markdown, written
from mutoscope.evaluation.scorecard import MotionScorecard
from mutoscope.evaluation.storybook.following import measure_following
from mutoscope.evaluation.storybook.measure import measure_ruler
from mutoscope.evaluation.storybook.retrieval import measure_retrieval
from mutoscope.health import Check, checks
from mutoscope.hub.listing import Listed, large_models
from mutoscope.hub.offer import Offer, fetch, make_offer
from mutoscope.hub.pipeline import HubPipeline
from mutoscope.hub.shelf import find_model, open_model
from mutoscope.manifest import Manifest, fingerprint
from mutoscope.media.photos import open_photo, output_size, photo_size
from mutoscope.media.video import Video, read_manifest
from mutoscope.pipeline import Pipeline, load_pipeline
from mutoscope.progress import OnProgress, ignore
from mutoscope.recipes.running import train
from mutoscope.request import HUB, GenerateRequest, parse_size
from mutoscope.seeding import numpy_rng
from mutoscope.shapes import ClipShape
from mutoscope.world.storybook.captions import caption as story_caption
from mutoscope.world.storybook.captions.parsing import ReadStory, read_story
from mutoscope.world.storybook.drawing import render_stories
from mutoscope.world.storybook.sampling import sample_story
from mutoscope.world.storybook.story import Story

SAMPLE = WEIGHTS.parent / "samples" / "coffee.jpg"
RUNS = Path("runs")  # where `train` leaves what it makes
_TOWERS = (WEIGHTS / "alignment", RUNS / "alignment" / "checkpoint")  # the bundled ones, or those trained here
_PARTS = ("matte", "latent", "upsampler", "alignment")  # what models work with, and no models themselves
__all__ = [
    "Video", "bench", "bench_table", "best_of", "bundled_models", "doctor", "estimate", "evaluate_motion", "evaluate_retrieval",
    "evaluate_ruler", "evaluate_storybook", "extend", "fetch", "generate", "generate_best", "generate_request", "load", "load_hub",
    "markdown", "models", "offer", "replay", "train", "world_clip", "world_of", "written",
]  # fmt: skip
Photo = str | Path | NDArray[np.uint8] | Image.Image
World = Literal["collages", "storybook"]


@lru_cache(maxsize=2)
def load(model: str = "motion") -> Pipeline:
    """A model ready to work: a bundled one by name, or one's own by the folder of its checkpoint."""
    folder = Path(model) if (Path(model) / "config.json").is_file() else WEIGHTS / model
    if model == "storybook" and not (folder / "config.json").is_file():
        folder = _trained_storybook()
    if folder.parent == WEIGHTS and model not in (names := bundled_models()):
        cure = "Choose one of them, or give the folder of a checkpoint."
        raise MutoscopeError(f"There is no model {model!r}.", f"Bundled: {', '.join(names)}.", cure)
    prepare()
    return load_pipeline(folder, WEIGHTS / "matte", (WEIGHTS / "upsampler", RUNS / "upsampler" / "checkpoint"))


def _trained_storybook() -> Path:
    """The storybook model that was trained here."""
    folder = RUNS / "diffusion_storybook" / "checkpoint"
    if (folder / "config.json").is_file():
        return folder
    raise MutoscopeError(
        "No model that draws without a photo is here: none is bundled yet, and none was trained.",
        f"It is looked for in {folder}.",
        "Train one (`mutoscope train latent`, then `mutoscope train diffusion_storybook`), give its checkpoint with "
        "--model DIR, or move a photo with --photo FILE.",
    )


@lru_cache(maxsize=1)
def load_hub(model: str) -> HubPipeline:
    """A large model by `hub:ID` or `hub:FOLDER`; its weights are read when the first clip is asked for."""
    return HubPipeline(model=open_model(model.removeprefix(HUB)))


def offer(model: str) -> Offer | None:
    """What fetching a large model would mean; None if it is on this disk."""
    name = model.removeprefix(HUB)
    return None if find_model(name) is not None else make_offer(name)


def models() -> list[Listed]:
    """All models: bundled, on this disk, known on the hub; with what they can do and whether they fit here."""
    bundled = [
        Listed(
            name=name, where="bundled", licence="Apache-2.0", excludes="", memory="2 GB, no GPU", fits="yes",
            size=sum(path.stat().st_size for path in (WEIGHTS / name).iterdir()), can=("a photo that moves as words say",),
        )
        for name in bundled_models()
    ]  # fmt: skip
    return [*bundled, *large_models()]


def bundled_models() -> list[str]:
    """The names that `load` knows."""
    return [name for name in bundled_names() if name not in _PARTS]


def generate(prompt: str, *, photo: Photo | None = None, on_progress: OnProgress = ignore, **wishes: Any) -> Video:
    """A video of `prompt`, drawn, or moving `photo`: a path, an array (H, W, 3) uint8 RGB, or a Pillow image.

    `wishes` are the fields of `GenerateRequest`: seed, seconds, fps, size, motion, guidance, steps, subject, mask, drag,
    last, extends, negative, model.
    """
    if photo is None or isinstance(photo, str | Path):
        return generate_request(GenerateRequest.from_dict({"prompt": prompt, "photo": photo, **wishes}), on_progress)
    drawn = "storybook" if "last" in wishes else "motion"
    request = GenerateRequest.from_dict({"prompt": prompt, "model": drawn, **wishes})
    return generate_request(request, on_progress, pixels=_pixels(photo))


def extend(clip: str | Path, prompt: str, *, on_progress: OnProgress = ignore, **wishes: Any) -> Video:
    """An earlier clip that goes on as the prompt says; `wishes` as for `generate`, `seconds` of what is new."""
    return generate_request(GenerateRequest.from_dict({"prompt": prompt, "extends": str(clip), **wishes}), on_progress)


def generate_request(
    request: GenerateRequest, on_progress: OnProgress = ignore, *, pixels: NDArray[np.uint8] | None = None
) -> Video:
    """A video of what a request asks; of `variants` the first, or with `keep` the one that fits the words best.

    `request.variant(n)` asks for each of the others, `generate_best` gives all that are kept.
    """
    if request.keep:
        return generate_best(request, on_progress, pixels=pixels)[0]
    clock = Clock(on_progress)
    with clock.stage("load"):
        pipeline = load_hub(request.model) if request.model.startswith(HUB) else load(request.model)
    video = pipeline.generate(request.variant(0), on_progress, pixels=pixels)
    return replace(video, stats=video.stats | {"seconds": clock.seconds | video.stats["seconds"]})


def generate_best(
    request: GenerateRequest, on_progress: OnProgress = ignore, *, pixels: NDArray[np.uint8] | None = None
) -> list[Video]:
    """Of all variants of a request the `keep` that fit its words best, the best one first, by the alignment towers."""
    if request.model.startswith(HUB) or isinstance(load(request.model).codec, MotionCodec):
        raise MutoscopeError(
            "--keep needs a clip of the storybook.",
            "What ranks variants has seen nothing else, and knows nothing of photos.",
            "Leave out --keep, and choose among the variants yourself.",
        )
    ranker = open_ranker(*_TOWERS)
    made = [generate_request(request.variant(index), on_progress, pixels=pixels) for index in range(request.variants)]
    return best_of(made, request, ranker)


def best_of(videos: Sequence[Video], request: GenerateRequest, ranker: Ranker) -> list[Video]:
    """The `keep` videos that fit the prompt best, the best one first; the manifest of each says its score and all others."""
    scores = ranker.scores(request.prompt, [video.frames for video in videos], request.fps)
    order = best_first(scores)
    of = [round(scores[index], 4) for index in order]
    best = []
    for place, index in enumerate(order[: request.keep], start=1):
        manifest = videos[index].manifest
        assert manifest is not None
        told = {"score": of[place - 1], "place": place, "of": of}
        best.append(replace(videos[index], manifest=replace(manifest, alignment=told)))
    return best


def replay(path: str | Path, photo: Photo | None = None, on_progress: OnProgress = ignore) -> Video:
    """The video that a clip's manifest describes, made again; `photo` where it is no longer at its old place.

    `stats["same"]` says whether every frame is the same to the bit, as it must be on the same machine and versions.
    """
    manifest = read_manifest(path)
    request = GenerateRequest.from_dict(manifest.request)
    where = photo if photo is not None else request.photo
    if request.extends is not None or not manifest.photo_sha256:
        return _compared(generate_request(request, on_progress), manifest)
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
    return _compared(generate_request(request, on_progress, pixels=pixels), manifest)


def _compared(video: Video, manifest: Manifest) -> Video:
    """The video, with whether its frames are those that the manifest remembers."""
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
    if request.model != "motion" and request.photo is None:
        return _drawn_estimate(request)
    if request.photo is None:
        width, height = 1280, 720
    else:
        width, height, _ = output_size(photo_size(request.photo), request.size)
    megapixels = width * height / 1e6
    per_clip = 0.1 + 0.3 * megapixels + 0.029 * megapixels * request.frames
    memory = 450e6 + 60e6 * megapixels + 3.3e6 * megapixels * request.frames
    return Estimate(seconds=1.7 + per_clip * request.variants, memory_bytes=int(memory), width=width, height=height)


def _drawn_estimate(request: GenerateRequest) -> Estimate:
    """The same for a clip that is drawn: two cores, 128x128 at 8 frames a second, raised to 256x256 at 24."""
    width, height = parse_size(request.size) if request.size else (256, 256)
    per_clip = 0.5 + 0.04 * (request.steps or 12)
    memory = 700_000_000 + 40 * width * height * request.frames
    return Estimate(seconds=2 + per_clip * request.variants, memory_bytes=memory, width=width, height=height)


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
    ranker = open_ranker(checkpoint) if checkpoint else open_ranker(*_TOWERS)
    return measure_retrieval(ranker, clips, galleries, stage, seed).table()


def evaluate_storybook(
    *,
    checkpoint: Path | None = None,
    scenes: int = 100,
    seeds: int = 3,
    sheet: Path | None = None,
    tell: Callable[[str], None] = print,
) -> str:
    """How often a model that draws follows held-out prompts, beside true clips and shuffled prompts, as a Markdown table.

    `sheet`: where a picture of its first clips is written, good and bad.
    """
    if min(scenes, seeds) < 1:
        raise MutoscopeError(
            f"{scenes} prompts with {seeds} seeds measure nothing.", "At least one of each.", "Write --scenes 100."
        )
    pipeline = load(str(checkpoint) if checkpoint is not None else "storybook")
    conditioner = pipeline.conditioner
    if not isinstance(conditioner, StoryConditioner):
        raise MutoscopeError(
            f"{checkpoint} draws no stories.", "It moves photos.", "Measure it with: mutoscope evaluate motion."
        )
    drawn = conditioner.drawn

    def draw(prompt: str, seed: int) -> NDArray[np.uint8]:
        size = f"{drawn.width}x{drawn.height}"
        return pipeline.generate(
            GenerateRequest(prompt=prompt, seed=seed, size=size, seconds=drawn.seconds, fps=drawn.fps)
        ).frames

    found = measure_following(draw, scenes, seeds, conditioner.stage, drawn, tell)
    if sheet is not None:
        Image.fromarray(found.sheet()).save(sheet)
    return found.report.table()


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
    return prompt, Video(_drawn(story, shape, seed), shape.fps)


def world_of(prompt: str, seed: int = 0) -> tuple[ReadStory, Video]:
    """What the storybook itself draws for a sentence, and how it was read."""
    shape = ClipShape(frames=72, height=256, width=256, fps=24)
    read = read_story(prompt, shape.seconds)
    return read, Video(_drawn(read.story, shape, seed), shape.fps)


def _drawn(story: Story, shape: ClipShape, seed: int) -> NDArray[np.uint8]:
    frames = render_stories([story], shape, seed).frames[0]
    return np.asarray((frames.clamp(0, 1) * 255).round().byte().permute(0, 2, 3, 1).contiguous().numpy())


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
