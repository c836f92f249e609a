"""Read the public forms into what the rooms take, or into one sentence for each field that is wrong (pure)."""

import re
import unicodedata
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any, TypeVar
from urllib.parse import SplitResult, urlsplit

from service.campaigns.codes import countries
from service.foundation.addresses import normal_address
from service.foundation.errors import Refused
from service.foundation.sentence import Sentence, in_a_row
from service.foundation.written import clean_line, clean_text, fold_name
from service.model.edition import Decision
from service.model.signature import Kind, Visibility
from service.signing.mail_wishes import MailWishes
from service.signing.members import FOR_MEMBERS
from service.signing.organizations.domain import website_host
from service.signing.party import SignOn, list_names_approver

T = TypeVar("T")

LONGEST_LINE = 200
LONGEST_QUALIFIER = 80
LONGEST_NOTE = 2000
LONGEST_PLACE = 80
LONGEST_CONDITION = 500
MOST_MEMBERS = 60
# What a browser sends and no more: whatever else some programs take for a line end is to be refused, not to be lost.
_LINE_END = re.compile(r"\r\n?|\n")
_BROKEN_LETTER = "\N{REPLACEMENT CHARACTER}"


class Misfilled(Refused):
    """A form that has to be filled in again; `errors` has a sentence for each wrong field, in the page's order."""

    def __init__(self, errors: Mapping[str, str]) -> None:
        """Keep the sentences by field."""
        super().__init__(in_a_row(errors.values()), tuple(errors.values()))
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

    def says(self, names: Sequence[str]) -> bool:
        """Tell whether something stands in one of these fields or is wrong with it, so that they are to be seen."""
        return any(self.value(name) or self.error(name) for name in names)

    def error(self, name: str) -> str:
        """Give the sentence for a field; empty where nothing is wrong with it."""
        return self.errors.get(name, "")


def blank_sign_on(kind: Kind) -> FormState:
    """Give the empty form: nothing is chosen for a person; an organization is named publicly unless it says else."""
    chosen = {"keeps_on_change": "ask"}
    if kind is Kind.ORGANIZATION:
        chosen["visibility"] = Visibility.PUBLIC.value
        chosen["signs_for"] = "itself"
    return FormState(values=chosen)


def prefilled_sign_on(party: SignOn) -> FormState:
    """Give the form of an invitation, with what is on record; the address on record is never shown."""
    known = {
        name: str(getattr(party, name))
        for name in (
            *("name_latin", "acronym", "country", "website", "qualifier", "position", "affiliation"),
            *("representative_name", "representative_title", "filler_name"),
            *("sort_name", "place", "signs_for", "condition"),
        )
    }
    members = {"members": "\n".join(party.members)}
    return FormState(values={**blank_sign_on(party.kind).values, **known, **members})


def shown_again(entries: Mapping[str, str]) -> dict[str, str]:
    """Give what was typed as a page may repeat it: everything but control characters."""
    return {name: _without_controls(text) for name, text in entries.items()}


def read_sign_on(
    entries: Mapping[str, str], *, kind: Kind, language: str, recorded: SignOn | None = None
) -> SignOn:
    """Read the form of a sign-on; raises Misfilled with everything that is wrong.

    Where `recorded` is given (an invitation), name and address are those on record and are not asked for.
    """
    reader = Reader(entries)
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
        discreet=reader.ticked("discreet"),
        language=language,
    )


def prefilled_line(party: SignOn) -> FormState:
    """Give the form by which a signatory changes how its name appears, filled with what is kept."""
    names = (*_LINE_TEXTS[party.kind], "country", "signs_for")
    values = {name: str(getattr(party, name)) for name in names}
    values |= {"members": "\n".join(party.members), "visibility": party.visibility.value}
    return FormState(values=values)


