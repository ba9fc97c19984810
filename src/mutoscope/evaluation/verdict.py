"""The verdict on a scene: whether camera and subject did what was asked, and nothing else, by what the ruler read."""

import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from mutoscope.evaluation.ruler import MotionReading
from mutoscope.world.script import CameraAction, CameraMove, Scene, Script, SubjectAction, SubjectMove

Array = NDArray[np.float64]

QUIETER = 3.0  # how many times smaller than what was asked anything else must be
# The least that counts as done at normal speed and extent, in the units of the tracks; small asks need proportionally less.
_CAMERA_LEAST = {"pan": 0.010, "tilt": 0.010, "zoom": 0.020, "roll": math.radians(1), "orbit": 0.010, "shake": 0.0010}
_SUBJECT_LEAST = {
    "x": 0.010, "y": 0.010, "scale": 0.040, "rotation": 0.15, "bob": 0.010, "bounce": 0.020,
    "sway": 0.006, "pulse": 0.020, "ripple": 0.0010,
}  # fmt: skip
# The most that is never held against a clip, as a visible shift in frame widths.
_CAMERA_QUIET = {"pan": 0.010, "tilt": 0.010, "zoom": 0.010, "roll": 0.010, "shake": 0.0008, "orbit": 0.008}
_SUBJECT_QUIET = {"x": 0.012, "y": 0.012, "scale": 0.0075, "rotation": 0.010, "sway": 0.006, "ripple": 0.0009}
_SLIP = 0.5  # ground's bottom against its top for an orbit of one, by the depth that the world and the codec assume
_NEAR = 0.65  # subject against the ground around it for an orbit of one, likewise
_LEVEL = {"slow": 0.55, "normal": 1.0, "fast": 1.6, "little": 0.5, "much": 1.5}
_TRIM = 0.1  # seconds beside a change that belong to neither scene
_CAMERA_WISH: dict[CameraAction, tuple[str, int]] = {
    CameraAction.PAN_LEFT: ("pan", -1),
    CameraAction.PAN_RIGHT: ("pan", 1),
    CameraAction.TILT_UP: ("tilt", -1),
    CameraAction.TILT_DOWN: ("tilt", 1),
    CameraAction.ZOOM_IN: ("zoom", 1),
    CameraAction.ZOOM_OUT: ("zoom", -1),
    CameraAction.ROLL_CLOCKWISE: ("roll", 1),
    CameraAction.ROLL_COUNTERCLOCKWISE: ("roll", -1),
    CameraAction.ORBIT_LEFT: ("orbit", -1),
    CameraAction.ORBIT_RIGHT: ("orbit", 1),
    CameraAction.SHAKE: ("shake", 1),
}
# Direction of travel, x right and y down; 0 means that way should stay quiet.
TRAVELS: dict[SubjectAction, tuple[int, int]] = {
    SubjectAction.MOVE_LEFT: (-1, 0),
    SubjectAction.MOVE_RIGHT: (1, 0),
    SubjectAction.MOVE_UP: (0, -1),
    SubjectAction.MOVE_DOWN: (0, 1),
    SubjectAction.MOVE_UP_LEFT: (-1, -1),
    SubjectAction.MOVE_UP_RIGHT: (1, -1),
    SubjectAction.MOVE_DOWN_LEFT: (-1, 1),
    SubjectAction.MOVE_DOWN_RIGHT: (1, 1),
    SubjectAction.RISE: (0, -1),
    SubjectAction.FALL: (0, 1),
    SubjectAction.DRIFT_LEFT: (-1, 0),
    SubjectAction.DRIFT_RIGHT: (1, 0),
}
_SIGNS = {
    SubjectAction.GROW: ("scale", 1),
    SubjectAction.SHRINK: ("scale", -1),
    SubjectAction.SPIN_CLOCKWISE: ("rotation", 1),
    SubjectAction.SPIN_COUNTERCLOCKWISE: ("rotation", -1),
}


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """Whether camera and subject did as asked (subject None: not measured), and in words what was wrong."""

    camera: bool
    subject: bool | None
    wrong: tuple[str, ...]

    @property
    def obeyed(self) -> bool:
        """Everything that could be measured is right."""
        return self.camera and self.subject is not False


def judge(reading: MotionReading, scene: Scene) -> Verdict:
    """The verdict on one scene of a clip."""
    window = Window(reading, scene)
    camera = _camera_faults(window)
    subject = _subject_faults(window) if reading.has_subject else []
    return Verdict(camera=not camera, subject=not subject if reading.has_subject else None, wrong=(*camera, *subject))


