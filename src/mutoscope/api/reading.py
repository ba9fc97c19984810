"""What can be said of a request before it is met: how its words are understood, and what it will take."""

from dataclasses import dataclass, replace

from mutoscope.alignment.ranking import check_judged
from mutoscope.api.loading import load, load_hub
from mutoscope.api.making import ranker_for
from mutoscope.conditioning.story_conditioner import StoryConditioner
from mutoscope.errors import MutoscopeError
from mutoscope.hub.plan import plan
from mutoscope.language.commands import expand_commands
from mutoscope.language.timeline import Segment, parse_timeline
from mutoscope.language.understanding import (
    ImpossibleWord,
    Understanding,
    UnknownWord,
    check_prompt,
    check_words,
    understand,
)
from mutoscope.media.photos import open_mask, open_photo, output_size, photo_size
from mutoscope.media.video import video_shape
from mutoscope.request import HUB, SMALLEST_SIDE, GenerateRequest, parse_size

DRAFT_SIDE, DRAFT_FPS = 320, 8


@dataclass(frozen=True, kw_only=True)
class Estimate:
    """What a request will take on this machine, roughly, and the clip that comes of it."""

    seconds: float
    memory_bytes: int
    width: int
    height: int
    frames: int


def estimate(request: GenerateRequest) -> Estimate:
    """Seconds and peak memory before any work; the constants are of `mutoscope bench` on two cores."""
    if request.model.startswith(HUB):
        return _large_estimate(request)
    if _draws(request):
        return _drawn_estimate(request)
    photo = photo_size(request.photo) if request.photo is not None else (720, 1280)
    width, height, _ = output_size(photo, request.size)
    megapixels = width * height / 1e6
    per_clip = 0.1 + 0.3 * megapixels + 0.029 * megapixels * request.frames
    memory = 450e6 + 60e6 * megapixels + 3.3e6 * megapixels * request.frames
    seconds = 1.7 + per_clip * request.variants
    return Estimate(seconds=seconds, memory_bytes=int(memory), width=width, height=height, frames=request.frames)


def _drawn_estimate(request: GenerateRequest) -> Estimate:
    """The same for a clip that is drawn: two cores, 128x128 at 8 frames a second, raised to 256x256 at 24."""
    width, height = parse_size(request.size) if request.size else (256, 256)
    frames = request.frames
    if request.extends is not None:
        earlier = video_shape(request.extends)
        width, height = (side - side % 2 for side in (earlier.width, earlier.height))
        frames = earlier.frames + max(1, round(request.seconds * earlier.fps))
    asked = 2 if request.negative is not None or request.guidance not in (None, 1) else 1  # times a step, guided or not
    seconds = 2 + (0.5 + 0.02 * asked * (request.steps or 12)) * request.variants
    memory = 700_000_000 + 40 * width * height * frames
    return Estimate(seconds=seconds, memory_bytes=memory, width=width, height=height, frames=frames)


def _large_estimate(request: GenerateRequest) -> Estimate:
    """The same for a large model: its plan tells the clip, its weights the memory; the time depends on too much to be told."""
    model = load_hub(request.model).model
    photo = None if request.photo is None else photo_size(request.photo)
    planned = plan(request, model, photo)
    width, height = planned.size or (photo[::-1] if photo is not None else (0, 0))
    frames = sum(shot.frames for shot in planned.shots)
    memory = sum(model.bytes_of.values())
    return Estimate(seconds=0.0, memory_bytes=memory, width=width, height=height, frames=frames)


def _draws(request: GenerateRequest) -> bool:
    """Whether the model draws whole clips, rather than moving a photo."""
    return request.model != "motion" and isinstance(load(request.model).conditioner, StoryConditioner)


@dataclass(frozen=True, kw_only=True)
class Reading:
    """What of a prompt is not known or cannot be done, its stretches of time, and what stands in its way, if anything."""

    unknown: tuple[UnknownWord, ...]
    impossible: tuple[ImpossibleWord, ...]
    segments: tuple[Segment, ...]
    problem: MutoscopeError | None


def read_prompt(request: GenerateRequest) -> Reading:
    """How the words of a request are understood, before anything is made; a large model tells nothing of its words."""
    if request.model.startswith(HUB):
        return Reading(unknown=(), impossible=(), segments=(), problem=None)
    conditioner = load(request.model).conditioner
    drawn = isinstance(conditioner, StoryConditioner)
    understanding, found = Understanding(known=(), unknown=(), impossible=()), None
    segments: tuple[Segment, ...] = ()
    try:
        prompt = expand_commands(request.prompt)
        if not drawn:  # what is wrong with a prompt is told beside its words
            understanding = understand(prompt, conditioner.tokenizer)
        understanding = (check_words if drawn else check_prompt)(prompt, conditioner.tokenizer)
        segments = parse_timeline(prompt, request.seconds).segments
    except MutoscopeError as problem:
        found = problem
    return Reading(unknown=understanding.unknown, impossible=understanding.impossible, segments=segments, problem=found)


def refusal(request: GenerateRequest, *, photo: bool = False) -> MutoscopeError | None:
    """Why the model cannot make this, whatever the words say; `photo`: one will be given. Of a large one `estimate` tells."""
    if not request.model.startswith(HUB):
        try:
            load(request.model).refuse(request, photo=photo)
        except MutoscopeError as problem:
            return problem
    return None


def check(request: GenerateRequest) -> Estimate:
    """What a request will take, if it can be met: its words are read and its files decoded. Errors: MutoscopeError."""
    if (problem := read_prompt(request).problem) is not None:
        raise problem
    if not request.model.startswith(HUB):
        load(request.model).refuse(request)
    if request.keep:
        ranker_for(request)
    for photo in filter(None, (request.photo, request.last)):
        open_photo(photo)
    if request.mask is not None:
        open_mask(request.mask)
    found = estimate(request)
    if request.keep:
        check_judged(found.height, found.width, request.seconds)
    return found


def draft(request: GenerateRequest) -> GenerateRequest | None:
    """The same motion, small and with few frames: what can be looked at while the clip is made; None if not worth it."""
    if request.photo is None or request.model != "motion":
        return None
    whole = estimate(request)
    scale = min(1.0, DRAFT_SIDE / max(whole.width, whole.height))
    width, height = (max(SMALLEST_SIDE, round(side * scale)) for side in (whole.width, whole.height))
    small = replace(request, size=f"{width}x{height}", fps=DRAFT_FPS, variants=1)
    worth = whole.width * whole.height * request.frames > 8 * width * height * small.frames
    return small if worth else None
