"""A confirmation's wait is counted from its commit to the sink's answer, and only beside bulk."""

import math
from datetime import UTC, datetime, timedelta

from benchmarks.latency import waits_of
from benchmarks.sink import Arrival

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)


def at(seconds: float, name: str) -> Arrival:
    return Arrival(at=seconds, connections=8, message_id=name)


def moment(number: int) -> datetime:
    return NOON + timedelta(seconds=number)


def test_who_signs_waits_from_the_commit_to_the_answer() -> None:
    arrivals = [at(1.0, "bulk"), at(3.5, "confirm"), at(9.0, "bulk too")]

    assert waits_of([(moment(0), 3.0)], {moment(0): "confirm"}, arrivals) == [0.5]


def test_a_confirmation_that_never_came_is_infinitely_late() -> None:
    arrivals = [at(9.0, "bulk")]

    assert waits_of([(moment(0), 3.0), (moment(1), 4.0)], {moment(0): "lost"}, arrivals) == [
        math.inf,
        math.inf,
    ]


def test_who_signed_after_the_last_bulk_mail_is_not_counted() -> None:
    arrivals = [at(5.0, "bulk"), at(6.2, "confirm")]

    assert waits_of([(moment(0), 6.0)], {moment(0): "confirm"}, arrivals) == []


def test_a_second_copy_does_not_hide_when_the_first_came() -> None:
    arrivals = [at(3.5, "confirm"), at(7.0, "confirm"), at(9.0, "bulk")]

    assert waits_of([(moment(0), 3.0)], {moment(0): "confirm"}, arrivals) == [0.5]
