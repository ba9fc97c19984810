"""Clips of the world: layers that move along a path, with the exact truth of where every pixel goes.

Written apart from the codec's renderer on purpose, from the meaning of the channels alone, so that one can check the other.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from torch import Tensor

from mutoscope.codecs.motion_code import INDEX, MotionPath, motion_path
from mutoscope.shapes import ClipShape
from mutoscope.world.script import Script

# Nearness, 0 far and 1 near: the sky and the horizon are far, the ground comes nearer towards the bottom of the picture, the
# subject is nearer than all of it. A thing of nearness n goes right by -orbit * (n - PIVOT). The codec's depth means the same.
HORIZON = 0.35  # fraction of the height
GROUND = 0.5  # nearness at the bottom edge
SUBJECT = 0.75
PIVOT = 0.5
RIPPLE_RATE = 1.2  # waves per second
RIPPLE_LENGTH = 0.16  # of the frame's height


class Layers(Protocol):
    """What a collage brings: background (B, 3, H, W), subject (B, 3, H, W) and matte (B, 1, H, W), all 0..1."""

    @property
    def background(self) -> Tensor: ...
    @property
    def subject(self) -> Tensor: ...
    @property
    def matte(self) -> Tensor: ...


@dataclass(frozen=True, kw_only=True, eq=False)
class Poses:
    """Where camera and subject are at one frame; every field (B, 1, 1), lengths in pixels, angles clockwise on screen."""

    shift_x: Tensor  # of the picture on the screen
    shift_y: Tensor
    gain: Tensor  # how many times larger the picture is shown
    roll: Tensor  # of the camera
    orbit: Tensor
    subject_x: Tensor
    subject_y: Tensor
    size: Tensor
    turn: Tensor
    sway: Tensor
    ripple: Tensor
    phase: Tensor  # of the ripple


@dataclass(frozen=True, kw_only=True, eq=False)
class Anatomy:
    """What of a subject its own motion hangs on, in pixels from the middle of the frame; every field (B, 1, 1)."""

    pivot_x: Tensor
    pivot_y: Tensor
    top: Tensor
    bottom: Tensor


@dataclass(frozen=True, kw_only=True, eq=False)
class RenderedClips:
    """Frames and mattes as seen, values 0..1, and the path of every clip."""

    frames: Tensor  # (B, T, 3, H, W)
    mattes: Tensor  # (B, T, 1, H, W)
    paths: tuple[MotionPath, ...]


@dataclass(frozen=True, kw_only=True, eq=False)
class WorldClip:
    """One clip with its truth: frames (T, H, W, 3) uint8; flow (T, H, W, 2) float32, pixels, of frame 0's pixels to frame t;
    matte (H, W) float32 of frame 0; what happens, what is said about it, and the codes (K, 13)."""

    frames: NDArray[np.uint8]
    flow: NDArray[np.float32]
    matte: NDArray[np.float32]
    script: Script
    caption: str
    codes: NDArray[np.float32]
    fps: int


class Stage:
    """Layers of a batch of scenes, and where their pixels are at every frame of their paths."""

    def __init__(self, layers: Layers, codes: Tensor, shape: ClipShape) -> None:
        self.layers, self.shape = layers, shape
        self.paths = tuple(motion_path(row, shape) for row in codes)
        self.anatomy = _anatomy(layers.matte)
        self._values = _pose_values(self.paths, layers.matte)

    def poses(self, frame: int) -> Poses:
        """Camera and subjects at one frame."""
        return Poses(**{name: values[:, frame, None, None] for name, values in self._values.items()})

    def pixels(self) -> tuple[Tensor, Tensor]:
        """Centres of the pixels, x and y (1, H, W), in pixels from the middle of the frame."""
        height, width = self.layers.matte.shape[-2:]
        device = self.layers.matte.device
        y = torch.arange(height, device=device) + 0.5 - height / 2
        x = torch.arange(width, device=device) + 0.5 - width / 2
        grid_y, grid_x = torch.meshgrid(y, x, indexing="ij")
        return grid_x[None], grid_y[None]

    def ground_to_screen(self, x: Tensor, y: Tensor, poses: Poses) -> tuple[Tensor, Tensor]:
        """Where points of the photo's background are seen at a pose; x, y (B, H, W)."""
        return _through_camera(
            x - poses.orbit * (_ground_nearness(y / self.layers.matte.shape[-2] + 0.5) - PIVOT), y, poses
        )

    def screen_to_ground(self, x: Tensor, y: Tensor, poses: Poses) -> tuple[Tensor, Tensor]:
        """Which point of the photo's background is seen at x, y: the exact inverse of ground_to_screen."""
        x, y = _from_camera(x, y, poses)
        return x + poses.orbit * (_ground_nearness(y / self.layers.matte.shape[-2] + 0.5) - PIVOT), y

    def subject_to_screen(self, x: Tensor, y: Tensor, poses: Poses) -> tuple[Tensor, Tensor]:
        """Where points of the photo's subject are seen at a pose."""
        anatomy = self.anatomy
        x = x + self._bend(y, poses)
        x, y = _turned(x - anatomy.pivot_x, y - anatomy.pivot_y, poses.turn)
        x = anatomy.pivot_x + poses.size * x + poses.subject_x - poses.orbit * (SUBJECT - PIVOT)
        y = anatomy.pivot_y + poses.size * y + poses.subject_y
        return _through_camera(x, y, poses)

    def screen_to_subject(self, x: Tensor, y: Tensor, poses: Poses) -> tuple[Tensor, Tensor]:
        """Which point of the photo's subject is seen at x, y: the exact inverse of subject_to_screen."""
        anatomy = self.anatomy
        x, y = _from_camera(x, y, poses)
        x = (x - poses.subject_x + poses.orbit * (SUBJECT - PIVOT) - anatomy.pivot_x) / poses.size
        y = (y - poses.subject_y - anatomy.pivot_y) / poses.size
        x, y = _turned(x, y, -poses.turn)
        x, y = x + anatomy.pivot_x, y + anatomy.pivot_y
        return x - self._bend(y, poses), y

    def _bend(self, y: Tensor, poses: Poses) -> Tensor:
        """How far sway and ripple push a row of the subject to the right; rows stay rows, so this inverts exactly."""
        anatomy = self.anatomy
        height = ((anatomy.bottom - y) / (anatomy.bottom - anatomy.top)).clamp(0, 1)
        length = RIPPLE_LENGTH * self.layers.matte.shape[-2]
        return poses.sway * height.square() + poses.ripple * torch.sin(2 * math.pi * y / length - poses.phase)


