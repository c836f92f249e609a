"""The words of a document as WordprocessingML (ISO/IEC 29500-1, section 17), without the page they stand on."""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Literal
from xml.sax.saxutils import escape

from service.i18n.formats import FSI, PDI, isolate
from service.letter.document import Piece
from service.letter.headed import Headed
from service.letter.markdown import Block, Run

ListKind = Literal["Ask", "List Bullet", "List Number"]

LRM, RLM = "\u200e", "\u200f"
# Braces are written as numbers, or docxtpl would take some of them for its own tags.
_BRACES = {"{": "&#123;", "}": "&#125;", "\t": " ", "\n": " ", "\a": "", "\f": ""}
_BOLD, _ITALIC = "<w:b/><w:bCs/>", "<w:i/><w:iCs/>"
_INDENT = 400
# Ids below belong to the lines that part notes from the text.
FIRST_NOTE = 100
_DEEPEST = 8
# What XML 1.0 cannot hold, section 2.2.
_NO_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


@dataclass(kw_only=True)
class Written:
    """What a part refers to: its links, and the lists of the whole file, each to be numbered by itself."""

    lists: list[tuple[ListKind, int]]
    links: list[str] = field(default_factory=list)
    noted: set[int] = field(default_factory=set)


class WordWriter:
    """Writes blocks as paragraphs in the named styles of a template.

    `styles` gives for a style's name its id, `first_list` the number of the first list, `note` the kind of notes.
    Links get the ids "letterLink1" and so on, in their order in `written`.
    """

    def __init__(
        self,
        document: Headed,
        *,
        styles: Mapping[str, str],
        first_list: int,
        written: Written,
        note: Literal["footnote", "endnote", ""],
    ) -> None:
        """Keep what is written for."""
        self._language = document.language
        self._direction = document.direction
        self._styles = styles
        self._first_list = first_list
        self._written = written
        self._note = note

    def paragraph(self, style: str, *inner: str, more: str = "", last: str = "") -> str:
        """Write a paragraph in a style; `more` and `last` are properties before and after its direction."""
        properties = f'<w:pStyle w:val="{self._styles[style.lower()]}"/>{more}{last}'
        return f"<w:p><w:pPr>{properties}</w:pPr>{''.join(inner)}</w:p>"

    def line(self, style: str, text: str, *, last: str = "") -> str:
        """Write one line of text as a paragraph; nothing for an empty one."""
        return self.paragraph(style, self.text(text), last=last) if text else ""

    def lines(self, style: str, texts: Sequence[str]) -> str:
        """Write lines of others, each isolated, as one paragraph."""
        told = [self.isolated(text) for text in texts]
        return self.paragraph(style, "<w:r><w:br/></w:r>".join(told)) if told else ""

    def isolated(self, text: str) -> str:
        """Write somebody's words so that their direction moves nothing beside them."""
        told = isolate(text, within=self._language)
        if told != text and not any(map(_strong, text)):
            # Figures and signs have no direction to Word but that of the marks beside them.
            told = f"{FSI}{LRM}{text}{LRM}{PDI}"
        return self.text(told)

    def text(self, text: str, properties: str = "") -> str:
        """Write text as runs, one for each stretch of a direction."""
        # Word and LibreOffice know marks of direction, but not all versions know isolates.
        mark = RLM if self._direction == "rtl" else LRM
        text = _NO_XML.sub("", text).replace(FSI, mark).replace(PDI, mark)
        return "".join(
            self._run(part, properties, is_rtl=is_rtl) for is_rtl, part in _stretches(text, self._direction)
        )

    def pieces(self, pieces: Sequence[Piece]) -> str:
        """Write a signatory's line."""
        return "".join(self.text(piece.glue) + self.isolated(piece.text) for piece in pieces)

    def blocks(self, blocks: Sequence[Block], *, style: str = "Body Text", depth: int = -1) -> str:
        """Write blocks of Markdown; `depth` is that of the list they stand in, from 0."""
        return "".join(self._block(block, style=style, depth=depth) for block in blocks)

    def asks(self, asks: Sequence[Sequence[Block]]) -> str:
        """Write the asks, numbered from 1."""
        return self._list("Ask", 1, asks, depth=0) if asks else ""

    def _run(self, text: str, properties: str, *, is_rtl: bool) -> str:
        told = properties + ("<w:rtl/>" if is_rtl else "")
        shown = escape(text, _BRACES)
        return f'<w:r>{f"<w:rPr>{told}</w:rPr>" if told else ""}<w:t xml:space="preserve">{shown}</w:t></w:r>'

    def _block(self, block: Block, *, style: str, depth: int) -> str:
        if block.kind == "list":
            kind: ListKind = "List Number" if block.start >= 0 else "List Bullet"
            return self._list(kind, block.start, block.items, depth=min(depth + 1, _DEEPEST))
        if block.kind == "quote":
            return self.blocks(block.items[0], style="Quote", depth=depth)
        if block.kind == "rule":
            edge = '<w:pBdr><w:bottom w:val="single" w:sz="4" w:space="1" w:color="auto"/></w:pBdr>'
            return self.paragraph("Body Text", more=edge)
        if block.kind == "heading":
            return self.paragraph(
                f"heading {block.level - 1}", self.runs(block.runs), more=self._own_direction(block)
            )
        indent = f'<w:ind w:left="{_INDENT * (depth + 1)}" w:firstLine="0"/>' if depth >= 0 else ""
        return self.paragraph(style, self.runs(block.runs), more=self._own_direction(block), last=indent)

    def _list(self, kind: ListKind, start: int, items: Sequence[Sequence[Block]], *, depth: int) -> str:
        self._written.lists.append((kind, max(start, 0)))
        number = self._first_list + len(self._written.lists) - 1
        numbered = f'<w:numPr><w:ilvl w:val="{depth}"/><w:numId w:val="{number}"/></w:numPr>'
        told = []
        for item in items:
            first, rest = (
                (item[0], item[1:])
                if item and item[0].kind == "paragraph"
                else (Block(kind="paragraph"), item)
            )
            own = numbered + self._own_direction(first)
            told.append(self.paragraph(kind, self.runs(first.runs), more=own))
            told.append(self.blocks(rest, style="List Continue", depth=depth))
        return "".join(told)

    def _own_direction(self, block: Block) -> str:
        """Turn a paragraph that begins in the other direction, as dir="auto" does on a page."""
        found = _first_direction(block.runs)
        if not found or found == self._direction:
            return ""
        return f'<w:bidi w:val="{int(found == "rtl")}"/>'

    def runs(self, runs: Sequence[Run], properties: str = "") -> str:
        """Write runs, with their emphasis, links and notes."""
        return "".join(self._written_run(run, properties) for run in runs)

    def _written_run(self, run: Run, properties: str) -> str:
        match run.kind:
            case "break":
                return "<w:r><w:br/></w:r>"
            case "note":
                return self._note_mark(run.number)
            case "emphasis":
                return self.runs(run.runs, _with(properties, _ITALIC))
            case "strong":
                return self.runs(run.runs, _with(properties, _BOLD))
            case "link":
                self._written.links.append(run.target)
                style = f'<w:rStyle w:val="{self._styles["hyperlink"]}"/>'
                inner = self.runs(run.runs, style + properties)
                return f'<w:hyperlink r:id="letterLink{len(self._written.links)}" w:history="1">{inner}</w:hyperlink>'
            case _:
                return self.text(run.text, properties)

    def _note_mark(self, number: int) -> str:
        if not self._note:
            return self.text(str(number), '<w:vertAlign w:val="superscript"/>')
        style = f'<w:rPr><w:rStyle w:val="{self._styles[f"{self._note} reference"]}"/></w:rPr>'
        name = f"letterNote{number}"
        if number in self._written.noted:
            # A second mark of the same note refers to the first, or Word would count it as one more.
            told = f"<w:r>{style}<w:t>{number}</w:t></w:r>"
            return f'<w:fldSimple w:instr=" NOTEREF {name} \\f \\h ">{told}</w:fldSimple>'
        self._written.noted.add(number)
        mark = f'<w:r>{style}<w:{self._note}Reference w:id="{FIRST_NOTE + number}"/></w:r>'
        begin, end = (
            f'<w:bookmarkStart w:id="{9000 + number}" w:name="{name}"/>',
            f'<w:bookmarkEnd w:id="{9000 + number}"/>',
        )
        return begin + mark + end


