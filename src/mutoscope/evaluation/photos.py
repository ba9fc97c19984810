"""What the motion model does to real photos, measured from the frames alone."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from tempfile import TemporaryDirectory

import cv2
import numpy as np
from numpy.typing import NDArray

from mutoscope.codecs.motion_code import motion_path
from mutoscope.codecs.soft import SoftScene
from mutoscope.codecs.warp import sample
from mutoscope.evaluation.photo_set import MeasuredPhoto, box_of, click_on
from mutoscope.evaluation.ruler import MEASURING_RATE, read_motion
from mutoscope.evaluation.verdict import judge
from mutoscope.media.photos import fit_photo
from mutoscope.media.video import Video
from mutoscope.pipeline import Pipeline
from mutoscope.request import GenerateRequest
from mutoscope.world.script import CameraAction, CameraMove, Scene, SubjectAction, SubjectMove

Pixels = NDArray[np.uint8]
# A request and the photo's pixels in, a video out: the model under test.
Generate = Callable[[GenerateRequest, Pixels], Video]

SEEDS = 8
CAMERA: dict[CameraAction, tuple[str, str]] = {
    CameraAction.PAN_LEFT: ("the camera pans left", "镜头向左移动"),
    CameraAction.PAN_RIGHT: ("the camera pans right", "镜头向右移动"),
    CameraAction.TILT_UP: ("the camera tilts up", "镜头向上移动"),
    CameraAction.TILT_DOWN: ("the camera tilts down", "镜头向下移动"),
    CameraAction.ZOOM_IN: ("the camera zooms in", "镜头推近"),
    CameraAction.ZOOM_OUT: ("the camera zooms out", "镜头拉远"),
    CameraAction.ROLL_CLOCKWISE: ("the camera rolls clockwise", "镜头顺时针旋转"),
    CameraAction.STILL: ("the camera stays still", "镜头保持不动"),
}
SUBJECT: dict[SubjectAction, str] = {
    SubjectAction.MOVE_LEFT: "the subject moves left",
    SubjectAction.MOVE_RIGHT: "the subject moves right",
    SubjectAction.RISE: "the subject rises",
    SubjectAction.GROW: "the subject grows",
    SubjectAction.SWAY: "the subject sways",
    SubjectAction.BOUNCE: "the subject bounces",
}


@dataclass(frozen=True, kw_only=True)
class Trial:
    """One clip of one photo: what was asked, how the subject was shown, and what was wrong with it."""

    photo: str
    prompt: str
    shown: str  # "" by itself, or "click", "box"
    rendering: str
    wrong: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class PhotoResults:
    """Everything that is measured on real photos; of a large model, what any model can be asked."""

    camera: tuple[Trial, ...]
    subject: tuple[Trial, ...]  # shown in every way
    first_frame: dict[str, float]  # decibels by photo
    sharpness: dict[str, float] = field(default_factory=dict)  # share by photo
    seeds_right: int = 0  # of all photos' eight seeds
    seeds: int = 0
    seeds_apart: dict[str, float] = field(default_factory=dict)  # grey levels: median of two seeds' middle frames


def measure_photos(pipeline: Pipeline, photos: Sequence[MeasuredPhoto], tell: Callable[[str], None]) -> PhotoResults:
    """All measurements on a set of photos; `tell` hears what comes next."""

    def generate(request: GenerateRequest, pixels: Pixels) -> Video:
        return pipeline.generate(request, pixels=pixels)

    tell("camera on photos")
    camera = tuple(measure_camera(generate, photos))
    tell("subject on photos")
    subject = tuple(trial for shown in ("", "click", "box") for trial in measure_subject(generate, photos, shown))
    tell("first frame, sharpness, seeds")
    seeds = {photo.name: measure_seeds(generate, photo) for photo in photos}
    return PhotoResults(
        camera=camera,
        subject=subject,
        first_frame={photo.name: first_frame_psnr(generate, photo) for photo in photos},
        sharpness={photo.name: sharpness(pipeline, photo) for photo in photos},
        seeds_right=sum(right for right, _ in seeds.values()),
        seeds=SEEDS * len(photos),
        seeds_apart={name: apart for name, (_, apart) in seeds.items()},
    )


def measure_any(generate: Generate, photos: Sequence[MeasuredPhoto], tell: Callable[[str], None]) -> PhotoResults:
    """What can be asked of any model that takes a photo: nobody points, and it is looked at from outside only."""
    tell("camera on photos")
    camera = tuple(measure_camera(generate, photos))
    tell("subject on photos")
    subject = tuple(measure_subject(generate, photos))
    tell("first frame")
    return PhotoResults(
        camera=camera,
        subject=subject,
        first_frame={photo.name: first_frame_psnr(generate, photo) for photo in photos},
    )


def measure_camera(generate: Generate, photos: Sequence[MeasuredPhoto], side: int = 480) -> Iterator[Trial]:
    """Every camera action in both languages on every photo; the hand-drawn subject is left out of the measuring."""
    for seed, photo in enumerate(photos):
        for action, prompts in CAMERA.items():
            scene = Scene(start=0, end=3, camera=(CameraMove(action=action),))
            for prompt in prompts:
                yield _camera_trial(generate, photo, prompt, seed, scene, side)


def measure_subject(
    generate: Generate, photos: Sequence[MeasuredPhoto], shown: str = "", side: int = 480
) -> Iterator[Trial]:
    """Every subject action on every photo, the subject found by itself or shown by a click or a box."""
    for seed, photo in enumerate(photos):
        for action, prompt in SUBJECT.items():
            scene = Scene(start=0, end=3, subject=(SubjectMove(action=action),))
            video = generate(asked_of(photo, prompt, seed, side, shown), photo.pixels)
            verdict = judge(read_motion(video.frames, video.fps, _fitted(photo, video)), scene)
            yield Trial(photo=photo.name, prompt=prompt, shown=shown, rendering=_rendering(video), wrong=verdict.wrong)


def measure_seeds(generate: Generate, photo: MeasuredPhoto, side: int = 480) -> tuple[int, float]:
    """How many of `SEEDS` seeds obey "the camera pans left", and by how many grey levels two of them differ (median)."""
    prompt, scene = (
        CAMERA[CameraAction.PAN_LEFT][0],
        Scene(start=0, end=3, camera=(CameraMove(action=CameraAction.PAN_LEFT),)),
    )
    videos = [generate(asked_of(photo, prompt, seed, side), photo.pixels) for seed in range(SEEDS)]
    right = sum(judge(read_motion(v.frames, v.fps, _fitted(photo, v)), scene).camera for v in videos)
    middles = [video.frames[len(video.frames) // 2].astype(np.int16) for video in videos]
    gaps = [float(np.abs(a - b).mean()) for i, a in enumerate(middles) for b in middles[:i]]
    return right, float(np.median(gaps))


def first_frame_psnr(generate: Generate, photo: MeasuredPhoto) -> float:
    """Decibels between frame 0 of the written MP4 and the photo at that size (1280 on the long side)."""
    video = generate(asked_of(photo, "the camera zooms in", 0, 1280, fps=24), photo.pixels)
    height, width = video.frames.shape[1:3]
    with TemporaryDirectory() as folder:
        written = Video.open(video.save(Path(folder) / "clip.mp4")).frames[0]
    wanted = fit_photo(photo.pixels, width, height)
    error = float(np.square(written.astype(np.float64) - wanted).mean())
    return 10 * float(np.log10(255**2 / max(error, 1e-9)))


def sharpness(pipeline: Pipeline, photo: MeasuredPhoto) -> float:
    """High-frequency energy of a zoom's last frame at the photo's own size, as a share of the photo's under the same warp.

    The same warp is the same camera path sampled by Lanczos-4, the sharpest reference at hand. Neither is encoded: an
    encoder's noise would count as sharpness.
    """
    request = asked_of(photo, "the camera zooms in", 0, max(photo.pixels.shape[:2]))
    told = pipeline.conditioner(request, photo.pixels)
    assert told.picture is not None
    picture = replace(told.picture, rendering="camera")
    codes = pipeline.codes(request, told)
    frames = pipeline.codec.decode(codes, picture, told.shape)
    scene = SoftScene(picture.image, None, motion_path(codes, told.shape))
    ideal = sample(picture.image, scene.sources(told.shape.frames - 1), method=cv2.INTER_LANCZOS4)
    return _high_frequencies(frames[-1]) / _high_frequencies(ideal)


def _high_frequencies(frame: Pixels) -> float:
    """Mean square of the Laplacian of the brightness, away from the border."""
    grey = cv2.cvtColor(frame, cv2.COLOR_RGB2GRAY).astype(np.float32)
    margin = min(grey.shape) // 8
    return float(np.square(cv2.Laplacian(grey, cv2.CV_32F)[margin:-margin, margin:-margin]).mean())


def _camera_trial(generate: Generate, photo: MeasuredPhoto, prompt: str, seed: int, scene: Scene, side: int) -> Trial:
    video = generate(asked_of(photo, prompt, seed, side), photo.pixels)
    verdict = judge(read_motion(video.frames, video.fps, _fitted(photo, video)), scene)
    wrong = () if verdict.camera else verdict.wrong
    return Trial(photo=photo.name, prompt=prompt, shown="", rendering=_rendering(video), wrong=wrong)


def asked_of(
    photo: MeasuredPhoto, prompt: str, seed: int, side: int, shown: str = "", fps: int = MEASURING_RATE
) -> GenerateRequest:
    """What is asked of a photo: a clip of `side` pixels to its longer side, the subject `shown` by a click, a box, or not."""
    height, width = photo.pixels.shape[:2]
    scale = side / max(height, width)
    size = f"{round(width * scale / 2) * 2}x{round(height * scale / 2) * 2}"
    return GenerateRequest(prompt=prompt, seed=seed, size=size, subject=_shown(photo, shown), fps=fps)


def _shown(photo: MeasuredPhoto, how: str) -> str | None:
    match how:
        case "click":
            return "{:.4f},{:.4f}".format(*click_on(photo))
        case "box":
            return "{:.4f},{:.4f}:{:.4f},{:.4f}".format(*box_of(photo))
        case _:
            return None


def _fitted(photo: MeasuredPhoto, video: Video) -> NDArray[np.float32]:
    """The hand-drawn matte at the size of the frames."""
    height, width = video.frames.shape[1:3]
    grey = np.repeat((photo.mattes[0] * 255).astype(np.uint8)[..., None], 3, axis=2)
    return np.asarray(fit_photo(grey, width, height)[..., 0] / 255, np.float32)


def _rendering(video: Video) -> str:
    return video.manifest.rendering if video.manifest else ""
