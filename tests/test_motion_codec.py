"""The motion codec's frames, measured from the pixels alone."""

from itertools import pairwise

import cv2
import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from mutoscope.codecs.motion import MotionCodec
from mutoscope.codecs.motion_code import INDEX, LEVELS, motion_path
from mutoscope.codecs.picture import Picture, Rendering
from mutoscope.codecs.soft import SoftScene
from mutoscope.codecs.warp import sample
from mutoscope.progress import Step
from mutoscope.shapes import ClipShape

SHAPE = ClipShape(frames=13, height=144, width=192, fps=12)
RENDERINGS: tuple[Rendering, ...] = ("layers", "soft", "camera")
Frames = NDArray[np.uint8]


def _photo(seed: int = 0) -> Frames:
    """Soft blobs of several sizes, so that motion can be measured everywhere."""
    rng = np.random.default_rng(seed)
    layers = [cv2.GaussianBlur(rng.normal(0, 1, (144, 192, 3)), (0, 0), sigma) * sigma for sigma in (1.5, 4, 12)]
    photo: Frames = np.clip(128 + 55 * np.sum(layers, axis=0), 0, 255).astype(np.uint8)
    return photo


def _matte(x: float = 96, y: float = 72, radius: float = 26) -> NDArray[np.float32]:
    rows, columns = np.mgrid[:144, :192]
    matte: NDArray[np.float32] = np.clip(radius + 0.5 - np.hypot(columns - x, rows - y), 0, 1).astype(np.float32)
    return matte


def _picture(rendering: Rendering, matte: NDArray[np.float32] | None = None) -> Picture:
    """A reddish disc of its own texture over a bluish ground."""
    matte = _matte() if matte is None else matte
    tint = np.where(matte[..., None] > 0.5, [1.1, 0.6, 0.6], [0.6, 0.7, 1.1])
    image = np.where(matte[..., None] > 0.5, _photo(1), _photo(0)) * tint
    return Picture(image=np.clip(image, 0, 255).astype(np.uint8), matte=matte, rendering=rendering)


def _codes(**travel: float) -> torch.Tensor:
    """Constant velocities for that travel over the clip; levels as they are."""
    codes = torch.zeros(MotionCodec().codes_shape(SHAPE))
    length = (SHAPE.frames - 1) / SHAPE.fps
    for name, value in travel.items():
        codes[:, INDEX[name]] = value if name in LEVELS else value / length
    return codes


def _decode(picture: Picture, **travel: float) -> Frames:
    return MotionCodec().decode(_codes(**travel), picture, SHAPE)


def _flow(first: Frames, second: Frames) -> NDArray[np.float32]:
    dis = cv2.DISOpticalFlow.create(cv2.DISOPTICAL_FLOW_PRESET_MEDIUM)
    grey = [cv2.cvtColor(frame, cv2.COLOR_RGB2GRAY) for frame in (first, second)]
    return np.asarray(dis.calc(grey[0], grey[1], np.zeros((*first.shape[:2], 2), np.float32)), np.float32)


def _mean_flow(frames: Frames, where: NDArray[np.bool_]) -> NDArray[np.float64]:
    """(2,) x and y from the first frame to the last, the sum of small steps at fixed places."""
    steps = [_flow(a, b)[where].mean(axis=0) for a, b in pairwise(frames)]
    return np.asarray(np.sum(steps, axis=0), np.float64)


def _square(size: int = 40) -> NDArray[np.bool_]:
    where = np.zeros((144, 192), bool)
    where[72 - size : 72 + size, 96 - size : 96 + size] = True
    return where


@pytest.mark.parametrize("rendering", RENDERINGS)
def test_frame_0_is_the_photo_bit_by_bit(rendering: Rendering) -> None:
    picture = _picture(rendering)
    frames = _decode(picture, camera_x=0.1, camera_shake=0.01, subject_x=0.1, subject_sway=0.02, subject_ripple=0.01)
    assert frames.shape == (13, 144, 192, 3)
    assert frames.dtype == np.uint8
    assert np.array_equal(frames[0], picture.image)
    assert not np.array_equal(frames[-1], picture.image)


