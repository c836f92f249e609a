"""What the pages of sendings show of one: its moments on two clocks, and the names of who planned and approved it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from flask import Response

from service.coordinators.accounts import name_of_actor
from service.schedules.built_in import BY
from service.web.desk.visit import letter, visit
from service.web.render import answer
from service.web.services import services

# A mail's HTML has its style in it. It is shown alone, where nothing of it can run, load or leave.
_MAIL_POLICY = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; sandbox"


SAMPLES = 7
"""So many readers a page leads through that shows a mail as one of them gets it."""


@dataclass(frozen=True, kw_only=True)
class Clock:
    """A moment as the coordinator's clock shows it, and as the letter's does where that differs."""

    own: datetime
    own_zone: str
    there: datetime | None
    there_zone: str


def on_clocks(moment: datetime) -> Clock:
    """Show a moment on the coordinator's clock, and on the letter's where the two differ."""
    own = visit().local(moment)
    there = moment.astimezone(ZoneInfo(letter().time_zone))
    differs = own.utcoffset() != there.utcoffset()
    return Clock(
        own=own,
        own_zone=place_of(visit().time_zone or "UTC"),
        there=there if differs else None,
        there_zone=place_of(letter().time_zone),
    )


def sample_row(entries: Mapping[str, str]) -> int:
    """Tell as which reader a mail is looked at: the one that is asked for, else another each time."""
    row = entries.get("row", "")
    number = int(row) if row.isascii() and row.isdigit() and len(row) < 3 else services().now().second
    return number % SAMPLES


def mail_page(html: str) -> Response:
    """Show the HTML of a mail alone on a page on which nothing can run or load."""
    page = answer(html)
    page.policy = _MAIL_POLICY
    return page


def place_of(zone: str) -> str:
    """Give the place by which people know a zone: "New York" (pure)."""
    return zone.rpartition("/")[2].replace("_", " ")


def by_name(session: Any, by: str) -> str:
    """Give the name of who did something; "" for what every letter has."""
    return "" if by == BY else name_of_actor(session, services().keyring.desk, by)
