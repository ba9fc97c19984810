"""The ruler of motion: what camera and subject did, measured from the frames alone by optical flow. No network."""

from dataclasses import dataclass, replace
from itertools import pairwise

import cv2
import numpy as np
from numpy.typing import NDArray

from mutoscope.codecs.anatomy import find_anatomy
from mutoscope.vision.flow import dense_flow

Array = NDArray[np.float64]

# What is tracked, in the units of the motion code; positions since frame 0. `camera_orbit` is how far the bottom of the
# ground slipped left against its top, in frame widths; `subject_*` is seen against the ground around it; `subject_sway` is the
# bend of its top to the right; `subject_ripple` is the amplitude at which its inside wobbles to and fro.
TRACKS = (
    "camera_x", "camera_y", "camera_zoom", "camera_roll", "camera_orbit",
    "subject_x", "subject_y", "subject_scale", "subject_rotation", "subject_sway", "subject_ripple",
)  # fmt: skip
MEASURING_RATE = 12  # steps per second
_LONG_SIDE = (144, 320)  # pixels that flow is measured at
_SMALLEST_SUBJECT = 60  # pixels at that size
_BASE = 0.15  # height on a swaying subject where the straight line through its bend is zero, if it bends more towards the top


@dataclass(frozen=True, kw_only=True, eq=False)
class MotionReading:
    """Tracks (N, 11) in TRACKS order at times (N,) in seconds; `radius` is the subject's (rms, in frame widths)."""

    times: Array
    tracks: Array
    aspect: float  # height / width of the frame
    radius: float
    has_subject: bool
    held: bool = False  # whether an edge of the picture cuts the subject broadly

    def __getitem__(self, name: str) -> Array:
        """(N,) one track."""
        column: Array = self.tracks[:, TRACKS.index(name)]
        return column

    @property
    def seconds(self) -> float:
        """Time from the first to the last frame."""
        return float(self.times[-1])


def read_motion(
    frames: NDArray[np.uint8], fps: int, matte: NDArray[np.float32] | None, *, rate: int = MEASURING_RATE
) -> MotionReading:
    """Measure frames (T, H, W, 3) with the subject's matte (H, W) in frame 0; without a matte only the camera is read."""
    assert len(frames) >= 2, "one frame does not move"
    stride = max(1, round(fps / rate))
    picked = list(range(0, len(frames), stride))
    small = [_shrunk(frames[index]) for index in picked]
    height, width = small[0].shape
    tracker = _SubjectTracker(matte, height, width)
    steps = [np.zeros(len(TRACKS))]
    for before, after in pairwise(small):
        steps.append(_step(before, after, tracker))
    tracks = np.cumsum(steps, axis=0)
    if tracker.exists:
        tracks[:, -1] = tracker.wobble(stride / fps) / width
    return MotionReading(
        times=np.array(picked) / fps,
        tracks=tracks,
        aspect=height / width,
        radius=tracker.radius / width,
        has_subject=tracker.exists,
        held=_held(matte),
    )


def _held(matte: NDArray[np.float32] | None) -> bool:
    anatomy = None if matte is None else find_anatomy(matte)
    return anatomy is not None and bool(anatomy.held)


class _SubjectTracker:
    """Where the subject's matte has gone, carried along by the motion measured in it, and what that motion left unexplained."""

    def __init__(self, matte: NDArray[np.float32] | None, height: int, width: int) -> None:
        self._first = np.zeros((height, width), np.float32)
        if matte is not None:
            self._first = np.asarray(cv2.resize(matte, (width, height), interpolation=cv2.INTER_AREA), np.float32)
        self._to_now = np.eye(3)
        self.matte = self._first
        inside = np.argwhere(self._first > 0.5)
        self.exists = len(inside) >= _SMALLEST_SUBJECT
        self.radius = float(np.sqrt(inside.var(axis=0).sum())) if self.exists else 0.0
        core = np.argwhere(cv2.erode(self._first, np.ones((5, 5), np.uint8)) > 0.5)
        core = core if len(core) >= 30 else inside
        chosen = core[np.linspace(0, len(core) - 1, min(len(core), 400)).astype(int)] if self.exists else core[:0]
        self._points = chosen[:, ::-1].astype(np.float64)  # x, y in frame 0
        self._left: list[Array] = []

    def carry(self, step: "_Move", flow: NDArray[np.float32]) -> None:
        """Move the matte by a measured step, and remember what of the flow the step does not explain."""
        now = self._points @ self._to_now[:2, :2].T + self._to_now[:2, 2]
        x, y = now.astype(np.float32).T[..., None]
        seen = cv2.remap(flow, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)[:, 0]
        matrix = step.matrix()
        left = seen - (now @ matrix[:2, :2].T + matrix[:2, 2] - now)
        # In the subject's own axes, so that a spinning subject's wobble adds up in place.
        self._left.append(left @ np.linalg.inv(self._to_now[:2, :2]).T)
        self._to_now = matrix @ self._to_now
        size = (self._first.shape[1], self._first.shape[0])
        self.matte = np.asarray(cv2.warpAffine(self._first, self._to_now[:2], size, flags=cv2.INTER_LINEAR), np.float32)

    def wait(self) -> None:
        """A step in which nothing could be measured: the subject is taken to stay where it was."""
        self._left.append(np.zeros_like(self._points))

    def wobble(self, seconds: float) -> Array | float:
        """(N,) amplitude in pixels of what goes to and fro inside the subject within about a second; one step lasts `seconds`."""
        if not self._left:
            return 0.0
        gone = np.concatenate([np.zeros((1, *self._left[0].shape)), np.cumsum(self._left, axis=0)])
        gone = gone - _smooth(gone, max(3, round(0.9 / seconds)))
        power = np.median((gone**2).sum(axis=-1), axis=-1)
        return np.sqrt(2 * _smooth(power, max(3, round(0.4 / seconds))))


