"""Fields of a form that are keys of the campaign file: how each is read and written."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from service.foundation.addresses import masked_address
from service.foundation.errors import Refused
from service.foundation.sentence import Sentence
from service.web.forms import Reader
from service.web.languages import with_others

_PERSON = re.compile(r"([^<>]*[^<>\s])\s*<\s*([^<>\s]+)\s*>")
LONGEST = 300
LONGEST_TEXT = 20_000


@dataclass(frozen=True, kw_only=True)
class Option:
    """One of the answers to a question, with what it means."""

    value: str
    label: str
    more: str = ""


@dataclass(frozen=True, kw_only=True)
class Field:
    """One key of the campaign file; `key` names it as the file does, with a dot where it stands in a table."""

    key: str
    label: Sentence
    hint: str = ""
    kind: str = "line"
    options: tuple[Option, ...] = ()
    optional: bool = False

    @property
    def name(self) -> str:
        """The name of the field in the form."""
        return self.key.replace(".", "__")


@dataclass(frozen=True, kw_only=True)
class Section:
    """Fields that belong together."""

    code: str
    title: Sentence
    fields: tuple[Field, ...]
    help: str = ""


def written(fields: Sequence[Field], record: Mapping[str, Any]) -> dict[str, str]:
    """Write what a record says into the fields (pure)."""
    return {field.name: _WRITE.get(field.kind, _plain)(_value(record, field.key)) for field in fields}


def said_of(fields: Sequence[Field], values: Mapping[str, str], *, zone: str) -> dict[str, datetime | date]:
    """Give the moments and days among the fields as such, for a page that says them in words (pure)."""
    found: dict[str, datetime | date] = {}
    for field in fields:
        if text := values.get(field.name):
            if field.kind == "moment":
                found[field.name] = datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone))
            elif field.kind == "day":
                found[field.name] = date.fromisoformat(text)
    return found


def read_fields(fields: Sequence[Field], entries: Mapping[str, str]) -> dict[str, Any]:
    """Read the fields into values under the keys of the file, None where one is empty; raises Misfilled.

    What a form does not bring at all, because the page did not offer it, is not read: only boxes are left out by browsers.
    Nor is what stands there as the page showed it: somebody else may have changed it meanwhile.
    """
    entries = with_others(entries)
    reader, found = Reader(entries), dict[str, Any]()
    for field in fields:
        if _is_untouched(field, entries):
            continue
        if field.kind == "box":
            if f"{field.name}__shown" in entries:
                found[field.key] = reader.ticked(field.name)
        elif field.name in entries:
            read = _READ.get(field.kind)
            if read is not None:
                found[field.key] = reader.read(field.name, read, None)
            else:
                longest = LONGEST_TEXT if field.kind == "area" else LONGEST
                found[field.key] = reader.read(field.name, _text(field.label, longest), None)
    reader.refuse_if_wrong()
    return found


def shown_before(values: Mapping[str, str]) -> dict[str, str]:
    """Give what a page shows as hidden entries beside it, by which it is known afterwards what was changed in it."""
    return {f"{name}__was": text for name, text in values.items()}


def _is_untouched(field: Field, entries: Mapping[str, str]) -> bool:
    was = entries.get(f"{field.name}__was")
    return was is not None and _newlines(was) == _newlines(entries.get(field.name, ""))


def _newlines(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _value(record: Mapping[str, Any], key: str) -> Any:
    table, _, name = key.rpartition(".")
    place = record.get(table) or {} if table else record
    return place.get(name)


def _plain(value: Any) -> str:
    return "" if value is None else str(value)


def _lines(value: Any) -> str:
    return "\n".join(str(one) for one in value or ())


def _moment(value: Any) -> str:
    return str(value)[:16] if value else ""


def _box(value: Any) -> str:
    return "yes" if value else ""


def _people(value: Any) -> str:
    return "\n".join(f"{one['name']} <{one['email']}>" for one in value or ())


_WRITE: Mapping[str, Callable[[Any], str]] = {
    "lines": _lines,
    "moment": _moment,
    "box": _box,
    "people": _people,
}


def _text(label: Sentence, longest: int) -> Callable[[str], str | None]:
    def read(text: str) -> str | None:
        found = text.replace("\r\n", "\n").replace("\r", "\n").strip()
        if len(found) > longest:
            raise Refused(
                Sentence("{what} is too long: write {n} characters at most.", what=label, n=longest)
            )
        return found or None

    return read


def _read_moment(text: str) -> str | None:
    if not text.strip():
        return None
    try:
        found = datetime.fromisoformat(text.strip())
    except ValueError as error:
        raise Refused(Sentence("Give a day and a time, like 2026-12-05T17:00.")) from error
    return found.replace(tzinfo=None).isoformat()


def _read_day(text: str) -> str | None:
    if not text.strip():
        return None
    try:
        return date.fromisoformat(text.strip()).isoformat()
    except ValueError as error:
        raise Refused(Sentence("Give a day, like 2026-12-05.")) from error


def _read_number(text: str) -> int | None:
    found = text.strip()
    if not found:
        return None
    if not (found.isascii() and found.isdigit()) or len(found) > 9:
        raise Refused(Sentence("Give a whole number."))
    return int(found)


def _read_lines(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]


def masked_people(text: str) -> str:
    """Show people, one a line as written() gives them, so that none of their addresses can be read (pure)."""
    people = (_PERSON.fullmatch(line) for line in _read_lines(text))
    return "\n".join(f"{found[1]} <{masked_address(found[2])}>" for found in people if found)


def _read_people(text: str) -> list[dict[str, str]]:
    people = []
    for line in _read_lines(text):
        found = _PERSON.fullmatch(line)
        if found is None:
            raise Refused(Sentence("Write one person a line, like: Ada Approver <ada@lakes.example>."))
        people.append({"name": found[1], "email": found[2]})
    return people


_READ: Mapping[str, Callable[[str], Any]] = {
    "moment": _read_moment,
    "day": _read_day,
    "number": _read_number,
    "lines": _read_lines,
    "people": _read_people,
}
