"""What a large model made, as frames and sound; refused if it is broken: not numbers, one flat colour, or standing still."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from mutoscope.errors import MutoscopeError
from mutoscope.hub.plan import Shot
from mutoscope.media.sound import Sound

Pixels = NDArray[np.uint8]
_FLAT = 2  # levels of 255 between the darkest and the brightest pixel of a flat frame
_SEEN = 8  # levels by which a pixel must change to be seen to
_MOVED = 0.0005  # of the pixels: in a frame of 832x480 a spot of 14x14


def pixels_of(frames: NDArray[np.float32]) -> Pixels:
    """(T, H, W, 3) uint8 of frames from 0 to 1. Errors: MutoscopeError if any is not finite."""
    if not np.isfinite(frames).all():
        raise _not_finite("A frame that is not a number would be black.")
    return (np.asarray(frames).clip(0, 1) * 255).round().astype(np.uint8)


def sound_of(pipe: Any, made: Any, shot: Shot, fps: int) -> Sound | None:
    """What the model let be heard while the kept frames are seen. Errors: MutoscopeError if it is not finite."""
    if not shot.dialect.sound:
        return None
    samples = made.audio[0].detach().float().cpu().numpy().T  # (channels, N) as the vocoder makes it
    if not np.isfinite(samples).all():
        raise _not_finite("A sound that is not a number would be silence.")
    whole = Sound(samples=samples, rate=int(pipe.vocoder.config.output_sampling_rate))
    return whole.part(shot.handed / fps, shot.frames / fps)


def check_frames(frames: Pixels, *, moving: bool) -> None:
    """Refuse a clip that is mostly one flat colour (black, most often), or in which nothing moves although it should."""
    flat = [frame for frame in frames if int(frame.max()) - int(frame.min()) <= _FLAT]
    if 2 * len(flat) > len(frames):  # fewer may be a fade
        raise MutoscopeError(
            f"{len(flat)} of {len(frames)} frames are one flat colour ({', '.join(map(str, flat[0][0, 0]))}).",
            "A clip must show something.",
            "Try another --seed or more --steps; if it stays so, the weights are damaged or do not bear this precision.",
        )
    if moving and not any(_moved(frames[0], frame) for frame in frames[1:]):
        raise MutoscopeError(
            "Nothing moves in the clip.", "A video was asked for.", "Say what should move, or try another --seed."
        )


def _moved(first: Pixels, other: Pixels) -> bool:
    changed = np.abs(first.astype(np.int16) - other).max(axis=-1) > _SEEN
    return bool(changed.mean() > _MOVED)


def _not_finite(why: str) -> MutoscopeError:
    return MutoscopeError(
        "The model made numbers that are not finite.",
        why,
        "Try another --seed or more --steps; if it stays so, the weights do not bear this precision.",
    )