@dataclass(frozen=True)
class _Move:
    """A similarity and a shear of rows about `centre` (x, y): pixels, log scale, radians clockwise, shear per pixel of y."""

    centre: Array
    shift: Array
    growth: float
    turn: float
    shear: float

    def matrix(self) -> Array:
        """(3, 3) in pixel coordinates."""
        scale = np.exp(self.growth)
        cos, sin = scale * np.cos(self.turn), scale * np.sin(self.turn)
        linear = np.array([[cos, -sin + self.shear], [sin, cos]])
        matrix = np.eye(3)
        matrix[:2, :2] = linear
        matrix[:2, 2] = self.centre + self.shift - linear @ self.centre
        return matrix

    def at(self, point: Array) -> Array:
        """(2,) displacement of a point."""
        moved = self.matrix() @ np.array([point[0], point[1], 1.0])
        return np.asarray(moved[:2] - point)


def _step(before: NDArray[np.uint8], after: NDArray[np.uint8], tracker: _SubjectTracker) -> Array:
    """(11,) what changed from one measured frame to the next; the last entry is measured over time and stays 0 here."""
    height, width = before.shape
    flow = dense_flow(before, after)
    texture = _texture(before)
    outside = cv2.dilate(tracker.matte, np.ones((9, 9), np.uint8)) < 0.1
    if outside.mean() < 0.05:  # the subject fills the frame: there is hardly a ground to measure
        outside = tracker.matte < 0.5
    far = replace(texture, strength=texture.strength * _away(tracker.matte))
    ground = _fit(flow, outside, far, np.array([width / 2, height / 2]), shear_prior=0.02)
    step = np.zeros(len(TRACKS))
    if ground is None:
        tracker.wait()
        return step
    step[:5] = (
        -ground.shift[0] / width, -ground.shift[1] / height, ground.growth, -ground.turn, -ground.shear * height / width,
    )  # fmt: skip
    inside = tracker.matte > 0.6
    if not tracker.exists or inside.sum() < _SMALLEST_SUBJECT:
        tracker.wait()
        return step
    rows, columns = np.nonzero(inside)
    centre = np.array([columns.mean(), rows.mean()])
    subject = _fit(flow, inside, texture, centre, shear_prior=0.05)
    if subject is None:
        tracker.wait()
        return step
    top, bottom = np.percentile(rows, [1, 99])
    tall = max(float(bottom - top), 4.0)
    bend = -subject.shear * tall  # of the top to the right, pixels
    at_base = subject.shift[0] - bend * ((bottom - centre[1]) / tall - _BASE)
    drift = ground.at(centre)
    step[5:] = (
        (at_base - drift[0]) / width, (subject.shift[1] - drift[1]) / height, subject.growth - ground.growth,
        subject.turn - ground.turn, bend / width, 0.0,
    )  # fmt: skip
    tracker.carry(subject, flow)
    return step