def read_line(entries: Mapping[str, str], *, recorded: SignOn) -> SignOn:
    """Read the form that changes how a name appears; what it does not ask for stays as recorded; raises Misfilled."""
    reader = Reader(entries)
    is_person = recorded.kind is Kind.PERSON
    may_be_nameless = is_person and reader.read("visibility", str, "") == Visibility.COUNTED.value
    missing = (
        Sentence("Enter your name, or choose to be counted only.")
        if is_person
        else Sentence("Enter the name of the organization.")
    )
    texts: dict[str, Any] = {
        "name": _read_name(reader, "" if may_be_nameless else missing),
        "name_latin": _read_latin(reader),
    }
    for name, (what, longest) in _LINE_TEXTS[recorded.kind].items():
        if name not in texts:
            texts[name] = reader.line(name, what, longest=longest, missing=_still_needed(name, recorded))
    country = reader.read("country", _country, "")
    if not is_person:
        texts["signs_for"], texts["members"] = _read_for_whom(reader, str(texts["name"]))
    visibility = _read_visibility(reader)
    reader.refuse_if_wrong()
    return replace(recorded, **texts, country=country, visibility=visibility)


def read_mail_wishes(entries: Mapping[str, str], *, languages: Collection[str]) -> MailWishes:
    """Read the language of the mail and the two boxes beside it; raises Misfilled."""
    reader = Reader(entries)
    language = reader.read(
        "language", _choice(set(languages), Sentence("Choose the language of our messages.")), ""
    )
    reader.refuse_if_wrong()
    return MailWishes(language=language, wants_news=reader.ticked("news"), discreet=reader.ticked("discreet"))


def read_own_email(entries: Mapping[str, str]) -> str:
    """Read the address to which a fresh link is to go; raises Misfilled."""
    reader = Reader(entries)
    email = _read_email(reader)
    reader.refuse_if_wrong()
    return email


def read_day(entries: Mapping[str, str], *, today: date) -> date:
    """Read the day by which a decision falls, from a date field; raises Misfilled."""
    reader = Reader(entries)

    def day(text: str) -> date:
        try:
            found = date.fromisoformat(text.strip())
        except ValueError as error:
            raise Refused(Sentence("Give the day of your decision, like 2026-12-01.")) from error
        if found < today:
            raise Refused(Sentence("The day of your decision must not be in the past."))
        return found

    found = reader.read("decision_by", day, today)
    reader.refuse_if_wrong()
    return found


def read_question(entries: Mapping[str, str]) -> str:
    """Read a question to the coalition; raises Misfilled."""
    reader = Reader(entries)

    def question(text: str) -> str:
        found = clean_text(text, what=Sentence("Your question"), longest=LONGEST_NOTE)
        if not found:
            raise Refused(Sentence("Write your question."))
        return found

    found = reader.read("question", question, "")
    reader.refuse_if_wrong()
    return found


def read_decision(entries: Mapping[str, str]) -> tuple[Decision, str]:
    """Read an approver's decision and note; raises Misfilled."""
    reader = Reader(entries)
    values = {decision.value for decision in Decision}
    decision = reader.read(
        "decision", _choice(values, Sentence("Choose whether you approve this letter.")), ""
    )
    note = reader.read(
        "note", lambda text: clean_text(text, what=Sentence("Your note"), longest=LONGEST_NOTE), ""
    )
    reader.refuse_if_wrong()
    return Decision(decision), note


_BOTH_KINDS = {
    "name": (Sentence("The name"), LONGEST_LINE),
    "name_latin": (Sentence("The name in Latin letters"), LONGEST_LINE),
    "sort_name": (Sentence("The name to sort by"), LONGEST_LINE),
}
_LINE_TEXTS: Mapping[Kind, Mapping[str, tuple[str, int]]] = {
    Kind.PERSON: {
        **_BOTH_KINDS,
        "position": (Sentence("Your position"), LONGEST_LINE),
        "affiliation": (Sentence("Your affiliation"), LONGEST_LINE),
        "place": (Sentence("The place"), LONGEST_PLACE),
    },
    Kind.ORGANIZATION: {
        **_BOTH_KINDS,
        "acronym": (Sentence("The acronym"), 40),
        "qualifier": (Sentence("The words after the name"), LONGEST_QUALIFIER),
        "representative_name": (Sentence("The representative's name"), LONGEST_LINE),
        "representative_title": (Sentence("The representative's role"), LONGEST_LINE),
    },
}
_REPRESENTED = {
    "representative_name": Sentence("Enter the name of the person who represents the organization."),
    "representative_title": Sentence(
        "Enter that person's role, for example “Chair” or “Executive Director”."
    ),
}


def _still_needed(name: str, recorded: SignOn) -> str:
    """Say what to say where an organization that named its representative would end without one."""
    return _REPRESENTED.get(name, "") if getattr(recorded, name) else ""


