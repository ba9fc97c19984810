"""Swings: what a path is made of: a straight way, and what goes to and fro on it, by least squares."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
_RATES = np.geomspace(0.26, 2.2, 40)  # per second
_PHASES = np.arange(0, 1, 1 / 16)
FORMS = ("bounce", "zigzag", "circle", "float")


@dataclass(frozen=True, kw_only=True)
class Way:
    """The straight part of a path, in picture heights and seconds; `rest` is the root mean square of what it leaves."""

    x: float  # per second
    y: float
    rest: float


@dataclass(frozen=True, kw_only=True)
class Swing:
    """The best swing of one form: how often a second, how far (from end to end in y), and what it leaves of the path."""

    form: str
    rate: float
    reach: float
    way: Way

    @property
    def rest(self) -> float:
        """Root mean square, picture heights."""
        return self.way.rest


def straight_way(times: Array, x: Array, y: Array) -> Way:
    """The way through (n,) places; what falls may gather speed."""
    one = np.ones_like(times)
    across, rest_x = _fit(np.stack([one, times], 1), x)
    _, rest_y = _fit(np.stack([one, times, times * times], 1), y)
    down, _ = _fit(np.stack([one, times], 1), y)
    return Way(x=float(across[1]), y=float(down[1]), rest=_root(rest_x, rest_y))


def best_swing(times: Array, x: Array, y: Array, form: str) -> Swing:
    """The swing of a form that leaves least of a path of (n,) places."""
    return min(_swings(times, x, y, form), key=lambda swing: swing.rest)


def _swings(times: Array, x: Array, y: Array, form: str) -> Iterator[Swing]:
    one = np.ones_like(times)
    line = np.stack([one, times], 1)
    plain, plain_rest = _fit(line, x)
    for rate in _RATES:
        if rate * (times[-1] - times[0]) < 0.6:
            continue
        turns = rate * (times - times[0])
        sin, cos = np.sin(2 * np.pi * turns), np.cos(2 * np.pi * turns)
        if form == "circle":
            round_, down, rest = _circle(line, sin, cos, x, y)
            yield Swing(form=form, rate=float(rate), reach=round_, way=Way(x=down[0], y=down[1], rest=rest))
            continue
        if form == "float":
            found, rest_y = _fit(np.column_stack([line, sin, cos]), y)
            reach = 2 * float(np.hypot(found[2], found[3]))
            sway, rest_x = _fit(np.column_stack([line, sin, cos]), x)
            way = Way(x=float(sway[1]), y=float(found[1]), rest=_root(rest_x, rest_y))
            yield Swing(form=form, rate=float(rate), reach=reach, way=way)
            continue
        for phase in _PHASES:
            wave = _wave(form, turns + phase)
            found, rest_y = _fit(np.column_stack([line, wave]), y)
            if form == "bounce" and found[2] > 0:  # hangs instead of leaping
                continue
            way = Way(x=float(plain[1]), y=float(found[1]), rest=_root(plain_rest, rest_y))
            yield Swing(form=form, rate=float(rate), reach=abs(float(found[2])), way=way)
    yield Swing(form=form, rate=0.0, reach=0.0, way=Way(x=0.0, y=0.0, rest=np.inf))


def _wave(form: str, turns: Array) -> Array:
    """From 0 to 1 and back, once a turn."""
    part = turns % 1
    return 4 * part * (1 - part) if form == "bounce" else 1 - np.abs(2 * part - 1)


def _circle(line: Array, sin: Array, cos: Array, x: Array, y: Array) -> tuple[float, tuple[float, float], float]:
    """Both ways at once: x = r sin, y = r' cos of the same angle, either way round; radius, way and rest."""
    best = (0.0, (0.0, 0.0), np.inf)
    count = len(x)
    zero = np.zeros_like(line)
    for side in (1.0, -1.0):
        # (x, y) = r (cos(a + p), side sin(a + p)): two unknowns for radius and phase.
        top = np.column_stack([line, zero, cos, -sin])
        bottom = np.column_stack([zero, line, side * sin, side * cos])
        found, rest = _fit(np.concatenate([top, bottom]), np.concatenate([x, y]))
        left = float(np.sqrt((rest**2).sum() / count))
        if left < best[2]:
            best = 2 * float(np.hypot(found[4], found[5])), (float(found[1]), float(found[3])), left
    return best


def _fit(basis: Array, values: Array) -> tuple[Array, Array]:
    found: Array = np.asarray(np.linalg.lstsq(basis, values, rcond=None)[0], np.float64)
    return found, values - basis @ found


def _root(x: Array, y: Array) -> float:
    return float(np.sqrt((x**2).mean() + (y**2).mean()))
