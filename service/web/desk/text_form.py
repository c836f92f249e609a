"""The form of a letter's text: read as it was typed, its requests moved about, and shown again (pure)."""

from collections.abc import Mapping
from dataclasses import replace

from service.campaigns.writing.words import (
    FIELDS,
    FOOTNOTES,
    MOST_ASKS,
    STATUSES,
    FaultyText,
    TextFault,
    WrittenText,
)
from service.foundation.errors import Refused
from service.foundation.sentence import Sentence
from service.i18n.formats import settle_language
from service.i18n.own_names import own_name
from service.web.forms import FormState, shown_again

NOT_WHOLE = Sentence("The form did not arrive whole; go back, reload the page and send it again.")
NO_LANGUAGE = Sentence(
    "Choose the language of the translation; if the list lacks it, write its tag, like gsw."
)
_LONGEST = 400_000
_LONGEST_BASE = 64


def read_language(tag: str) -> str:
    """Read the tag of a language; raises Refused for any other word."""
    try:
        return settle_language(tag.strip())
    except (Refused, ValueError) as error:
        raise Refused(NO_LANGUAGE) from error


def read_written(entries: Mapping[str, str], *, language: str, is_own: bool) -> tuple[WrittenText, str]:
    """Read a text as it was typed, whatever is wrong with it, and the digest of the one that its page showed.

    Raises Refused where the form did not arrive whole.
    """
    if "base" not in entries or "body" not in entries:
        raise Refused(NOT_WHOLE)
    given = {name: _typed(entries.get(name, "")) for name in FIELDS}
    asks: list[str] = []
    while len(asks) < MOST_ASKS and f"ask-{len(asks) + 1}" in entries:
        asks.append(_typed(entries[f"ask-{len(asks) + 1}"]))
    if is_own and asks == [""]:
        # The room for a first request, which nobody has filled.
        asks = []
    status = "" if is_own else _one_of(STATUSES, entries.get("status", ""))
    notes = _one_of(FOOTNOTES, entries.get("footnotes", "")) if is_own else FOOTNOTES[0]
    text = WrittenText(language=language, status=status, footnotes=notes, asks=tuple(asks), **given)
    return text, entries["base"][:_LONGEST_BASE]


def shaped(text: WrittenText, what: str, place: str) -> tuple[WrittenText, int]:
    """Add, take out or move a request; gives the text, and the place of the request to look at, from 1 (0 for none)."""
    asks = list(text.asks)
    if what == "ask-add" and len(asks) < MOST_ASKS:
        return replace(text, asks=(*asks, "")), len(asks) + 1
    number = int(place) if place.isascii() and place.isdigit() and len(place) < 4 else 0
    if not 1 <= number <= len(asks):
        return text, 0
    if what == "ask-drop":
        del asks[number - 1]
        return replace(text, asks=tuple(asks)), min(number, len(asks))
    other = number - 1 if what == "ask-up" else number + 1 if what == "ask-down" else 0
    if not 1 <= other <= len(asks):
        return text, 0
    asks[number - 1], asks[other - 1] = asks[other - 1], asks[number - 1]
    return replace(text, asks=tuple(asks)), other


def form_state(text: WrittenText, *, faults: FaultyText | None = None, notice: str = "") -> FormState:
    """Give a text as its page shows it, each fault at its field, those of other languages over the form."""
    values = {name: getattr(text, name) for name in FIELDS}
    values |= {f"ask-{place}": ask for place, ask in enumerate(text.asks, start=1)}
    values |= {"status": text.status, "footnotes": text.footnotes}
    errors: dict[str, str] = {}
    elsewhere = []
    for fault in faults.found if faults else ():
        told = with_line(fault)
        if fault.language != text.language or fault.field == "language":
            elsewhere.append(told)
        elif fault.field in errors:
            errors[fault.field] = Sentence("{one} {other}", one=errors[fault.field], other=told)
        else:
            errors[fault.field] = told
    if not notice and elsewhere:
        notice = elsewhere[0]
    return FormState(values=shown_again(values), errors=errors, notice=notice)


def with_line(fault: TextFault) -> str:
    """Say on which line of its field a fault is."""
    if not fault.line:
        return fault.told
    return Sentence("Line {line}: {told}", line=fault.line, told=fault.told)


def language_name(tag: str) -> str:
    """Name a language in itself, with its tag."""
    return own_name(tag)


def _typed(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")[:_LONGEST]


def _one_of(known: tuple[str, ...], given: str) -> str:
    return given if given in known else known[0]
