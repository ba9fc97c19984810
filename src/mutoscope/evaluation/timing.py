"""When a clip changes from one scene to the next, by what the ruler read."""

import math

import numpy as np
from numpy.typing import NDArray

from mutoscope.evaluation.ruler import TRACKS, MotionReading
from mutoscope.world.script import Script

Array = NDArray[np.float64]

_SHORTEST = 0.4  # seconds that a scene lasts at least
_NOISE = 0.006  # frame widths per second: differences of speed below this say nothing


def change_times(reading: MotionReading, script: Script) -> tuple[float, ...]:
    """The times (seconds) at which the motion changes from each scene of the script to the next.

    The split of all tracks' velocities into as many regimes as there are scenes that is likeliest if each regime has its
    own mean and spread (so that bobbing after stillness counts as a change, too).
    """
    speeds = _speeds(reading)
    steps, scenes = len(speeds), len(script.scenes)
    step = float(reading.times[1] - reading.times[0])
    shortest = max(2, min(round(_SHORTEST / step), steps // scenes))
    cost = _costs(speeds, shortest)
    best = [cost[0].copy()]
    origin: list[NDArray[np.int64]] = []
    for _ in range(1, scenes):
        through = best[-1][:, None] + cost  # (cut, end): scenes so far end at `cut`, this one at `end`
        origin.append(through.argmin(axis=0))
        best.append(through.min(axis=0))
    cuts, end = [], steps
    for came_from in reversed(origin):
        end = int(came_from[end])
        cuts.append(end * step)
    return tuple(reversed(cuts))


def _speeds(reading: MotionReading) -> Array:
    """(N-1, C) velocities as visible shifts, in frame widths per second; the ripple's level counts as one."""
    frame_radius = math.sqrt((1 + reading.aspect**2) / 12)
    weight = dict.fromkeys(TRACKS, 1.0) | {
        "camera_y": reading.aspect, "camera_zoom": frame_radius, "camera_roll": frame_radius, "camera_orbit": 1.0,
        "subject_y": reading.aspect, "subject_scale": reading.radius, "subject_rotation": reading.radius,
        "subject_sway": 0.5,
    }  # fmt: skip
    changes = np.diff(reading.tracks, axis=0) / np.diff(reading.times)[:, None]
    changes[:, -1] = reading["subject_ripple"][1:] * 6
    return np.asarray(changes * np.array([weight[name] for name in TRACKS]))


def _costs(speeds: Array, shortest: int) -> Array:
    """(N, N) the misfit of one regime from step i up to step j, infinite where that is too short."""
    steps = len(speeds)
    total = np.concatenate([np.zeros((1, speeds.shape[1])), speeds.cumsum(axis=0)])
    squares = np.concatenate([np.zeros((1, speeds.shape[1])), (speeds**2).cumsum(axis=0)])
    start, end = np.arange(steps + 1)[:, None], np.arange(steps + 1)[None]
    length = np.maximum(end - start, 1)[..., None]
    mean = (total[None] - total[:, None]) / length
    spread = np.maximum((squares[None] - squares[:, None]) / length - mean**2, 0)
    cost = (length * np.log(spread + _NOISE**2)).sum(axis=-1)
    return np.where(end - start >= shortest, cost, np.inf)
