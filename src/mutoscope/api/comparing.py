"""Several models, asked the same."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mutoscope.api.loading import FAMILIES, folder_of, load
from mutoscope.api.making import Photo, generate_request, path_of, pixels_of
from mutoscope.api.reading import Estimate, check
from mutoscope.clock import forget_peak
from mutoscope.conditioning.story_conditioner import StoryConditioner
from mutoscope.errors import MutoscopeError
from mutoscope.evaluation.comparison.comparison import Comparison
from mutoscope.evaluation.comparison.contender import Absent, Contender
from mutoscope.evaluation.storybook.heeding import Heeding, heed
from mutoscope.language.commands import expand_commands
from mutoscope.media.video import Video
from mutoscope.progress import OnProgress, Step, ignore
from mutoscope.request import DRAWS, HUB, GenerateRequest


def compare(
    prompt: str,
    *,
    photo: Photo | None = None,
    models: Sequence[str] = (),
    on_progress: OnProgress = ignore,
    **wishes: Any,
) -> Comparison:
    """What several models make of one prompt, photo and seed: their clips, what each follows of the words and what it took.

    `models`: names or folders as for `generate`; by itself all families that draw. A model that refuses the prompt is told as
    absent. `wishes` as for `generate`. Errors: MutoscopeError for a model that is not here, and where no model draws.
    """
    request = GenerateRequest.from_dict({"prompt": prompt, **wishes, "photo": path_of(photo), "model": DRAWS})
    pixels = None if photo is None else pixels_of(photo)
    contenders: list[Contender] = []
    refused: list[Absent] = []
    for name in entrants(models):
        try:
            contenders.append(_contender(name, replace(request, model=name), pixels, on_progress))
        except MutoscopeError as error:
            refused.append(Absent(name=name, why=error))
    if not contenders:
        raise refused[0].why
    return Comparison(sentence=prompt, seed=request.seed, photo=pixels, contenders=contenders, absent=refused)


def entrants(models: Sequence[str] = ()) -> list[str]:
    """The models that `compare` lets draw: those that are named, each once, or all families.

    Errors: MutoscopeError for a model that is not here.
    """
    names = list(dict.fromkeys(models or FAMILIES))
    for name in names:
        if not name.startswith(HUB):
            folder_of(name)
    return names


def check_comparison(request: GenerateRequest, models: Sequence[str] = ()) -> Estimate:
    """What comparing will take, one model after the other; the clip is the largest. Errors: MutoscopeError where none draws."""
    found: list[Estimate] = []
    refused: list[MutoscopeError] = []
    for name in entrants(models):
        try:
            found.append(check(replace(request, model=name)))
        except MutoscopeError as error:
            refused.append(error)
    if not found:
        raise refused[0]
    largest = max(found, key=lambda each: each.width * each.height * each.frames)
    memory = max(each.memory_bytes for each in found)
    return replace(largest, seconds=sum(each.seconds for each in found), memory_bytes=memory)


def _contender(
    name: str, request: GenerateRequest, pixels: NDArray[np.uint8] | None, on_progress: OnProgress
) -> Contender:
    """One model's clip. What others left in memory goes first, so that what it takes is its own."""
    load.cache_clear()
    alone = forget_peak()
    steps = 0

    def count(step: Step) -> None:
        nonlocal steps
        if step.stage == "sample":
            steps = max(steps, step.total)
        on_progress(step)

    video = generate_request(request, count, pixels=pixels)
    memory = video.stats["peak_memory"] if alone else None
    return Contender(name=name, video=video, steps=steps, memory=memory, heeding=_heeding(request, video))


def _heeding(request: GenerateRequest, video: Video) -> Heeding | str:
    """What the ruler reads in a clip of the storybook, or why it cannot."""
    conditioner = None if request.model.startswith(HUB) else load(request.model).conditioner
    if not isinstance(conditioner, StoryConditioner) or conditioner.stage is None:
        return "The ruler reads clips of the storybook alone, and this model draws no stories."
    try:
        return heed(expand_commands(request.prompt), video.frames, video.fps, conditioner.drawn, conditioner.stage)
    except MutoscopeError as error:
        return f"The ruler finds no story in the sentence. {error.problem} {error.rule}"
