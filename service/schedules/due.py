"""When a schedule is due: its anchor, shift, rhythm and quiet hours become moments (pure)."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from itertools import count, takewhile
from typing import Any
from zoneinfo import ZoneInfo

from service.campaigns.moments import moment_of
from service.model.anchor import Anchor, Late

ON_TIME = timedelta(minutes=15)
"""What happens within this time after it was due is not late: clocks tick, and machines start again."""
EARLIEST_ZONE = ZoneInfo("Etc/GMT-14")
"""Where clocks show any time first (POSIX signs: this is UTC+14)."""

_DAY = timedelta(days=1)
# Whoever has a few hours only is reminded once, before the deadline.
_SHORTEST_WINDOW = _DAY
_MOST_TIMES = 1_000
_LONGEST_REST = 8


@dataclass(frozen=True, kw_only=True)
class Timing:
    """When something is due.

    `local` is the time of the anchor `at`, as a clock in the zone shows it. `part` of `parts` is where in the window an
    anchor `window` stands. Every other anchor is a moment of the letter; `days` are counted from it (negative: before
    it) and `clock` is the time on that day, "" for the anchor's own. `seconds` shift a moment that has no `clock`. It
    comes again `every_days`, `times` in all (0: as long as it may). From `quiet_from` to `quiet_until`, and on
    `rest_days` (0 is Monday), nothing is sent. With `by_reader`, `local` or `clock` is read in each reader's own zone.
    `zone` is an IANA name, "" for the letter's.
    """

    anchor: Anchor
    local: str = ""
    part: int = 0
    parts: int = 1
    days: int = 0
    seconds: int = 0
    clock: str = ""
    every_days: int = 0
    times: int = 1
    quiet_from: str = ""
    quiet_until: str = ""
    rest_days: tuple[int, ...] = ()
    zone: str = ""
    by_reader: bool = False

    def as_record(self) -> dict[str, Any]:
        """Give what is not the default, as a JSON-able record."""
        named = {field.name: getattr(self, field.name) for field in fields(self) if field.name != "anchor"}
        other = {name: value for name, value in named.items() if value != _DEFAULTS[name]}
        if "rest_days" in other:
            other["rest_days"] = list(self.rest_days)
        return {"anchor": self.anchor.value, **other}

    @classmethod
    def from_record(cls, record: Mapping[str, Any]) -> "Timing":
        """Read what as_record() gave."""
        given = dict(record)
        return cls(anchor=Anchor(given.pop("anchor")), rest_days=tuple(given.pop("rest_days", ())), **given)


_DEFAULTS = {field.name: field.default for field in fields(Timing)}


@dataclass(frozen=True, kw_only=True)
class Dates:
    """The moments of a letter that a schedule may hang on, in UTC, and its zone; None for what it does not have.

    Nothing is due before `since`, and the window begins there.
    """

    zone: ZoneInfo
    since: datetime
    opens_at: datetime
    deadline_at: datetime
    send_at: datetime | None = None
    publish_at: datetime | None = None
    event_on: date | None = None


@dataclass(frozen=True, kw_only=True)
class Due:
    """One time that something is due: the moment in UTC, and the time as its place reads it.

    For a time of each reader's own zone, `at` is when the first of them read it.
    """

    at: datetime
    clock: datetime
    zone: str

    @property
    def local(self) -> str:
        """The time as its place reads it, with the zone."""
        return f"{self.clock:%Y-%m-%dT%H:%M:%S} {self.zone}"


class Verdict(StrEnum):
    """What becomes of something that is due now or was before."""

    FIRE = "fire"
    SKIP = "skip"
    ASK = "ask"


def judge(late: Late, late_seconds: int, *, due_at: datetime, now: datetime) -> Verdict:
    """Say whether something that is due still happens, is left out, or waits for a person's word."""
    behind = now - due_at
    if behind <= ON_TIME or late is Late.ANYWAY:
        return Verdict.FIRE
    if late is Late.ASK:
        return Verdict.ASK
    return Verdict.FIRE if behind <= timedelta(seconds=late_seconds) else Verdict.SKIP


def due_times(timing: Timing, dates: Dates, *, ends: bool) -> Iterator[Due]:
    """Give every time that something is due, the earliest first; none is before `since`.

    With `ends` it ends with the sign-ons: nothing is due at the deadline or after it, and quiet hours that would put
    it there put it before them instead. A time that clocks skip comes after the gap, one that they show twice is the
    first (RFC 5545, section 3.3.5).
    """
    seen: set[datetime] = set()
    for due in takewhile(
        lambda due: not ends or due.at < dates.deadline_at, _times(timing, dates, ends=ends)
    ):
        if due.at >= dates.since and due.at not in seen:
            seen.add(due.at)
            yield due


def reader_moment(due: Due, zone: ZoneInfo) -> datetime:
    """Give the moment, in UTC, at which a reader's clock in `zone` shows the time that is due."""
    return moment_of(due.clock, zone)


