"""Buckets by arithmetic: a burst, then one for each step, and never more than the burst again."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.signing.abuse.bucket import Limit, letter_limit, site_limit, take_one

THREE = Limit(burst=3, step=timedelta(seconds=10))


def run(limit: Limit, moments: list[int]) -> list[bool]:
    """Give for each moment, in milliseconds, whether a token was there."""
    full_at, taken = None, []
    for now in moments:
        found = take_one(full_at, limit, now=now)
        full_at = found.full_at
        taken.append(not found.refused)
    return taken


@pytest.mark.parametrize(
    ("moments", "taken"),
    [
        ([0], [True]),
        ([0, 0, 0, 0], [True, True, True, False]),
        ([0, 0, 0, 9_999, 10_000, 10_001], [True, True, True, False, True, False]),
        ([0, 0, 0, 30_000, 30_000, 30_000, 30_000], [True] * 6 + [False]),
        # Who hammers on an empty bucket takes nothing, and does not make it emptier.
        ([0, 0, 0, *range(1, 10_000, 100), 10_000], [True] * 3 + [False] * 100 + [True]),
        # A week of rest fills it once.
        ([0, 700_000_000, 700_000_000, 700_000_000, 700_000_000], [True, True, True, True, False]),
        # A clock that goes back fills nothing.
        ([50_000, 50_000, 50_000, 20_000], [True, True, True, False]),
    ],
)
def test_a_bucket_gives_its_burst_and_then_one_for_each_step(moments: list[int], taken: list[bool]) -> None:
    assert run(THREE, moments) == taken


@given(st.lists(st.integers(min_value=0, max_value=200_000), max_size=80), st.integers(1, 8))
def test_in_no_stretch_of_time_more_is_taken_than_burst_and_steps_allow(
    moments: list[int], burst: int
) -> None:
    limit, moments = Limit(burst=burst, step=timedelta(seconds=7)), sorted(moments)
    taken = [now for now, was in zip(moments, run(limit, moments), strict=True) if was]

    for first in range(len(taken)):
        for last in range(first, len(taken)):
            assert last - first + 1 <= burst + (taken[last] - taken[first]) // limit.step_ms + 1


@pytest.mark.parametrize("a_minute", [1, 7, 60, 2400, 30_000, 60_000])
def test_the_limit_of_a_letter_lets_so_many_through_a_minute(a_minute: int) -> None:
    limit = letter_limit(a_minute)

    assert limit.burst == a_minute
    assert limit.room_ms == pytest.approx(60_000, rel=0.5)
    assert site_limit(a_minute).burst == 2 * a_minute
