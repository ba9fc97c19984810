"""Clips of the world: what every channel moves, and that the truth told about it is true."""

from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
import pytest
import torch
from torch import Tensor

from mutoscope.codecs import depth
from mutoscope.codecs.motion import MotionCodec
from mutoscope.codecs.motion_code import INDEX
from mutoscope.codecs.picture import Picture
from mutoscope.shapes import ClipShape
from mutoscope.world import clip
from mutoscope.world.clip import flow_between, flow_from_first, render_clips, world_clips
from mutoscope.world.script import Scene, Script

SHAPE = ClipShape(frames=13, height=64, width=80, fps=12)


@dataclass(frozen=True)
class Layers:
    """A textured ground, a textured ball in front of it."""

    background: Tensor
    subject: Tensor
    matte: Tensor


def textured(rng: np.random.Generator, height: int, width: int) -> Tensor:
    """(1, 3, H, W) smooth noise of several sizes."""
    noise = sum(
        0.6**level
        * cv2.resize(rng.random((4 * 2**level, 5 * 2**level, 3)), (width, height), interpolation=cv2.INTER_CUBIC)
        for level in range(4)
    )
    noise = np.clip((noise - np.min(noise)) / np.ptp(noise), 0, 1)
    return torch.from_numpy(noise.astype(np.float32)).permute(2, 0, 1)[None]


def layers(shape: ClipShape = SHAPE, radius: float = 0.22) -> Layers:
    """The ball stands a little right of and below the middle."""
    rng = np.random.default_rng(3)
    y, x = np.mgrid[: shape.height, : shape.width]
    away = np.hypot(x - 0.55 * shape.width, y - 0.52 * shape.height)
    ball = np.clip(radius * shape.height - away + 0.5, 0, 1).astype(np.float32)
    size = (shape.height, shape.width)
    return Layers(textured(rng, *size) * 0.7, 1 - textured(rng, *size) * 0.6, torch.from_numpy(ball)[None, None])


def codes(**channels: float) -> Tensor:
    """(1, 8, 13) one second of constant channels."""
    rows = torch.zeros(1, 8, len(INDEX))
    for name, value in channels.items():
        rows[..., INDEX[name]] = value
    return rows


EVERYTHING: dict[str, float] = {
    "camera_x": 0.05, "camera_y": -0.04, "camera_zoom": 0.1, "camera_roll": 0.06, "camera_orbit": 0.05, "camera_shake": 0.004,
    "subject_x": -0.06, "subject_y": 0.05, "subject_scale": 0.1, "subject_rotation": 0.3, "subject_sway": 0.02,
    "subject_pulse": 0.05, "subject_ripple": 0.008,
}  # fmt: skip


def test_frame_0_is_the_photo_itself() -> None:
    """However much moves later."""
    scene = layers()
    photo = scene.subject * scene.matte + scene.background * (1 - scene.matte)
    assert torch.equal(render_clips(scene, codes(**EVERYTHING), SHAPE).frames[:, 0], photo)


# Where the last frame's flow points, x and y, at the corner (ground) or in the ball; None: anywhere.
@pytest.mark.parametrize(
    ("channel", "value", "place", "across", "down"),
    [
        ("camera_x", 0.1, "ground", -8, 0),  # pans right: the picture goes left
        ("camera_y", 0.1, "ground", 0, -6.4),  # tilts down: the picture goes up
        ("camera_zoom", 0.1, "ground", -3.9, -3.1),  # the upper left corner goes out
        ("camera_roll", 0.1, "ground", -3, 3.7),  # turns clockwise: the corner falls to the left and down
        ("camera_orbit", 0.1, "ground", 4, 0),  # goes right around: the far goes right
        ("camera_orbit", 0.1, "ball", -2, 0),  # and the near left
        ("subject_x", 0.1, "ball", 8, 0),
        ("subject_y", 0.1, "ball", 0, 6.4),
        ("subject_y", 0.1, "ground", 0, 0),
    ],
)
def test_every_move_goes_the_way_that_the_motion_code_says(
    channel: str, value: float, place: str, across: float, down: float
) -> None:
    """Over one second less the last frame's pause."""
    shape = ClipShape(frames=13, height=64, width=80, fps=13)
    flow = flow_from_first(layers(shape), codes(**{channel: value}), shape)[0, -1] * 13 / 12
    seen = flow[:, 33, 44] if place == "ball" else flow[:, 1, 1]
    assert seen.tolist() == pytest.approx([across, down], abs=0.45)


