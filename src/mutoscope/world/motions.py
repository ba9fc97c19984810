"""How the world moves: from a script to the motion code that is its truth."""

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mutoscope.codecs.motion_code import CHANNELS, INDEX, key_count
from mutoscope.world.script import CameraAction, CameraMove, Scene, Script, SubjectAction, SubjectMove

Curve = NDArray[np.floating[Any]]
Box = tuple[float, float, float, float]

_SPEED = {"slow": 0.55, "normal": 1.0, "fast": 1.6}
_EXTENT = {"little": 0.5, "normal": 1.0, "much": 1.5}
# Words leave open how far and how evenly something moves; seeds choose.
_TASTE = (0.75, 1.3)
_SKEW = 0.4
_FINE = 8  # grid points per key interval; velocities are averaged over them

# Total travel over about 2.5 seconds, in the units of the motion code.
_CAMERA: dict[CameraAction, dict[str, float]] = {
    CameraAction.STILL: {},
    CameraAction.PAN_LEFT: {"camera_x": -0.075},
    CameraAction.PAN_RIGHT: {"camera_x": 0.075},
    CameraAction.TILT_UP: {"camera_y": -0.075},
    CameraAction.TILT_DOWN: {"camera_y": 0.075},
    CameraAction.ZOOM_IN: {"camera_zoom": 0.18},
    CameraAction.ZOOM_OUT: {"camera_zoom": -0.14},
    CameraAction.ROLL_CLOCKWISE: {"camera_roll": 0.09},
    CameraAction.ROLL_COUNTERCLOCKWISE: {"camera_roll": -0.09},
    CameraAction.ORBIT_LEFT: {"camera_orbit": -0.06},
    CameraAction.ORBIT_RIGHT: {"camera_orbit": 0.06},
    CameraAction.SHAKE: {"camera_shake": 0.007},
}
_SUBJECT: dict[SubjectAction, dict[str, float]] = {
    SubjectAction.STILL: {},
    SubjectAction.MOVE_LEFT: {"subject_x": -0.12},
    SubjectAction.MOVE_RIGHT: {"subject_x": 0.12},
    SubjectAction.MOVE_UP: {"subject_y": -0.12},
    SubjectAction.MOVE_DOWN: {"subject_y": 0.12},
    SubjectAction.MOVE_UP_LEFT: {"subject_x": -0.09, "subject_y": -0.09},
    SubjectAction.MOVE_UP_RIGHT: {"subject_x": 0.09, "subject_y": -0.09},
    SubjectAction.MOVE_DOWN_LEFT: {"subject_x": -0.09, "subject_y": 0.09},
    SubjectAction.MOVE_DOWN_RIGHT: {"subject_x": 0.09, "subject_y": 0.09},
    SubjectAction.RISE: {"subject_y": -0.14},
    SubjectAction.FALL: {"subject_y": 0.14},
    SubjectAction.FLOAT: {},
    SubjectAction.DRIFT_LEFT: {"subject_x": -0.075},
    SubjectAction.DRIFT_RIGHT: {"subject_x": 0.075},
    SubjectAction.BOUNCE: {},
    SubjectAction.SWAY: {"subject_sway": 0.024},
    SubjectAction.SPIN_CLOCKWISE: {"subject_rotation": 1.2},
    SubjectAction.SPIN_COUNTERCLOCKWISE: {"subject_rotation": -1.2},
    SubjectAction.GROW: {"subject_scale": 0.22},
    SubjectAction.SHRINK: {"subject_scale": -0.22},
    SubjectAction.PULSE: {"subject_pulse": 0.08},
    SubjectAction.RIPPLE: {"subject_ripple": 0.010},
}
_LEVEL_NAMES = ("camera_shake", "subject_sway", "subject_pulse", "subject_ripple")


def script_to_codes(script: Script, box: Box, rng: np.random.Generator) -> NDArray[np.float32]:
    """The truth (K, 13) of a script for a subject in `box` (fractions); the rng varies sizes, easing and wander."""
    keys = key_count(script.seconds)
    fine = np.zeros((keys * _FINE, len(CHANNELS)))
    times = (np.arange(len(fine)) + 0.5) * (script.seconds / len(fine))
    for scene in script.scenes:
        inside = (times >= scene.start) & (times < scene.end)
        local = times[inside] - scene.start
        for name, curve in _scene_curves(scene, local, box, rng).items():
            fine[inside, INDEX[name]] += curve
    codes: NDArray[np.float32] = fine.reshape(keys, _FINE, -1).mean(axis=1).astype(np.float32)
    return codes


