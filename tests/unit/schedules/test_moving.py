"""Another time for a planned sending leaves all else of it as it was planned."""

from dataclasses import replace
from datetime import UTC, datetime, time
from zoneinfo import ZoneInfo

import pytest

from service.foundation.errors import Refused
from service.model.anchor import Anchor
from service.schedules.due import Timing
from service.schedules.sends.moving import at_clock, at_moment, clock_of, comes_again

NEW_YORK = ZoneInfo("America/New_York")
DAILY = Timing(anchor=Anchor.OPENING, clock="09:00", every_days=1, times=0)
WEEKLY = Timing(
    anchor=Anchor.AT,
    local="2026-11-23T09:00:00",
    every_days=7,
    times=3,
    quiet_from="21:00",
    quiet_until="08:00",
    rest_days=(5, 6),
    zone="Asia/Kathmandu",
)
BEFORE_THE_END = Timing(anchor=Anchor.DEADLINE, days=-3, clock="10:00", every_days=1, times=2, by_reader=True)
THIRD = Timing(anchor=Anchor.WINDOW, part=1, parts=3, quiet_from="21:00", quiet_until="08:00")


@pytest.mark.parametrize(
    ("timing", "moved"),
    [
        (DAILY, replace(DAILY, clock="06:30")),
        (WEEKLY, replace(WEEKLY, local="2026-11-23T06:30:00")),
        (BEFORE_THE_END, replace(BEFORE_THE_END, clock="06:30")),
    ],
)
def test_what_comes_again_keeps_its_rhythm_its_rest_and_its_zone(timing: Timing, moved: Timing) -> None:
    assert comes_again(timing)
    assert at_clock(timing, time(6, 30)) == moved


def test_one_moment_keeps_quiet_hours_and_rest_and_is_read_in_the_zone_of_both() -> None:
    wanted = datetime(2026, 12, 1, 3, 15, tzinfo=UTC)

    assert not comes_again(THIRD)
    assert at_moment(THIRD, wanted, zone=NEW_YORK) == Timing(
        anchor=Anchor.AT, local="2026-11-30T22:15:00", quiet_from="21:00", quiet_until="08:00"
    )
    once = replace(WEEKLY, every_days=0, times=1)
    assert at_moment(once, wanted, zone=NEW_YORK) == replace(once, local="2026-12-01T09:00:00")


def test_the_second_of_an_hour_that_clocks_show_twice_is_refused_and_not_an_hour_early() -> None:
    night = datetime(2026, 11, 1, 5, 30, tzinfo=UTC)

    assert at_moment(THIRD, night, zone=NEW_YORK).local == "2026-11-01T01:30:00"
    with pytest.raises(Refused):
        at_moment(THIRD, night.replace(hour=6), zone=NEW_YORK)


def test_the_form_begins_with_the_time_of_the_day_that_is_planned() -> None:
    due = datetime(2026, 12, 1, 17, 5, tzinfo=UTC)

    assert clock_of(DAILY, due=due) == "09:00"
    assert clock_of(replace(WEEKLY, local="2026-11-23T07:45:00"), due=due) == "07:45"
    assert clock_of(replace(DAILY, clock=""), due=due) == "17:05"
    assert clock_of(replace(DAILY, clock=""), due=None) == ""