def test_a_subject_grows_turns_and_bends_about_itself() -> None:
    """At the right side of the ball: growth goes outwards, clockwise goes down, sway moves the top and not the base."""
    scene = layers()

    def at(x: int, y: int, frame: int = -1, **channels: float) -> list[float]:
        found: list[float] = flow_from_first(scene, codes(**channels), SHAPE)[0, frame, :, y, x].tolist()
        return found

    assert at(54, 33, subject_scale=0.2)[0] > 1.5
    assert at(54, 33, subject_rotation=0.2)[1] > 1.5
    assert at(44, 21, 5, subject_sway=0.05)[0] > 2.5
    assert abs(at(44, 45, 5, subject_sway=0.05)[0]) < 0.3
    assert at(54, 33, 6, subject_pulse=0.2)[0] > 1.2
    assert np.abs([at(44, y, subject_ripple=0.05)[0] for y in range(25, 42)]).max() > 2


def test_the_flow_leads_from_frame_to_frame_where_the_pixels_really_go() -> None:
    """Frame t+1 looked up along the flow is frame t, with every channel at work, away from edges of layers."""
    scene = layers()
    motion = codes(**EVERYTHING)
    rendered, flow = render_clips(scene, motion, SHAPE), flow_between(scene, motion, SHAPE)[0, 6].numpy()
    before, after = (rendered.frames[0, t].permute(1, 2, 0).numpy() for t in (6, 7))
    y, x = np.mgrid[:64, :80].astype(np.float32)
    found = cv2.remap(after, x + flow[0], y + flow[1], cv2.INTER_CUBIC)
    matte = rendered.mattes[0, 6, 0].numpy()
    sure = (cv2.erode(matte, np.ones((5, 5))) > 0.99) | (cv2.dilate(matte, np.ones((5, 5))) < 0.01)
    sure[:4] = sure[-4:] = sure[:, :4] = sure[:, -4:] = False
    assert np.abs(found - before)[sure].mean() < 0.004
    assert np.abs(after - before)[sure].mean() > 0.012


@pytest.mark.parametrize(
    "channels",
    [
        {"camera_x": 0.08, "camera_zoom": 0.15},
        {"camera_roll": -0.1, "camera_y": 0.05},
        {"camera_orbit": 0.1},
        {"camera_shake": 0.02},
    ],
)
def test_world_and_codec_mean_the_same_by_every_camera_move(channels: dict[str, float]) -> None:
    """Two renderers that were written apart agree on where the ground goes."""
    ground = layers()
    empty = Layers(ground.background, ground.subject, torch.zeros_like(ground.matte))
    seen = render_clips(empty, codes(**channels), SHAPE).frames[0, -1].permute(1, 2, 0).numpy()[6:-6, 6:-6]
    image = (empty.background[0].permute(1, 2, 0).numpy() * 255).round().astype(np.uint8)
    picture = Picture(image=image, matte=None, rendering="camera")
    other = MotionCodec().decode(codes(**channels)[0], picture, SHAPE)[-1][6:-6, 6:-6] / 255.0
    moved = np.abs(other - image[6:-6, 6:-6] / 255.0).mean()
    assert np.abs(seen - other).mean() < min(0.012, 0.25 * moved)


def test_world_and_codec_assume_the_same_depth() -> None:
    """Orbit means the same in training and in use."""
    named = ("HORIZON", "GROUND", "SUBJECT", "PIVOT")
    assert [getattr(clip, name) for name in named] == [getattr(depth, name) for name in named]


def test_a_world_clip_carries_its_truth() -> None:
    """Frames, flow, matte, words and codes in one value."""
    script = Script(scenes=(Scene(start=0, end=13 / 12),))
    told: dict[str, Any] = {"scripts": [script], "captions": ["nothing moves"]}
    (only,) = world_clips(layers(), codes=codes(), shape=SHAPE, **told)
    assert only.frames.shape == (13, 64, 80, 3)
    assert only.frames.dtype == np.uint8
    assert only.flow.shape == (13, 64, 80, 2)
    assert float(np.abs(only.flow).max()) < 1e-4
    assert (only.caption, only.script, only.fps) == ("nothing moves", script, 12)
