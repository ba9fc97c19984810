"""The motion codec: codes say how a photo moves, and the frames are made of the photo's own pixels."""

import os
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from contextlib import contextmanager

import cv2
import numpy as np
from numpy.typing import NDArray
from torch import Tensor

from mutoscope.codecs.anatomy import find_anatomy
from mutoscope.codecs.layers import LayeredScene
from mutoscope.codecs.motion_code import CAMERA, CHANNELS, MotionPath, key_count, motion_path
from mutoscope.codecs.picture import Picture
from mutoscope.codecs.soft import SoftScene
from mutoscope.progress import OnProgress, Step, ignore
from mutoscope.shapes import ClipShape

Scene = SoftScene | LayeredScene


class MotionCodec:
    """Renders a picture along the path that its codes describe. Frame 0 is the picture itself, bit by bit."""

    reads_whole = True  # a path goes from its first key time to its last

    def codes_shape(self, shape: ClipShape) -> tuple[int, ...]:
        """(K, 13): a row per key time."""
        return key_count(shape.seconds), len(CHANNELS)

    def decode(
        self,
        codes: Tensor,
        picture: Picture | None,
        shape: ClipShape,
        on_progress: OnProgress = ignore,
        *,
        tracks: Tensor | None = None,
    ) -> NDArray[np.uint8]:
        """Frames (T, H, W, 3) uint8 of codes (K, 13) and a picture at the size of the clip; a photo has no tracks."""
        assert picture is not None, "the motion codec moves a photo: it needs one"
        assert picture.image.shape == (shape.height, shape.width, 3), "the picture has the size of the clip"
        assert bool(codes.isfinite().all()), "codes are finite"
        path = motion_path(codes, shape)
        frames = np.empty((shape.frames, shape.height, shape.width, 3), np.uint8)
        with _one_core_per_call():
            scene = build_scene(picture, path)
            moving = [t for t in range(shape.frames) if _moves(path, t, picture)]
            for t in set(range(shape.frames)) - set(moving):
                frames[t] = picture.image
            _paint(scene, moving, frames, on_progress)
        return frames


def build_scene(picture: Picture, path: MotionPath) -> Scene:
    """The scene that a picture's rendering asks for; without a subject it is the camera alone."""
    image, matte = np.ascontiguousarray(picture.image), picture.matte
    anatomy = None if matte is None or picture.rendering == "camera" else find_anatomy(matte)
    if matte is None or anatomy is None:
        return SoftScene(image, None, path)
    matte = np.ascontiguousarray(matte, np.float32)
    if picture.rendering == "soft":
        return SoftScene(image, matte, path)
    return LayeredScene(image, matte, anatomy, path)


def _moves(path: MotionPath, t: int, picture: Picture) -> bool:
    """Whether anything has moved by frame t; if not, the frame is the photo."""
    channels = CAMERA if picture.rendering == "camera" else slice(None)
    return t > 0 and bool(np.abs(path.values[t, channels]).max() > 1e-9)


def _paint(scene: Scene, moving: list[int], frames: NDArray[np.uint8], on_progress: OnProgress) -> None:
    """Paints the moving frames on all cores; whatever on_progress raises ends the work at once."""

    def paint(t: int) -> None:
        frames[t] = scene.paint(t)

    total, done = len(frames), len(frames) - len(moving)
    scene.prepare()
    with ThreadPoolExecutor(max_workers=min(8, os.cpu_count() or 1)) as pool:
        try:
            pending: list[Future[None]] = [pool.submit(paint, t) for t in moving]
            on_progress(Step(stage="decode", done=done, total=total))
            for future in as_completed(pending):
                future.result()
                done += 1
                on_progress(Step(stage="decode", done=done, total=total))
        except BaseException:
            pool.shutdown(cancel_futures=True)
            raise


@contextmanager
def _one_core_per_call() -> Iterator[None]:
    """OpenCV on one core per call while frames are painted side by side: its own threads would fight with ours."""
    before = cv2.getNumThreads()
    cv2.setNumThreads(1)
    try:
        yield
    finally:
        cv2.setNumThreads(before)