@pytest.mark.parametrize("rendering", RENDERINGS)
def test_without_motion_every_frame_is_the_photo(rendering: Rendering) -> None:
    picture = _picture(rendering)
    assert (_decode(picture) == picture.image).all()


def test_the_same_codes_give_the_same_bytes() -> None:
    picture = _picture("layers")
    moves = {"camera_zoom": 0.1, "subject_x": 0.1, "subject_sway": 0.02}
    assert np.array_equal(_decode(picture, **moves), _decode(picture, **moves))


@pytest.mark.parametrize(
    ("move", "expected"),
    [
        ({"camera_x": 0.06}, (-0.06 * 192, 0)),
        ({"camera_x": -0.06}, (0.06 * 192, 0)),
        ({"camera_y": 0.06}, (0, -0.06 * 144)),
    ],
)
def test_a_pan_moves_the_content_the_other_way_by_the_asked_amount(
    move: dict[str, float], expected: tuple[float, float]
) -> None:
    moved = _mean_flow(_decode(_picture("camera"), **move), _square(24))
    assert np.allclose(moved, expected, atol=1.0)


def _affine(frames: Frames) -> NDArray[np.float64]:
    """(2, 2) the linear part of the motion of the middle from the first frame to the last."""
    rows, columns = np.nonzero(_square(36))
    flow = _flow(frames[0], frames[-1])[rows, columns]
    places = np.stack([columns - 95.5, rows - 71.5, np.ones(len(rows))], axis=1)
    return np.asarray(np.linalg.lstsq(places, flow, rcond=None)[0][:2].T, np.float64)


@pytest.mark.parametrize("zoom", [0.1, -0.1])
def test_zooming_in_enlarges_and_zooming_out_reduces(zoom: float) -> None:
    linear = _affine(_decode(_picture("camera"), camera_zoom=zoom))
    expected = np.exp(zoom) - 1
    assert 0.75 * abs(expected) < (linear[0, 0] + linear[1, 1]) / 2 * np.sign(expected) < 1.15 * abs(expected)


def test_a_camera_that_rolls_clockwise_turns_the_content_counterclockwise() -> None:
    linear = _affine(_decode(_picture("camera"), camera_roll=0.08))
    assert (linear[1, 0] - linear[0, 1]) / 2 == pytest.approx(-0.08, abs=0.015)


def test_a_pan_after_a_zoom_still_goes_by_frame_widths() -> None:
    codes = _codes()
    half = len(codes) // 2
    codes[:half, INDEX["camera_zoom"]] = 0.3
    codes[half:, INDEX["camera_x"]] = 0.12
    frames = MotionCodec().decode(codes, _picture("camera"), SHAPE)
    steps = _mean_flow(frames[-4:], _square(24))
    assert steps[0] == pytest.approx(-0.12 * 192 * 3 / SHAPE.fps, abs=0.6)


def test_orbiting_right_moves_the_near_left_of_the_far() -> None:
    frames = _decode(_picture("layers"), camera_orbit=0.12)
    far, near = np.zeros((144, 192), bool), _matte(radius=15) > 0.5
    far[8:32, 48:144] = True
    assert _mean_flow(frames, near)[0] < -3
    assert _mean_flow(frames, far)[0] > 3


@pytest.mark.parametrize("rendering", ["layers", "soft"])
@pytest.mark.parametrize(("name", "axis"), [("subject_x", 0), ("subject_y", 1)])
def test_the_subject_moves_while_the_background_stays(rendering: Rendering, name: str, axis: int) -> None:
    frames = _decode(_picture(rendering), **{name: 0.07})
    asked = 0.07 * (192, 144)[axis]
    core, rest = _matte(radius=12) > 0.5, np.ones((144, 192), bool)
    rest[12:132, 18:174] = False
    moved = _mean_flow(frames, core)
    assert moved[axis] == pytest.approx(asked, rel=0.25)
    assert abs(moved[1 - axis]) < 0.25 * asked
    assert np.abs(_mean_flow(frames, rest)).max() < asked / 10


