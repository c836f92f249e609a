"""What must hold between the keys of a campaign file, checked on whatever of them is well written."""

import re
from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import Any

from service.campaigns.file_faults import Fault
from service.campaigns.file_paths import faults_of_files
from service.campaigns.hints import did_you_mean, shown
from service.campaigns.letter_words import word_faults
from service.campaigns.toml_lines import Path
from service.campaigns.way_checks import faults_of_ways
from service.foundation.addresses import comparable_address, normal_address
from service.foundation.errors import Refused
from service.foundation.sentence import Sentence
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
            yield Fault(path, Sentence("is more than ten years from today: check the year."))


def _order_of_moments(data: Table) -> Iterator[Fault]:
    keys = ("opens", "deadline", "send_at", "publish_at")
    given = [(key, data[key]) for key in keys if _is_local(data.get(key))]
    for (earlier, first), (later, second) in pairwise(given):
        if later == "deadline" and second <= first:
            yield Fault((later,), Sentence("must be later than {earlier}.", earlier=earlier))
        elif second < first:
            yield Fault((later,), Sentence("must not be earlier than {earlier}.", earlier=earlier))


def _event_first(data: Table) -> Iterator[Fault]:
    starts = _day(_at(data, ("event", "starts")))
    key = "send_at" if _is_local(data.get("send_at")) else "deadline"
    last = _day(data.get(key))
    if starts is not None and last is not None and last > starts:
        yield Fault(
            (key,),
            Sentence(
                "must not be after {key}: the letter has to arrive before the event.", key="event.starts"
            ),
        )


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
            yield Fault(
                path,
                Sentence("has a placeholder that is not closed: write {written}.", written=f"(({name}))"),
                near=f"(({name}",
            )


def _told_of_placeholder(name: str, *, has_event: bool) -> str:
    if name == "event" and not has_event:
        return Sentence(
            "uses {written}, but {table} has no name: add it.", written="((event))", table="[event]"
        )
    if name in PLACEHOLDERS:
        return ""
    hint = did_you_mean(name, PLACEHOLDERS) or _known_are()
    return Sentence("has an unknown placeholder, {written}. {hint}", written=f"(({shown(name)}))", hint=hint)


def _known_are() -> Sentence:
    *others, last = (f"(({name}))" for name in PLACEHOLDERS)
    return Sentence("Known are {others} and {last}.", others=", ".join(others), last=last)


def _translations(data: Table) -> Iterator[Fault]:
    texts = _at(data, ("letter", "translations"))
    asks = _at(data, ("letter", "asks"), default=[])
    seen: dict[str, Sentence] = {
        _folded(data.get("language", "en")): Sentence(
            "is also the language of the letter itself: one text for each."
        )
    }
    for index, text in enumerate(texts if isinstance(texts, list) else []):
        path = ("letter", "translations", index)
        language = _folded(_at(text, ("language",)))
        if language in seen:
            yield Fault((*path, "language"), seen[language])
        elif language:
            seen[language] = Sentence(
                "is also the language of {key}: one text for each.", key=f"letter.translations[{index + 1}]"
            )
        own = _at(text, ("asks",), default=[])
        if isinstance(own, list) and isinstance(asks, list) and len(own) != len(asks):
            yield _uneven(path, wanted=len(asks), number=len(own))


def _uneven(path: Path, *, wanted: int, number: int) -> Fault:
    if number:
        told = Sentence(
            "must hold as many as {key}: {wanted}, not {number}.",
            key="letter.asks",
            wanted=wanted,
            number=number,
        )
        return Fault((*path, "asks"), told)
    told = Sentence(
        "has no asks: they must hold as many as {key}: {wanted}, not {number}.",
        key="letter.asks",
        wanted=wanted,
        number=number,
    )
    return Fault(path, told)


def _approvers(data: Table) -> Iterator[Fault]:
    people = data.get("approvers", [])
    if not isinstance(people, list):
        return
    if len(people) < _APPROVERS_NEEDED and data.get("solo") is not True:
        yield Fault(
            ("approvers",),
            Sentence(
                "must be two or more, each under {table}; or set {example} at the top.",
                table="[[approvers]]",
                example="solo = true",
            ),
        )
    seen: dict[str, int] = {}
    for index, person in enumerate(people):
        address = _comparable(_at(person, ("email",)))
        if address and seen.setdefault(address, index) != index:
            told = Sentence(
                "is also the address of {key}: two people must approve.",
                key=f"approvers[{seen[address] + 1}]",
            )
            yield Fault(("approvers", index, "email"), told)


def _recipients(data: Table, *, now: datetime) -> Iterator[Fault]:
    offices = data.get("recipients")
    if not isinstance(offices, list):
        return
    if not any(_at(office, ("role",), default="to") == "to" for office in offices):
        yield Fault(
            ("recipients",), Sentence("must name at least one with {example}.", example='role = "to"')
        )
    seen: dict[tuple[str, ...], int] = {}
    for index, office in enumerate(offices):
        path = ("recipients", index)
        yield from _recipient(path, office, now=now)
        who = tuple(_folded(_at(office, (key,))) for key in ("name", "position", "office"))
        if who[0] and seen.setdefault(who, index) != index:
            told = Sentence(
                "is the same as {key}: the letter would go there twice.", key=f"recipients[{seen[who] + 1}]"
            )
            yield Fault(path, told)


def _recipient(path: Path, office: object, *, now: datetime) -> Iterator[Fault]:
    if _at(office, ("role",)) == "press" and _at(office, ("copy",)) == "full":
        yield Fault(
            (*path, "copy"),
            Sentence(
                "must be {wanted} for the press: a full copy holds names that are not for publication.",
                wanted='"public"',
            ),
        )
    checked = _day(_at(office, ("checked",)))
    # A day may have begun elsewhere before it begins in UTC, by at most 14 hours.
    if checked is not None and checked > (now + timedelta(hours=14)).date():
        yield Fault(
            (*path, "checked"), Sentence("lies in the future: give the day on which the address was checked.")
        )
    formats = _at(office, ("formats",))
    if isinstance(formats, list) and "pdf" not in formats:
        yield Fault(
            (*path, "formats"),
            Sentence(
                "must hold {wanted}, which every office can open; {other} may stand beside it.",
                wanted='"pdf"',
                other='"docx"',
            ),
        )
    for key in ("emails", "channels", "otherwise", "formats"):
        values = _at(office, (key,))
        seen: set[str] = set()
        for index, value in enumerate(values if isinstance(values, list) else []):
            folded = str(value).strip().casefold()
            if folded in seen:
                yield Fault((*path, key, index), Sentence("is there twice: take one of them out."))
            seen.add(folded)
    yield from faults_of_ways(path, office)


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
