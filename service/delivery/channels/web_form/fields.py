"""What is entered into each field of a form: the author's own texts, and what of the letter goes beside them (pure)."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from service.campaigns.file_ways import FieldHolds, FormField, WebForm
from service.delivery.packed import Entry
from service.foundation.errors import Refused
from service.foundation.sentence import Sentence
from service.i18n.formats import write_date, write_number
from service.i18n.words import count_signatories, words_for
from service.letter.compile import compile_copy
from service.letter.copy import Copy
from service.letter.edition import Contact
from service.letter.fit_text import Limit, Unit, size_of

_PLACEHOLDER = re.compile(r"\(\(([a-z]+)\)\)")
_USED: Mapping[Unit, Sentence] = {
    "characters": Sentence("{used} of {most} characters"),
    "utf16": Sentence("{used} of {most} characters, counted as browsers do"),
    "bytes": Sentence("{used} of {most} bytes"),
    "crlf_bytes": Sentence("{used} of {most} bytes, each line end counted as two"),
}
_SHORTENED = Sentence("{used}. What did not fit was left out; its last line names it.")
_NOTHING = Sentence("The letter says nothing of it: leave the field empty, or ask the coalition.")


@dataclass(frozen=True, kw_only=True)
class Filled:
    """One field with what is entered, and why nothing can be: `refused` is "" where it can."""

    field: FormField
    entry: Entry
    refused: str = ""

    @property
    def size(self) -> int:
        """How much it takes, as its field counts."""
        return size_of(self.entry.value, self.field.unit)


def fill_in(form: WebForm, copy: Copy) -> tuple[Filled, ...]:
    """Fill in a form with a copy, field by field; nothing of an author's own text is ever cut."""
    return tuple(
        _letter(field, form, copy) if field.holds == "letter" else _filled(field, _value(field, copy))
        for field in form.fields
    )


def size_told(size: int, field: FormField) -> Sentence:
    """Say how much of what a field takes is used; the field has a limit."""
    return _USED[field.unit].with_values(used=f"{size:,}", most=f"{field.limit or 0:,}")


def bare(text: str) -> str:
    """Give an author's text without its placeholders: the least that it will take."""
    return _PLACEHOLDER.sub("", text)


def _filled(field: FormField, value: str) -> Filled:
    if not value:
        return Filled(field=field, entry=Entry(label=field.label, value="", note=_NOTHING))
    note = size_told(size_of(value, field.unit), field) if field.limit else ""
    is_own = field.holds == "text"
    return Filled(field=field, entry=Entry(label=field.label, value=value, note=note, is_own=is_own))


def _letter(field: FormField, form: WebForm, copy: Copy) -> Filled:
    whole = compile_copy(copy, form="txt").data.decode().rstrip("\n")
    if field.limit is None or size_of(whole, field.unit) <= field.limit:
        return _filled(field, whole)
    limit = Limit(most=field.limit, unit=field.unit, whole_at=form.whole_at)
    try:
        text = compile_copy(copy, form="txt", limit=limit).data.decode()
    except Refused as refused:
        sentence = str(refused)
        return Filled(field=field, entry=Entry(label=field.label, value="", note=sentence), refused=sentence)
    note = _SHORTENED.with_values(used=size_told(size_of(text, field.unit), field))
    return Filled(field=field, entry=Entry(label=field.label, value=text, note=note))


def _value(field: FormField, copy: Copy) -> str:
    if field.holds == "text":
        return _PLACEHOLDER.sub(lambda found: _placed(found, copy), field.text)
    return _OF_THE_LETTER[field.holds](copy)


def _placed(found: re.Match[str], copy: Copy) -> str:
    value = _PLACED.get(found[1])
    return value(copy) if value else found[0]


def _signatories(copy: Copy) -> str:
    words = words_for(copy.text.language, copy.text.words)
    return count_signatories(copy.numbers.organizations, copy.numbers.individuals, words)


def _number(take: Callable[[Copy], int]) -> Callable[[Copy], str]:
    return lambda copy: write_number(take(copy), copy.text.language)


def _of_contact(take: Callable[[Contact], str]) -> Callable[[Copy], str]:
    return lambda copy: take(copy.contact) if copy.contact else ""


_PLACED: Mapping[str, Callable[[Copy], str]] = {
    "signatories": _signatories,
    "count": _number(lambda copy: copy.numbers.signatories),
    "organizations": _number(lambda copy: copy.numbers.organizations),
    "individuals": _number(lambda copy: copy.numbers.individuals),
    "date": lambda copy: write_date(copy.date, copy.text.language),
}
_OF_THE_LETTER: Mapping[FieldHolds, Callable[[Copy], str]] = {
    "title": lambda copy: copy.fill(copy.text.title),
    "re": lambda copy: copy.fill(copy.text.re),
    "signatories": _signatories,
    "count": lambda copy: str(copy.numbers.signatories),
    "coalition": lambda copy: copy.coalition,
    "date": _PLACED["date"],
    "contact_name": _of_contact(lambda contact: contact.name),
    "contact_role": _of_contact(lambda contact: contact.role),
    "contact_email": _of_contact(lambda contact: contact.email),
    "contact_phone": _of_contact(lambda contact: contact.phone),
}
