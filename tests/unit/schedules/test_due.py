"""Every time that something is due, at every odd hour of every odd zone: once, and where its place reads it."""

from datetime import UTC, date, datetime, timedelta
from itertools import islice
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.model.anchor import Anchor, Late
from service.schedules.due import Dates, Due, Timing, Verdict, due_times, judge, reader_moment

AT, OPENING, DEADLINE, WINDOW = Anchor.AT, Anchor.OPENING, Anchor.DEADLINE, Anchor.WINDOW
LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def dates(zone: str = "UTC", *, since: str = "2026-11-01T12:00", deadline: str = "2026-12-01T12:00") -> Dates:
    return Dates(zone=ZoneInfo(zone), since=utc(since), opens_at=utc(since), deadline_at=utc(deadline))


def times(timing: Timing, of: Dates, *, ends: bool = True, most: int = 50) -> list[str]:
    return [f"{due.at:%Y-%m-%dT%H:%M}" for due in islice(due_times(timing, of, ends=ends), most)]


@pytest.mark.parametrize(
    ("zone", "local", "moment", "shown"),
    [
        # The clocks skip this half hour or hour: the first time after it.
        ("Europe/London", "2026-03-29T01:30", "2026-03-29T01:00", "2026-03-29T02:00:00"),
        ("America/New_York", "2026-03-08T02:15", "2026-03-08T07:00", "2026-03-08T03:00:00"),
        ("Australia/Lord_Howe", "2026-10-04T02:10", "2026-10-03T15:30", "2026-10-04T02:30:00"),
        # They show this twice: the first.
        ("Europe/London", "2026-10-25T01:30", "2026-10-25T00:30", "2026-10-25T01:30:00"),
        ("America/New_York", "2026-11-01T01:30", "2026-11-01T05:30", "2026-11-01T01:30:00"),
        ("Australia/Lord_Howe", "2026-04-05T01:45", "2026-04-04T14:45", "2026-04-05T01:45:00"),
        # Tehran no longer changes its clocks (since 2022), and stands half an hour off.
        ("Asia/Tehran", "2026-03-22T00:30", "2026-03-21T21:00", "2026-03-22T00:30:00"),
        ("Asia/Tehran", "2026-09-21T23:30", "2026-09-21T20:00", "2026-09-21T23:30:00"),
        # Samoa had no 30 December 2011: it went on with the 31st.
        ("Pacific/Apia", "2011-12-30T09:00", "2011-12-30T10:00", "2011-12-31T00:00:00"),
        ("Pacific/Apia", "2011-12-29T09:00", "2011-12-29T19:00", "2011-12-29T09:00:00"),
    ],
)
def test_a_local_time_is_the_moment_at_which_its_place_reads_it(zone, local, moment, shown):
    (due,) = due_times(
        Timing(anchor=AT, local=local),
        Dates(zone=ZoneInfo(zone), since=LONG_AGO, opens_at=LONG_AGO, deadline_at=utc("2030-01-01T00:00")),
        ends=True,
    )

    assert f"{due.at:%Y-%m-%dT%H:%M}" == moment
    assert due.local == f"{shown} {zone}"


@pytest.mark.parametrize(
    ("timing", "expected"),
    [
        (Timing(anchor=WINDOW, part=1, parts=3), ["2026-11-11T12:00"]),
        (Timing(anchor=WINDOW, part=2, parts=3), ["2026-11-21T12:00"]),
        (Timing(anchor=DEADLINE, seconds=-86_400), ["2026-11-30T12:00"]),
        (Timing(anchor=DEADLINE, days=-3, clock="09:00"), ["2026-11-28T09:00"]),
        (Timing(anchor=DEADLINE, days=-3), ["2026-11-28T12:00"]),
        # What would come at the deadline or after it does not come.
        (Timing(anchor=DEADLINE), []),
        (Timing(anchor=DEADLINE, clock="18:00"), []),
        # Nor what lies before the letter opened.
        (Timing(anchor=DEADLINE, days=-31), []),
        (Timing(anchor=OPENING, clock="09:00"), []),
        (Timing(anchor=OPENING, clock="13:00"), ["2026-11-01T13:00"]),
        (
            Timing(anchor=OPENING, clock="09:00", every_days=7, times=3),
            ["2026-11-08T09:00", "2026-11-15T09:00"],
        ),
        (
            Timing(anchor=OPENING, days=20, clock="09:00", every_days=7, times=0),
            ["2026-11-21T09:00", "2026-11-28T09:00"],
        ),
        # There is neither a day of sending nor an event.
        (Timing(anchor=Anchor.SENDING, days=-1), []),
        (Timing(anchor=Anchor.EVENT, days=-1), []),
    ],
)
def test_a_relative_time_hangs_on_the_letters_own_moments(timing, expected):
    assert times(timing, dates()) == expected


def test_days_are_days_of_the_calendar_where_clocks_change():
    of = dates("Europe/London", since="2026-10-01T12:00", deadline="2026-10-27T17:00")

    assert times(Timing(anchor=DEADLINE, days=-3), of) == ["2026-10-24T16:00"]
    assert times(Timing(anchor=DEADLINE, seconds=-3 * 86_400), of) == ["2026-10-24T17:00"]


def test_a_day_before_the_event_is_a_day_of_the_letters_zone():
    of = Dates(
        zone=ZoneInfo("America/New_York"),
        since=LONG_AGO,
        opens_at=LONG_AGO,
        deadline_at=utc("2026-12-05T22:00"),
        event_on=date(2026, 12, 4),
    )

    assert times(Timing(anchor=Anchor.EVENT, days=-1, clock="09:00"), of) == ["2026-12-03T14:00"]