_WHICH_CHANGES = Sentence("Choose what happens to your sign-on if the text changes.")
_FOR_WHOM = Sentence("Choose for whom the organization signs.")
_HOW_NAMED = Sentence("Choose how you want to be named.")
_VISIBILITIES = {visibility.value for visibility in Visibility}


class Reader:
    """Reads one field after another and keeps what is wrong with each."""

    def __init__(self, entries: Mapping[str, str]) -> None:
        self._entries = entries
        self.errors: dict[str, str] = {}

    def read(self, name: str, check: Callable[[str], T], otherwise: T) -> T:
        """Check one field; where it is wrong, keep the sentence and go on with `otherwise`."""
        text = self._entries.get(name, "")
        if _BROKEN_LETTER in text:
            self.errors[name] = Sentence(
                "One letter arrived broken ({letter}); type this field again.", letter=_BROKEN_LETTER
            )
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


def _read_organization(reader: Reader, recorded: SignOn | None) -> SignOn:
    name = recorded.name if recorded else _read_name(reader, Sentence("Enter the name of the organization."))
    name_latin = _read_latin(reader)
    acronym = reader.line("acronym", Sentence("The acronym"), longest=40)
    country = reader.read("country", _country, "")
    website = reader.read("website", _website, "")
    qualifier = reader.line("qualifier", Sentence("The words after the name"), longest=LONGEST_QUALIFIER)
    sort_name = _read_sort_name(reader)
    signs_for, members = _read_for_whom(reader, name)
    representative_name = reader.line(
        "representative_name",
        Sentence("The representative's name"),
        missing=Sentence("Enter the name of the person who represents the organization."),
    )
    representative_title = reader.line(
        "representative_title",
        Sentence("The representative's role"),
        missing=Sentence("Enter that person's role, for example “Chair” or “Executive Director”."),
    )
    authority = reader.read("authority", _authority, "")
    filler_name = reader.line("filler_name", Sentence("Your name"))
    email = recorded.email if recorded else _read_email(reader)
    is_known = recorded is not None and list_names_approver(recorded)
    approver_email = (
        recorded.approver_email if recorded and is_known else reader.read("approver_email", _approver, "")
    )
    condition = reader.read("condition", _condition, "")
    return SignOn(
        kind=Kind.ORGANIZATION,
        name=name,
        name_latin=name_latin,
        acronym=acronym,
        country=country,
        website=website,
        qualifier=qualifier,
        sort_name=sort_name,
        signs_for=signs_for,
        members=members,
        condition=condition,
        representative_name=representative_name,
        representative_title=representative_title,
        authority=bool(authority),
        filler_name=filler_name,
        email=email,
        approver_email=approver_email,
        visibility=_read_visibility(reader),
    )


def _read_person(reader: Reader, recorded: SignOn | None) -> SignOn:
    needs_name = reader.read("visibility", str, "") != Visibility.COUNTED.value
    missing = Sentence("Enter your name, or choose to be counted only.") if needs_name else ""
    name = recorded.name if recorded else _read_name(reader, missing)
    name_latin = _read_latin(reader)
    position = reader.line("position", Sentence("Your position"))
    affiliation = reader.line("affiliation", Sentence("Your affiliation"))
    place = reader.line("place", Sentence("The place"), longest=LONGEST_PLACE)
    sort_name = _read_sort_name(reader)
    country = reader.read("country", _country, "")
    email = recorded.email if recorded else _read_email(reader)
    return SignOn(
        kind=Kind.PERSON,
        name=name,
        name_latin=name_latin,
        position=position,
        affiliation=affiliation,
        place=place,
        sort_name=sort_name,
        country=country,
        email=email,
        visibility=_read_visibility(reader),
    )


def _read_name(reader: Reader, missing: str) -> str:
    def check(text: str) -> str:
        found = clean_line(text, what=Sentence("The name"), longest=LONGEST_LINE)
        if missing and not found:
            raise Refused(missing)
        if found and not fold_name(found):
            raise Refused(Sentence("The name must hold at least one letter or digit."))
        return found

    return reader.read("name", check, "")


def _read_latin(reader: Reader) -> str:
    def check(text: str) -> str:
        found = clean_line(text, what=Sentence("The name in Latin letters"), longest=LONGEST_LINE)
        if any(letter.isalpha() and not unicodedata.name(letter, "").startswith("LATIN") for letter in found):
            raise Refused(Sentence("The name in Latin letters may hold no letters of another script."))
        return found

    return reader.read("name_latin", check, "")


