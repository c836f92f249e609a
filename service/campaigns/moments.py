"""A time on the wall of a place, and the moment in UTC that it names."""

from bisect import bisect_left
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo


def moment_of(local: datetime, zone: ZoneInfo) -> datetime:
    """Give the moment, in UTC, at which clocks in `zone` show `local` (a time without a zone).

    A time that clocks show twice is the first of the two. A time that they skip is the first one they show
    after the gap: nothing announced for 02:30 then happens before 03:00.
    """
    moment = local.replace(tzinfo=zone, fold=0).astimezone(UTC)
    is_shown = moment.astimezone(zone).replace(tzinfo=None) == local
    return moment if is_shown else _end_of_gap(local.replace(microsecond=0), zone)


def _end_of_gap(local: datetime, zone: ZoneInfo) -> datetime:
    # In a gap fold=1 reads the clock as after the change, fold=0 as before it (PEP 495): the change lies between.
    skipped = local.replace(tzinfo=zone, fold=0)
    earliest, latest = skipped.replace(fold=1).astimezone(UTC), skipped.astimezone(UTC)
    seconds = range(int((latest - earliest).total_seconds()))

    def has_changed(second: int) -> bool:
        moment = earliest + timedelta(seconds=second)
        return moment.astimezone(zone).utcoffset() != skipped.utcoffset()

    return earliest + timedelta(seconds=bisect_left(seconds, x=True, key=has_changed))
