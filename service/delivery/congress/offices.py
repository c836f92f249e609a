"""Ask a chamber for the list of the offices that take letters; whoever asks keeps it."""

import json
import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from service.delivery.asking import Asking
from service.delivery.congress.chamber import Chamber, SetUp
from service.delivery.congress.veil import veil_of
from service.delivery.office_list import Offices
from service.delivery.parcel import NotNow

_OK = 200


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
