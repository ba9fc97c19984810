"""The camera: how it pans and zooms over a clip, from what is seen behind the actors, layer by layer."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise

import cv2
import numpy as np
import torch
from numpy.typing import NDArray

from mutoscope.evaluation.storybook.colours import Frames, Mask
from mutoscope.shapes import ClipShape
from mutoscope.world.storybook.places import place_nearness
from mutoscope.world.storybook.story import Light, Place

Array = NDArray[np.float64]
_STEP = 0.5  # seconds between the frames that are laid upon each other
ZOOMS = 0.09 * np.asarray([-1.0, -0.5, 0.5, 1.0])  # e-folds per second that are tried
PANS = np.arange(-0.36, 0.361, 0.01)  # frame widths per second of what is as near as the actors
_BANDS = 16
_FINE = 8  # steps to a pixel
_WAVES = {Place.SEA: (0.40, 1.0), Place.BEACH: (0.46, 0.80)}  # between which heights water moves of its own accord
_LAYERS = 0.004  # of a band is at least of a nearness that is tried
_MORE = 0.85  # of what a camera that stands still leaves over may be left by one that moves
_ALIKE = 0.1  # of what a pan explains
_INSIDE = 0.99  # of the time between two frames must be that of a beat
_FAR = 0.5  # nearness: where nothing is nearer, it takes longer to see a pan
_NOISE = 0.03  # levels of 255: less than that is left over where nothing moves
_MOST = 40.0  # levels of 255 that an error counts
_SOFT = 5  # pixels over which a layer holds together
_FOCUS = 0.8 / 128  # picture heights by which frames are softened, so that grain and fine lines do not count
_GRAINS = 1.2  # times the grain of a frame is what softened ones may differ by


@dataclass(frozen=True, kw_only=True, eq=False)
class CameraPath:
    """Where the camera is in every frame, since the first: x (T,) in frame widths of the actors' plane, log zoom (T,)."""

    x: Array
    zoom: Array


@dataclass(frozen=True, kw_only=True, eq=False)
class CameraTraces:
    """What P pairs of frames leave unexplained if the camera did what is tried: once nothing, some zooms, some pans."""

    first: Array  # (P,) seconds
    last: Array
    still: Array  # (P,)
    zooms: Array  # (P, Z), in the order of ZOOMS
    pans: Array  # (P, N), in the order of PANS

    def speeds(self, start: float, end: float) -> tuple[float, float]:
        """The pan (frame widths a second) and the zoom (e-folds a second) that explain most between two times."""
        inside = np.maximum(np.minimum(self.last, end) - np.maximum(self.first, start), 0) / (self.last - self.first)
        weight = np.where(inside > _INSIDE, 1.0, 0.0) if (inside > _INSIDE).any() else inside
        if not weight.sum():
            return 0.0, 0.0
        moved = self.still > _NOISE
        if (weight * moved).sum() < 0.5 * weight.sum():
            return 0.0, 0.0
        still, zooms, pans = (
            np.average(value[moved], 0, weight[moved]) for value in (self.still, self.zooms, self.pans)
        )
        if min(zooms.min(), pans.min()) > _MORE * still:
            return 0.0, 0.0
        if zooms.min() < pans.min():
            return 0.0, float(ZOOMS[zooms.argmin()])
        return _slowest(pans, float(still)), 0.0

    def path(self, cuts: Sequence[float], times: Array) -> CameraPath:
        """The path over the beats between cuts; a change takes its time about a cut."""
        knots, speeds = [0.0], []
        for start, end in pairwise(cuts):
            speeds.append(self.speeds(start, end))
            knots.append(end)
        reached = np.cumsum([(0.0, 0.0), *((p * d, z * d) for (p, z), d in zip(speeds, np.diff(cuts), strict=True))], 0)
        x, zoom = (np.interp(times, knots, reached[:, axis]) for axis in (0, 1))
        return CameraPath(x=x, zoom=zoom)


def _slowest(rests: Array, still: float) -> float:
    """The slowest pan of those that explain about the most: a far layer that moves fast looks like a near one that does not."""
    inner = rests[1:-1]
    dips = 1 + np.flatnonzero((inner <= rests[:-2]) & (inner <= rests[2:]))
    good = [at for at in dips if rests[at] <= rests.min() + _ALIKE * (still - rests.min())]
    if not good:
        return float(PANS[rests.argmin()])
    best = min(good, key=lambda at: abs(PANS[at]))
    left, middle, right = rests[best - 1 : best + 2]
    between = 0.5 * (left - right) / max(left - 2 * middle + right, 1e-9)  # by a parabola
    return float(PANS[best] + np.clip(between, -0.5, 0.5) * (PANS[1] - PANS[0]))