def _fit(
    flow: NDArray[np.float32], region: NDArray[np.bool_], texture: "_Texture", centre: Array, shear_prior: float
) -> _Move | None:
    """The robust best similarity and shear of the flow in a region; None where there is too little to see.

    Iteratively reweighted least squares with Geman-McClure weights whose width shrinks from the spread of the flow to its noise.
    Errors count across edges, not along them, where flow is a guess. `shear_prior` keeps shear small where it cannot be told
    from a turn (thin subjects), as a share of the data's own weight.
    """
    rows, columns = np.nonzero(region)
    if len(rows) < 30:
        return None
    keep = np.linspace(0, len(rows) - 1, min(len(rows), 2500)).astype(int)
    rows, columns = rows[keep], columns[keep]
    x, y = columns - centre[0], rows - centre[1]
    span = max(float(np.sqrt((x**2 + y**2).mean())), 1.0)
    x, y = x / span, y / span
    zero, one = np.zeros_like(x), np.ones_like(x)
    across = np.stack([one, zero, x, -y, y], axis=1)
    down = np.stack([zero, one, y, x, zero], axis=1)
    moved = flow[rows, columns].astype(np.float64)
    xx, xy, yy = (part[rows, columns, None] for part in (texture.xx, texture.xy, texture.yy))
    held_across, held_down = across * xx + down * xy, across * xy + down * yy
    weight = texture.strength[rows, columns]
    found = np.array([*(_weighted_median(part, weight) for part in moved.T), 0, 0, 0])
    for sharpness in (5.0, 4.0, 3.0, 2.5, 2.5, 2.5):
        error_x, error_y = moved[:, 0] - across @ found, moved[:, 1] - down @ found
        square = xx[:, 0] * error_x**2 + 2 * xy[:, 0] * error_x * error_y + yy[:, 0] * error_y**2
        error = np.sqrt(np.maximum(square, 0))
        width = max(sharpness * _weighted_median(error, weight), 0.08)
        robust = (weight / (1 + (error / width) ** 2) ** 2)[:, None]
        left = across.T @ (held_across * robust) + down.T @ (held_down * robust)
        right = (held_across * robust).T @ moved[:, 0] + (held_down * robust).T @ moved[:, 1]
        left[4, 4] += shear_prior * float(robust.sum())
        left += 1e-6 * float(robust.sum()) * np.eye(5)
        found = np.linalg.solve(left, right)
    growing, turning = 1 + found[2] / span, found[3] / span
    return _Move(
        centre=centre,
        shift=found[:2],
        growth=float(np.log(np.hypot(growing, turning))),
        turn=float(np.arctan2(turning, growing)),
        shear=float(found[4] / span),
    )


def _smooth(values: Array, window: int) -> Array:
    """Moving mean along time (axis 0); at the ends over what there is."""
    ones = np.ones(len(values))
    kernel = np.ones(min(window | 1, len(values) - (len(values) + 1) % 2))
    count = np.convolve(ones, kernel, "same")
    flat = values.reshape(len(values), -1)
    mean = np.stack([np.convolve(column, kernel, "same") / count for column in flat.T], axis=1)
    return mean.reshape(values.shape)


def _away(matte: NDArray[np.float32]) -> Array:
    """(H, W) how much the ground at a pixel counts: what is near the subject may be dragged along with it."""
    reach = 0.2 * matte.shape[1]
    distance = np.asarray(cv2.distanceTransform((matte < 0.5).astype(np.uint8), cv2.DIST_L2, 3), np.float64)
    share = np.minimum(distance / reach, 1)
    weight: Array = 0.03 + share**2
    return weight


def _weighted_median(values: Array, weights: Array) -> float:
    order = np.argsort(values)
    total = np.cumsum(weights[order])
    return float(values[order][np.searchsorted(total, total[-1] / 2)])


@dataclass(frozen=True)
class _Texture:
    """How much there is to hold on to at every pixel (H, W): `strength` 0..1, and in which direction: a 2x2 tensor of trace 1."""

    strength: Array
    xx: Array
    xy: Array
    yy: Array


def _texture(grey: NDArray[np.uint8]) -> _Texture:
    """The structure tensor: smooth sky says little about how it moves, an edge nothing about how it moves along itself."""
    smooth = cv2.GaussianBlur(grey.astype(np.float32), (0, 0), 0.8)
    dx, dy = cv2.Sobel(smooth, cv2.CV_32F, 1, 0) / 8, cv2.Sobel(smooth, cv2.CV_32F, 0, 1) / 8
    xx, xy, yy = (cv2.GaussianBlur(part, (0, 0), 2.5).astype(np.float64) for part in (dx * dx, dx * dy, dy * dy))
    total = xx + yy
    faint = 0.3  # grey levels per pixel, squared: flatter than that is noise
    strength = np.sqrt(total) / (np.sqrt(total) + np.sqrt(faint) + 0.5 * float(np.mean(np.sqrt(total))))
    even = 0.02 * total + 1e-6
    scale = 1 / (total + 2 * even)
    return _Texture(strength=strength + 1e-3, xx=(xx + even) * scale, xy=xy * scale, yy=(yy + even) * scale)


def _shrunk(frame: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """(h, w) grey at the size that flow is measured at."""
    grey = cv2.cvtColor(frame, cv2.COLOR_RGB2GRAY)
    longest = max(grey.shape)
    wanted = min(max(longest, _LONG_SIDE[0]), _LONG_SIDE[1])
    if wanted == longest:
        return np.asarray(grey, np.uint8)
    size = (round(grey.shape[1] * wanted / longest), round(grey.shape[0] * wanted / longest))
    method = cv2.INTER_AREA if wanted < longest else cv2.INTER_CUBIC
    return np.asarray(cv2.resize(grey, size, interpolation=method), np.uint8)
