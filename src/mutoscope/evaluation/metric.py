"""Metrics: how far one set of clips lies from another, by the features that a network gives each clip."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from mutoscope.errors import MutoscopeError

Features = NDArray[np.float64]  # (N, D): a row for each clip


class Metric(Protocol):
    """A distance between two sets of clips: about 0 where they are drawn from the same, larger the more they differ."""

    @property
    def name(self) -> str:
        """What it is called in tables."""
        ...

    def distance(self, true: Features, shown: Features) -> float:
        """How far `shown` lies from `true`."""
        ...


@dataclass(frozen=True)
class FrechetDistance:
    """Between the Gaussians with the same means and covariances (Heusel et al. 2017, equation 6).

    It grows as samples get fewer, so only sets of the same size are to be compared.
    """

    name: str = "Fréchet"

    def distance(self, true: Features, shown: Features) -> float:
        """The squared distance."""
        one, other = _factor(true), _factor(shown)
        # With S1 = A'A and S2 = B'B the trace of the root of S1 S2 is the sum of the singular values of A B': no root of
        # a matrix is taken, so that features that say the same, or too few clips, do no harm.
        shared = float(np.linalg.norm(one @ other.T, "nuc"))
        gap = true.mean(axis=0) - shown.mean(axis=0)
        return float(gap @ gap + (one**2).sum() + (other**2).sum()) - 2 * shared


@dataclass(frozen=True)
class KernelDistance:
    """Squared maximum mean discrepancy with the kernel (x'y / D + 1)^3, unbiased (Bińkowski et al. 2018, section 4).

    Its mean over draws of the same source is 0 for any number of clips, so that it can fall below.
    """

    name: str = "kernel"

    def distance(self, true: Features, shown: Features) -> float:
        """The estimate by U-statistics over all pairs."""
        return _among(true) + _among(shown) - 2 * float(_kernel(true, shown).mean())


METRICS: tuple[Metric, ...] = (FrechetDistance(), KernelDistance())


def measure(true: Features, shown: Features) -> tuple[float, ...]:
    """All metrics in their order, on features scaled by the true ones' means and spreads, so that each counts alike."""
    for features in (true, shown):
        if len(features) < 2:
            raise MutoscopeError(
                f"{len(features)} clips have no distance from others.", "At least two are needed.", "Measure more."
            )
    scaled = standardised(true, [true, shown])
    return tuple(metric.distance(*scaled) for metric in METRICS)


def standardised(true: Features, sets: Sequence[Features]) -> list[Features]:
    """Sets of features with the mean and the spread of the true ones taken out, channel by channel."""
    mean, spread = true.mean(axis=0), true.std(axis=0)
    return [(features - mean) / np.where(spread > 0, spread, 1.0) for features in sets]


def _factor(features: Features) -> Features:
    """A triangle R (at most D rows) with R'R the covariance."""
    centred = (features - features.mean(axis=0)) / np.sqrt(len(features) - 1)
    return np.asarray(np.linalg.qr(centred, mode="r"))


def _kernel(one: Features, other: Features) -> NDArray[np.float64]:
    return np.asarray((one @ other.T / one.shape[1] + 1) ** 3)


def _among(features: Features) -> float:
    """The mean kernel of different clips of a set."""
    count, values = len(features), _kernel(features, features)
    return float((values.sum() - np.trace(values)) / (count * (count - 1)))
