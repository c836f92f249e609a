"""What is entered into a form, field by field, as a text file to copy from, beside the files that are uploaded (pure)."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from service.delivery.packed import Entry, Packed
from service.delivery.parcel import Document
from service.foundation.sentence import Sentence
from service.i18n.catalogue import catalogue
from service.letter.copy import Copy

_LINE = "-" * 72
_ABOVE = Sentence("What is entered stands between the lines; the lines are not part of it.")
_NOTHING = Sentence("Nothing is entered here.")


def packed_documents(
    way: Packed, copy: Copy, details: Mapping[str, Any], *, language: str
) -> tuple[Document, ...]:
    """Give all that a way makes of a copy: what is entered, as one text file in `language`, and what is uploaded.

    Raises Refused where one of them cannot be made.
    """
    text = write_entries(way.address(details), way.entries(copy, details), language=language)
    fields = Document(name="fields.txt", media_type="text/plain; charset=utf-8", data=text.encode())
    return (fields, *way.documents(copy, details))


def write_entries(address: str, entries: Sequence[Entry], *, language: str) -> str:
    """Write the fields of a form in their order, each with its number, its name and a line above and below what is entered."""
    say = catalogue(language).say
    head = [line for line in (address, str(say(_ABOVE))) if line]
    parts = [
        part for number, entry in enumerate(entries, start=1) for part in _field(number, entry, language)
    ]
    return "\n".join([*head, *parts]) + "\n"


def _field(number: int, entry: Entry, language: str) -> Iterator[str]:
    say = catalogue(language).say
    yield ""
    yield f"{number}. {say(entry.label)}"
    if entry.note:
        yield str(say(entry.note))
    if entry.value:
        yield from (_LINE, entry.value, _LINE)
    elif not entry.note:
        yield str(say(_NOTHING))
