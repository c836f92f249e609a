"""Calendars as other programs subscribe to them: iCalendar (RFC 5545), all moments in UTC (pure)."""

import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

MEDIA_TYPE = "text/calendar"
_FOLD_AT = 75
_PRODUCT = "-//Undersigned//Calendar of letters//EN"
_ESCAPES = str.maketrans({"\\": "\\\\", ";": "\\;", ",": "\\,", "\n": "\\n"})


@dataclass(frozen=True, kw_only=True)
class CalendarEvent:
    """A moment without a length; `uid` is the same whenever the same moment is written again."""

    uid: str
    at: datetime
    summary: str
    address: str = ""


def write_calendar(
    events: Sequence[CalendarEvent], *, name: str, renewed_every: timedelta, now: datetime
) -> bytes:
    """Write events as a calendar whose readers fetch it again after `renewed_every`; each moment is aware."""
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        f"PRODID:{_PRODUCT}",
        # RFC 7986 has the names; those that begin with X- are what most programs read.
        f"NAME:{_text(name)}",
        f"X-WR-CALNAME:{_text(name)}",
        f"REFRESH-INTERVAL;VALUE=DURATION:{_duration(renewed_every)}",
        f"X-PUBLISHED-TTL:{_duration(renewed_every)}",
        *(line for event in events for line in _event(event, now=now)),
        "END:VCALENDAR",
    ]
    return "".join(f"{part}\r\n" for line in lines for part in _folded(line)).encode()


def _event(event: CalendarEvent, *, now: datetime) -> Iterator[str]:
    yield "BEGIN:VEVENT"
    yield f"UID:{event.uid}"
    yield f"DTSTAMP:{_moment(now)}"
    yield f"DTSTART:{_moment(event.at)}"
    yield f"SUMMARY:{_text(event.summary)}"
    if event.address:
        yield f"URL:{event.address}"
    yield "CLASS:PRIVATE"
    # Nobody is busy because a deadline passes.
    yield "TRANSP:TRANSPARENT"
    yield "END:VEVENT"


def _moment(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y%m%dT%H%M%SZ}"


def _duration(length: timedelta) -> str:
    return f"PT{max(1, length // timedelta(minutes=1))}M"


def _text(words: str) -> str:
    """Write a TEXT value: section 3.3.11, without the control characters that it may not hold."""
    lines = words.replace("\r\n", "\n").replace("\r", "\n")
    return "".join(one for one in lines if one == "\n" or unicodedata.category(one) != "Cc").translate(
        _ESCAPES
    )


def _folded(line: str) -> Iterator[str]:
    """Fold a line to 75 octets without its end, as section 3.1 says, and never within a character."""
    part, octets = "", 0
    for one in line:
        width = len(one.encode())
        if octets + width > _FOLD_AT:
            yield part
            part, octets = " ", 1
        part, octets = part + one, octets + width
    yield part