def judge_script(reading: MotionReading, script: Script) -> tuple[Verdict, ...]:
    """The verdicts on every scene; the caption is obeyed if all are."""
    return tuple(judge(reading, scene) for scene in script.scenes)


@dataclass(frozen=True)
class Window:
    """A reading during one scene. Sizes are in the units of the tracks, effects are visible shifts in frame widths."""

    reading: MotionReading
    scene: Scene

    @property
    def seconds(self) -> float:
        """Length of the scene."""
        return self.scene.end - self.scene.start

    def track(self, name: str, trim: float = _TRIM) -> Array:
        """(n,) the track during the scene, without the moments beside a change."""
        times, reading = self.reading.times, self.reading
        start = self.scene.start + (trim if self.scene.start > 0.01 else -1)
        end = self.scene.end - (trim if self.scene.end < reading.seconds - 0.01 else -1)
        inside = (times >= start - 1e-6) & (times <= end + 1e-6)
        if inside.sum() < 3:  # a very short scene: the nearest three moments
            inside = np.argsort(np.abs(times - (start + end) / 2)) < 3
        return reading[name][inside]

    def net(self, name: str) -> float:
        """How far a track goes during the scene, by the straight line through it: what goes to and fro counts little."""
        track = self.track(name)
        at = np.linspace(-0.5, 0.5, len(track))
        return float((at @ track) / (at @ at))

    def swing(self, name: str, trim: float = _TRIM) -> float:
        """Between the highest and the lowest point of a track."""
        track = self.track(name, trim)
        return float(track.max() - track.min())

    def straightness(self, name: str) -> float:
        """1 if a track only ever goes one way, towards 0 if it comes back."""
        track = self.track(name)
        length = float(np.abs(np.diff(track)).sum())
        return abs(float(track[-1] - track[0])) / max(length, 1e-9)

    def turns(self, name: str) -> int:
        """How often a track turns back by at least a fifth of its swing."""
        track = self.track(name, 0.0)
        need, count, heading, extreme = 0.2 * (track.max() - track.min()), 0, 0, track[0]
        for value in track:
            if heading * (value - extreme) >= 0 and heading:
                extreme = value
            elif abs(value - extreme) >= max(need, 1e-9):
                count += 1 if heading else 0
                heading, extreme = int(np.sign(value - extreme)), value
        return count

    @cached_property
    def radius(self) -> float:
        """Rms distance of the frame's points from its middle, in widths."""
        return math.sqrt((1 + self.reading.aspect**2) / 12)

    @cached_property
    def orbit(self) -> float:
        """How far the camera went around, in frame widths, by the slip of the ground."""
        return self.net("camera_orbit") / _SLIP

    @cached_property
    def shake(self) -> float:
        """Rms of how the camera jumps about its smoothed path, in widths."""
        x, y = self.track("camera_x"), self.track("camera_y") * self.reading.aspect
        jumps = np.concatenate([_jumps(x), _jumps(y)])
        return float(np.sqrt(np.mean(jumps**2)))


def _jumps(track: Array) -> Array:
    """What a local parabola through five moments does not follow: moves and their easing vanish, jitter stays."""
    if len(track) < 5:
        return np.zeros(1)
    return np.convolve(track, np.array([-1, 4, -6, 4, -1]) / 8, "valid")


def _least(table: dict[str, float], name: str, move: CameraMove | SubjectMove) -> float:
    return table[name] * max(0.35, min(1.0, _LEVEL[move.speed] * _LEVEL[move.extent]))


def _camera_sizes(window: Window) -> dict[str, float]:
    return {
        "pan": window.net("camera_x"), "tilt": window.net("camera_y"), "zoom": window.net("camera_zoom"),
        "roll": window.net("camera_roll"), "orbit": window.orbit, "shake": window.shake,
    }  # fmt: skip


def _camera_effects(window: Window) -> dict[str, float]:
    """How far each move shifts the picture on average, in frame widths."""
    aspect, radius = window.reading.aspect, window.radius
    share = {"pan": 1.0, "tilt": aspect, "zoom": radius, "roll": radius, "orbit": 0.3, "shake": 1.0}
    return {name: abs(size) * share[name] for name, size in _camera_sizes(window).items()}