@pytest.mark.parametrize("rendering", ["layers", "soft"])
def test_the_subject_turns_clockwise_on_the_screen(rendering: Rendering) -> None:
    frames = _decode(_picture(rendering), subject_rotation=0.2)
    flow = _flow(frames[0], frames[-1])
    assert flow[72 - 12, 96, 0] > 1  # what is above the middle goes right
    assert flow[72, 96 + 12, 1] > 1  # what is right of it goes down


def test_in_layers_nothing_of_the_subject_stays_where_it_was() -> None:
    matte = _matte(x=60, radius=20)
    image = np.full((144, 192, 3), (40, 90, 160), np.uint8)
    image[matte > 0.5] = (230, 60, 40)
    frames = _decode(Picture(image=image, matte=matte, rendering="layers"), subject_x=0.35)
    red = frames[-1][..., 0] > 130
    assert not red[:, :80].any()
    assert red.sum() == pytest.approx((matte > 0.5).sum(), rel=0.05)
    assert np.abs(frames[-1][~red].astype(int) - (40, 90, 160)).max(axis=1).mean() < 6


def test_while_the_camera_orbits_no_second_subject_shines_through() -> None:
    matte = _matte(x=96, y=60, radius=20)
    image = np.full((144, 192, 3), (40, 90, 160), np.uint8)
    image[matte > 0.5] = (230, 60, 40)
    for frame in _decode(Picture(image=image, matte=matte, rendering="layers"), camera_orbit=0.1):
        reddish = frame[..., 0] > 60
        assert reddish.sum() == pytest.approx((matte > 0.5).sum(), rel=0.08)


def test_a_subject_cut_by_the_edge_never_leaves_it() -> None:
    matte = _matte(y=130, radius=34)
    image = np.full((144, 192, 3), (40, 90, 160), np.uint8)
    image[matte > 0.5] = (230, 60, 40)
    picture = Picture(image=image, matte=matte, rendering="layers")
    for moves in ({"subject_y": -0.15}, {"subject_scale": -0.3}, {"camera_y": 0.1}, {"subject_rotation": 1.0}):
        last = _decode(picture, **moves)[-1]
        red = last[..., 0] > 150
        assert red[-1].sum() > 30, moves
        assert np.array_equal(red.any(axis=1), np.maximum.accumulate(red.any(axis=1))), moves  # no gap below its top


def test_a_subject_whose_tip_touches_the_edge_grows_about_its_middle() -> None:
    matte = np.zeros((144, 192), np.float32)
    cv2.fillConvexPoly(matte, np.array([[0, 72], [60, 22], [120, 72], [60, 122]], np.int32), 1.0)
    frames = _decode(_picture("layers", matte), subject_scale=0.15)
    inside = cv2.erode(matte, np.ones((31, 31), np.uint8)) > 0.5
    assert np.abs(_mean_flow(frames, inside)).max() < 1


def test_what_grows_goes_out_over_the_edge_that_cuts_it_and_what_turns_stays_in_its_place() -> None:
    picture = _picture("layers", _matte(y=120, radius=40))
    middle = np.zeros((144, 192), bool)
    middle[106:112, 90:102] = True  # of what of the disc is in the picture
    for moves in ({"subject_scale": 0.2}, {"subject_rotation": 0.6}):
        assert np.abs(_mean_flow(_decode(picture, **moves), middle)).max() < 4, (
            moves
        )  # about the edge it would be 8 and 11


def test_what_the_edge_cuts_is_stretched_and_stays_at_the_edge() -> None:
    picture = _picture("layers", _matte(y=120, radius=40))
    frames = _decode(picture, subject_y=-0.12)
    edge, upper = np.zeros((144, 192), bool), np.zeros((144, 192), bool)
    edge[-4:, 86:106], upper[90:96, 86:106] = True, True
    moved_at_edge, moved_above = np.abs(_mean_flow(frames, edge)[1]), np.abs(_mean_flow(frames, upper)[1])
    assert moved_above > 3
    assert moved_at_edge < 0.15 * moved_above


