"""Finds what is wrong in the source of a draft, and where: the part, the line, the column."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from service.foundation.sentence import Sentence
from service.letter.copy import PLACEHOLDERS
from service.letter.fonts import Fonts
from service.letter.markup_faults import is_marked, markup_faults

_PLACEHOLDER = re.compile(r"\(\(\s*([A-Za-z_]+)\s*\)\)")
_OPEN_NOTE = re.compile(r"\[\^[^\]\n]*$", re.MULTILINE)
_NOTE = re.compile(r"\[\^([^\]\s]+)\](:?)")
_INLINE_NOTE = re.compile(r"\^\[")


@dataclass(frozen=True, kw_only=True)
class Fault:
    """What is wrong at a place of the source; line and column count from 1."""

    part: str
    line: int
    column: int
    sentence: str


def draft_faults(parts: Mapping[str, str], fonts: Fonts) -> tuple[Fault, ...]:
    """Find the faults in the parts of a text: unknown placeholders, open and missing notes, characters without a font.

    Also what will not be in the letter as it was meant: links, pictures, HTML and what nests too deeply.

    Parts are read together, as notes number through the whole letter. They come in the order of the source.
    """
    notes = {match[1] for text in parts.values() for match in _NOTE.finditer(text) if match[2]}
    used = {match[1] for text in parts.values() for match in _NOTE.finditer(text) if not match[2]}
    found = []
    for part, text in parts.items():
        marked = markup_faults(text) if is_marked(part) else ()
        for place, sentence in sorted(
            [*_placeholders(text), *_notes(text, notes, used), *_letters(text, fonts), *marked]
        ):
            line = text.count("\n", 0, place) + 1
            column = place - text.rfind("\n", 0, place)
            found.append(Fault(part=part, line=line, column=column, sentence=sentence))
    return tuple(found)


def without_unknown(text: str) -> str:
    """Write unknown placeholders as plain words, so that a draft can be looked at all the same."""
    return _PLACEHOLDER.sub(lambda match: match[0] if match[1] in PLACEHOLDERS else f"({match[1]}?)", text)


def _placeholders(text: str) -> Iterator[tuple[int, str]]:
    for match in _PLACEHOLDER.finditer(text):
        if match[1] not in PLACEHOLDERS:
            known = ", ".join(f"(({name}))" for name in PLACEHOLDERS)
            yield (
                match.start(),
                Sentence("{written} stands for nothing: use one of {known}.", written=match[0], known=known),
            )


def _notes(text: str, notes: set[str], used: set[str]) -> Iterator[tuple[int, str]]:
    for match in _OPEN_NOTE.finditer(text):
        yield match.start(), Sentence("This note is not closed: write ] after its name.")
    for match in _NOTE.finditer(text):
        if match[2] and match[1] not in used:
            yield match.start(), Sentence("Nothing in the text refers to this note.")
        elif not match[2] and match[1] not in notes:
            yield (
                match.start(),
                Sentence("There is no note of this name: write [^{name}]: and its text.", name=match[1]),
            )
    for match in _INLINE_NOTE.finditer(text):
        if not _is_closed(text, match.end()):
            yield match.start(), Sentence("This note is not closed: write ] at its end.")


def _is_closed(text: str, place: int) -> bool:
    depth = 1
    for character in (
        text[place : place + text[place:].find("\n\n")] if "\n\n" in text[place:] else text[place:]
    ):
        depth += (character == "[") - (character == "]")
        if depth == 0:
            return True
    return False


def _letters(text: str, fonts: Fonts) -> Iterator[tuple[int, str]]:
    start = 0
    for line in text.split("\n"):
        lacking = fonts.missing(line)
        if lacking:
            yield start + max(line.find(lacking[0]), 0), fonts.explain(lacking)
        start += len(line) + 1
