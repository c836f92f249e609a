"""What must hold between the keys of a campaign file, checked on whatever of them is well written."""

import re
from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import Any

from service.campaigns.file_faults import Fault
from service.campaigns.file_paths import faults_of_files
from service.campaigns.hints import did_you_mean, one_of, shown
from service.campaigns.letter_words import word_faults
from service.campaigns.toml_lines import Path
from service.foundation.addresses import comparable_address, normal_address
from service.foundation.errors import Refused
from service.foundation.written import fold_name

PLACEHOLDERS = ("count", "organizations", "individuals", "signatories", "countries", "event", "date")

PLACEHOLDER = re.compile(r"\(\(([^()]*)\)\)")
UNCLOSED = re.compile(rf"\(\(({'|'.join(PLACEHOLDERS)})\)?(?![\w)])")
_FURTHEST = timedelta(days=3653)
_APPROVERS_NEEDED = 2

Table = Mapping[str, Any]


def faults_between_keys(data: Table, *, now: datetime) -> Iterator[Fault]:
    """Find what is wrong between keys; `data` is what TOML says, its values perhaps of a wrong kind.

    A day or moment further than ten years from `now` is a slip of the keys, and so is an address checked
    after `now`. A deadline that has passed is not: whoever opens the letter is told then.
    """
    yield from _far_days(data, now=now)
    yield from _order_of_moments(data)
    yield from _event_first(data)
    yield from _placeholders(data)
    yield from _translations(data)
    yield from faults_of_files(data)
    yield from (Fault(path, told) for path, told in word_faults(data))
    yield from _approvers(data)
    yield from _recipients(data, now=now)


def _far_days(data: Table, *, now: datetime) -> Iterator[Fault]:
    for path in (
        ("opens",),
        ("deadline",),
        ("send_at",),
        ("publish_at",),
        ("event", "starts"),
        ("letter", "date"),
    ):
        day = _day(_at(data, path))
        if day is not None and abs(day - now.date()) > _FURTHEST:
            yield Fault(path, "is more than ten years from today: check the year.")


def _order_of_moments(data: Table) -> Iterator[Fault]:
    keys = ("opens", "deadline", "send_at", "publish_at")
    given = [(key, data[key]) for key in keys if _is_local(data.get(key))]
    for (earlier, first), (later, second) in pairwise(given):
        if later == "deadline" and second <= first:
            yield Fault((later,), f"must be later than {earlier}.")
        elif second < first:
            yield Fault((later,), f"must not be earlier than {earlier}.")


def _event_first(data: Table) -> Iterator[Fault]:
    starts = _day(_at(data, ("event", "starts")))
    key = "send_at" if _is_local(data.get("send_at")) else "deadline"
    last = _day(data.get(key))
    if starts is not None and last is not None and last > starts:
        yield Fault((key,), "must not be after event.starts: the letter has to arrive before the event.")


def _placeholders(data: Table) -> Iterator[Fault]:
    has_event = bool(_at(data, ("event", "name")))
    for path, text in _texts(("letter",), _at(data, ("letter",))):
        if path[1:2] == ("annexes",):
            continue
        for name in dict.fromkeys(PLACEHOLDER.findall(text)):
            told = _told_of_placeholder(name, has_event=has_event)
            if told:
                yield Fault(path, told, near=f"(({name}))")
        for name in dict.fromkeys(UNCLOSED.findall(PLACEHOLDER.sub("", text))):
            yield Fault(path, f"has a placeholder that is not closed: write (({name})).", near=f"(({name}")


def _told_of_placeholder(name: str, *, has_event: bool) -> str:
    if name == "event" and not has_event:
        return "uses ((event)), but [event] has no name: add it."
    if name in PLACEHOLDERS:
        return ""
    hint = did_you_mean(name, PLACEHOLDERS) or f" Known are {_all_placeholders()}."
    return f"has an unknown placeholder, (({shown(name)})).{hint}"


def _all_placeholders() -> str:
    return one_of(f"(({name}))" for name in PLACEHOLDERS).replace('"', "").replace(" or ", " and ")