def _read_sort_name(reader: Reader) -> str:
    return reader.line("sort_name", Sentence("The name to sort by"))


def _read_for_whom(reader: Reader, name: str) -> tuple[str, tuple[str, ...]]:
    signs_for = reader.read(
        "signs_for", _choice({"itself", "network", FOR_MEMBERS}, _FOR_WHOM, otherwise="itself"), "itself"
    )
    return signs_for, _read_members(reader, name, is_for_members=signs_for == FOR_MEMBERS)


def _read_members(reader: Reader, name: str, *, is_for_members: bool) -> tuple[str, ...]:
    def check(text: str) -> tuple[str, ...]:
        lines = _LINE_END.split(text)
        found = tuple(clean_line(line, what=Sentence("Each member"), longest=LONGEST_LINE) for line in lines)
        listed = tuple(member for member in found if member)
        _refuse_wrong_members(listed, name, is_for_members=is_for_members)
        return listed

    return reader.read("members", check, ())


def _refuse_wrong_members(listed: tuple[str, ...], name: str, *, is_for_members: bool) -> None:
    if is_for_members and not listed:
        raise Refused(Sentence("List the members it signs for, one on each line."))
    if listed and not is_for_members:
        raise Refused(
            Sentence("Choose above that it signs for the members you list, or take them out of the list.")
        )
    if len(listed) > MOST_MEMBERS:
        raise Refused(
            Sentence(
                "At most {n} member can be listed; write to the coalition if there are more.",
                "At most {n} members can be listed; write to the coalition if there are more.",
                n=MOST_MEMBERS,
            )
        )
    folded = [fold_name(member) for member in listed]
    if "" in folded:
        raise Refused(Sentence("Each member's name must hold at least one letter or digit."))
    if len(set(folded)) < len(folded):
        raise Refused(Sentence("The list names the same member twice."))
    if name and fold_name(name) in folded:
        raise Refused(
            Sentence("The organization itself stands in the list of its members; take it out there.")
        )


def _condition(text: str) -> str:
    return clean_text(text, what=Sentence("The condition"), longest=LONGEST_CONDITION)


def _read_email(reader: Reader) -> str:
    return reader.read("email", lambda text: normal_address(text, what=Sentence("Your e-mail address")), "")


def _read_visibility(reader: Reader) -> Visibility:
    chosen = reader.read("visibility", _choice(_VISIBILITIES, _HOW_NAMED), Visibility.COUNTED.value)
    return Visibility(chosen)


def _approver(text: str) -> str:
    return normal_address(text, what=Sentence("The approver's e-mail address")) if text.strip() else ""


def _authority(text: str) -> str:
    if not text:
        raise Refused(Sentence("Tick the box to say that you may sign for this organization."))
    return text


def _country(text: str) -> str:
    if text and text not in countries():
        raise Refused(Sentence("Choose a country from the list, or leave it out."))
    return text


def _website(text: str) -> str:
    written = clean_line(text, what=Sentence("The website"), longest=LONGEST_LINE)
    if not written:
        return ""
    url = written if "://" in written else f"https://{written}"
    try:
        parts = urlsplit(url)
    except ValueError as error:
        raise Refused(_WRITE_WEBSITE) from error
    if parts.scheme not in {"http", "https"} or " " in url or "@" in parts.netloc:
        raise Refused(_WRITE_WEBSITE)
    if not website_host(url) or not _has_possible_port(parts):
        raise Refused(_WRITE_WEBSITE)
    return url


def _has_possible_port(parts: SplitResult) -> bool:
    try:
        return parts.port != 0
    except ValueError:
        return False


_WRITE_WEBSITE = Sentence("Write the website's address like https://example.org, or leave it out.")


def _choice(values: set[str], sentence: str, *, otherwise: str = "") -> Callable[[str], str]:
    def check(text: str) -> str:
        chosen = text or otherwise
        if chosen not in values:
            raise Refused(sentence)
        return chosen

    return check


def _without_controls(text: str) -> str:
    return "".join(
        c
        for c in text
        if c in "\n\t" or unicodedata.category(c) not in {"Cc", "Cf", "Cs"} or c in "\u200c\u200d"
    )