def write_note(
    number: int,
    kind: Literal["footnote", "endnote"],
    blocks: Sequence[Block],
    writer: WordWriter,
    styles: Mapping[str, str],
) -> str:
    """Write one note for the part of its kind, its number first."""
    style = f"{kind} text"
    mark = f'<w:r><w:rPr><w:rStyle w:val="{styles[f"{kind} reference"]}"/></w:rPr><w:{kind}Ref/></w:r>'
    # Where a note begins with a list, its number stands in a paragraph before it.
    starts = blocks if blocks and blocks[0].kind == "paragraph" else (Block(kind="paragraph"), *blocks)
    told = writer.blocks(starts, style=style).replace("</w:pPr>", f"</w:pPr>{mark}{writer.text(' ')}", 1)
    return f'<w:{kind} w:id="{FIRST_NOTE + number}">{told}</w:{kind}>'


def _with(properties: str, one: str) -> str:
    """Add a property once, in the order of the schema: style, bold, italic."""
    wanted = {part for part in (_BOLD, _ITALIC) if part in properties or part == one}
    style = properties.replace(_BOLD, "").replace(_ITALIC, "")
    return style + "".join(part for part in (_BOLD, _ITALIC) if part in wanted)


def _stretches(text: str, base: str) -> Iterator[tuple[bool, str]]:
    """Part a text by direction; what has none goes with its neighbours where they agree, else with the letter."""
    if text.isascii() and base == "ltr":
        if text:
            yield False, text
        return
    strong = [_strong(character) for character in text]
    before = _filled(strong, base)
    after = list(reversed(_filled(list(reversed(strong)), base)))
    sides = [left if left == right else base for left, right in zip(before, after, strict=True)]
    for side, group in groupby(zip(sides, text, strict=True), key=lambda pair: pair[0]):
        yield side == "rtl", "".join(character for _, character in group)


def _filled(strong: Sequence[str], base: str) -> list[str]:
    found, last = [], base
    for side in strong:
        last = side or last
        found.append(last)
    return found


def _strong(character: str) -> str:
    kind = unicodedata.bidirectional(character)
    if kind in {"R", "AL"}:
        return "rtl"
    return "ltr" if kind == "L" else ""


def _first_direction(runs: Iterable[Run]) -> str:
    for run in runs:
        for character in run.text:
            if side := _strong(character):
                return side
        if side := _first_direction(run.runs):
            return side
    return ""