def render_clips(layers: Layers, codes: Tensor, shape: ClipShape) -> RenderedClips:
    """Every frame of a batch of clips; codes (B, K, 13), on the device of the layers."""
    stage = Stage(layers, codes, shape)
    seen = [_render(stage, frame) for frame in range(shape.frames)]
    return RenderedClips(
        frames=torch.stack([frame for frame, _ in seen], dim=1),
        mattes=torch.stack([matte for _, matte in seen], dim=1),
        paths=stage.paths,
    )


def flow_from_first(layers: Layers, codes: Tensor, shape: ClipShape) -> Tensor:
    """(B, T, 2, H, W): how far each pixel of frame 0 has gone by frame t, in pixels, x then y."""
    stage = Stage(layers, codes, shape)
    return torch.stack([_flow(stage, 0, frame) for frame in range(shape.frames)], dim=1)


def flow_between(layers: Layers, codes: Tensor, shape: ClipShape) -> Tensor:
    """(B, T-1, 2, H, W): how far each pixel of frame t goes until frame t+1, in pixels, x then y."""
    stage = Stage(layers, codes, shape)
    return torch.stack([_flow(stage, frame, frame + 1) for frame in range(shape.frames - 1)], dim=1)


def world_clips(
    layers: Layers, scripts: Sequence[Script], captions: Sequence[str], codes: Tensor, shape: ClipShape
) -> Iterator[WorldClip]:
    """The clips of a batch with their truth, one by one."""
    rendered = render_clips(layers, codes, shape)
    flows = flow_from_first(layers, codes, shape)
    for index, (script, caption) in enumerate(zip(scripts, captions, strict=True)):
        frames = (rendered.frames[index].permute(0, 2, 3, 1) * 255).round().byte().cpu().numpy()
        yield WorldClip(
            frames=frames,
            flow=flows[index].permute(0, 2, 3, 1).cpu().numpy(),
            matte=layers.matte[index, 0].float().cpu().numpy(),
            script=script,
            caption=caption,
            codes=codes[index].float().cpu().numpy(),
            fps=shape.fps,
        )


def _render(stage: Stage, frame: int) -> tuple[Tensor, Tensor]:
    """One frame (B, 3, H, W) and the subject's matte in it (B, 1, H, W)."""
    layers, poses = stage.layers, stage.poses(frame)
    if frame == 0:  # the photo itself, not a resampled one
        return layers.subject * layers.matte + layers.background * (1 - layers.matte), layers.matte
    x, y = stage.pixels()
    ground = _sample(layers.background, *stage.screen_to_ground(x, y, poses), "reflection")
    # Premultiplied, so that what the subject's layer holds outside its matte never shows.
    cut = torch.cat([layers.subject * layers.matte, layers.matte], dim=1)
    cut = _sample(cut, *stage.screen_to_subject(x, y, poses), "border")
    matte = cut[:, 3:]
    return (torch.minimum(cut[:, :3], matte) + ground * (1 - matte)).clamp(0, 1), matte


