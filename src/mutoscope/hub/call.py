"""From a shot to the arguments of the pipeline class that makes it."""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from mutoscope.hub.dialects import Dialect
from mutoscope.hub.plan import Plan, Shot, strength
from mutoscope.media.photos import fit_photo
from mutoscope.request import GenerateRequest

Pixels = NDArray[np.uint8]


def arguments(
    pipe: Any,
    shot: Shot,
    plan: Plan,
    request: GenerateRequest,
    first: Pixels | None,
    last: Pixels | None,
    *,
    pieces: bool,
) -> dict[str, Any]:
    """All that `pipe` is called with for a shot that begins with `first` and ends with `last` (H,W,3); the guider is set.

    `pieces`: memory is short, so that a class which can decodes two frames at once.
    """
    import torch

    dialect = shot.dialect
    told: dict[str, Any] = {
        "num_frames": shot.made,
        "num_inference_steps": request.steps or dialect.steps,
        "generator": torch.Generator("cpu").manual_seed(request.seed),
        "output_type": "np",
        **strength(request, dialect),
        **_guidance(pipe, request, dialect),
        **_pictures(dialect, shot, [_fitted(picture, plan.size) for picture in (first, last) if picture is not None]),
    }
    if dialect.prompt:
        told["prompt"] = shot.text
    if request.negative:
        told["negative_prompt"] = request.negative
    if dialect.rate:
        told[dialect.rate] = plan.fps
    if dialect.chunks and pieces:
        told["decode_chunk_size"] = 2
    if plan.size is not None:
        told["width"], told["height"] = plan.size
    return told


def _guidance(pipe: Any, request: GenerateRequest, dialect: Dialect) -> dict[str, float]:
    if request.guidance is None:
        return {}
    if dialect.guidance == "guider":  # a component of the pipeline, not an argument
        pipe.guider = pipe.guider.new(guidance_scale=request.guidance)
        return {}
    return {dialect.guidance: request.guidance}


def _pictures(dialect: Dialect, shot: Shot, pictures: list[Image.Image]) -> dict[str, Any]:
    """The first and the last frame, as the class wants them."""
    if not pictures:
        return {}
    match dialect.pipeline:
        case "LTXConditionPipeline":
            from diffusers.pipelines.ltx.pipeline_ltx_condition import LTXVideoCondition

            places = (0, shot.made - 1)
            return {
                "conditions": [
                    LTXVideoCondition(image=picture, frame_index=place)
                    for picture, place in zip(pictures, places, strict=False)
                ]
            }
        case "LTX2ConditionPipeline":
            from diffusers.pipelines.ltx2.pipeline_ltx2_condition import LTX2VideoCondition

            return {  # it counts steps of its code, not frames: -1 is the last
                "conditions": [
                    LTX2VideoCondition(frames=picture, index=place)
                    for picture, place in zip(pictures, (0, -1), strict=False)
                ]
            }
        case _:
            return dict(zip(("image", "last_image"), pictures, strict=False))


def _fitted(picture: Pixels, size: tuple[int, int] | None) -> Image.Image:
    return Image.fromarray(fit_photo(picture, *size) if size else picture)


def unread(pipe: Any, shot: Shot) -> str | None:
    """What to say where a prompt is longer than the model reads; diffusers itself would cut it and keep silent."""
    tokenizer = getattr(pipe, "tokenizer", None)
    if tokenizer is None or not shot.dialect.prompt:
        return None
    count, most = len(tokenizer(shot.text).input_ids), shot.dialect.tokens or tokenizer.model_max_length
    return f"The prompt has {count} tokens, and the model reads the first {most}." if count > most else None
