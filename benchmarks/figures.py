"""Make few numbers of many: medians, percentiles, ratios within a round (pure)."""

import math
import statistics
from collections.abc import Iterable, Mapping, Sequence


def median(values: Iterable[float]) -> float:
    """Give the middle value; NaN of none."""
    known = list(values)
    return statistics.median(known) if known else math.nan


def percentile(values: Sequence[float], share: float) -> float:
    """Give the smallest value that at least this share of all values does not exceed; NaN of none.

    No value is made up between two measured ones, so that a late one counts whole.
    """
    if not values:
        return math.nan
    ordered = sorted(values)
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)]


def ratios(rounds: Iterable[Mapping[str, float]], ours: str, other: str) -> list[float]:
    """Give, for each round in which both were measured, how many times as fast as the other ours was."""
    return [
        measured[ours] / measured[other]
        for measured in rounds
        if measured.get(other, 0.0) > 0 and ours in measured
    ]


def is_flat(*, small: float, large: float, share: float, slack: float) -> bool:
    """Tell whether `large` exceeds `small` by no more than this share of it, or by no more than `slack`."""
    return large - small <= max(share * small, slack)
