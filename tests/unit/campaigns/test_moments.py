"""A time on the wall names one moment, on the days when clocks change too."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.campaigns.moments import moment_of

MOMENTS = [
    # An ordinary winter and summer day.
    ("America/New_York", "2026-12-05T17:00:00", "2026-12-05T22:00:00"),
    ("America/New_York", "2026-07-05T17:00:00", "2026-07-05T21:00:00"),
    ("UTC", "2026-07-05T17:00:00", "2026-07-05T17:00:00"),
    # Skipped in spring: the first time that clocks show again.
    ("America/New_York", "2026-03-08T01:59:59", "2026-03-08T06:59:59"),
    ("America/New_York", "2026-03-08T02:00:00", "2026-03-08T07:00:00"),
    ("America/New_York", "2026-03-08T02:30:00", "2026-03-08T07:00:00"),
    ("America/New_York", "2026-03-08T02:59:59", "2026-03-08T07:00:00"),
    ("America/New_York", "2026-03-08T03:00:00", "2026-03-08T07:00:00"),
    ("Australia/Lord_Howe", "2026-10-04T02:15:00", "2026-10-03T15:30:00"),
    # A whole day was skipped when Samoa crossed the date line.
    ("Pacific/Apia", "2011-12-30T12:00:00", "2011-12-30T10:00:00"),
    # Shown twice in autumn: the first of the two.
    ("America/New_York", "2026-11-01T01:30:00", "2026-11-01T05:30:00"),
    ("Europe/Brussels", "2026-10-25T02:30:00", "2026-10-25T00:30:00"),
]


@pytest.mark.parametrize(("zone", "local", "moment"), MOMENTS)
def test_a_time_on_the_wall_names_one_moment(zone: str, local: str, moment: str) -> None:
    found = moment_of(datetime.fromisoformat(local), ZoneInfo(zone))

    assert found == datetime.fromisoformat(moment).replace(tzinfo=UTC)
    assert found.tzinfo is UTC


@given(
    st.datetimes(datetime.fromisoformat("2000-01-01"), datetime.fromisoformat("2040-01-01")),
    st.timedeltas(timedelta(0), timedelta(days=2)),
    st.sampled_from(
        ["America/New_York", "Australia/Lord_Howe", "Pacific/Apia", "Asia/Kathmandu", "Africa/Cairo"]
    ),
)
def test_what_is_later_on_the_wall_is_not_earlier(local: datetime, wait: timedelta, zone: str) -> None:
    where = ZoneInfo(zone)
    first, second = moment_of(local, where), moment_of(local + wait, where)

    # The first of two showings may lie before the end of the hour that is shown again, never by more than it.
    assert second >= first - timedelta(hours=1)
    assert first.astimezone(where).replace(tzinfo=None) >= local.replace(microsecond=0)
