"""Distances between sets: nothing between equals, known values for known Gaussians, what they may not depend on."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mutoscope.errors import MutoscopeError
from mutoscope.evaluation.metric import METRICS, Features, FrechetDistance, KernelDistance, Metric, measure

FRECHET, KERNEL = FrechetDistance(), KernelDistance()


def gaussian(count: int, mean: float, spread: float, seed: int, wide: int = 3) -> Features:
    """Rows whose sample mean and covariance are exactly those of the Gaussian: `mean`, and `spread` squared times one."""
    rows = np.random.default_rng(seed).standard_normal((count, wide))
    rows -= rows.mean(axis=0)
    root = np.linalg.cholesky(np.cov(rows.T))
    return np.asarray(rows @ np.linalg.inv(root).T * spread + mean)


@pytest.mark.parametrize("metric", METRICS)
def test_a_set_is_no_distance_from_itself_and_halves_of_one_source_hardly_any(metric: Metric) -> None:
    rows = np.random.default_rng(0).standard_normal((600, 4))
    assert metric.distance(rows, rows) == pytest.approx(0, abs=0.1)  # a clip is no pair with itself
    near, far = metric.distance(rows[:300], rows[300:]), metric.distance(rows[:300], rows[300:] + 1)
    assert abs(near) < 0.1
    assert far > 10 * abs(near)


@settings(max_examples=10, deadline=None)
@given(st.floats(-3, 3), st.floats(0.1, 3), st.floats(0.1, 3))
def test_the_frechet_distance_of_round_gaussians_is_the_known_one(gap: float, one: float, other: float) -> None:
    found = FRECHET.distance(gaussian(50, 0, one, 1), gaussian(80, gap, other, 2))
    assert found == pytest.approx(3 * gap**2 + 3 * (one - other) ** 2, abs=1e-6)


def test_the_frechet_distance_knows_covariances_that_do_not_commute_and_that_are_flat() -> None:
    rng = np.random.default_rng(3)
    one, other = (gaussian(90, 0, 1, seed) @ rng.standard_normal((3, 3)) for seed in (4, 5))
    first, second = np.cov(one.T), np.cov(other.T)
    # The same by the eigenvalues of the product, as the papers write it.
    root = np.sqrt(np.linalg.eigvals(first @ second).real).sum()
    expected = ((one.mean(0) - other.mean(0)) ** 2).sum() + np.trace(first) + np.trace(second) - 2 * root
    assert FRECHET.distance(one, other) == pytest.approx(expected)
    flat = np.hstack([one, one[:, :1], np.zeros((90, 1))])  # a channel twice, and one that never changes
    few = rng.standard_normal((5, 40))  # fewer clips than channels
    assert FRECHET.distance(flat, flat) == pytest.approx(0, abs=1e-9)
    assert FRECHET.distance(few, few + 1) == pytest.approx(40)


def test_the_kernel_distance_is_right_on_average_for_ever_so_few_clips() -> None:
    rng = np.random.default_rng(6)
    same = [KERNEL.distance(*rng.standard_normal((2, 4, 2))) for _ in range(1000)]
    assert abs(np.mean(same)) < 4 * np.std(same) / np.sqrt(len(same))
    assert min(same) < 0
    # k = (xy + 1)^3 of one number compares the first three moments: for N(0,1) and N(1,1), with the weights of the
    # binomial, 3 (0-1)^2 + 3 (1-2)^2 + (0-4)^2.
    rows = rng.standard_normal((2, 4000, 1))
    assert KERNEL.distance(rows[0], rows[1] + 1) == pytest.approx(22, rel=0.1)


@pytest.mark.parametrize("metric", METRICS)
def test_neither_the_order_of_clips_nor_a_turn_of_all_features_matters(metric: Metric) -> None:
    rng = np.random.default_rng(7)
    true, shown = rng.standard_normal((30, 4)), rng.standard_normal((30, 4)) * 1.5 + 0.3
    turn = np.linalg.qr(rng.standard_normal((4, 4)))[0]
    expected = metric.distance(true, shown)
    assert metric.distance(rng.permutation(true), rng.permutation(shown)) == pytest.approx(expected)
    assert metric.distance(true @ turn, shown @ turn) == pytest.approx(expected)
    assert metric.distance(shown, true) == pytest.approx(expected)


def test_the_measure_counts_every_channel_alike_and_needs_two_clips() -> None:
    rng = np.random.default_rng(8)
    true, shown = rng.standard_normal((40, 3)), rng.standard_normal((40, 3)) + 0.5
    units = np.array([1000.0, 1.0, 0.001])
    assert measure(true * units + 5, shown * units + 5) == pytest.approx(measure(true, shown))
    with pytest.raises(MutoscopeError, match="Measure more"):
        measure(true, shown[:1])