@pytest.mark.parametrize(
    ("clock", "expected"),
    [
        # 28 November 2026 is a Saturday.
        ("21:00", "2026-11-30T08:00"),
        ("12:00", "2026-11-30T08:00"),
    ],
)
def test_what_falls_on_a_day_of_rest_comes_on_the_morning_after(clock, expected):
    rested = Timing(
        anchor=DEADLINE, days=-3, clock=clock, quiet_from="21:00", quiet_until="08:00", rest_days=(5, 6)
    )

    assert times(rested, dates()) == [expected]


@pytest.mark.parametrize(
    ("clock", "expected"),
    [("20:59", "2026-11-28T20:59"), ("21:00", "2026-11-29T08:00"), ("03:00", "2026-11-28T08:00")],
)
def test_what_falls_into_quiet_hours_comes_when_they_are_over(clock, expected):
    quiet = Timing(anchor=DEADLINE, days=-3, clock=clock, quiet_from="21:00", quiet_until="08:00")

    assert times(quiet, dates()) == [expected]


def test_quiet_hours_never_put_a_reminder_behind_the_deadline():
    of = dates(deadline="2026-11-28T07:00")
    quiet = Timing(anchor=DEADLINE, seconds=-3600, quiet_from="21:00", quiet_until="08:00")

    assert times(quiet, of) == ["2026-11-27T20:59"]


def test_two_that_are_put_at_the_same_moment_come_once():
    daily = Timing(
        anchor=AT, local="2026-11-27T09:00", every_days=1, times=4, quiet_from="20:00", quiet_until="09:00",
        rest_days=(5, 6),
    )  # fmt: skip

    assert times(daily, dates()) == ["2026-11-27T09:00", "2026-11-30T09:00"]


def test_each_reader_gets_it_when_the_own_clock_shows_the_time():
    (due,) = due_times(
        Timing(anchor=AT, local="2026-11-10T09:00", by_reader=True), dates("Europe/Paris"), ends=True
    )

    assert f"{due.at:%dT%H:%M}" == "09T19:00"
    assert f"{reader_moment(due, ZoneInfo('Pacific/Kiritimati')):%dT%H:%M}" == "09T19:00"
    assert f"{reader_moment(due, ZoneInfo('Asia/Kathmandu')):%dT%H:%M}" == "10T03:15"
    assert f"{reader_moment(due, ZoneInfo('America/Los_Angeles')):%dT%H:%M}" == "10T17:00"


@pytest.mark.parametrize(
    ("late", "seconds", "behind", "verdict"),
    [
        (Late.ANYWAY, 0, timedelta(days=900), Verdict.FIRE),
        (Late.WITHIN, 3600, timedelta(minutes=14), Verdict.FIRE),
        (Late.WITHIN, 3600, timedelta(minutes=60), Verdict.FIRE),
        (Late.WITHIN, 3600, timedelta(minutes=61), Verdict.SKIP),
        (Late.WITHIN, 3600, timedelta(days=2), Verdict.SKIP),
        (Late.ASK, 0, timedelta(minutes=15), Verdict.FIRE),
        (Late.ASK, 0, timedelta(minutes=16), Verdict.ASK),
        (Late.ASK, 0, timedelta(days=2), Verdict.ASK),
    ],
)
def test_what_comes_late_does_as_its_schedule_says(late, seconds, behind, verdict):
    due_at = utc("2026-11-10T09:00")

    assert judge(late, seconds, due_at=due_at, now=due_at + behind) is verdict


def test_a_timing_is_the_same_when_it_was_kept():
    timing = Timing(
        anchor=DEADLINE, days=-3, clock="09:00", rest_days=(5, 6), zone="Asia/Tehran", by_reader=True
    )

    assert Timing.from_record(timing.as_record()) == timing
    assert Timing(anchor=WINDOW).as_record() == {"anchor": "window"}


ZONES = ("UTC", "Europe/London", "America/New_York", "Australia/Lord_Howe", "Asia/Tehran", "Pacific/Apia")
CLOCKS = st.times(max_value=datetime.max.time()).map(lambda at: f"{at:%H:%M}")


@given(
    zone=st.sampled_from(ZONES),
    clock=CLOCKS,
    every=st.integers(1, 9),
    quiet=st.tuples(CLOCKS, CLOCKS) | st.just(("", "")),
    rest=st.sampled_from([(), (5, 6), (4, 5)]),
    hours=st.integers(0, 334 * 24),
)
def test_times_only_go_forward_and_stay_where_they_may_be(zone, clock, every, quiet, rest, hours):
    since = utc("2026-01-01T00:00") + timedelta(hours=hours)
    of = Dates(zone=ZoneInfo(zone), since=since, opens_at=since, deadline_at=since + timedelta(days=40))
    timing = Timing(
        anchor=OPENING, clock=clock, every_days=every, times=0, quiet_from=quiet[0], quiet_until=quiet[1], rest_days=rest
    )  # fmt: skip

    due = list(due_times(timing, of, ends=True))

    assert [one.at for one in due] == sorted({one.at for one in due})
    assert all(since <= one.at < of.deadline_at for one in due)
    assert all(_is_shown(one, zone) for one in due)


def _is_shown(due: Due, zone: str) -> bool:
    return due.at.astimezone(ZoneInfo(zone)).replace(tzinfo=None) == due.clock
