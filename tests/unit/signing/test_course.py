"""Where a sign-on goes whose text has changed: a table of all that can have become of its mail."""

from datetime import UTC, datetime, timedelta

import pytest

from service.model.states import MessageState
from service.signing.course import (
    TO_BE_CALLED,
    Course,
    Reach,
    course_of,
    half_over_if_told_by,
    objection_ends,
)

TOLD = datetime(2026, 11, 24, 12, tzinfo=UTC)
UNTIL = TOLD + timedelta(hours=48)
BEFORE, AFTER = UNTIL - timedelta(seconds=1), UNTIL
ARRIVED = Reach(mail=MessageState.ACCEPTED, told_at=TOLD)
ASK, KEEP = False, True


@pytest.mark.parametrize(
    ("reach", "keeps", "now", "course"),
    [
        (Reach(), ASK, BEFORE, Course.UNASKED),
        (Reach(), KEEP, AFTER, Course.UNASKED),
        (ARRIVED, ASK, BEFORE, Course.ASKED),
        (ARRIVED, ASK, AFTER, Course.NO_ANSWER),
        (ARRIVED, KEEP, BEFORE, Course.MAY_OBJECT),
        (ARRIVED, KEEP, AFTER, Course.KEEPS),
        (Reach(mail=MessageState.QUEUED), ASK, BEFORE, Course.ASKED),
        (Reach(mail=MessageState.QUEUED), KEEP, AFTER, Course.MAY_OBJECT),
        (Reach(mail=MessageState.SUBMITTING), KEEP, AFTER, Course.MAY_OBJECT),
        (Reach(mail=MessageState.HELD), KEEP, BEFORE, Course.MAY_OBJECT),
        (Reach(mail=MessageState.HELD), KEEP, AFTER, Course.NOT_SENT),
        (Reach(mail=MessageState.HELD, unwritten=True), KEEP, BEFORE, Course.NOT_SENT),
        (Reach(mail=MessageState.UNCERTAIN), KEEP, AFTER, Course.IN_DOUBT),
        (Reach(mail=MessageState.UNCERTAIN, told_at=TOLD), KEEP, AFTER, Course.IN_DOUBT),
        (Reach(mail=MessageState.REFUSED), KEEP, AFTER, Course.NOT_SENT),
        (Reach(mail=MessageState.EXPIRED), ASK, BEFORE, Course.NOT_SENT),
        (Reach(mail=MessageState.CANCELLED), KEEP, AFTER, Course.NOT_SENT),
        (Reach(mail=MessageState.SUPPRESSED), KEEP, AFTER, Course.NOT_SENT),
        (Reach(mail=MessageState.ACCEPTED), KEEP, AFTER, Course.NOT_SENT),
        (Reach(mail=MessageState.ACCEPTED, told_at=TOLD, came_back=True), KEEP, AFTER, Course.CAME_BACK),
        (Reach(mail=MessageState.ACCEPTED, told_at=TOLD, came_back=True), ASK, BEFORE, Course.CAME_BACK),
        (
            Reach(mail=MessageState.ACCEPTED, told_at=TOLD, suppressed=True),
            KEEP,
            AFTER,
            Course.WANTS_NO_MAIL,
        ),
        (Reach(suppressed=True), ASK, BEFORE, Course.WANTS_NO_MAIL),
        (Reach(suppressed=True, bounced=True), KEEP, AFTER, Course.CAME_BACK),
        (Reach(has_address=False), KEEP, AFTER, Course.NO_ADDRESS),
        (Reach(has_address=False), ASK, BEFORE, Course.NO_ADDRESS),
    ],
)
def test_the_table_of_courses(reach, keeps, now, course):
    assert course_of(reach, keeps_on_change=keeps, objections_until=UNTIL, now=now) is course


def test_nobody_keeps_in_silence_who_was_told_less_than_a_day_ago() -> None:
    late = Reach(mail=MessageState.ACCEPTED, told_at=UNTIL - timedelta(hours=1))

    at = {
        hours: course_of(
            late, keeps_on_change=KEEP, objections_until=UNTIL, now=UNTIL + timedelta(hours=hours)
        )
        for hours in (0, 22.9, 23)
    }

    assert at == {0: Course.MAY_OBJECT, 22.9: Course.MAY_OBJECT, 23: Course.KEEPS}


def test_each_course_is_awaited_or_called_and_only_one_moves() -> None:
    awaited = {Course.UNASKED, Course.ASKED, Course.MAY_OBJECT}

    assert awaited | TO_BE_CALLED | {Course.KEEPS} == set(Course)
    assert not awaited & TO_BE_CALLED


@pytest.mark.parametrize("window", [1, 24, 30, 48, 240])
@pytest.mark.parametrize("passed", [0, 6, 11.9, 12, 12.1, 24, 119, 120, 121])
def test_half_of_the_time_to_answer_is_over_at_its_half(window: float, passed: float) -> None:
    until, now = TOLD + timedelta(hours=window), TOLD + timedelta(hours=passed)

    is_over = now - TOLD >= (objection_ends(until, told_at=TOLD) - TOLD) / 2

    assert (half_over_if_told_by(until, now=now) >= TOLD) is is_over
