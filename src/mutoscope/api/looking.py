"""A look inside a model that draws."""

from typing import Any

from torch import nn

from mutoscope.api.loading import load
from mutoscope.api.making import Photo, path_of, pixels_of
from mutoscope.codecs.latent_code import STRIDE
from mutoscope.conditioning.story_conditioner import StoryConditioner
from mutoscope.errors import MutoscopeError
from mutoscope.evaluation.attention import WordAttention
from mutoscope.families.looking import looking
from mutoscope.progress import OnProgress, ignore
from mutoscope.request import DRAWS, HUB, SAMPLED, GenerateRequest


def look(
    prompt: str,
    *,
    model: str = DRAWS,
    photo: Photo | None = None,
    weights: str | None = None,
    on_progress: OnProgress = ignore,
    **wishes: Any,
) -> WordAttention:
    """Which words each part of each frame looks at while a model draws; `model` and `wishes` as for `generate`,
    of those seed, negative, last and how to sample. `weights`: the sha256 of those that must draw, as a manifest tells it.

    Errors: MutoscopeError for models that draw no clips of the storybook, and for other weights.
    """
    if strange := sorted(wishes.keys() - {"seed", "negative", "last", *SAMPLED}):
        raise MutoscopeError(
            f"A look takes no {', '.join(strange)}.",
            "A clip is looked at in the length, rate and size in which its model draws.",
            "Leave it out.",
        )
    pipeline = None if model.startswith(HUB) else load(model)
    conditioner = None if pipeline is None else pipeline.conditioner
    if pipeline is None or not isinstance(conditioner, StoryConditioner):
        raise MutoscopeError(
            f"{model} cannot be looked into.",
            "What can be shown is where in a drawn clip its words are looked at, by a family of the storybook.",
            "Choose --model diffusion, gan or autoregressive, or the folder of such a checkpoint.",
        )
    if weights not in (None, pipeline.digest):
        raise MutoscopeError(
            f"The model {model} has other weights now than those that drew this clip.",
            "A clip is looked at while the same weights draw it again.",
            "Make the clip again, and look at the new one.",
        )
    drawn = conditioner.drawn  # clips are looked at as they are drawn, not raised
    shape = {"seconds": drawn.seconds, "fps": drawn.fps, "size": f"{drawn.width}x{drawn.height}"}
    asked = {"prompt": prompt, **wishes, **shape, "photo": path_of(photo), "model": model}
    request, pixels = GenerateRequest.from_dict(asked), None if photo is None else pixels_of(photo)
    told = conditioner(request, pixels)
    words = [word for segment in told.timeline.segments for word in conditioner.tokenizer.encode(segment.text).words]
    assert isinstance(pipeline.family, nn.Module)
    with looking(pipeline.family, told.condition.word_ids.shape[1]) as looks:
        clip = pipeline.generate(request, on_progress, pixels=pixels)
    shares = looks.shares(pipeline.codec.codes_shape(drawn))[..., : len(words)].numpy()
    return WordAttention(
        sentence=prompt,
        model=model,
        words=tuple(words),
        shares=shares,
        frames=clip.frames[::STRIDE],
        seconds=[time * STRIDE / drawn.fps for time in range(len(shares))],
        manifest=clip.manifest,
    )
