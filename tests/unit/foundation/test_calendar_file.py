"""A calendar is written as RFC 5545 has it: folded lines, escaped words, moments in UTC."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from service.foundation.calendar_file import CalendarEvent, write_calendar

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


PLAIN = CalendarEvent(uid="1@letters.example", at=NOON, summary="Deadline")


def written(*events: CalendarEvent, name: str = "Letters") -> str:
    return write_calendar(events, name=name, renewed_every=HOUR, now=NOON).decode()


def unfolded(text: str) -> list[str]:
    """Undo the folding as section 3.1 says: a line end that a space follows is none."""
    return text.replace("\r\n ", "").split("\r\n")


def test_a_calendar_is_whole_line_by_line() -> None:
    deadline = replace(PLAIN, at=datetime(2026, 12, 5, 17, tzinfo=ZoneInfo("America/New_York")))

    assert unfolded(written(deadline)) == [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Undersigned//Calendar of letters//EN",
        "NAME:Letters",
        "X-WR-CALNAME:Letters",
        "REFRESH-INTERVAL;VALUE=DURATION:PT60M",
        "X-PUBLISHED-TTL:PT60M",
        "BEGIN:VEVENT",
        "UID:1@letters.example",
        "DTSTAMP:20261124T120000Z",
        "DTSTART:20261205T220000Z",
        "SUMMARY:Deadline",
        "CLASS:PRIVATE",
        "TRANSP:TRANSPARENT",
        "END:VEVENT",
        "END:VCALENDAR",
        "",
    ]


def test_words_cannot_become_a_line_of_their_own() -> None:
    hostile = replace(PLAIN, summary="River; lake, sea\\\r\nATTENDEE:mailto:x@example.org\x00\x1b")

    assert "SUMMARY:River\\; lake\\, sea\\\\\\nATTENDEE:mailto:x@example.org" in unfolded(written(hostile))


def test_an_address_stands_as_it_is() -> None:
    assert "URL:https://a.example/desk/letters/x/" in written(
        replace(PLAIN, address="https://a.example/desk/letters/x/")
    )


@given(st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=300))
def test_every_line_has_75_octets_at_most_and_says_the_same(words: str) -> None:
    text = written(replace(PLAIN, summary=words))

    lines = text.encode().split(b"\r\n")
    assert max(map(len, lines)) <= 75
    for line in lines:
        line.decode()
    [summary] = [line for line in unfolded(text) if line.startswith("SUMMARY:")]
    plain = summary.removeprefix("SUMMARY:").replace("\\;", ";").replace("\\,", ",").replace("\\\\", "\\")
    assert plain == words
