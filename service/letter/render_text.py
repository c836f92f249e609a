"""The letter as plain text, 72 columns wide, for mail and for web forms."""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from service.i18n.enclosure_words import enclosure_number
from service.i18n.formats import isolate, write_number
from service.i18n.words import comma_between
from service.letter.document import Document, Piece, Section
from service.letter.markdown import Block, Run

COLUMNS = 72

Part = Literal[
    "mark", "head", "title", "body", "asks_intro", "ask", "ending", "closing", "undersigned",
    "names", "cc", "enclosures", "notes", "contact", "texts", "check",
]  # fmt: skip

_INDENT = "   "
_GROUP = 8
_WIDE = frozenset({"W", "F"})
_WIDTHLESS = frozenset({"Mn", "Me", "Cf"})
# Where a line may also end: after a Tibetan tsheg, and beside any wide character.
_TSHEG = "\u0f0b"
# Signs that must not begin a line of Han and Kana, and those that must not end one (JLREQ, section 3.1.7 and 3.1.8).
_CLOSING = frozenset(
    "、。，．：；！？）］｝」』】》〉〕〗〙・ー々ゝゞヽヾ〜～…‥ぁぃぅぇぉっゃゅょゎァィゥェォッャュョヮヵヶ"
)
_OPENING = frozenset("（［｛「『【《〈〔〖〘")
# Korean parts its words by spaces, although its letters are wide.
_HANGUL = ("\u1100", "\u11ff", "\uac00", "\ud7a3")


def render_text(document: Document) -> str:
    """Write a document as plain text: lines of at most 72 columns, LF, one line end at the end.

    Only a word that is longer than a line (a link) stands out. Names of a foreign direction are isolated
    (U+2068 … U+2069), links follow their text in angle brackets, notes stand at the end.
    """
    return "\n\n".join(paragraph.text for paragraph in write_paragraphs(document)) + "\n"


@dataclass(frozen=True, kw_only=True)
class Paragraph:
    """A paragraph of the plain letter and the part it belongs to; `is_heading` of one that must not stand last."""

    part: Part
    text: str
    is_heading: bool = False


def write_paragraphs(document: Document) -> tuple[Paragraph, ...]:
    """Write a document as the paragraphs of its plain text, in their order; none is empty."""
    parts = (*_head(document), *_text(document), *_signatories(document), *_foot(document))
    return tuple(paragraph for paragraph in parts if paragraph.text)


def write_blocks(blocks: Sequence[Block], *, first: str = "", rest: str = "") -> str:
    """Write blocks of Markdown as lines of at most 72 columns, `first` before the first one and `rest` before the others."""
    parts = []
    for block in blocks:
        parts.append(_block(block, first=first, rest=rest))
        first = rest
    return "\n\n".join(parts)


def width(text: str) -> int:
    """Count the columns that a text takes: wide characters two, combining and format characters none."""
    if text.isascii():
        return len(text)
    return sum(_columns(character) for character in text)


def wrap(text: str, *, first: str = "", rest: str = "") -> str:
    """Break a text into lines of at most 72 columns, with what the first line and the rest begin with."""
    lines = []
    line, used, empty = first, width(first), True
    for gap, word in _words(text):
        if not empty and used + len(gap) + width(word) > COLUMNS:
            lines.append(line)
            line, used, empty = rest, width(rest), True
        line += word if empty else gap + word
        used = width(line)
        empty = False
    return "\n".join([*lines, line]).rstrip()


def _columns(character: str) -> int:
    if unicodedata.category(character) in _WIDTHLESS:
        return 0
    return 2 if unicodedata.east_asian_width(character) in _WIDE else 1


def _words(text: str) -> Iterable[tuple[str, str]]:
    for word in re.split(r"[ \n\t]+", text.strip(" \n\t")):
        for place, part in enumerate(_parts(word)):
            yield ("" if place else " ", part)


def _parts(word: str) -> list[str]:
    parts = [""]
    for character in word:
        before = parts[-1][-1:]
        if before and _may_part(before, character):
            parts.append("")
        parts[-1] += character
    return parts


def _may_part(before: str, after: str) -> bool:
    if after in _CLOSING or before in _OPENING or _columns(after) == 0:
        return False
    if _is_hangul(before) and _is_hangul(after):
        return False
    return before == _TSHEG or (_columns(before) == 2 and _columns(after) == 2)


def _is_hangul(character: str) -> bool:
    first, last, from_syllable, to_syllable = _HANGUL
    return first <= character <= last or from_syllable <= character <= to_syllable


def _head(document: Document) -> Iterable[Paragraph]:
    own = document.language
    yield Paragraph(part="mark", text="\n".join(map(wrap, document.marks)))
    yield Paragraph(
        part="head", text="\n".join(wrap(isolate(line, within=own)) for line in document.letterhead)
    )
    yield Paragraph(part="title", text=wrap(document.title))
    yield Paragraph(part="title", text=wrap(document.subtitle))
    yield Paragraph(part="title", text=document.date)
    for one in document.addressees:
        yield Paragraph(part="head", text="\n".join(wrap(isolate(line, within=own)) for line in one))
    yield Paragraph(part="head", text=wrap(document.delivery_line))
    re_line = f"{document.re_label} {document.re}" if document.re else ""
    yield Paragraph(part="title", text=wrap(re_line, rest=_INDENT))
    yield Paragraph(part="title", text=wrap(document.salutation))