def camera_traces(frames: Frames, bare: NDArray[np.bool_], place: Place, fps: int) -> CameraTraces:
    """What frames (T, H, W, 3), of which `bare` (T, H, W) shows no actor, tell of the camera at a place.

    Nobody can tell what it does before a plain colour, so there it stands still.
    """
    count, height = len(frames), frames.shape[1]
    nearest = max((nearness for near in _layers(place) for nearness in near), default=1.0)
    step = min(count - 1, max(1, round((_STEP if nearest > _FAR else 2 * _STEP) * fps)))
    pairs = [(first, first + step) for first in range(0, count - step, max(1, step // 2))]
    grain = _grain(frames)
    grey = np.stack([cv2.GaussianBlur(frame.astype(np.float32).mean(-1), (0, 0), _FOCUS * height) for frame in frames])
    bands = np.repeat([bool(near) for near in _layers(place)], height // _BANDS + 1)[:height, None] & (
        place is not Place.PLAIN
    )
    still = np.zeros(len(pairs))
    zooms, pans = np.full((len(pairs), len(ZOOMS)), np.inf), np.full((len(pairs), len(PANS)), np.inf)
    for index, (first, last) in enumerate(pairs):
        seen = bare[first] & bare[last] & bands
        still[index] = _left(_error(grey[last], grey[first], grain), seen)
        if still[index] > _NOISE:  # else nothing moved
            gains = ZOOMS * (last - first) / fps
            zooms[index] = [_left(_error(grey[last], _zoomed(grey[first], gain), grain), seen) for gain in gains]
            pans[index] = _panned(grey[first], grey[last], seen, place, (last - first) / fps, grain)
    first, last = np.asarray(pairs, float).T / fps
    return CameraTraces(first=first, last=last, still=still, zooms=zooms, pans=pans)


def _grain(frames: Frames) -> float:
    """What noise leaves between two softened frames, levels of 255; 0 where most is flat.

    Immerkaer, "Fast noise variance estimation" (1996), by the median.
    """
    mask = np.array([[1, -2, 1], [-2, 4, -2], [1, -2, 1]], np.float32)
    response = cv2.filter2D(frames[len(frames) // 2].astype(np.float32).mean(-1), -1, mask)
    return _GRAINS * float(np.median(np.abs(response))) / (0.6745 * 6)


def _error(one: Array, other: Array, grain: float) -> Array:
    """How two frames differ beyond their grain, over some pixels, levels of 255."""
    return np.asarray(cv2.blur(np.clip(np.abs(one - other) - grain, 0, _MOST), (_SOFT, _SOFT)))


def _left(error: Array, bare: Mask) -> float:
    """The error where no actor is."""
    return float(error[bare].mean()) if bare.any() else 0.0


def _zoomed(frame: Array, gain: float) -> Array:
    height, width = frame.shape
    scale = np.exp(gain)
    matrix = np.array([[scale, 0, (1 - scale) * (width - 1) / 2], [0, scale, (1 - scale) * (height - 1) / 2]])
    return np.asarray(
        cv2.warpAffine(frame, matrix, (width, height), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    )


def _panned(before: Array, after: Array, bare: Mask, place: Place, seconds: float, grain: float) -> Array:  # (N,)
    """What each pan leaves over: each band's pixels may be of any of the layers that lie there."""
    height, width = before.shape
    rests = np.zeros(len(PANS))
    errors: dict[int, Array] = {}  # of shifts in fine steps
    for band, near in enumerate(_layers(place)):
        rows = slice(band * height // _BANDS, (band + 1) * height // _BANDS)
        if not near or not bare[rows].any():
            continue
        shifts = np.rint(-PANS[:, None] * seconds * width * _FINE * np.asarray(near)).astype(int).tolist()
        for index, steps in enumerate(shifts):
            for one in steps:
                if one not in errors:
                    errors[one] = _error(after, _shifted(before, one / _FINE), grain)
            best = np.minimum.reduce([errors[one][rows] for one in steps])
            rests[index] += float(best[bare[rows]].sum())
    return rests / max(1, int(bare.sum()))


def _shifted(frame: Array, pixels: float) -> Array:
    matrix = np.array([[1, 0, pixels], [0, 1, 0]], np.float64)
    return np.asarray(
        cv2.warpAffine(frame, matrix, frame.shape[::-1], flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)
    )


@cache
def _layers(place: Place) -> tuple[tuple[float, ...], ...]:
    """Which nearnesses are found in each band of rows of a place."""
    clips = 12
    shape = ClipShape(frames=1, height=64, width=64, fps=8)
    number = torch.full((clips,), tuple(Place).index(place))
    light = torch.eye(3)[[list(Light).index(Light.DAY)] * clips][:, None]
    camera, wind = torch.zeros(clips, 1, 3), torch.zeros(clips, 1)
    near = place_nearness(number, light, camera, wind, shape, torch.Generator().manual_seed(7))[:, 0].numpy()
    found: list[tuple[float, ...]] = []
    top, bottom = _WAVES.get(place, (1.0, 1.0))
    for band, rows in enumerate(np.array_split(near, _BANDS, axis=1)):
        if top < (band + 1) / _BANDS and band / _BANDS < bottom:
            found.append(())
            continue
        values, counts = np.unique(rows.round(2), return_counts=True)
        found.append(tuple(float(v) for v, n in zip(values, counts, strict=True) if n > _LAYERS * rows.size))
    return tuple(found)
