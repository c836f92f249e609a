"""When a letter's personal data goes: a table of cases on the pure rule."""

from datetime import UTC, datetime, timedelta

import pytest

from service.upkeep.keeping import (
    COUNTED_FROM,
    DAY,
    FIRST_NOTICE,
    KEPT_FOR,
    LAST_NOTICE,
    Facts,
    Kept,
    Step,
    next_step,
    planned_at,
    purge_after_notice,
    purge_after_reminder,
)

NOW = datetime(2027, 3, 1, 12, tzinfo=UTC)
LONG_AGO = NOW - 100 * DAY
SECOND, HOUR = timedelta(seconds=1), timedelta(hours=1)
ARCHIVED = {"keep_days": 90, "archived_at": LONG_AGO}
# Told a fortnight ago, told again a day ago, and both mails went out.
TOLD = {**ARCHIVED, "notified_at": NOW - FIRST_NOTICE, "purge_at": NOW, "first_left_at": NOW - FIRST_NOTICE}
TOLD_AGAIN = {**TOLD, "reminded_at": NOW - LAST_NOTICE, "last_left_at": NOW - LAST_NOTICE}


@pytest.mark.parametrize(
    ("facts", "planned"),
    [
        ({}, None),
        ({"keep_days": 90}, None),
        ({"archived_at": LONG_AGO}, None),
        (ARCHIVED, LONG_AGO + 90 * DAY),
        # From the answer on, also where the letter was put away later.
        ({**ARCHIVED, "answered_at": LONG_AGO - 30 * DAY}, LONG_AGO + 60 * DAY),
        # But never before a whole notice.
        ({"keep_days": 0, "archived_at": NOW}, NOW + FIRST_NOTICE),
        ({**ARCHIVED, "answered_at": LONG_AGO - 300 * DAY}, LONG_AGO + FIRST_NOTICE),
        # Whoever asks does not wait for the plan.
        ({**ARCHIVED, "asked_at": NOW}, NOW + FIRST_NOTICE),
        ({"archived_at": LONG_AGO, "asked_at": NOW}, NOW + FIRST_NOTICE),
        # What was told stands.
        ({**ARCHIVED, "purge_at": NOW + 3 * DAY}, NOW + 3 * DAY),
    ],
)
def test_when_it_is_to_go(facts, planned):
    assert planned_at(Facts(**facts)) == planned


@pytest.mark.parametrize(
    ("facts", "step"),
    [
        ({}, Step.NOTHING),
        ({"archived_at": LONG_AGO}, Step.NOTHING),
        ({"keep_days": 90, "archived_at": NOW - 76 * DAY + SECOND}, Step.NOTHING),
        ({"keep_days": 90, "archived_at": NOW - 76 * DAY}, Step.NOTIFY),
        ({"archived_at": LONG_AGO, "asked_at": NOW}, Step.NOTIFY),
        ({**TOLD, "purge_at": NOW + LAST_NOTICE + SECOND}, Step.NOTHING),
        ({**TOLD, "purge_at": NOW + LAST_NOTICE}, Step.REMIND),
        (TOLD_AGAIN, Step.PURGE),
        ({**TOLD_AGAIN, "purge_at": NOW + SECOND}, Step.NOTHING),
        # Mail that never left warns nobody: a new notice, and its two weeks.
        ({**TOLD, "first_left_at": None}, Step.NOTIFY),
        ({**TOLD, "first_left_at": None, "notified_at": NOW - DAY}, Step.REMIND),
        ({**TOLD_AGAIN, "last_left_at": None}, Step.NOTIFY),
        # Nor does one that left too late to be read.
        ({**TOLD_AGAIN, "first_left_at": NOW - 12 * DAY}, Step.PURGE),
        ({**TOLD_AGAIN, "first_left_at": NOW - 12 * DAY + SECOND}, Step.NOTIFY),
        ({**TOLD_AGAIN, "last_left_at": NOW - 20 * HOUR}, Step.PURGE),
        ({**TOLD_AGAIN, "last_left_at": NOW - 20 * HOUR + SECOND}, Step.NOTIFY),
        # What was begun is gone on with, whatever anybody says of the plan.
        ({**TOLD_AGAIN, "shredded_at": NOW, "keep_days": None, "purge_at": None}, Step.PURGE),
        ({**TOLD_AGAIN, "shredded_at": NOW, "purged_at": NOW}, Step.NOTHING),
    ],
)
def test_what_is_to_be_done(facts, step):
    assert next_step(Facts(**facts), now=NOW) is step


def test_a_house_that_slept_gives_the_whole_time_of_each_notice():
    late = Facts(**ARCHIVED)
    assert purge_after_notice(late, now=NOW) == NOW + FIRST_NOTICE
    assert purge_after_reminder(Facts(**TOLD), now=NOW) == NOW + LAST_NOTICE


def test_everything_that_is_kept_has_its_time_and_says_from_when():
    assert set(KEPT_FOR) == set(COUNTED_FROM) == set(Kept)
    assert all(span >= DAY for span in KEPT_FOR.values())
