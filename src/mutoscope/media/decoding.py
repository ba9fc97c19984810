"""Video files into frames, within limits: a few kilobytes may claim, or unfold to, far more than a machine holds."""

import math
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from fractions import Fraction
from itertools import islice
from pathlib import Path
from typing import Any

import av
import numpy as np
from av.video.reformatter import Interpolation
from numpy.typing import NDArray

from mutoscope.errors import MutoscopeError
from mutoscope.request import MOST_PIXELS
from mutoscope.shapes import ClipShape

Frames = NDArray[np.uint8]

# What holds a clip by itself. FFmpeg's others stay out: playlists, say, name further files and addresses, which it opens.
CONTAINERS = ("mov", "matroska", "gif", "avi", "mpegts", "mpeg", "asf", "flv", "ogg")
SMALLEST_SIDE, LARGEST_SIDE = 16, 7680  # pixels
SLOWEST, FASTEST = 1, 240  # frames a second
MOST_FRAMES = 15_000  # ten minutes
# Colour is interpolated from the half resolution at which files keep it.
TO_PIXELS = Interpolation.BICUBIC | Interpolation.FULL_CHR_H_INT | Interpolation.ACCURATE_RND


def read_frames(path: Path, seconds: float | None = None) -> tuple[Frames, int, dict[str, str]]:
    """Frames (T, H, W, 3), rate, and metadata (names in lower case) of a video file.

    `seconds`: how much of its beginning is read; None: all. Errors: MutoscopeError for more than is read here,
    av.FFmpegError and ValueError for what is no video.
    """
    with _opened(path) as (container, stream):
        rate = _rate(path, stream)
        most = None if seconds is None else math.ceil(seconds * rate) + 1
        frames = [np.rot90(pixels_of(frame), _turns(frame)) for frame in _decoded(path, container, stream, most)]
        metadata = {name.lower(): value for name, value in container.metadata.items()}
        return np.stack(frames), rate, metadata


def read_shape(path: Path) -> ClipShape:
    """How many frames of which size; all are decoded, which finds every fault, and none is kept. Errors: as above."""
    with _opened(path) as (container, stream):
        [(count, last)] = deque(enumerate(_decoded(path, container, stream), 1), maxlen=1)
        height, width = (last.width, last.height) if _turns(last) % 2 else (last.height, last.width)
        return ClipShape(frames=count, height=height, width=width, fps=_rate(path, stream))


def read_comment(path: Path) -> str | None:
    """The comment inside a video file, without decoding its frames; av.FFmpegError if it is none."""
    with av.open(str(path), options=_options()) as container:
        return next((value for name, value in container.metadata.items() if name.lower() == "comment"), None)


def pixels_of(frame: Any, interpolation: Interpolation | None = TO_PIXELS) -> NDArray[np.uint8]:
    """A frame's pixels (H, W, 3), RGB."""
    rgb = frame.reformat(format="rgb24", dst_colorspace="ITU709", dst_color_range="JPEG", interpolation=interpolation)
    pixels: NDArray[np.uint8] = rgb.to_ndarray()
    return pixels


def _turns(frame: Any) -> int:
    """How many quarter turns, counterclockwise, players show it at: telephones keep what they saw, and how they were held."""
    turns: int = round(frame.rotation / 90)
    return turns


def _options() -> dict[str, str]:
    """What is opened at all, and the largest frame that a decoder may make, whatever the file says beforehand."""
    return {"format_whitelist": ",".join(CONTAINERS), "max_pixels": str(LARGEST_SIDE**2)}


@contextmanager
def _opened(path: Path) -> Iterator[tuple[Any, Any]]:
    """A video file and its pictures; what it declares is checked before anything is decoded."""
    with av.open(str(path), options=_options()) as container:
        stream = next((stream for stream in container.streams.video if stream.codec_context is not None), None)
        if stream is None:
            raise ValueError("no pictures in it")
        stream.codec_context.options = {"max_pixels": str(LARGEST_SIDE**2)}
        yield container, stream


def _decoded(path: Path, container: Any, stream: Any, most: int | None = None) -> Iterator[Any]:
    """The frames, or the first `most` of them, as long as they are within the limits."""
    declared, size = stream.codec_context, None
    _check(path, declared.width, declared.height, stream.frames if most is None else min(most, stream.frames))
    for count, frame in enumerate(islice(container.decode(stream), most), 1):
        _check(path, frame.width, frame.height, count)
        if (frame.width, frame.height) != (size := size or (frame.width, frame.height)):
            raise MutoscopeError(
                f"The frames of the video {path} change their size.", "All must have one.", "Save it again."
            )
        yield frame
    if size is None:
        raise ValueError("no pictures in it")


def _rate(path: Path, stream: Any) -> int:
    rate = Fraction(stream.average_rate or stream.guessed_rate or 24)
    if not SLOWEST <= round(rate) <= FASTEST:
        raise MutoscopeError(
            f"The video {path} has {float(rate):.4g} frames a second.",
            f"It must have {SLOWEST} to {FASTEST}.",
            "Save it again, with 24 for example.",
        )
    return round(rate)


def _check(path: Path, width: int, height: int, count: int) -> None:
    if not SMALLEST_SIDE <= min(width, height) <= max(width, height) <= LARGEST_SIDE:
        size = f"{width}x{height}" if width else "far too large, or of no size"  # the decoder tells no more
        raise MutoscopeError(
            f"The frames of the video {path} are {size}.",
            f"Each side must have {SMALLEST_SIDE} to {LARGEST_SIDE} pixels.",
            "Save it in another size.",
        )
    if count > MOST_FRAMES or width * height * count > MOST_PIXELS:
        raise MutoscopeError(
            f"The video {path} has {count} frames of {width}x{height}, or more.",
            f"At most {MOST_FRAMES} are read, and {MOST_PIXELS // 10**6} million pixels of all of them together.",
            "Cut it shorter, or make it smaller.",
        )