def _text(document: Document) -> Iterable[Paragraph]:
    yield from _blocks_of("body", document.body)
    yield from _blocks_of("asks_intro", document.asks_intro)
    for place, ask in enumerate(document.asks, start=1):
        mark = f"{write_number(place, document.language)}. "
        yield Paragraph(part="ask", text=write_blocks(ask, first=mark, rest=" " * len(mark)))
    yield from _blocks_of("ending", document.ending)
    yield Paragraph(part="closing", text=wrap(document.closing))


def _blocks_of(part: Part, blocks: Sequence[Block]) -> Iterable[Paragraph]:
    for block in blocks:
        yield Paragraph(part=part, text=write_blocks([block]), is_heading=block.kind == "heading")


def _signatories(document: Document) -> Iterable[Paragraph]:
    yield Paragraph(part="undersigned", text=wrap(document.undersigned))
    for section in document.sections:
        for text in _section(section, document.language):
            yield Paragraph(part="names", text=text)
    yield Paragraph(part="names", text=wrap(document.withheld))
    yield Paragraph(part="names", text=wrap(document.identification))


def _section(section: Section, language: str) -> list[str]:
    parts = [section.heading]
    for group in section.groups:
        lines = [group.heading] if group.heading else []
        for entry in group.entries:
            lines.append(wrap(_pieces(entry.line, language), rest=_INDENT))
            if entry.below:
                lines.append(wrap(_pieces(entry.below, language), first=_INDENT, rest=_INDENT))
        parts.append("\n".join(lines))
    return parts


def _foot(document: Document) -> Iterable[Paragraph]:
    own = document.language
    copied = [wrap(isolate(line, within=own), first=_INDENT, rest=_INDENT * 2) for line in document.cc]
    yield Paragraph(part="cc", text="\n".join([document.cc_label, *copied]) if copied else "")
    enclosed = [_enclosure(place, line, own) for place, line in enumerate(document.enclosures, start=1)]
    yield Paragraph(
        part="enclosures", text="\n".join([document.enclosures_label, *enclosed]) if enclosed else ""
    )
    yield Paragraph(part="notes", text=document.notes_label)
    for place, note in enumerate(document.notes, start=1):
        mark = f"[{place}] "
        yield Paragraph(part="notes", text=write_blocks(note, first=mark, rest=" " * len(mark)))
    comma = comma_between(document.contact, document.words)
    contact = comma.join(isolate(part, within=own) for part in document.contact)
    said = f"{document.contact_label} {contact}" if contact else ""
    yield Paragraph(part="contact", text=wrap(said, rest=_INDENT))
    others = [wrap(text, first=_INDENT, rest=_INDENT * 2) for text in document.other_texts]
    yield Paragraph(part="texts", text="\n".join([document.other_texts_label, *others]) if others else "")
    yield Paragraph(part="check", text=_check(document))


def _enclosure(place: int, line: str, language: str) -> str:
    mark = f"{_INDENT}{enclosure_number(place, language)} "
    return wrap(line, first=mark, rest=" " * len(mark))


def _check(document: Document) -> str:
    code = document.check_code
    groups = " ".join(code[place : place + _GROUP] for place in range(0, len(code), _GROUP))
    line = wrap(f"{document.check_label} {groups}", rest=_INDENT)
    return "\n".join(filter(None, (line, document.check_at)))


def _pieces(pieces: Sequence[Piece], language: str) -> str:
    return "".join(piece.glue + isolate(piece.text, within=language) for piece in pieces)


def _block(block: Block, *, first: str, rest: str) -> str:
    if block.kind == "list":
        return _list(block, first=first, rest=rest)
    if block.kind == "quote":
        return write_blocks(block.items[0], first=f"{first}> ", rest=f"{rest}> ")
    if block.kind == "rule":
        return f"{first}* * *"
    lines = _runs(block.runs).split("\n")
    return "\n".join(
        wrap(line, first=rest if place else first, rest=rest) for place, line in enumerate(lines)
    )


def _list(block: Block, *, first: str, rest: str) -> str:
    parts = []
    for place, item in enumerate(block.items):
        mark = f"{block.start + place}. " if block.start >= 0 else "- "
        parts.append(write_blocks(item, first=first + mark, rest=rest + " " * len(mark)))
        first = rest
    return "\n".join(parts)


def _runs(runs: Sequence[Run]) -> str:
    return "".join(_run(run) for run in runs)


def _run(run: Run) -> str:
    if run.kind == "break":
        return "\n"
    if run.kind == "note":
        return f"[{run.number}]"
    inside = run.text + _runs(run.runs)
    address = run.target.removeprefix("mailto:")
    if run.kind == "link" and inside not in {run.target, address}:
        return f"{inside} <{address}>"
    return inside
