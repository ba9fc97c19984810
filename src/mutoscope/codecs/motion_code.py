"""The motion code: thirteen numbers per key time that say how a photo moves, and the path that they describe.

Velocities rather than positions, because a word then acts only on the moments it belongs to ("zoom in, then pan left"),
and small sampling errors become slow drifts instead of visible jitter.
"""

import math
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from mutoscope.shapes import ClipShape

Curve = NDArray[np.floating[Any]]

KEYS_PER_SECOND = 8

# x in frame widths, y in frame heights (down is positive), zoom and scale in log units, angles in radians clockwise.
VELOCITIES = (
    "camera_x", "camera_y", "camera_zoom", "camera_roll", "camera_orbit",
    "subject_x", "subject_y", "subject_scale", "subject_rotation",
)  # fmt: skip
# Amplitudes >= 0: shake, sway and ripple in frame widths, pulse in log units.
LEVELS = ("camera_shake", "subject_sway", "subject_pulse", "subject_ripple")
CHANNELS = (
    "camera_x", "camera_y", "camera_zoom", "camera_roll", "camera_orbit", "camera_shake",
    "subject_x", "subject_y", "subject_scale", "subject_rotation", "subject_sway", "subject_pulse", "subject_ripple",
)  # fmt: skip
CAMERA = slice(0, 6)
SUBJECT = slice(6, 13)
INDEX = {name: index for index, name in enumerate(CHANNELS)}

# A typical magnitude of each channel; networks see codes divided by it.
SCALE = torch.tensor([0.035, 0.035, 0.08, 0.04, 0.035, 0.006, 0.06, 0.06, 0.10, 0.40, 0.02, 0.06, 0.008])


def key_count(seconds: float) -> int:
    """How many key times a clip of that length has (at least 2)."""
    return max(2, round(seconds * KEYS_PER_SECOND))


def key_times(keys: int, seconds: float) -> Curve:
    """(K,) the middle of each key interval, in seconds."""
    return (np.arange(keys) + 0.5) * (seconds / keys)


def arriving(codes: Tensor, seconds: float, travel: tuple[float, float]) -> Tensor:
    """The codes (K, 13) with the subject's whole travel made exactly `travel` (right, down, in fractions of the frame).

    What is missing is spread over the clip along a smooth hill, so that it starts and ends gently.
    """
    keys = len(codes)
    hill = torch.sin(torch.pi * (torch.arange(keys, dtype=codes.dtype, device=codes.device) + 0.5) / keys)
    hill = hill * (keys / seconds / hill.sum())
    arrived = codes.clone()
    for channel, wanted in zip(("subject_x", "subject_y"), travel, strict=True):
        gone = float(codes[:, INDEX[channel]].sum()) * seconds / keys
        arrived[:, INDEX[channel]] += hill * (wanted - gone)
    return arrived


@dataclass(frozen=True)
class MotionPath:
    """Where everything is at every frame: `values` (T, 13), positions (0 at frame 0) and levels, in CHANNELS order."""

    values: Curve
    fps: int

    def __getitem__(self, channel: str) -> Curve:
        """(T,) one channel."""
        column: Curve = self.values[:, INDEX[channel]]
        return column

    @cached_property
    def times(self) -> Curve:
        """(T,) seconds since frame 0."""
        return np.arange(len(self.values)) / self.fps

    @property
    def sway(self) -> Curve:
        """(T,) bend of the subject's top to the right, in frame widths."""
        sway: Curve = self["subject_sway"] * np.sin(2 * math.pi * 0.6 * self.times)
        return sway

    @property
    def pulse(self) -> Curve:
        """(T,) log scale of the breath, zero at frame 0."""
        pulse: Curve = self["subject_pulse"] * np.sin(math.pi * 0.9 * self.times) ** 2
        return pulse

    @property
    def ripple(self) -> Curve:
        """(T,) amplitude of the travelling wave in frame widths; it swells from nothing, so frame 0 stays the photo."""
        ripple: Curve = self["subject_ripple"] * (1 - np.exp(-self.times / 0.25))
        return ripple

    @property
    def shake(self) -> Curve:
        """(T, 2) offset of the camera in frame widths: three incommensurate sines per axis, zero at frame 0."""
        waves = [
            sum(a * np.sin(2 * math.pi * f * self.times) for a, f in zip((0.6, 0.3, 0.25), rates, strict=True))
            for rates in ((1.9, 3.7, 5.3), (2.3, 3.1, 6.1))
        ]
        shake: Curve = self["camera_shake"][:, None] * np.stack(waves, axis=1)
        return shake


def motion_path(codes: Tensor, shape: ClipShape) -> MotionPath:
    """The path that codes (K, 13) describe over a clip: velocities are integrated, levels interpolated."""
    keys = codes.detach().double().cpu().numpy()
    seconds = shape.seconds
    at = key_times(len(keys), seconds)
    frame_times = np.arange(shape.frames) / shape.fps
    values = np.empty((shape.frames, len(CHANNELS)))
    fine = 8  # substeps per frame: the integral is then exact to well under a pixel
    fine_times = (np.arange((shape.frames - 1) * fine) + 0.5) / (fine * shape.fps)
    for column, channel in enumerate(CHANNELS):
        if channel in LEVELS:
            values[:, column] = np.maximum(np.interp(frame_times, at, keys[:, column]), 0)
        else:
            steps = np.interp(fine_times, at, keys[:, column]) / (fine * shape.fps)
            values[:, column] = np.concatenate([[0.0], steps.reshape(-1, fine).sum(axis=1).cumsum()])
    return MotionPath(values, shape.fps)