def _translations(data: Table) -> Iterator[Fault]:
    texts = _at(data, ("letter", "translations"))
    asks = _at(data, ("letter", "asks"), default=[])
    seen = {_folded(data.get("language", "en")): "the letter itself"}
    for index, text in enumerate(texts if isinstance(texts, list) else []):
        path = ("letter", "translations", index)
        language = _folded(_at(text, ("language",)))
        if language in seen:
            yield Fault((*path, "language"), f"is also the language of {seen[language]}: one text for each.")
        elif language:
            seen[language] = f"letter.translations[{index + 1}]"
        own = _at(text, ("asks",), default=[])
        if isinstance(own, list) and isinstance(asks, list) and len(own) != len(asks):
            told = f"must hold as many as letter.asks: {len(asks)}, not {len(own)}."
            yield Fault((*path, "asks") if own else path, told if own else f"has no asks: they {told}")


def _approvers(data: Table) -> Iterator[Fault]:
    people = data.get("approvers", [])
    if not isinstance(people, list):
        return
    if len(people) < _APPROVERS_NEEDED and data.get("solo") is not True:
        yield Fault(
            ("approvers",), "must be two or more, each under [[approvers]]; or set solo = true at the top."
        )
    seen: dict[str, int] = {}
    for index, person in enumerate(people):
        address = _comparable(_at(person, ("email",)))
        if address and seen.setdefault(address, index) != index:
            told = f"is also the address of approvers[{seen[address] + 1}]: two people must approve."
            yield Fault(("approvers", index, "email"), told)


def _recipients(data: Table, *, now: datetime) -> Iterator[Fault]:
    offices = data.get("recipients")
    if not isinstance(offices, list):
        return
    if not any(_at(office, ("role",), default="to") == "to" for office in offices):
        yield Fault(("recipients",), 'must name at least one with role = "to".')
    seen: dict[tuple[str, ...], int] = {}
    for index, office in enumerate(offices):
        path = ("recipients", index)
        yield from _recipient(path, office, now=now)
        who = tuple(_folded(_at(office, (key,))) for key in ("name", "position", "office"))
        if who[0] and seen.setdefault(who, index) != index:
            yield Fault(path, f"is the same as recipients[{seen[who] + 1}]: the letter would go there twice.")


def _recipient(path: Path, office: object, *, now: datetime) -> Iterator[Fault]:
    if _at(office, ("role",)) == "press" and _at(office, ("copy",)) == "full":
        yield Fault(
            (*path, "copy"),
            'must be "public" for the press: a full copy holds names that are not for publication.',
        )
    checked = _day(_at(office, ("checked",)))
    # A day may have begun elsewhere before it begins in UTC, by at most 14 hours.
    if checked is not None and checked > (now + timedelta(hours=14)).date():
        yield Fault((*path, "checked"), "lies in the future: give the day on which the address was checked.")
    formats = _at(office, ("formats",))
    if isinstance(formats, list) and "pdf" not in formats:
        yield Fault(
            (*path, "formats"), 'must hold "pdf", which every office can open; "docx" may stand beside it.'
        )
    for key in ("emails", "channels", "formats"):
        values = _at(office, (key,))
        seen: set[str] = set()
        for index, value in enumerate(values if isinstance(values, list) else []):
            folded = str(value).strip().casefold()
            if folded in seen:
                yield Fault((*path, key, index), "is there twice: take one of them out.")
            seen.add(folded)


def _at(value: object, path: Path, *, default: object = None) -> Any:
    for key in path:
        if not isinstance(value, dict) or key not in value:
            return default
        value = value[key]
    return value


def _texts(path: Path, value: object) -> Iterator[tuple[Path, str]]:
    if isinstance(value, str):
        yield path, value
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield from _texts((*path, key), inner)
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from _texts((*path, index), inner)


def _is_local(value: object) -> bool:
    return isinstance(value, datetime) and value.tzinfo is None


def _day(value: object) -> date | None:
    if isinstance(value, datetime):
        return value.date()
    return value if isinstance(value, date) else None


def _comparable(value: object) -> str:
    try:
        return comparable_address(normal_address(value, what="")) if isinstance(value, str) else ""
    except Refused:
        return ""


def _folded(value: object) -> str:
    return fold_name(value) if isinstance(value, str) else ""