def _times(timing: Timing, dates: Dates, *, ends: bool) -> Iterator[Due]:
    zone = ZoneInfo(timing.zone) if timing.zone else dates.zone
    first = _first(timing, dates, zone)
    if first is None:
        return
    for number in _numbers(timing):
        wanted = first + number * timing.every_days * _DAY
        yield _out_of_quiet(timing, dates, wanted, zone, ends=ends)


def _numbers(timing: Timing) -> Iterator[int]:
    if not timing.every_days:
        return iter((0,))
    most = min(timing.times or _MOST_TIMES, _MOST_TIMES)
    return takewhile(lambda number: number < most, count())


def _first(timing: Timing, dates: Dates, zone: ZoneInfo) -> datetime | None:
    """Give the first time as a clock in the zone shows it, before quiet hours are looked at."""
    if timing.anchor is Anchor.AT:
        return datetime.fromisoformat(timing.local)
    if timing.anchor is Anchor.EVENT:
        base = datetime.combine(dates.event_on, time()) if dates.event_on is not None else None
    else:
        moment = _anchor(timing, dates)
        base = moment.astimezone(zone).replace(tzinfo=None) if moment is not None else None
    if base is None:
        return None
    day = base + timing.days * _DAY
    if timing.clock:
        return datetime.combine(day.date(), time.fromisoformat(timing.clock))
    return day if not timing.seconds else _shifted(day, zone, timing.seconds)


def _shifted(local: datetime, zone: ZoneInfo, seconds: int) -> datetime:
    """Shift a time by so many seconds as they pass, also over a change of the clocks."""
    moment = moment_of(local, zone) + timedelta(seconds=seconds)
    return moment.astimezone(zone).replace(tzinfo=None)


def _anchor(timing: Timing, dates: Dates) -> datetime | None:
    if timing.anchor is Anchor.WINDOW:
        window = dates.deadline_at - dates.since
        return dates.since + window * timing.part / timing.parts if window >= _SHORTEST_WINDOW else None
    return {
        Anchor.OPENING: dates.opens_at,
        Anchor.DEADLINE: dates.deadline_at,
        Anchor.SENDING: dates.send_at,
        Anchor.PUBLICATION: dates.publish_at,
    }[timing.anchor]


def _out_of_quiet(timing: Timing, dates: Dates, wanted: datetime, zone: ZoneInfo, *, ends: bool) -> Due:
    later = _after_quiet(timing, wanted)
    due = _due(timing, later, zone)
    if not ends or later == wanted or due.at < dates.deadline_at:
        return due
    earlier = _due(timing, _before_quiet(timing, wanted), zone)
    return earlier if earlier.at >= dates.since else _due(timing, wanted, zone)


def _due(timing: Timing, local: datetime, zone: ZoneInfo) -> Due:
    if timing.by_reader:
        return Due(at=moment_of(local, EARLIEST_ZONE), clock=local, zone="in each reader's own zone")
    moment = moment_of(local, zone).astimezone(UTC)
    # The time that clocks really show then: it differs where they skipped the one that was meant.
    shown = moment.astimezone(zone).replace(tzinfo=None)
    return Due(at=moment, clock=shown, zone=zone.key)


def _after_quiet(timing: Timing, local: datetime) -> datetime:
    """Give the first time, from this one on, that is neither quiet nor on a day of rest."""
    for _ in range(_LONGEST_REST):
        if local.weekday() in timing.rest_days:
            local = (
                _on_day(local.date() + _DAY, timing.quiet_until) if _rests_at_night(timing) else local + _DAY
            )
        elif _is_quiet(timing, local):
            until = _on_day(local.date(), timing.quiet_until)
            local = until if local < until else until + _DAY
        else:
            break
    return local


def _before_quiet(timing: Timing, local: datetime) -> datetime:
    """Give the last minute, before this time, that is neither quiet nor on a day of rest."""
    for _ in range(_LONGEST_REST):
        if local.weekday() in timing.rest_days:
            local = datetime.combine(local.date(), time()) - timedelta(minutes=1)
        elif _is_quiet(timing, local):
            begins = _on_day(local.date(), timing.quiet_from)
            local = (begins if begins <= local else begins - _DAY) - timedelta(minutes=1)
        else:
            break
    return local


def _is_quiet(timing: Timing, local: datetime) -> bool:
    if not timing.quiet_from or not timing.quiet_until:
        return False
    begins, ends, here = (*map(time.fromisoformat, (timing.quiet_from, timing.quiet_until)), local.time())
    return begins <= here < ends if begins <= ends else here >= begins or here < ends


def _rests_at_night(timing: Timing) -> bool:
    return timing.quiet_from > timing.quiet_until > ""


def _on_day(day: date, clock: str) -> datetime:
    return datetime.combine(day, time.fromisoformat(clock))
