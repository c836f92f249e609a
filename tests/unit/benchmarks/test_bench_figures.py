"""Few numbers of many: what the verdict is made of."""

import math

import pytest

from benchmarks.figures import is_flat, median, percentile, ratios


def test_a_percentile_is_a_measured_value_and_a_late_one_counts_whole() -> None:
    hundred = [float(number) for number in range(1, 101)]

    assert percentile(hundred, 0.95) == 95.0
    assert percentile([0.1] * 18 + [9.0, 9.0], 0.95) == 9.0
    assert percentile([0.1, math.inf], 0.95) == math.inf


def test_of_nothing_there_is_no_figure() -> None:
    assert math.isnan(percentile([], 0.95))
    assert math.isnan(median([]))


def test_ratios_are_taken_within_a_round_and_not_across() -> None:
    rounds = [{"ours": 300.0, "other": 100.0}, {"ours": 30.0, "other": 20.0}, {"ours": 900.0}]

    assert ratios(rounds, "ours", "other") == [3.0, 1.5]


@pytest.mark.parametrize(
    ("small", "large", "flat"),
    [(100, 115, True), (100, 116, False), (20, 30, True), (20, 31, False), (90, 60, True)],
)
def test_memory_is_flat_within_a_share_or_a_slack(small: float, large: float, *, flat: bool) -> None:
    assert is_flat(small=small, large=large, share=0.15, slack=10) is flat
