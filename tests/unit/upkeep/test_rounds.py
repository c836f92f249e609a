"""When a night's round begins: a table of cases on the pure rule."""

from datetime import UTC, datetime

import pytest

from service.upkeep.rounds import is_due


def at(day, hour, minute=0):
    return datetime(2026, 11, day, hour, minute, tzinfo=UTC)


@pytest.mark.parametrize(
    ("begun", "now", "due"),
    [
        (None, at(24, 12), True),
        (at(24, 2), at(24, 23), False),
        (at(24, 2), at(25, 1, 59), False),
        (at(24, 2), at(25, 2), True),
        # A house that was down in the night makes up for it.
        (at(20, 2), at(24, 12), True),
        # What was begun in the day is done again in the night.
        (at(24, 12), at(25, 2), True),
        (at(24, 1), at(24, 2), True),
        # A clock that was set back begins nothing twice.
        (at(25, 2), at(24, 3), False),
    ],
)
def test_when_a_round_begins(begun, now, due):
    assert is_due(begun, now=now) is due
