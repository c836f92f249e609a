"""Read the public forms into what the rooms take, or into one sentence for each field that is wrong (pure)."""

import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import TypeVar
from urllib.parse import urlsplit

from service.campaigns.codes import countries
from service.foundation.addresses import normal_address
from service.foundation.errors import Refused
from service.foundation.written import clean_line, clean_text, fold_name
from service.model.edition import Decision
from service.model.signature import Kind, Visibility
from service.signing.party import SignOn

T = TypeVar("T")

LONGEST_LINE = 200
LONGEST_QUALIFIER = 80
LONGEST_NOTE = 2000
_BROKEN_LETTER = "\N{REPLACEMENT CHARACTER}"


class Misfilled(Refused):
    """A form that has to be filled in again; `errors` has a sentence for each wrong field, in the page's order."""

    def __init__(self, errors: Mapping[str, str]) -> None:
        """Keep the sentences by field."""
        super().__init__(" ".join(errors.values()), tuple(errors.values()))
        self.errors = dict(errors)


@dataclass(frozen=True, kw_only=True)
class FormState:
    """A form as a page shows it: what stands in its fields, what is wrong with them, and what holds for all."""

    values: Mapping[str, str]
    errors: Mapping[str, str] = field(default_factory=dict)
    notice: str = ""

    @property
    def is_wrong(self) -> bool:
        """Tell whether something has to be said before the form is sent again."""
        return bool(self.errors or self.notice)

    def value(self, name: str) -> str:
        """Give what stands in a field."""
        return self.values.get(name, "")

    def error(self, name: str) -> str:
        """Give the sentence for a field; empty where nothing is wrong with it."""
        return self.errors.get(name, "")


def blank_sign_on(kind: Kind) -> FormState:
    """Give the empty form: nothing is chosen for a person; an organization is named publicly unless it says else."""
    chosen = {"keeps_on_change": "ask"}
    if kind is Kind.ORGANIZATION:
        chosen["visibility"] = Visibility.PUBLIC.value
    return FormState(values=chosen)


def prefilled_sign_on(party: SignOn) -> FormState:
    """Give the form of an invitation, with what is on record; the address on record is never shown."""
    known = {
        name: str(getattr(party, name))
        for name in (
            *("name_latin", "acronym", "country", "website", "qualifier", "position", "affiliation"),
            *("representative_name", "representative_title", "filler_name"),
        )
    }
    return FormState(values={**blank_sign_on(party.kind).values, **known})


def shown_again(entries: Mapping[str, str]) -> dict[str, str]:
    """Give what was typed as a page may repeat it: everything but control characters."""
    return {name: _without_controls(text) for name, text in entries.items()}


def read_sign_on(
    entries: Mapping[str, str], *, kind: Kind, language: str, recorded: SignOn | None = None
) -> SignOn:
    """Read the form of a sign-on; raises Misfilled with everything that is wrong.

    Where `recorded` is given (an invitation), name and address are those on record and are not asked for.
    """
    reader = _Reader(entries)
    if kind is Kind.ORGANIZATION:
        sign_on = _read_organization(reader, recorded)
    else:
        sign_on = _read_person(reader, recorded)
    keeps = reader.read("keeps_on_change", _choice({"ask", "keep"}, _WHICH_CHANGES, otherwise="ask"), "ask")
    reader.refuse_if_wrong()
    return replace(
        sign_on,
        keeps_on_change=keeps == "keep",
        wants_news=reader.ticked("news"),
        language=language,
    )


def read_day(entries: Mapping[str, str], *, today: date) -> date:
    """Read the day by which a decision falls, from a date field; raises Misfilled."""
    reader = _Reader(entries)

    def day(text: str) -> date:
        try:
            found = date.fromisoformat(text.strip())
        except ValueError as error:
            raise Refused("Give the day of your decision, like 2026-12-01.") from error
        if found < today:
            raise Refused("The day of your decision must not be in the past.")
        return found

    found = reader.read("decision_by", day, today)
    reader.refuse_if_wrong()
    return found


def read_question(entries: Mapping[str, str]) -> str:
    """Read a question to the coalition; raises Misfilled."""
    reader = _Reader(entries)

    def question(text: str) -> str:
        found = clean_text(text, what="Your question", longest=LONGEST_NOTE)
        if not found:
            raise Refused("Write your question.")
        return found

    found = reader.read("question", question, "")
    reader.refuse_if_wrong()
    return found


def read_decision(entries: Mapping[str, str]) -> tuple[Decision, str]:
    """Read an approver's decision and note; raises Misfilled."""
    reader = _Reader(entries)
    values = {decision.value for decision in Decision}
    decision = reader.read("decision", _choice(values, "Choose whether you approve this letter."), "")
    note = reader.read("note", lambda text: clean_text(text, what="Your note", longest=LONGEST_NOTE), "")
    reader.refuse_if_wrong()
    return Decision(decision), note


_WHICH_CHANGES = "Choose what happens to your sign-on if the text changes."
_HOW_NAMED = "Choose how you want to be named."
_VISIBILITIES = {visibility.value for visibility in Visibility}


