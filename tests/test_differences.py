"""Two models on the same prompts: what is more than chance, and what is not."""

import numpy as np
import pytest

from mutoscope.evaluation.storybook.differences import Difference, differences_table, shares_of


def test_shares_are_of_each_prompts_clips() -> None:
    assert shares_of([True, True, False, True, False, False], 2) == [1.0, 0.5, 0.0]


def test_what_is_right_on_the_same_prompts_differs_by_nothing() -> None:
    shares = [1.0, 0.0, 0.5]
    difference = Difference(first=shares, second=shares)
    assert (difference.points, difference.interval) == (0.0, (0.0, 0.0))
    assert str(difference) == "+0.0 (+0.0 to +0.0)"


def test_an_interval_has_the_width_that_the_spread_over_prompts_gives_it() -> None:
    rng = np.random.default_rng(0)
    first, second = rng.choice([0.0, 1.0], (2, 400))
    difference = Difference(first=list(first), second=list(second))
    low, high = difference.interval
    expected = 1.96 * 100 * float(np.std(first - second)) / 20
    assert (high - low) / 2 == pytest.approx(expected, rel=0.1)
    assert low < difference.points < high


def test_prompts_that_fail_with_all_their_clips_make_it_less_sure() -> None:
    together, apart = [1.0] * 8 + [0.0] * 4, [1.0, 2 / 3, 2 / 3] * 4
    sure = [1.0] * 12
    widths = []
    for shares in (together, apart):
        low, high = Difference(first=sure, second=shares).interval
        widths.append(high - low)
    assert widths[0] > 2 * widths[1]


def test_a_table_compares_every_two_models_in_what_all_of_them_were_asked() -> None:
    models = {"a": {"seen": [1.0] * 9, "more": [1.0]}, "b": {"seen": [0.0] * 9}, "c": {"seen": [0.5] * 9}}
    rows = differences_table(models).splitlines()
    assert rows[0] == "| points, same prompts | a − b | a − c | b − c |"
    assert rows[2] == "| seen | +100.0 (+100.0 to +100.0) * | +50.0 (+50.0 to +50.0) * | -50.0 (-50.0 to -50.0) * |"
    assert not [row for row in rows if row.startswith("| more")]
    assert differences_table({"a": models["a"]}) == ""