def _flow(stage: Stage, start: int, end: int) -> Tensor:
    """(B, 2, H, W) of the pixels seen at frame `start`, to frame `end`."""
    x, y = stage.pixels()
    before, after = stage.poses(start), stage.poses(end)
    ground = stage.ground_to_screen(*stage.screen_to_ground(x, y, before), after)
    source = stage.screen_to_subject(x, y, before)
    subject = stage.subject_to_screen(*source, after)
    matte = _sample(stage.layers.matte, *source, "border")[:, 0]
    seen = [torch.where(matte > 0.5, near, far) for near, far in zip(subject, ground, strict=True)]
    return torch.stack([seen[0] - x, seen[1] - y], dim=1)


def _ground_nearness(y: Tensor) -> Tensor:
    """How near the ground is at fractions of the height."""
    return GROUND * ((y - HORIZON) / (1 - HORIZON)).clamp(0, 1.2) ** 1.4


def _through_camera(x: Tensor, y: Tensor, poses: Poses) -> tuple[Tensor, Tensor]:
    x, y = _turned(x, y, -poses.roll)
    return x * poses.gain + poses.shift_x, y * poses.gain + poses.shift_y


def _from_camera(x: Tensor, y: Tensor, poses: Poses) -> tuple[Tensor, Tensor]:
    return _turned((x - poses.shift_x) / poses.gain, (y - poses.shift_y) / poses.gain, poses.roll)


def _turned(x: Tensor, y: Tensor, angle: Tensor) -> tuple[Tensor, Tensor]:
    """Clockwise on screen, as y points down."""
    cos, sin = torch.cos(angle), torch.sin(angle)
    return cos * x - sin * y, sin * x + cos * y


def _sample(image: Tensor, x: Tensor, y: Tensor, padding: str) -> Tensor:
    """Cubic samples of image (B, C, H, W) at x, y (B, H, W), pixels from the middle."""
    height, width = image.shape[-2:]
    grid = torch.stack([x / (width / 2), y / (height / 2)], dim=-1)
    return F.grid_sample(image.float(), grid, mode="bicubic", padding_mode=padding, align_corners=False).clamp(0, 1)


def _anatomy(matte: Tensor) -> Anatomy:
    """Centroid, top and bottom of mattes (B, 1, H, W)."""
    height, width = matte.shape[-2:]
    mass = matte[:, 0].float()
    total = mass.sum(dim=(1, 2)).clamp_min(1e-6)
    y = torch.arange(height, device=matte.device) + 0.5 - height / 2
    x = torch.arange(width, device=matte.device) + 0.5 - width / 2
    rows = mass.amax(dim=2) > 0.5
    rows = torch.where(rows.any(dim=1, keepdim=True), rows, torch.ones_like(rows))
    top = torch.where(rows, y, y.max()).amin(dim=1) - 0.5
    bottom = torch.where(rows, y, y.min()).amax(dim=1) + 0.5
    pivot_x, pivot_y = (mass.sum(dim=1) * x).sum(dim=1) / total, (mass.sum(dim=2) * y).sum(dim=1) / total
    each = {"pivot_x": pivot_x, "pivot_y": pivot_y, "top": top, "bottom": bottom}
    return Anatomy(**{name: value[:, None, None] for name, value in each.items()})


def _pose_values(paths: Sequence[MotionPath], like: Tensor) -> dict[str, Tensor]:
    """The fields of Poses for every frame, each (B, T), on the device of `like`."""
    height, width = like.shape[-2:]
    values = np.stack([path.values for path in paths])
    column = {name: values[..., index] for name, index in INDEX.items()}
    shake = np.stack([path.shake for path in paths])
    shift = _camera_shift(column, height, width)
    fields = {
        "shift_x": shift.real - shake[..., 0] * width,
        "shift_y": shift.imag - shake[..., 1] * width,
        "gain": np.exp(column["camera_zoom"]),
        "roll": column["camera_roll"],
        "orbit": column["camera_orbit"] * width,
        "subject_x": column["subject_x"] * width,
        "subject_y": column["subject_y"] * height,
        "size": np.exp(column["subject_scale"] + np.stack([path.pulse for path in paths])),
        "turn": column["subject_rotation"],
        "sway": np.stack([path.sway for path in paths]) * width,
        "ripple": np.stack([path.ripple for path in paths]) * width,
        "phase": np.stack([2 * math.pi * RIPPLE_RATE * path.times for path in paths]),
    }
    return {name: torch.as_tensor(value, dtype=torch.float32, device=like.device) for name, value in fields.items()}


def _camera_shift(column: dict[str, NDArray[np.floating[Any]]], height: int, width: int) -> NDArray[np.complex128]:
    """(B, T) where the middle of the photo is seen, x + iy in pixels: each step pans on the screen as it then is.

    Zooms and turns are about the middle of the screen, so they also move a middle that has been panned away from it.
    """
    pans = -(np.diff(column["camera_x"]) * width + 1j * np.diff(column["camera_y"]) * height)
    turns = np.exp(np.diff(column["camera_zoom"]) - 1j * np.diff(column["camera_roll"]))
    shift = np.zeros(column["camera_x"].shape, complex)
    for step in range(pans.shape[-1]):
        shift[..., step + 1] = turns[..., step] * shift[..., step] + pans[..., step]
    return shift