class _Reader:
    """Reads one field after another and keeps what is wrong with each."""

    def __init__(self, entries: Mapping[str, str]) -> None:
        self._entries = entries
        self.errors: dict[str, str] = {}

    def read(self, name: str, check: Callable[[str], T], otherwise: T) -> T:
        """Check one field; where it is wrong, keep the sentence and go on with `otherwise`."""
        text = self._entries.get(name, "")
        if _BROKEN_LETTER in text:
            self.errors[name] = f"One letter arrived broken ({_BROKEN_LETTER}); type this field again."
            return otherwise
        try:
            return check(text)
        except Refused as refusal:
            self.errors[name] = str(refusal)
            return otherwise

    def line(self, name: str, what: str, *, missing: str = "", longest: int = LONGEST_LINE) -> str:
        """Read one line of writing; `missing` is what to say where it must be filled in and is not."""

        def check(text: str) -> str:
            found = clean_line(text, what=what, longest=longest)
            if missing and not found:
                raise Refused(missing)
            return found

        return self.read(name, check, "")

    def ticked(self, name: str) -> bool:
        """Tell whether a box is ticked."""
        return bool(self._entries.get(name))

    def refuse_if_wrong(self) -> None:
        """Raise Misfilled where anything was wrong."""
        if self.errors:
            raise Misfilled(self.errors)


def _read_organization(reader: _Reader, recorded: SignOn | None) -> SignOn:
    name = recorded.name if recorded else _read_name(reader, "Enter the name of the organization.")
    name_latin = _read_latin(reader)
    acronym = reader.line("acronym", "The acronym", longest=40)
    country = reader.read("country", _country, "")
    website = reader.read("website", _website, "")
    qualifier = reader.line("qualifier", "The words after the name", longest=LONGEST_QUALIFIER)
    representative_name = reader.line(
        "representative_name",
        "The representative's name",
        missing="Enter the name of the person who represents the organization.",
    )
    representative_title = reader.line(
        "representative_title",
        "The representative's role",
        missing="Enter that person's role, for example “Chair” or “Executive Director”.",
    )
    authority = reader.read("authority", _authority, "")
    filler_name = reader.line("filler_name", "Your name")
    email = recorded.email if recorded else _read_email(reader)
    approver_email = recorded.approver_email if recorded else reader.read("approver_email", _approver, "")
    return SignOn(
        kind=Kind.ORGANIZATION,
        name=name,
        name_latin=name_latin,
        acronym=acronym,
        country=country,
        website=website,
        qualifier=qualifier,
        representative_name=representative_name,
        representative_title=representative_title,
        authority=bool(authority),
        filler_name=filler_name,
        email=email,
        approver_email=approver_email,
        visibility=_read_visibility(reader),
    )


def _read_person(reader: _Reader, recorded: SignOn | None) -> SignOn:
    needs_name = reader.read("visibility", str, "") != Visibility.COUNTED.value
    missing = "Enter your name, or choose to be counted only." if needs_name else ""
    name = recorded.name if recorded else _read_name(reader, missing)
    name_latin = _read_latin(reader)
    position = reader.line("position", "Your position")
    affiliation = reader.line("affiliation", "Your affiliation")
    country = reader.read("country", _country, "")
    email = recorded.email if recorded else _read_email(reader)
    return SignOn(
        kind=Kind.PERSON,
        name=name,
        name_latin=name_latin,
        position=position,
        affiliation=affiliation,
        country=country,
        email=email,
        visibility=_read_visibility(reader),
    )


def _read_name(reader: _Reader, missing: str) -> str:
    def check(text: str) -> str:
        found = clean_line(text, what="The name", longest=LONGEST_LINE)
        if missing and not found:
            raise Refused(missing)
        if found and not fold_name(found):
            raise Refused("The name must hold at least one letter or digit.")
        return found

    return reader.read("name", check, "")


def _read_latin(reader: _Reader) -> str:
    def check(text: str) -> str:
        found = clean_line(text, what="The name in Latin letters", longest=LONGEST_LINE)
        if any(letter.isalpha() and not unicodedata.name(letter, "").startswith("LATIN") for letter in found):
            raise Refused("The name in Latin letters may hold no letters of another script.")
        return found

    return reader.read("name_latin", check, "")


def _read_email(reader: _Reader) -> str:
    return reader.read("email", lambda text: normal_address(text, what="Your e-mail address"), "")


def _read_visibility(reader: _Reader) -> Visibility:
    chosen = reader.read("visibility", _choice(_VISIBILITIES, _HOW_NAMED), Visibility.COUNTED.value)
    return Visibility(chosen)


def _approver(text: str) -> str:
    return normal_address(text, what="The approver's e-mail address") if text.strip() else ""


def _authority(text: str) -> str:
    if not text:
        raise Refused("Tick the box to say that you may sign for this organization.")
    return text


def _country(text: str) -> str:
    if text and text not in countries():
        raise Refused("Choose a country from the list, or leave it out.")
    return text


def _website(text: str) -> str:
    written = clean_line(text, what="The website", longest=LONGEST_LINE)
    if not written:
        return ""
    url = written if "://" in written else f"https://{written}"
    try:
        parts = urlsplit(url)
    except ValueError as error:
        raise Refused(_WRITE_WEBSITE) from error
    if (
        parts.scheme not in {"http", "https"}
        or "." not in (parts.hostname or "")
        or " " in url
        or "@" in parts.netloc
    ):
        raise Refused(_WRITE_WEBSITE)
    return url


_WRITE_WEBSITE = "Write the website's address like https://example.org, or leave it out."


def _choice(values: set[str], sentence: str, *, otherwise: str = "") -> Callable[[str], str]:
    def check(text: str) -> str:
        chosen = text or otherwise
        if chosen not in values:
            raise Refused(sentence)
        return chosen

    return check


def _without_controls(text: str) -> str:
    return "".join(
        c for c in text if c in "\n\t" or unicodedata.category(c) not in {"Cc", "Cf"} or c in "\u200c\u200d"
    )
