"""The settings of a letter as the fields of a form: what each is called, its help, and how it is read and written."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from service.foundation.errors import Refused
from service.foundation.sentence import Sentence
from service.web.forms import Reader

_PERSON = re.compile(r"([^<>]*[^<>\s])\s*<\s*([^<>\s]+)\s*>")
LONGEST = 300
LONGEST_TEXT = 20_000


@dataclass(frozen=True, kw_only=True)
class Option:
    """One of the answers to a question, with what it means."""

    value: str
    label: Sentence
    more: str


@dataclass(frozen=True, kw_only=True)
class Field:
    """One key of the campaign file; `key` names it as the file does, with a dot where it stands in a table."""

    key: str
    label: Sentence
    hint: str = ""
    kind: str = "line"
    options: tuple[Option, ...] = ()

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


def read_fields(fields: Sequence[Field], entries: Mapping[str, str]) -> dict[str, Any]:
    """Read the fields into values under the keys of the file, None where one is empty; raises Misfilled.

    What a form does not bring at all, because the page did not offer it, is not read: only boxes are left out by browsers.
    """
    reader, found = Reader(entries), dict[str, Any]()
    for field in fields:
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


def _option(value: str, label: Sentence, more: str) -> Option:
    return Option(value=value, label=label, more=more)


SECTIONS: tuple[Section, ...] = (
    Section(
        code="who",
        title=Sentence("Who collects and sends"),
        fields=(
            Field(
                key="coalition",
                label=Sentence("Name of the coalition"),
                hint=Sentence(
                    "Who collects sign-ons and sends the letter. It is the sender of every e-mail."
                ),
            ),
            Field(
                key="convenors",
                label=Sentence("Convenors"),
                hint=Sentence("Optional. One organization a line, as they are to be named on the page."),
                kind="lines",
            ),
            Field(
                key="reply_to",
                label=Sentence("E-mail address of the secretariat"),
                hint=Sentence("Answers and questions go there."),
                kind="email",
            ),
            Field(
                key="language",
                label=Sentence("Language of the letter"),
                hint=Sentence("Its tag, like en, en-GB or fr. Dates are written in its way."),
                kind="code",
            ),
            Field(
                key="time_zone",
                label=Sentence("Time zone"),
                hint=Sentence("All dates of this letter are on this clock, like Europe/Brussels."),
                kind="code",
            ),
            Field(
                key="solo",
                label=Sentence("This letter is of one person alone"),
                hint=Sentence(
                    "Nobody else approves the text or its release: a hold of half an hour takes their place, and the"
                    " proof of delivery says so."
                ),
                kind="box",
            ),
        ),
    ),
    Section(
        code="access",
        title=Sentence("Who may see and sign it"),
        fields=(
            Field(
                key="access",
                label=Sentence("Who may see the letter before it is published"),
                kind="radios",
                options=(
                    _option(
                        "link",
                        Sentence("Whoever has its address"),
                        Sentence("It is not listed and cannot be guessed."),
                    ),
                    _option(
                        "invited", Sentence("Those who are invited"), Sentence("By a link of their own.")
                    ),
                    _option(
                        "public", Sentence("Everybody"), Sentence("It can be found and read from the start.")
                    ),
                ),
            ),
            Field(
                key="names_shown",
                label=Sentence("When names are shown"),
                kind="radios",
                options=(
                    _option(
                        "after_publication",
                        Sentence("After publication"),
                        Sentence("Until then nobody sees who signed. The safest."),
                    ),
                    _option(
                        "to_signatories",
                        Sentence("To signatories before, to all after publication"),
                        Sentence("Who has signed sees who else did."),
                    ),
                    _option("live", Sentence("At once"), Sentence("To everybody who may see the letter.")),
                ),
            ),
            Field(
                key="admit",
                label=Sentence("Whose confirmed sign-on counts without your look"),
                kind="radios",
                options=(
                    _option(
                        "invited_automatic",
                        Sentence("Those you have invited"),
                        Sentence("You accept all others one by one."),
                    ),
                    _option("each", Sentence("Nobody's"), Sentence("You accept each.")),
                    _option("everyone", Sentence("Everybody's"), Sentence("Who confirms by e-mail counts.")),
                ),
            ),
            Field(
                key="signers",
                label=Sentence("Who signs"),
                kind="radios",
                options=(
                    _option("both", Sentence("Organizations and people"), ""),
                    _option("organizations", Sentence("Organizations only"), ""),
                    _option("people", Sentence("People only"), ""),
                ),
            ),
            Field(
                key="count_shown_from",
                label=Sentence("Show the count from so many on"),
                hint=Sentence("Below this number nobody outside learns how many have signed."),
                kind="number",
            ),
        ),
    ),
    Section(
        code="approvers",
        title=Sentence("Who approves it before it is sent"),
        fields=(
            Field(
                key="approvers",
                label=Sentence("Approvers"),
                hint=Sentence(
                    "Two or more, one a line, like: Ada Approver <ada@lakes.example>. They get a link by e-mail and need no"
                    " account. A letter of one person alone needs none."
                ),
                kind="people",
            ),
        ),
    ),
    Section(
        code="dates",
        title=Sentence("Dates"),
        fields=(
            Field(key="opens", label=Sentence("Sign-ons begin"), kind="moment"),
            Field(
                key="deadline",
                label=Sentence("Deadline for sign-ons"),
                hint=Sentence("Nobody can sign after it. It is not the day on which the letter is sent."),
                kind="moment",
            ),
            Field(
                key="grace_hours",
                label=Sentence("Hours for confirmations after the deadline for sign-ons"),
                hint=Sentence(
                    "Who filled in the form in time may confirm it for so long. This never delays sending."
                ),
                kind="number",
            ),
            Field(
                key="send_at",
                label=Sentence("Planned sending to the recipients"),
                hint=Sentence("Optional. A letter that is released before leaves at this moment."),
                kind="moment",
            ),
            Field(
                key="publish_at",
                label=Sentence("Publication, and embargo for members and press"),
                hint=Sentence(
                    "Optional. The letter becomes public at this moment, once it was sent; else by hand."
                ),
                kind="moment",
            ),
            Field(
                key="purge_after_days",
                label=Sentence("Days until personal data is deleted"),
                hint=Sentence(
                    "Optional, 30 to 3660: counted from the answer, or from when the letter is put away. Empty: until you ask."
                ),
                kind="number",
            ),
        ),
    ),
    Section(
        code="event",
        title=Sentence("Event and goal"),
        fields=(
            Field(
                key="event.name",
                label=Sentence("Event before which the letter has to arrive"),
                hint=Sentence("Optional, like “the Basin Summit”. The text can name it."),
            ),
            Field(key="event.starts", label=Sentence("First day of the event"), kind="day"),
            Field(
                key="goal",
                label=Sentence("Goal: number of sign-ons"),
                hint=Sentence("Optional. It is for your team, unless you show it."),
                kind="number",
            ),
            Field(key="goal_public", label=Sentence("Show the goal on the page"), kind="box"),
        ),
    ),
    Section(
        code="call",
        title=Sentence("Call to sign"),
        fields=(
            Field(
                key="call",
                label=Sentence("What those who are asked read before the letter"),
                hint=Sentence("Optional. Why, who, until when, public or not. Markdown."),
                kind="area",
            ),
        ),
    ),
    Section(
        code="contact",
        title=Sentence("Contact in the letter's foot"),
        help=Sentence("Printed in the letter, so that the recipient can answer. All of it is optional."),
        fields=(
            Field(key="contact.name", label=Sentence("Name")),
            Field(key="contact.role", label=Sentence("Role")),
            Field(key="contact.email", label=Sentence("E-mail address"), kind="email"),
            Field(key="contact.phone", label=Sentence("Telephone")),
        ),
    ),
    Section(
        code="press",
        title=Sentence("Press contact"),
        help=Sentence("For members and press only. All of it is optional."),
        fields=(
            Field(key="press.name", label=Sentence("Name")),
            Field(key="press.role", label=Sentence("Role")),
            Field(key="press.email", label=Sentence("E-mail address"), kind="email"),
            Field(key="press.phone", label=Sentence("Telephone")),
            Field(key="press.boilerplate", label=Sentence("Lines about the coalition"), kind="area"),
        ),
    ),
)

FIELDS = tuple(field for section in SECTIONS for field in section.fields)
