"""Read what single ways of sending ask of a recipient from its form, and fill that in (pure)."""

from collections.abc import Mapping
from typing import get_args

from service.campaigns.file_values import LONGEST_ASK, web_address
from service.campaigns.file_ways import (
    LARGEST_LIMIT,
    MOST_FIELDS,
    STRICTEST,
    FieldHolds,
    FormField,
    WebForm,
)
from service.campaigns.way_checks import unknown_placeholders
from service.foundation.errors import Refused
from service.foundation.sentence import Sentence, said_of
from service.foundation.written import clean_text
from service.letter.fit_text import UNITS, Unit
from service.web.forms import FormState, Reader

HOLDS: tuple[FieldHolds, ...] = get_args(FieldHolds)
COUNTED_BY: tuple[Unit, ...] = (STRICTEST, *(unit for unit in UNITS if unit != STRICTEST))
"""How a field may count; the first is taken where nobody knows."""
_FEWEST_ROWS = 3
_PARTS = ("label", "holds", "text", "limit", "unit")
_SAYING = ("label", "text", "limit")
"""The parts of a row that say something; where none of them does, the row is empty."""
_UNREAD = "https://unread.invalid"
"""Stands for an address that could not be read, so that the other fields can still be; the form comes back, and nobody sees it (RFC 6761, section 6.4)."""
_ADDRESS = Sentence("The address of the form")
_WHOLE_AT = Sentence("The address of the whole letter")
_TEXT = Sentence("The text for the field")


def form_values(form: WebForm | None) -> dict[str, str]:
    """Give what stands in the fields of a recipient's form about the form on its site."""
    if form is None:
        return {}
    values = {"webform-address": form.address, "webform-whole_at": form.whole_at}
    for row, one in enumerate(form.fields, start=1):
        told = (one.label, one.holds, one.text, str(one.limit or ""), one.unit)
        values |= {_name(row, part): text for part, text in zip(_PARTS, told, strict=True)}
    return values


def rows_to_show(form: FormState) -> range:
    """Say which rows a page has: all that are filled in, and a few more to fill in."""
    filled = [row for row in range(1, MOST_FIELDS + 1) if form.says([_name(row, part) for part in _SAYING])]
    return range(1, min(MOST_FIELDS, max(_FEWEST_ROWS, (filled or [0])[-1] + 2)) + 1)


def read_form(reader: Reader, entries: Mapping[str, str]) -> WebForm | None:
    """Read the form on a recipient's site; None where nothing is said of one. The reader keeps what is wrong."""
    rows = [
        row
        for row in range(1, MOST_FIELDS + 1)
        if any(entries.get(_name(row, part), "").strip() for part in _SAYING)
    ]
    if not rows and not entries.get("webform-address", "").strip():
        return None
    address = reader.read("webform-address", lambda text: _address(text, _ADDRESS), _UNREAD)
    whole_at = reader.read(
        "webform-whole_at", lambda text: _address(text, _WHOLE_AT) if text.strip() else "", ""
    )
    if not rows:
        reader.errors[_name(1, "label")] = Sentence("Enter the fields of the form, each by its name there.")
    return WebForm(address=address, whole_at=whole_at, fields=tuple(_field(reader, row) for row in rows))


def _field(reader: Reader, row: int) -> FormField:
    label = reader.line(
        _name(row, "label"),
        Sentence("The name of the field"),
        missing=Sentence("Enter what the field is called there."),
    )
    holds: FieldHolds = reader.read(_name(row, "holds"), _holds, "text")
    unit: Unit = reader.read(_name(row, "unit"), _unit, STRICTEST)
    text = reader.read(_name(row, "text"), lambda written: _text(written, holds), "")
    return FormField(
        label=label or "–",
        holds=holds,
        text=text,
        limit=reader.read(_name(row, "limit"), _limit, None),
        unit=unit,
    )


def _name(row: int, part: str) -> str:
    return f"webform-{row}-{part}"


def _address(text: str, what: Sentence) -> str:
    try:
        return web_address(text)
    except Refused as refused:
        raise Refused(said_of(what, str(refused))) from refused


def _holds(text: str) -> FieldHolds:
    found = next((one for one in HOLDS if one == (text or "text")), None)
    if found is None:
        raise Refused(Sentence("Choose what goes into the field."))
    return found


def _unit(text: str) -> Unit:
    found = next((one for one in UNITS if one == (text or STRICTEST)), None)
    if found is None:
        raise Refused(Sentence("Choose how the form counts."))
    return found


def _text(text: str, holds: FieldHolds) -> str:
    found = clean_text(text, what=_TEXT, longest=LONGEST_ASK * 5)
    if holds == "text" and not found:
        raise Refused(Sentence("Write what is entered there, or choose what of the letter it is."))
    if holds != "text" and found:
        raise Refused(Sentence("Take this text out, or choose that the field holds a text of its own."))
    for _, told in unknown_placeholders(found):
        raise Refused(said_of(_TEXT, told))
    return found


def _limit(text: str) -> int | None:
    written = text.strip()
    if not written:
        return None
    if (
        not (written.isascii() and written.isdigit() and 0 < int(written[:9]) <= LARGEST_LIMIT)
        or len(written) > 9
    ):
        raise Refused(Sentence("Give how much it takes as a whole number, or leave it out."))
    return int(written)
