"""The list of the offices that take letters: fetched now and then, kept by the caller, and never without its age.

Whoever asked a chamber for it at every request went down with the chamber; whoever froze it had a stale one. So the last good
list stands until a better one is fetched, and whatever is said of it says how old it is.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from service.delivery.asking import Asking
from service.delivery.congress.chamber import Chamber, SetUp
from service.delivery.congress.veil import veil_of
from service.delivery.parcel import NotNow
from service.foundation.sentence import Sentence

FRESH_FOR = timedelta(hours=24)
"""After so long it is time to fetch the list anew."""

_LEAST_SHARE = 0.5
_OK = 200


@dataclass(frozen=True, kw_only=True)
class Offices:
    """The offices that take letters now, by their codes, with what the chamber calls each ("" where it does not say)."""

    names: Mapping[str, str]
    fetched_at: datetime

    def has(self, code: str) -> bool:
        """Tell whether an office takes letters."""
        return code in self.names

    def is_fresh(self, *, now: datetime) -> bool:
        """Tell whether the list need not be fetched anew yet."""
        return now - self.fetched_at <= FRESH_FOR

    def age(self, *, now: datetime) -> Sentence:
        """Say how old the list is, for whoever sees anything of it."""
        hours = max(0, int((now - self.fetched_at) / timedelta(hours=1)))
        if hours < 1:
            return Sentence("The list of offices was fetched within the hour.")
        if hours < 48:
            return Sentence(
                "The list of offices is {n} hour old.", "The list of offices is {n} hours old.", n=hours
            )
        return Sentence(
            "The list of offices is {n} day old.", "The list of offices is {n} days old.", n=hours // 24
        )


def better_of(last: Offices | None, fetched: Offices | None) -> Offices | None:
    """Choose which list to keep (pure): what was fetched, unless that is hardly half of the last good one.

    A chamber in trouble answers with a short list, or none; offices do not leave by the dozen.
    """
    if fetched is None:
        return last
    if last is not None and len(fetched.names) < len(last.names) * _LEAST_SHARE:
        return last
    return fetched


def read_offices(body: bytes, chamber: Chamber) -> Mapping[str, str] | None:
    """Read a chamber's list (pure): codes, or objects with `office_code` and `name`; None for anything else, and for an empty one.

    Codes that no letter could bear are left out.
    """
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        return None
    if not isinstance(found, list):
        return None
    names = {code: name for code, name in map(_entry, found) if re.fullmatch(chamber.office, code)}
    return names or None


def fetch_offices(chamber: Chamber, setup: SetUp, asking: Asking, *, now: datetime) -> Offices:
    """Ask a chamber for its list; raises NotNow where no list comes of it, and the last one stands."""
    path = setup.place.offices
    answer = asking.ask("GET", setup.address(path), shown_as=setup.shown(path), may_repeat=True)
    names = read_offices(answer.body, chamber) if answer.status == _OK else None
    if names is None:
        raise NotNow(
            "No list of offices was given; the last one stands.",
            exchange=veil_of(b"", key=setup.key).over_exchange(answer.exchange),
        )
    return Offices(names=names, fetched_at=now)


def _entry(entry: Any) -> tuple[str, str]:
    if isinstance(entry, str):
        return entry, ""
    if not isinstance(entry, dict):
        return "", ""
    return str(entry.get("office_code", "")), str(entry.get("name", ""))
