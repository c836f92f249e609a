"""When a proof round comes, and until when its answers count: a table."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from service.model.anchor import Anchor
from service.model.campaign import Campaign
from service.model.schedule import Schedule
from service.schedules.begin import times_of
from service.schedules.due import Dates, Timing
from service.schedules.proof_round import answers_until, has_time, proof_round

OPENED = datetime(2026, 11, 1, 9, tzinfo=UTC)
DEADLINE = datetime(2026, 12, 5, 17, tzinfo=UTC)
HOUR = timedelta(hours=1)


def round_of(*, answers: str = "", zone: str = "UTC") -> Schedule:
    campaign = Campaign(id="c", slug="c", deadline_at=DEADLINE, time_zone=zone)
    made = proof_round(campaign, since=OPENED, by="built-in", now=OPENED)
    if answers:
        made.answers = Timing(anchor=Anchor.AT, local=answers).as_record()
    return made


def dates(*, send_at: datetime | None, deadline: datetime = DEADLINE) -> Dates:
    return Dates(zone=ZoneInfo("UTC"), since=OPENED, opens_at=OPENED, deadline_at=deadline, send_at=send_at)


@pytest.mark.parametrize(
    ("sent_after", "asked_after"),
    [
        # No time, or no sending that could be waited for.
        (None, None),
        (timedelta(minutes=-1), None),
        (5.9 * HOUR, None),
        (6 * HOUR, 0 * HOUR),
        (40 * HOUR, 0 * HOUR),
    ],
)
def test_it_stands_between_deadline_and_sending_where_there_is_time(sent_after, asked_after):
    send_at = DEADLINE + sent_after if sent_after is not None else None

    found = [due.at for due in times_of(round_of(), dates(send_at=send_at))]

    assert found == ([DEADLINE + asked_after] if asked_after is not None else [])


def test_nobody_is_asked_at_night():
    late = DEADLINE.replace(hour=23, minute=59)

    (due,) = times_of(round_of(), dates(send_at=late + 40 * HOUR, deadline=late))

    assert due.at == late + 8 * HOUR + timedelta(minutes=1)


@pytest.mark.parametrize(
    ("said", "due_at", "until"),
    [
        ("", DEADLINE, DEADLINE + 39 * HOUR),
        ("2026-12-06T12:00:00", DEADLINE, DEADLINE + 19 * HOUR),
        # Never later than an hour before the sending.
        ("2026-12-20T12:00:00", DEADLINE, DEADLINE + 39 * HOUR),
        # So little time only where somebody said so.
        ("2026-12-05T18:00:00", DEADLINE, DEADLINE + HOUR),
        ("2026-12-05T17:59:00", DEADLINE, None),
        ("", DEADLINE + 35 * HOUR, None),
    ],
)
def test_until_when_an_answer_counts(said, due_at, until):
    schedule = round_of(answers=said)

    assert answers_until(schedule, dates(send_at=DEADLINE + 40 * HOUR), due_at=due_at) == until


def test_a_round_before_the_deadline_of_a_letter_without_a_sending_ends_with_it():
    assert answers_until(round_of(), dates(send_at=None), due_at=DEADLINE - 30 * HOUR) == DEADLINE


def test_who_is_asked_late_must_have_the_time_to_answer():
    until = DEADLINE + 39 * HOUR

    assert has_time(round_of(), until, now=until - 5 * HOUR)
    assert not has_time(round_of(), until, now=until - 4 * HOUR)
    assert not has_time(round_of(), None, now=DEADLINE)
