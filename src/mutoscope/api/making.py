"""Clips: made as asked, ranked, gone on with, and made again."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from mutoscope.alignment.ranking import Ranker, best_first
from mutoscope.api.loading import TOWERS, load, load_hub
from mutoscope.checkpoints.alignment import open_ranker
from mutoscope.clock import Clock
from mutoscope.codecs.motion import MotionCodec
from mutoscope.errors import MutoscopeError
from mutoscope.manifest import Manifest, fingerprint
from mutoscope.media.photos import open_photo
from mutoscope.media.stream import Stream
from mutoscope.media.video import Video, read_manifest
from mutoscope.pipeline import Pipeline
from mutoscope.progress import OnProgress, ignore
from mutoscope.request import DRAWS, HUB, GenerateRequest

Photo = str | Path | NDArray[np.uint8] | Image.Image


def generate(prompt: str, *, photo: Photo | None = None, on_progress: OnProgress = ignore, **wishes: Any) -> Video:
    """A video of `prompt`, drawn, or moving `photo`: a path, an array (H, W, 3) uint8 RGB, or a Pillow image.

    `wishes` are the fields of `GenerateRequest`: seed, seconds, fps, size, motion, guidance, steps, subject, mask, drag,
    last, extends, negative, model.
    """
    request, pixels = asked_of(prompt, photo, wishes)
    return generate_request(request, on_progress, pixels=pixels)


def asked_of(
    prompt: str, photo: Photo | None, wishes: dict[str, Any]
) -> tuple[GenerateRequest, NDArray[np.uint8] | None]:
    """The request, and the pixels of a photo that is no file."""
    if photo is None or isinstance(photo, str | Path):
        return GenerateRequest.from_dict({"prompt": prompt, "photo": photo, **wishes}), None
    drawn = DRAWS if "last" in wishes else "motion"
    return GenerateRequest.from_dict({"prompt": prompt, "model": drawn, **wishes}), pixels_of(photo)


def stream(prompt: str, *, photo: Photo | None = None, on_progress: OnProgress = ignore, **wishes: Any) -> Stream:
    """A video of `prompt`, frame after frame while it is made, where the model can (`autoregressive`); else all at the end.

    Arguments as for `generate`.
    """
    request, pixels = asked_of(prompt, photo, wishes)
    return stream_request(request, on_progress, pixels=pixels)


def stream_request(
    request: GenerateRequest, on_progress: OnProgress = ignore, *, pixels: NDArray[np.uint8] | None = None
) -> Stream:
    """The stream of what a request asks. Errors: MutoscopeError for more than one clip."""
    if request.variants > 1:
        raise MutoscopeError(
            f"{request.variants} variants were asked for.", "One clip can be streamed at a time.", "Ask for one."
        )
    pipeline = load_hub(request.model) if request.model.startswith(HUB) else load(request.model)
    if isinstance(pipeline, Pipeline):
        return pipeline.stream(request, on_progress, pixels=pixels)
    return Stream.of(pipeline.generate(request, on_progress, pixels=pixels))


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
    ranker = ranker_for(request)
    made = [generate_request(request.variant(index), on_progress, pixels=pixels) for index in range(request.variants)]
    return best_of(made, request, ranker)


def ranker_for(request: GenerateRequest) -> Ranker:
    """What can rank the variants of a request. Errors: MutoscopeError where nothing can."""
    if request.model.startswith(HUB) or isinstance(load(request.model).codec, MotionCodec):
        raise MutoscopeError(
            "--keep needs a clip of the storybook.",
            "What ranks variants has seen nothing else, and knows nothing of photos.",
            "Leave out --keep, and choose among the variants yourself.",
        )
    return open_ranker(*TOWERS)


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

    `stats["same"]` says whether every frame is the same to the bit, as it must be on the same machine and versions; a clip that was
    streamed does not remember its frames.
    """
    manifest = read_manifest(path)
    request = GenerateRequest.from_dict(manifest.request)
    where = photo if photo is not None else request.photo
    if request.extends is not None or not manifest.photo_sha256:
        return _again(manifest, request, on_progress)
    if where is None:
        raise MutoscopeError(
            f"{path} was made from a photo that was no file.", "A replay needs the photo.", "Give it: --photo FILE."
        )
    pixels = pixels_of(where)
    if fingerprint(pixels) != manifest.photo_sha256:
        raise MutoscopeError(
            f"The photo is not the one that {path} was made from.",
            "A replay needs the same pixels.",
            "Give the first photo, unchanged: --photo FILE.",
        )
    return _again(manifest, request, on_progress, pixels)


def _again(
    manifest: Manifest, request: GenerateRequest, on_progress: OnProgress, pixels: NDArray[np.uint8] | None = None
) -> Video:
    """The video, made as it was, with whether its frames are those that the manifest remembers."""
    if manifest.rendering == "streamed":  # nobody knew its frames yet when its head was written
        return stream_request(request, on_progress, pixels=pixels).whole()
    video = generate_request(request, on_progress, pixels=pixels)
    assert video.manifest is not None
    return replace(video, stats=video.stats | {"same": video.manifest.frames_sha256 == manifest.frames_sha256})


def path_of(photo: Photo | None) -> str | None:
    """Where a photo lies, if it is a file: clips remember that, so that they can be made again."""
    return str(photo) if isinstance(photo, str | Path) else None


def pixels_of(photo: Photo) -> NDArray[np.uint8]:
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
