"""Read the words of a .docx into our Markdown, with notes, headings, links, lists and emphasis; and say what is left out."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from service.foundation.errors import Refused
from service.letter.word_opening import (
    LARGEST_WORD_FILE,
    TOO_LARGE,
    Element,
    Opened,
    child,
    each,
    name_of,
    open_word,
    value_of,
)
from service.letter.word_shapes import Shapes, shapes_of
from service.letter.word_spans import Span, merged, plain, safe_target, told, written_line

__all__ = ["LARGEST_WORD_FILE", "ReadWord", "read_word"]

_LONGEST = 300_000
_DEEPEST_LIST = 5
_HIGHEST_HEADING, _LOWEST_HEADING = 2, 4
_OFF = frozenset({"0", "false", "off", "none"})
_INSIDE = frozenset(
    {"ins", "moveTo", "smartTag", "sdtContent", "sdt", "customXml", "dir", "bdo", "fldSimple"}
)
_PICTURES = frozenset({"drawing", "pict", "object", "AlternateContent"})
_LEFT_OUT = {
    "del": "change",
    "moveFrom": "change",
    "oMath": "formula",
    "oMathPara": "formula",
    **dict.fromkeys(_PICTURES, "picture"),
}
_HYPERLINK = re.compile(r'^\s*HYPERLINK\s+"([^"]+)"')


@dataclass(frozen=True, kw_only=True, repr=False)
class ReadWord:
    """What a file says, in Markdown; `title` is "" where no paragraph has that style.

    `left_out` has what could not be kept, as "picture:2": pictures, tables (their words are kept), comments, changes
    that were taken out, hidden words, formulas, text boxes, heads and feet, macros, emphasis.
    """

    title: str
    body: str
    left_out: tuple[str, ...]


def read_word(data: bytes) -> ReadWord:
    """Read a .docx; raises Refused for what is none, is too large, or holds more than a letter does."""
    opened = open_word(data)
    reading = _Reading(opened)
    lines = list(reading.blocks(child(opened.document, "body")))
    body = _joined([*lines, *reading.notes()])
    if len(body) > _LONGEST:
        raise Refused(TOO_LARGE)
    left = reading.left_out
    left.update(
        {"macro": int(opened.has_macros), "comment": int(opened.has_comments), "head": int(opened.has_heads)}
    )
    codes = tuple(f"{what}:{number}" for what, number in sorted(left.items()) if number)
    return ReadWord(title=reading.title, body=body, left_out=codes)


@dataclass(frozen=True, kw_only=True)
class _Block:
    text: str
    is_item: bool = False


def _joined(blocks: Sequence[_Block]) -> str:
    """Put blocks one below the other; items of one list without an empty line between them."""
    text, before = "", None
    for block in blocks:
        if text:
            text += "\n" if before is not None and before.is_item and block.is_item else "\n\n"
        text += block.text
        before = block
    return text


@dataclass
class _Lists:
    """Where the lists stand: the number that each has come to, and how wide the marks of the outer ones are."""

    shapes: Shapes
    numbers: dict[tuple[str, int], int] = field(default_factory=dict)
    widths: list[int] = field(default_factory=list)
    present: str = ""
    other_mark: bool = False

    def mark(self, list_id: str, level: int) -> tuple[str, str]:
        """Give the indentation and the mark of the next item."""
        level = min(level, len(self.widths), _DEEPEST_LIST)
        if level == 0 and self.present and self.present != list_id:
            # Two lists one after the other would become one.
            self.other_mark = not self.other_mark
        if level == 0:
            self.present = list_id
        for deeper in [key for key in self.numbers if key[0] == list_id and key[1] > level]:
            del self.numbers[deeper]
        number = self.numbers.get((list_id, level), self.shapes.first(list_id, level) - 1) + 1
        self.numbers[list_id, level] = number
        if self.shapes.is_numbered(list_id, level):
            mark = f"{number}{')' if self.other_mark else '.'} "
        else:
            mark = "* " if self.other_mark else "- "
        indent = " " * sum(self.widths[:level])
        self.widths = [*self.widths[:level], len(mark)]
        return indent, mark

    def end(self) -> None:
        self.widths, self.present = [], ""


@dataclass
class _Field:
    """A link as older files have it: a code between two marks, then the words it is for, then a last mark."""

    target: str = ""
    is_in_code: bool = False

    def takes(self, run: Element) -> bool:
        """Read a run as part of the code; tells whether it was."""
        mark = next((value_of(one, "fldCharType") for one in each(run, "fldChar")), "")
        match = _HYPERLINK.match("".join(one.text or "" for one in each(run, "instrText")))
        self.target = match[1] if match else "" if mark == "end" else self.target
        self.is_in_code = mark == "begin" or (self.is_in_code and not mark)
        return self.is_in_code


class _Reading:
    """Walks through a document and remembers its notes and what it leaves out."""

    def __init__(self, opened: Opened) -> None:
        self.opened, self.shapes = opened, shapes_of(opened.styles, opened.numbering)
        self.lists = _Lists(shapes=self.shapes)
        self.left_out: Counter[str] = Counter()
        self.title = ""
        self._notes: list[tuple[str, str]] = []
        self._part = "document"

    def blocks(self, parent: Element | None) -> Iterator[_Block]:
        for element in parent if parent is not None else ():
            name = name_of(element)
            if name == "p":
                block = self._paragraph(element)
                if block is not None:
                    yield block
            elif name == "tbl":
                self.left_out["table"] += 1
                for row in each(element, "tr"):
                    for cell in each(row, "tc"):
                        yield from self.blocks(cell)
            elif name in _INSIDE:
                yield from self.blocks(element)

    def notes(self) -> Iterator[_Block]:
        """Give the notes that the text refers to; a note cannot refer to another."""
        for number, (part, note_id) in enumerate(self._notes, start=1):
            self._part = part
            found = next((one for one in self.opened.notes[part] if value_of(one, "id") == note_id), None)
            paragraphs = [
                self._line(self._spans(one))
                for one in (found if found is not None else ())
                if name_of(one) == "p"
            ]
            text = "\n\n    ".join(one.strip() for one in paragraphs if one.strip()) or "…"
            yield _Block(text=f"[^{number}]: {text}")

    def _paragraph(self, element: Element) -> _Block | None:
        shape = self.shapes.of_paragraph(element)
        spans = list(self._spans(element))
        if shape.heading is not None or shape.is_title:
            spans = [
                Span(text=one.text, italic=one.italic, target=one.target, is_note=one.is_note)
                for one in spans
            ]
        line = self._line(spans)
        if not line.strip():
            return None
        if shape.is_title and not self.title:
            self.title = " ".join("".join(one.text for one in spans if not one.is_note).split())
            return None
        if shape.list_id:
            indent, mark = self.lists.mark(shape.list_id, shape.level)
            below = f"\n{indent}{' ' * len(mark)}"
            return _Block(text=f"{indent}{mark}{line.replace(chr(10), below)}", is_item=True)
        self.lists.end()
        if shape.heading is not None:
            level = min(max(shape.heading + 1, _HIGHEST_HEADING), _LOWEST_HEADING)
            return _Block(text=f"{'#' * level} {' '.join(line.split())}")
        if shape.is_quote:
            return _Block(text="> " + line.replace("\n", "\n> "))
        return _Block(text=line)

    def _line(self, spans: Iterable[Span]) -> str:
        whole = merged(spans)
        line = written_line(whole)
        # Marks beside quotation marks or within words are read otherwise than they are meant: then words go before emphasis.
        if any(one.bold or one.italic for one in whole) and plain(line) != told(whole):
            self.left_out["emphasis"] += 1
            bare = (Span(text=one.text, target=one.target, is_note=one.is_note) for one in whole)
            line = written_line(merged(bare))
        return line

    def _spans(self, parent: Element, *, target: str = "") -> Iterator[Span]:
        link = _Field()
        for element in parent:
            name = name_of(element)
            if name == "r":
                if not link.takes(element):
                    yield from self._run(element, target or safe_target(link.target))
            elif name == "hyperlink":
                there = self.opened.links.get((self._part, value_of(element, "id")), "")
                yield from self._spans(element, target=safe_target(there))
            elif name in _INSIDE:
                yield from self._spans(element, target=target)
            elif name in _LEFT_OUT:
                self.left_out[_LEFT_OUT[name]] += 1

    def _run(self, run: Element, target: str) -> Iterator[Span]:
        look = child(run, "rPr")
        if _is_on(look, "vanish"):
            self.left_out["hidden"] += 1
            return
        bold, italic = _is_on(look, "b"), _is_on(look, "i")
        for element in run:
            name = name_of(element)
            text = _SAID.get(name, "")
            if name == "t":
                text = element.text or ""
            elif name in {"footnoteReference", "endnoteReference"}:
                yield from self._note(name.removesuffix("Reference") + "s", value_of(element, "id"))
            elif name in _PICTURES:
                boxed = any(name_of(one) == "txbxContent" for one in element.iter())
                self.left_out["box" if boxed else "picture"] += 1
            if text:
                yield Span(text=text, bold=bold, italic=italic, target=target)

    def _note(self, part: str, note_id: str) -> Iterator[Span]:
        if self._part != "document" or part not in self.opened.notes:
            return
        if (part, note_id) not in self._notes:
            self._notes.append((part, note_id))
        yield Span(text=f"[^{self._notes.index((part, note_id)) + 1}]", is_note=True)


_SAID: Mapping[str, str] = {"tab": " ", "br": "\n", "cr": "\n", "noBreakHyphen": "\u2011"}


def _is_on(look: Element | None, name: str) -> bool:
    found = child(look, name) if look is not None else None
    return found is not None and value_of(found) not in _OFF