def _scene_curves(scene: Scene, times: Curve, box: Box, rng: np.random.Generator) -> dict[str, Curve]:
    """Velocities and levels of one scene on its own clock."""
    seconds = scene.end - scene.start
    curves: dict[str, Curve] = {}

    def add(name: str, curve: Curve) -> None:
        curves[name] = curves.get(name, 0) + curve

    moves: tuple[CameraMove | SubjectMove, ...] = (*scene.camera, *scene.subject)
    for move in moves:
        strength = _strength(move, seconds) * rng.uniform(*_TASTE)
        table = _CAMERA[move.action] if isinstance(move, CameraMove) else _SUBJECT[move.action]
        limit = _room(table, box) if isinstance(move, SubjectMove) else math.inf
        profile = _eased(times, seconds, rng)
        for name, total in table.items():
            if name in _LEVEL_NAMES:
                add(name, np.full_like(times, total * _level(move) * rng.uniform(*_TASTE)))
            else:
                travel = math.copysign(min(abs(total) * strength, limit), total)
                add(name, profile * travel / seconds)
        if isinstance(move, SubjectMove):
            for name, curve in _wander(move, times, seconds, rng).items():
                add(name, curve)
    return curves


def _strength(move: CameraMove | SubjectMove, seconds: float) -> float:
    """Travel grows with the time given to it, but less than in proportion, so that short scenes still show it."""
    return _level(move) * min(max(math.sqrt(seconds / 2.5), 0.6), 1.6)


def _level(move: CameraMove | SubjectMove) -> float:
    return _SPEED[move.speed] * _EXTENT[move.extent]


def _eased(times: Curve, seconds: float, rng: np.random.Generator) -> Curve:
    """A velocity profile of mean 1: a ramp up, a part that is steady or gains or loses speed, a ramp down."""
    up, down = rng.uniform(0.06, 0.25, size=2) * min(1.0, seconds / 1.2)
    profile = np.clip(np.minimum((times + 0.02) / up, (seconds - times + 0.02) / down), 0, 1)
    profile = profile * (1 + rng.uniform(-_SKEW, _SKEW) * (2 * times / seconds - 1))
    eased: Curve = profile / max(profile.mean(), 1e-6)
    return eased


def _room(table: dict[str, float], box: Box) -> float:
    """How far a subject may travel before it leaves the picture; half as far away from an edge that cuts it."""
    left, top, right, bottom = box
    width, height = right - left, bottom - top
    limits = [math.inf]
    for name, ahead, behind, size in (
        ("subject_x", 1 - right, left, width),
        ("subject_y", 1 - bottom, top, height),
    ):
        total = table.get(name, 0.0)
        if total:
            room, opposite = (ahead, behind) if total > 0 else (behind, ahead)
            limits.append(max(0.05, room + 0.3 * size) * (0.5 if opposite < 0.015 else 1.0))
    return min(limits)


def _wander(move: SubjectMove, times: Curve, seconds: float, rng: np.random.Generator) -> dict[str, Curve]:
    """The part of an action that goes to and fro: velocities of bounces, bobbing and drifting."""
    turn = 2 * math.pi
    level = _level(move) * rng.uniform(0.85, 1.2)
    match move.action:
        case SubjectAction.BOUNCE:
            tempo = {"slow": 1.0, "normal": 1.3, "fast": 1.7}[move.speed]
            count = max(1, round(tempo * seconds))  # whole bounces, so that it ends where it began
            height = 0.075 * _EXTENT[move.extent] * rng.uniform(0.85, 1.2) * min(1.0, 1.2 * seconds / count)
            phase = math.pi * count * times / seconds
            velocity = -height * math.pi * count / seconds * np.cos(phase) * np.sign(np.sin(phase))
            return {"subject_y": velocity}
        case SubjectAction.FLOAT:
            rate = rng.uniform(0.42, 0.55) * {"slow": 0.8, "normal": 1.0, "fast": 1.4}[move.speed]
            reach = 0.024 * _EXTENT[move.extent] * rng.uniform(0.85, 1.2) * rng.choice([-1, 1])
            return {
                "subject_y": reach * turn * rate * np.cos(turn * rate * times),
                "subject_x": 0.004 * turn * 0.3 * np.cos(turn * 0.3 * times + rng.uniform(0, turn)),
            }
        case SubjectAction.DRIFT_LEFT | SubjectAction.DRIFT_RIGHT:
            return {"subject_y": 0.006 * level * turn * 0.5 * np.cos(turn * 0.5 * times + rng.uniform(0, turn))}
        case _:
            return {}