@pytest.mark.parametrize(
    "moves",
    [
        {"subject_x": 0.3},
        {"subject_x": -0.12, "subject_y": 0.2},
        {"subject_scale": 0.8},
        {"subject_rotation": 2.5},
        {"subject_ripple": 0.08},
        {"camera_orbit": 0.3, "subject_sway": 0.2},
    ],
)
@pytest.mark.parametrize("matte", [_matte(), _matte(x=20, y=120, radius=40)], ids=["inside", "at the edge"])
def test_soft_never_folds(moves: dict[str, float], matte: NDArray[np.float32]) -> None:
    scene = SoftScene(_photo(), matte, motion_path(_codes(**moves), SHAPE))
    for t in (4, SHAPE.frames - 1):
        sources = scene.sources(t).astype(np.float64)
        dx, dy = np.diff(sources, axis=1)[:-1], np.diff(sources, axis=0)[:, :-1]
        assert (dx[..., 0] * dy[..., 1] - dx[..., 1] * dy[..., 0]).min() > 0


def test_soft_brings_in_nothing_from_beyond_the_picture() -> None:
    scene = SoftScene(_photo(), _matte(x=20), motion_path(_codes(subject_x=0.1), SHAPE))
    sources = scene.sources(SHAPE.frames - 1)
    assert sources.min() > -0.51
    assert (sources < np.array([191.51, 143.51])).all()


def test_camera_ignores_the_subject() -> None:
    picture = _picture("camera")
    moves = {"subject_x": 0.1, "subject_ripple": 0.01, "subject_scale": 0.2}
    assert (_decode(picture, **moves) == picture.image).all()
    assert np.array_equal(_decode(picture, camera_zoom=0.1, **moves), _decode(picture, camera_zoom=0.1))


@pytest.mark.parametrize("rendering", RENDERINGS)
def test_an_empty_matte_leaves_the_camera(rendering: Rendering) -> None:
    image = _photo()
    empty = Picture(image=image, matte=np.zeros((144, 192), np.float32), rendering=rendering)
    none = Picture(image=image, matte=None, rendering=rendering)
    moves = {"camera_x": 0.05, "subject_x": 0.1}
    assert np.array_equal(_decode(empty, **moves), _decode(none, camera_x=0.05))


def test_a_ripple_leaves_the_outline_and_the_background_in_place() -> None:
    picture = _picture("layers")
    last = _decode(picture, subject_ripple=0.012)[-1]
    assert not np.array_equal(last, picture.image)
    outside = _matte(radius=30) == 0
    assert np.abs(last[outside].astype(int) - picture.image[outside]).max() <= 2


def test_the_last_frame_is_as_sharp_as_the_photo() -> None:
    """High-frequency energy against a warp with the sharpest interpolation there is at hand."""
    image = np.clip(_photo() + np.random.default_rng(3).normal(0, 10, (144, 192, 3)), 0, 255).astype(np.uint8)
    image = np.asarray(cv2.GaussianBlur(image, (0, 0), 0.6), np.uint8)  # a lens and a sensor are never sharper
    frames = _decode(Picture(image=image, matte=None, rendering="camera"), camera_x=0.053, camera_zoom=0.04)
    scene = SoftScene(image, None, motion_path(_codes(camera_x=0.053, camera_zoom=0.04), SHAPE))
    sources = scene.sources(SHAPE.frames - 1)
    ideal = sample(image, sources, method=cv2.INTER_LANCZOS4)

    def energy(frame: Frames) -> float:
        return float((cv2.Laplacian(frame.astype(np.float32), cv2.CV_32F)[20:-20, 30:-30] ** 2).mean())

    assert energy(frames[-1]) > 0.85 * energy(ideal)


def test_progress_ends_at_the_number_of_frames_and_an_interrupt_ends_the_work() -> None:
    steps: list[Step] = []
    picture = _picture("soft")
    MotionCodec().decode(_codes(camera_x=0.1), picture, SHAPE, steps.append)
    assert steps[-1] == Step(stage="decode", done=13, total=13)

    def interrupt(step: Step) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        MotionCodec().decode(_codes(camera_x=0.1), picture, SHAPE, interrupt)


def test_the_codes_of_three_seconds_are_24_rows_of_13() -> None:
    assert MotionCodec().codes_shape(ClipShape(frames=72, height=720, width=1280, fps=24)) == (24, 13)
