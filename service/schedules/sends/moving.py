"""Give a planned sending another time at the desk: what a coordinator did not change stays as it was planned (pure)."""

from dataclasses import replace
from datetime import datetime, time
from zoneinfo import ZoneInfo

from service.foundation.errors import Refused
from service.foundation.sentence import Sentence
from service.model.anchor import Anchor
from service.schedules.due import Timing

_TWICE = Sentence("The clocks of this letter show that hour twice on that night: choose another hour.")


def comes_again(timing: Timing) -> bool:
    """Tell whether something is due more than once, so that only the time of its day can be another."""
    return bool(timing.every_days)


def at_moment(timing: Timing, wanted: datetime, *, zone: ZoneInfo) -> Timing:
    """Put one moment, one with a zone, in the place of a time; quiet hours, days of rest and their zone stay.

    `zone` is the letter's. Raises Refused for the second of an hour that its clocks show twice: it would be the first.
    """
    there = wanted.astimezone(ZoneInfo(timing.zone) if timing.zone else zone)
    if there.replace(fold=0).utcoffset() != there.utcoffset():
        raise Refused(_TWICE)
    return Timing(
        anchor=Anchor.AT,
        local=there.replace(tzinfo=None).isoformat(timespec="seconds"),
        quiet_from=timing.quiet_from,
        quiet_until=timing.quiet_until,
        rest_days=timing.rest_days,
        zone=timing.zone,
    )


def at_clock(timing: Timing, clock: time) -> Timing:
    """Let what comes again come at another time of its days, as its own zone reads it; its rhythm and all else stay."""
    if timing.anchor is not Anchor.AT:
        return replace(timing, clock=f"{clock:%H:%M}", seconds=0)
    day = datetime.fromisoformat(timing.local).date()
    return replace(timing, local=datetime.combine(day, clock).isoformat(timespec="seconds"))


def clock_of(timing: Timing, *, due: datetime | None) -> str:
    """Give the time of the day that is planned, "" where nobody knows it; `due` is when it is due next, as its zone reads it."""
    if timing.anchor is Anchor.AT:
        return f"{datetime.fromisoformat(timing.local):%H:%M}"
    return timing.clock or (f"{due:%H:%M}" if due is not None else "")
