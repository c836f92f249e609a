"""A statement as a Word file: Times New Roman, justified, with real numbers and real notes, and nothing in its head."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from lxml import etree

from service.letter.markdown import Block, Run
from service.letter.statement import Statement, is_numbered, without_emphasis
from service.letter.word_blocks import WordWriter, Written, write_note
from service.letter.word_package import Parts, W, open_template, pack, parse, shipped_template, write_part
from service.letter.word_parts import (
    NAMESPACES,
    add_links,
    add_lists,
    add_notes,
    first_free_list,
    read_styles,
    set_language,
    set_properties,
)

STATEMENT_STYLES = (
    "Title", "Front", "Body Text", "Ask", "heading 1", "heading 2", "heading 3", "List Bullet", "List Number",
    "List Continue", "Quote", "footer", "Hyperlink", "footnote text", "footnote reference",
)  # fmt: skip
_DOCUMENT, _STYLES, _NOTES = "word/document.xml", "word/styles.xml", "word/footnotes.xml"
_HALF_POINTS = 2


@dataclass(frozen=True, kw_only=True)
class Look:
    """How a statement is set, in points; `is_plain` leaves out all bold and all italics, `pages` numbers the pages."""

    text: int = 10
    title: int = 10
    is_plain: bool = True
    pages: bool = False


def render_statement(statement: Statement, look: Look) -> bytes:
    """Write a statement as .docx: the same statement and look give the same bytes."""
    shipped = shipped_template("statement")
    parts = open_template(shipped)
    styles, first_list = read_styles(parts, wanted=STATEMENT_STYLES), first_free_list(parts)
    # The numbers of the paragraphs are the first list: they go on below each heading.
    text = Written(lists=[("Ask", 1)])
    aside = Written(lists=text.lists)
    writer = WordWriter(statement, styles=styles, first_list=first_list, written=text, note="footnote")
    note_writer = WordWriter(statement, styles=styles, first_list=first_list, written=aside, note="")
    told = "".join(_paragraphs(statement, writer, look, number=first_list))
    parts[_DOCUMENT] = _filled(parts, told, look)
    notes = "".join(
        write_note(
            number,
            "footnote",
            without_emphasis(blocks) if look.is_plain else blocks,
            note_writer,
            styles,
        )
        for number, blocks in enumerate(statement.notes, 1)
    )
    if notes:
        add_notes(parts, "footnote", notes, empty=parts[_NOTES])
    add_lists(parts, text.lists, first=first_list, styles=styles)
    add_links(parts, _DOCUMENT, text.links)
    add_links(parts, _NOTES, aside.links)
    _set_look(parts, look)
    set_language(parts, statement)
    set_properties(parts, statement)
    return pack(parts, day=date.fromisoformat(statement.day))


def _paragraphs(statement: Statement, writer: WordWriter, look: Look, *, number: int) -> Iterator[str]:
    noted = (Run(kind="note", number=1),) if statement.has_title_note else ()
    yield writer.paragraph("Title", writer.runs((Run(kind="text", text=statement.title), *noted)))
    for line in statement.front:
        yield writer.line("Front", line)
    numbered = f'<w:numPr><w:ilvl w:val="0"/><w:numId w:val="{number}"/></w:numPr>'
    for block in without_emphasis(statement.body) if look.is_plain else statement.body:
        yield _numbered(block, writer, numbered) if is_numbered(block) else writer.blocks([block])


def _numbered(block: Block, writer: WordWriter, numbered: str) -> str:
    return writer.paragraph("Ask", writer.runs(block.runs), more=numbered)


def _filled(parts: Parts, told: str, look: Look) -> bytes:
    root = parse(parts[_DOCUMENT])
    body = root.find(W + "body")
    assert body is not None
    filled = parse(f"<w:body {NAMESPACES}>{told}</w:body>".encode())
    for place, paragraph in enumerate(list(filled)):
        body.insert(place, paragraph)
    if not look.pages:
        for reference in list(root.iter(W + "footerReference")):
            section = reference.getparent()
            assert section is not None
            section.remove(reference)
    return write_part(root)


def _set_look(parts: Parts, look: Look) -> None:
    root = parse(parts[_STYLES])
    for size in root.iterfind(f"{W}docDefaults//{W}sz"):
        size.set(W + "val", str(look.text * _HALF_POINTS))
    for size in root.iterfind(f"{W}docDefaults//{W}szCs"):
        size.set(W + "val", str(look.text * _HALF_POINTS))
    for style in root.iter(W + "style"):
        name = style.get(W + "styleId")
        if name == "Title":
            size = f"{look.title * _HALF_POINTS}"
            bold = "" if look.is_plain else "<w:b/><w:bCs/>"
            style.append(_properties(f'{bold}<w:sz w:val="{size}"/><w:szCs w:val="{size}"/>'))
        elif str(name).startswith("Heading") and not look.is_plain:
            style.append(_properties("<w:b/><w:bCs/>"))
    parts[_STYLES] = write_part(root)


def _properties(inner: str) -> etree._Element:
    return parse(f"<w:rPr {NAMESPACES}>{inner}</w:rPr>".encode())
