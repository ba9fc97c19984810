"""Frames into video files: MP4, WebM and GIF, tagged and repeatable to the byte."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from fractions import Fraction
from itertools import count
from pathlib import Path
from typing import Any, BinaryIO

import av
import cv2
import numpy as np
from av.video.reformatter import Interpolation
from numpy.typing import NDArray

from mutoscope.media.decoding import Frames, pixels_of
from mutoscope.media.sound import Sound
from mutoscope.progress import OnProgress, Step, ignore

LARGEST_GIF = 480
Metadata = dict[str, str]  # what a file says of itself: `description` to people, `comment` to programs
BT709, LIMITED = 1, 1  # the codes of the colour standard in ITU-T H.273, and FFmpeg's of the limited range
THREADS = 2  # fixed, because the bytes depend on it
# Colour is kept at half resolution: averaged on the way there, interpolated on the way back. That is worth up to 10 dB.
TO_VIDEO = Interpolation.AREA | Interpolation.FULL_CHR_H_INP | Interpolation.ACCURATE_RND
# How players bring colour back to full size: plain ones repeat it, careful ones interpolate it.
PLAYERS = (None, Interpolation.BILINEAR | Interpolation.FULL_CHR_H_INT | Interpolation.ACCURATE_RND)


def write_mp4(
    path: Path,
    frames: Frames,
    fps: int,
    metadata: Metadata,
    on_progress: OnProgress = ignore,
    sound: Sound | None = None,
) -> None:
    """H.264 and AAC that every browser plays, ready to stream. Frames (T, H, W, 3) have even sides."""
    # The first frame is the photo itself and is kept nearly lossless; the others lean on it. (By the ratio of its quality to
    # theirs: x264 heeds no zone there when the rate factor is constant.) The macroblock tree is off because it makes the bytes
    # differ now and then from one encoding of the same frames to the next.
    options = {"preset": "veryfast", "crf": "16", "profile": "high", "x264-params": "ipratio=6:mbtree=0"}
    container = {"movflags": "+faststart", "fflags": "+bitexact"}
    _write(
        path, "mp4", "libx264", frames, frames.shape[1:3], fps, metadata, options, container, on_progress, sound, "aac"
    )


def stream_mp4(
    file: BinaryIO, frames: Iterable[NDArray[np.uint8]], size: tuple[int, int], fps: int, metadata: Metadata
) -> None:
    """The same to a pipe, each frame (H, W, 3) on its way at once: a fragmented MP4, which needs no way back."""
    options = {"preset": "veryfast", "tune": "zerolatency", "crf": "16", "profile": "high", "x264-params": "mbtree=0"}
    container = {"movflags": "+empty_moov+default_base_moof+frag_every_frame", "fflags": "+bitexact+flush_packets"}
    _write(file, "mp4", "libx264", frames, size, fps, metadata, options, container)


def write_webm(
    path: Path,
    frames: Frames,
    fps: int,
    metadata: Metadata,
    on_progress: OnProgress = ignore,
    sound: Sound | None = None,
) -> None:
    """VP9 and Opus. Frames (T, H, W, 3) have even sides."""
    options = {"crf": "22", "b": "0", "deadline": "realtime", "cpu-used": "6", "row-mt": "1"}
    container = {"fflags": "+bitexact"}
    size = frames.shape[1:3]
    _write(path, "webm", "libvpx-vp9", frames, size, fps, metadata, options, container, on_progress, sound, "libopus")


def write_gif(path: Path, frames: Frames, fps: int, metadata: Metadata, on_progress: OnProgress = ignore) -> None:
    """A GIF of one palette for all frames, its longer side at most 480 pixels; it plays for ever."""
    height, width = frames.shape[1:3]
    scale = min(1.0, LARGEST_GIF / max(height, width))
    size = max(1, round(width * scale)), max(1, round(height * scale))
    graph = av.filter.Graph()
    source = graph.add_buffer(width=size[0], height=size[1], format=av.VideoFormat("rgb24"), time_base=Fraction(1, fps))
    split, palette = graph.add("split"), graph.add("palettegen")
    painted, sink = graph.add("paletteuse", "dither=bayer:bayer_scale=4"), graph.add("buffersink")
    source.link_to(split)
    split.link_to(palette, 0, 0)
    split.link_to(painted, 1, 0)
    palette.link_to(painted, 0, 1)
    painted.link_to(sink)
    graph.configure()
    for index, frame in enumerate(frames):
        small = frame if scale == 1 else cv2.resize(frame, size, interpolation=cv2.INTER_AREA)
        picture = av.VideoFrame.from_ndarray(np.ascontiguousarray(small), format="rgb24")
        picture.pts, picture.time_base = index, Fraction(1, fps)
        graph.push(picture)
        on_progress(Step(stage="encode", done=index + 1, total=2 * len(frames)))
    graph.push(None)
    with _container(path, "gif", {"fflags": "+bitexact"}) as container:
        stream = container.add_stream("gif", rate=fps)
        stream.width, stream.height, stream.pix_fmt = size[0], size[1], "pal8"
        for index in range(len(frames)):
            container.mux(stream.encode(graph.pull()))
            on_progress(Step(stage="encode", done=len(frames) + index + 1, total=2 * len(frames)))
        container.mux(stream.encode())
    _comment_gif(path, list(metadata.values()))


def _comment_gif(path: Path, comments: list[str]) -> None:
    """Put comments into a GIF, of which FFmpeg reads the last one and writes none: behind the palette (GIF89a, sections
    18 and 24)."""
    gif = path.read_bytes()
    palette = 3 * 2 ** ((gif[10] & 7) + 1) if gif[10] & 0x80 else 0
    head = 13 + palette
    path.write_bytes(gif[:head] + b"".join(_extension(comment.encode()) for comment in comments) + gif[head:])


def _extension(comment: bytes) -> bytes:
    parts = (comment[at : at + 255] for at in range(0, len(comment), 255))
    return b"\x21\xfe" + b"".join(bytes([len(part)]) + part for part in parts) + b"\0"


def _halved(frame: NDArray[np.uint8]) -> Any:
    """A frame (H, W, 3) as yuv420p, colour averaged."""
    picture = av.VideoFrame.from_ndarray(np.ascontiguousarray(frame), format="rgb24")
    return picture.reformat(format="yuv420p", dst_colorspace="ITU709", dst_color_range="MPEG", interpolation=TO_VIDEO)


def _nearest(frame: NDArray[np.uint8]) -> Any:
    """The same, its brightness set so that players show what is nearest to the frame in RGB: about 1 dB better."""
    picture, height = _halved(frame), len(frame)
    planes = picture.to_ndarray()
    luma: NDArray[np.float32] = planes[:height].astype(np.float32)
    wanted = _mean_of_colours(frame)
    for _ in range(2):  # the second time for what the first rounds and clips
        shown = np.mean([_mean_of_colours(pixels_of(picture, player)) for player in PLAYERS], axis=0)
        luma = luma + (wanted - shown) * np.float32(219 / 255)
        planes[:height] = luma.round().clip(16, 235)
        picture = av.VideoFrame.from_ndarray(planes, format="yuv420p")
        picture.colorspace, picture.color_range = BT709, LIMITED
    return picture


def _mean_of_colours(pixels: NDArray[np.uint8]) -> NDArray[np.float32]:
    return np.asarray(cv2.transform(pixels.astype(np.float32), np.full((1, 3), 1 / 3, np.float32)), np.float32)


def _write(
    target: Path | BinaryIO,
    kind: str,
    codec: str,
    frames: Iterable[NDArray[np.uint8]],
    size: tuple[int, ...],
    fps: int,
    metadata: Metadata,
    options: dict[str, str],
    container_options: dict[str, str],
    on_progress: OnProgress = ignore,
    sound: Sound | None = None,
    sound_codec: str = "",
) -> None:
    with _container(target, kind, container_options) as container:
        container.metadata.update(metadata)
        stream = container.add_stream(codec, rate=fps, options=options)
        stream.height, stream.width = size
        stream.pix_fmt = "yuv420p"
        context = stream.codec_context
        context.thread_count = THREADS
        context.colorspace = context.color_primaries = context.color_trc = BT709
        context.color_range = LIMITED
        voice = _sound_stream(container, sound_codec, sound) if sound else None
        for index, frame in zip(count(1), frames, strict=False):
            container.mux(stream.encode(_nearest(frame) if index == 1 else _halved(frame)))
            if isinstance(frames, np.ndarray):  # of what is still being made nobody knows how much is to come
                on_progress(Step(stage="encode", done=index, total=len(frames)))
        container.mux(stream.encode())
        if sound and voice:
            for packed in _sound_frames(sound):
                container.mux(voice.encode(packed))
            container.mux(voice.encode())


def _sound_stream(container: Any, codec: str, sound: Sound) -> Any:
    rate = 48_000 if codec == "libopus" else sound.rate  # Opus knows few rates
    layout = "mono" if sound.samples.shape[1] == 1 else "stereo"
    return container.add_stream(codec, rate=rate, layout=layout, options={"flags": "+bitexact"})


def _sound_frames(sound: Sound) -> Iterator[Any]:
    """A second at a time."""
    layout = "mono" if sound.samples.shape[1] == 1 else "stereo"
    for start in range(0, len(sound.samples), sound.rate):
        samples = np.ascontiguousarray(sound.samples[start : start + sound.rate].T.clip(-1, 1), np.float32)
        frame = av.AudioFrame.from_ndarray(samples, format="fltp", layout=layout)
        frame.sample_rate, frame.pts, frame.time_base = sound.rate, start, Fraction(1, sound.rate)
        yield frame


@contextmanager
def _container(target: Path | BinaryIO, kind: str, options: dict[str, str]) -> Iterator[Any]:
    """A container to write to. When the work inside fails, that failure is told, not the one of closing a half file."""
    container = av.open(str(target) if isinstance(target, Path) else target, "w", format=kind, options=options)
    try:
        yield container
    except BaseException:
        with suppress(OSError):
            container.close()
        raise
    container.close()
