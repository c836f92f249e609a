"""The rank-sum test of Mann and Whitney (1947), by the normal approximation with its correction for ties (pure)."""

from collections import Counter
from collections.abc import Sequence
from itertools import pairwise
from statistics import NormalDist, median


def p_value(one: Sequence[float], other: Sequence[float]) -> float:
    """Give how likely two samples of at least some twenty each differ so much by chance (two-sided)."""
    ranks = _ranks([*one, *other])
    n, m = len(one), len(other)
    u = sum(ranks[value] for value in one) - n * (n + 1) / 2
    ties = sum(count**3 - count for count in Counter([*one, *other]).values())
    total = n + m
    variance = n * m / 12 * (total + 1 - ties / (total * (total - 1)))
    if variance == 0:
        return 1.0
    distance = max(0.0, abs(u - n * m / 2) - 0.5)
    return 2 * (1 - NormalDist().cdf(distance / variance**0.5))


def are_alike(one: Sequence[float], other: Sequence[float], *, within: float, unlikely: float) -> bool:
    """Tell whether two samples of times cannot be told apart: their medians are near, or chance explains them."""
    return abs(median(one) - median(other)) <= within or p_value(one, other) > unlikely


def _ranks(values: Sequence[float]) -> dict[float, float]:
    """Give each value its rank; equal ones share the mean of theirs."""
    ordered = sorted(values)
    starts = [place for place, value in enumerate(ordered) if place == 0 or ordered[place - 1] != value]
    return {ordered[first]: (first + 1 + last) / 2 for first, last in pairwise([*starts, len(ordered)])}