def _camera_faults(window: Window) -> list[str]:
    """What the camera failed to do, and what it did unasked."""
    sizes, effects = _camera_sizes(window), _camera_effects(window)
    faults, asked = [], set()
    for move in window.scene.camera:
        if move.action is CameraAction.STILL:
            continue
        name, sign = _CAMERA_WISH[move.action]
        asked.add(name)
        if name == "orbit" and _orbits_by_parallax(window, sign):
            continue
        if sizes[name] * sign < _least(_CAMERA_LEAST, name, move):
            faults.append(f"camera: {move.action} asked, {name} {sizes[name]:+.4f}")
    strongest = max((effects[name] for name in asked), default=0.0)
    allowed = {name: max(quiet, strongest / QUIETER) for name, quiet in _CAMERA_QUIET.items()}
    slides = [_CAMERA_WISH[move.action][1] for move in window.scene.camera if "orbit" in move.action]
    if slides and sizes["pan"] * slides[0] < 0:  # when one walks around the subject, what is far goes along
        allowed["pan"] += 0.1
    if "shake" in asked:
        allowed["roll"] += 0.004
    faults += [
        f"camera: {name} {sizes[name]:+.4f} unasked"
        for name in effects
        if name not in asked and effects[name] > allowed[name]
    ]
    return faults


def _orbits_by_parallax(window: Window, sign: int) -> bool:
    """Whether subject and ground slide against each other as when one walks around the subject, without a slip of the ground."""
    if not window.reading.has_subject:
        return False
    apart, ground = -sign * window.net("subject_x"), -sign * window.net("camera_x")
    return apart > _CAMERA_LEAST["orbit"] and 0.2 * apart < ground < 1.2 * apart


def _subject_faults(window: Window) -> list[str]:
    """What the subject failed to do, and what it did unasked."""
    moves = [move for move in window.scene.subject if move.action is not SubjectAction.STILL]
    reading, aspect = window.reading, window.reading.aspect
    asked_camera = [_CAMERA_WISH[move.action][0] for move in window.scene.camera if move.action in _CAMERA_WISH]
    ways = [_CAMERA_WISH[move.action][1] for move in window.scene.camera if "orbit" in move.action]
    orbits = bool(ways)
    x = window.net("subject_x")
    if orbits and not any(move.action in TRAVELS for move in moves):
        seen = any(
            _orbits_by_parallax(window, way) for way in ways
        )  # then the slide is the camera's, not the subject's
        x = 0.0 if seen else x + _NEAR * window.orbit
    elif orbits:
        x += _NEAR * window.orbit
    effects = {
        "x": abs(x) if orbits else window.swing("subject_x"),
        "y": window.swing("subject_y") * aspect,
        "scale": window.swing("subject_scale") * reading.radius,
        "rotation": window.swing("subject_rotation") * reading.radius,
        "sway": window.swing("subject_sway") * 0.5,
        "ripple": float(np.median(window.track("subject_ripple"))),
    }
    faults: list[str] = []
    excused: dict[str, float] = dict.fromkeys(effects, 0.0)
    asked: set[str] = set()
    for move in moves:
        fault = _undone(window, move, x)
        faults += [f"subject: {move.action} asked, {fault}"] if fault else []
        for name, share in _PART_OF[move.action].items():
            if share >= 1:
                asked.add(name)
    strongest = max((effects[name] for name in asked), default=0.0)
    for move in moves:
        for name, share in _PART_OF[move.action].items():
            edge = reading.held and name in "xy" and move.action in _ABOUT_THE_EDGE
            excused[name] = max(excused[name], (_EDGE_SHARE if edge else share) * strongest)
    if orbits:
        excused["x"] += 0.5 * abs(window.orbit)
        excused["sway"] += 0.5 * abs(window.orbit)
    # The measuring errs in proportion to what the camera does.
    shown = max((_camera_effects(window)[name] for name in asked_camera), default=0.0)
    for name, effect in effects.items():
        allowed = max(_SUBJECT_QUIET[name], strongest / QUIETER, shown / 4) + excused[name]
        if name not in asked and effect > allowed:
            faults.append(f"subject: {name} {effect:.4f} unasked")
    return faults


