"""The beats of a batch of stories over time: how strongly each rules a frame, and for how long it has ruled."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True, eq=False)
class Beats:
    """K beats of B clips at T times. A beat fades into the next within `fade` seconds around the cut."""

    start: Array  # (B, K); a beat that a story does not have starts and ends never (infinity)
    end: Array
    last: NDArray[np.bool_]  # (B, K) bool: the last one of its story, which goes on until the clip ends
    times: Array  # (T,)
    fade: float

    def weight(self) -> Array:  # (B, K, T)
        """How strongly a beat rules: 0..1, all beats of a clip 1 together."""
        return _step(self._since(self.start, first=True)) - _step(self._since(self.end, first=False))

    def elapsed(self) -> Array:  # (B, K, T)
        """The integral of the weight from the first frame on: what a steady speed has to be multiplied by."""
        total = self._ramp(self.start, first=True) - self._ramp(self.end, first=False)
        return total - total[..., :1]

    def clock(self) -> Array:  # (B, K, T)
        """Seconds since the beat began."""
        start = np.where(np.isfinite(self.start), self.start, 0.0)
        return self.times - start[..., None]

    def progress(self, share: float) -> Array:  # (B, K, T)
        """From 0 at the start of the beat to 1 after a share of it, smoothly."""
        length = np.where(np.isfinite(self.start), self.end - np.where(np.isfinite(self.start), self.start, 0), 1.0)
        inside = self.clock() / np.maximum(length * share, 1e-6)[..., None]
        return np.where(np.isfinite(self.start)[..., None], _smooth(inside), 0.0)

    def _since(self, cut: Array, *, first: bool) -> Array:
        """Fades since the middle of a fade around a cut, +0.5; the clip's own borders are no cuts."""
        never = self.last if not first else np.zeros_like(self.last)
        always = (self.start <= 0) if first else np.zeros_like(self.last)
        shift = np.where(always, -np.inf, np.where(never, np.inf, cut))
        since: Array = (self.times - shift[..., None]) / self.fade + 0.5
        return since

    def _ramp(self, cut: Array, *, first: bool) -> Array:
        """The integral over time of the smooth step at a cut; for what began before the clip, the time itself."""
        since = self._since(cut, first=first)
        inside = np.clip(np.where(np.isfinite(since), since, 0.0), 0, 1)
        after = np.where(np.isfinite(since), np.maximum(since - 1, 0), 0.0)
        ramp = self.fade * (inside**3 - 0.5 * inside**4 + after)
        total: Array = np.where(np.isposinf(since), self.times, ramp)
        return total


def _smooth(value: Array) -> Array:
    inside = np.clip(value, 0, 1)
    result: Array = inside * inside * (3 - 2 * inside)
    return result


def _step(since: Array) -> Array:
    return _smooth(np.nan_to_num(since, posinf=2.0, neginf=-2.0))
