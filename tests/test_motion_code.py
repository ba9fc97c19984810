import numpy as np
import pytest
import torch

from mutoscope.codecs.motion_code import CHANNELS, INDEX, LEVELS, arriving, key_count, motion_path
from mutoscope.shapes import ClipShape

SHAPE = ClipShape(frames=73, height=64, width=96, fps=24)


def codes(**values: float) -> torch.Tensor:
    tensor = torch.zeros(key_count(3), len(CHANNELS))
    for name, value in values.items():
        tensor[:, INDEX[name]] = value
    return tensor


def test_a_constant_velocity_travels_velocity_times_time() -> None:
    path = motion_path(codes(camera_x=0.05, subject_rotation=-0.4), SHAPE)
    assert path["camera_x"][0] == 0
    assert path["camera_x"][-1] == pytest.approx(0.15, abs=1e-7)
    assert path["subject_rotation"][36] == pytest.approx(-0.6, abs=1e-7)


def test_everything_is_at_rest_at_frame_zero() -> None:
    path = motion_path(torch.rand(24, len(CHANNELS)), SHAPE)
    for channel in set(CHANNELS) - set(LEVELS):
        assert path[channel][0] == 0
    assert path.sway[0] == path.pulse[0] == path.ripple[0] == 0
    assert np.all(path.shake[0] == 0)


def test_an_arrow_is_met_exactly_whatever_was_sampled() -> None:
    moved = arriving(torch.randn(24, len(CHANNELS)) * 0.05, 3.0, (0.2, -0.1))
    path = motion_path(moved, ClipShape(frames=72 * 8 + 1, height=64, width=96, fps=192))
    assert path["subject_x"][-1] == pytest.approx(0.2, abs=0.01)
    assert path["subject_y"][-1] == pytest.approx(-0.1, abs=0.01)


def test_levels_are_never_negative() -> None:
    path = motion_path(codes(subject_sway=-0.01), SHAPE)
    assert path["subject_sway"].min() == 0


def test_a_longer_clip_has_more_key_times() -> None:
    assert (key_count(3), key_count(1.5), key_count(0.1)) == (24, 12, 2)