def _parts() -> dict[SubjectAction, dict[str, float]]:
    """What belongs to an action: 1 for what it is made of, a share of its own size for what it brings along."""
    parts: dict[SubjectAction, dict[str, float]] = {}
    for action, (x, y) in TRAVELS.items():
        parts[action] = {name: 1.0 for name, sign in (("x", x), ("y", y)) if sign}
    for action in (SubjectAction.DRIFT_LEFT, SubjectAction.DRIFT_RIGHT):
        parts[action]["y"] = 0.3  # it bobs a little
    along = {"x": 0.7, "y": 0.7}
    parts |= {
        SubjectAction.FLOAT: {"y": 1.0, "x": 0.4},
        SubjectAction.BOUNCE: {"y": 1.0},
        SubjectAction.SWAY: {"sway": 1.0, "x": 0.8, "rotation": 0.5},
        SubjectAction.SPIN_CLOCKWISE: {"rotation": 1.0, "sway": 0.2} | along,
        SubjectAction.SPIN_COUNTERCLOCKWISE: {"rotation": 1.0, "sway": 0.2} | along,
        SubjectAction.GROW: {"scale": 1.0} | along,
        SubjectAction.SHRINK: {"scale": 1.0} | along,
        SubjectAction.PULSE: {"scale": 1.0} | along,
        # The waves do not cancel out within a small subject.
        SubjectAction.RIPPLE: {"ripple": 1.0, "x": 3.0, "y": 3.0, "scale": 3.0, "rotation": 3.0, "sway": 3.0},
    }
    return parts


_PART_OF = _parts()
# A subject that an edge of the picture cuts grows and turns about that edge. The middle of a rectangle is at most
# sqrt(12) / 2 of its rms radius away from its edge, so that far its middle goes for each radian or unit of log scale.
_ABOUT_THE_EDGE = {
    SubjectAction.SPIN_CLOCKWISE, SubjectAction.SPIN_COUNTERCLOCKWISE, SubjectAction.GROW, SubjectAction.SHRINK,
    SubjectAction.PULSE,
}  # fmt: skip
_EDGE_SHARE = math.sqrt(12) / 2


def _undone(window: Window, move: SubjectMove, x: float) -> str:
    """What is missing from an asked action, or nothing."""
    if move.action in TRAVELS:
        return _untravelled(window, move, x)
    if move.action in _SIGNS:
        name, sign = _SIGNS[move.action]
        size = window.net(f"subject_{name}")
        enough = size * sign >= _least(_SUBJECT_LEAST, name, move)
        return "" if enough and window.straightness(f"subject_{name}") > 0.5 else f"{name} {size:+.4f}"
    match move.action:
        case SubjectAction.FLOAT:
            swing, turns = window.swing("subject_y"), window.turns("subject_y")
            hovers = turns >= 1 or window.seconds < 1.3
            calm = turns <= 1 + 1.25 * window.seconds
            return (
                ""
                if swing >= _least(_SUBJECT_LEAST, "bob", move) and hovers and calm
                else f"bobs {swing:.4f}, {turns} turns"
            )
        case SubjectAction.BOUNCE:
            y = window.track("subject_y", 0.0)
            swing, up = window.swing("subject_y"), float(y[0] - y.min())
            jumps = up > 0.7 * swing and window.turns("subject_y") >= 1
            return (
                "" if swing >= _least(_SUBJECT_LEAST, "bounce", move) and jumps else f"bounces {swing:.4f}, up {up:.4f}"
            )
        case SubjectAction.SWAY:
            swing = window.swing("subject_sway", 0.0)
            return "" if swing >= _least(_SUBJECT_LEAST, "sway", move) else f"sways {swing:.4f}"
        case SubjectAction.PULSE:
            swing = window.swing("subject_scale", 0.0)
            breathes = window.straightness("subject_scale") < 0.75 or window.seconds < 1.3
            return "" if swing >= _least(_SUBJECT_LEAST, "pulse", move) and breathes else f"breathes {swing:.4f}"
        case _:
            level = float(np.median(window.track("subject_ripple")))
            # What a bend or a turn leaves over is small beside it; a real ripple is not.
            rest = max(
                0.06 * window.swing("subject_sway"), 0.03 * window.swing("subject_rotation") * window.reading.radius
            )
            return (
                "" if level >= max(_least(_SUBJECT_LEAST, "ripple", move), min(rest, 0.002)) else f"ripples {level:.4f}"
            )


def _untravelled(window: Window, move: SubjectMove, x: float) -> str:
    want_x, want_y = TRAVELS[move.action]
    y = window.net("subject_y")
    least = _least(_SUBJECT_LEAST, "x", move)
    fits = all(size * sign >= least for size, sign in ((x, want_x), (y, want_y)) if sign)
    if want_x and want_y:  # diagonal: neither way may dwarf the other
        across, down = abs(x), abs(y) * window.reading.aspect
        fits = fits and min(across, down) * 3.5 >= max(across, down)
    comes_back = any(
        window.straightness(f"subject_{axis}") < 0.4
        for axis, sign in (("x", want_x), ("y", want_y))
        if sign and axis == "y"
    )
    return "" if fits and not comes_back else f"goes {x:+.4f}, {y:+.4f}"
