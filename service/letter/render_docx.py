"""The letter as a Word file, by a template that coordinators may restyle and that can do nothing else."""

import io
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Literal

from docxtpl import DocxTemplate
from lxml import etree

from service.foundation.errors import Refused
from service.foundation.sentence import Sentence
from service.i18n.enclosure_words import enclosure_number
from service.i18n.words import comma_between
from service.letter.document import Document, Section
from service.letter.word_blocks import WordWriter, Written, write_note
from service.letter.word_logos import add_logos, logos_paragraph
from service.letter.word_package import (
    Parts,
    W,
    open_template,
    pack,
    parse,
    shipped_template,
    unpack,
    write_part,
)
from service.letter.word_parts import (
    add_links,
    add_lists,
    add_notes,
    first_free_list,
    read_styles,
    set_language,
    set_properties,
    set_sections,
)
from service.letter.word_tags import TagReader, as_xml

# Each stands once in the text of a template; a template may bring a letterhead of its own.
BLOCKS = (
    "letterhead", "heading", "date", "addressees", "reference", "salutation", "text", "closing", "signatories",
    "end_matter",
)  # fmt: skip
_OPTIONAL = frozenset({"letterhead"})
_MARGINAL = frozenset({"mark", "page_line"})
_DOCUMENT = "word/document.xml"
_GROUP = 8
_ONE_COLUMN, _TWO_COLUMNS = 10, 2_000
_NUMBER = re.compile(r"(\{pages?\})")
_FIELD = {"{page}": "PAGE", "{pages}": "NUMPAGES"}


def render_docx(document: Document, *, template: bytes | None = None) -> bytes:
    """Write a document as .docx: real headings, lists, links and notes, in the template's styles.

    The same document and template give the same bytes. Without a template ours is used. Raises Refused, in one
    sentence, for a template that is broken, lacks a block or a style, or holds anything that acts.
    """
    shipped = shipped_template()
    parts = open_template(template or shipped)
    styles, first_list = read_styles(parts), first_free_list(parts)
    kind: Literal["footnote", "endnote"] = "footnote" if document.notes_place == "page" else "endnote"
    text, aside = Written(lists=[]), Written(lists=[])
    aside.lists = text.lists
    writer = WordWriter(document, styles=styles, first_list=first_list, written=text, note=kind)
    note_writer = WordWriter(document, styles=styles, first_list=first_list, written=aside, note="")
    parts = _fill(parts, _blocks(document, writer))
    root = parse(parts[_DOCUMENT])
    _refuse_misplaced(root)
    set_sections(root, document)
    parts[_DOCUMENT] = write_part(root)
    notes = "".join(
        write_note(number, kind, blocks, note_writer, styles)
        for number, blocks in enumerate(document.notes, 1)
    )
    if notes:
        add_notes(parts, kind, notes, empty=open_template(shipped)[f"word/{kind}s.xml"])
    add_lists(parts, text.lists, first=first_list, styles=styles)
    add_links(parts, _DOCUMENT, text.links)
    add_logos(parts, document.logos)
    add_links(parts, f"word/{kind}s.xml", aside.links)
    set_language(parts, document)
    set_properties(parts, document)
    return pack(parts, day=date.fromisoformat(document.day))


def _fill(parts: Parts, blocks: Mapping[str, str]) -> Parts:
    reader = TagReader(frozenset(blocks))
    try:
        template = DocxTemplate(io.BytesIO(pack(parts, day=date(2026, 1, 1))))
        # What is filled in stays as it is: no character of a name is a tab or a page break to us.
        template.resolve_listing = _as_it_is
        template.render(as_xml(blocks), reader)
        headers = len(list(template.get_headers_footers(template.HEADER_URI)))
        filled = io.BytesIO()
        template.save(filled)
    except (KeyError, ValueError, AttributeError, TypeError, etree.XMLSyntaxError) as error:
        raise Refused(
            Sentence("The Word template cannot be used: its parts do not belong together.")
        ) from error
    _refuse_incomplete(reader.held, headers=headers)
    found = unpack(filled.getvalue())
    _refuse_unmarked(parse(found[_DOCUMENT]), parse(found.get("word/settings.xml", b"<none/>")))
    return found


def _as_it_is(xml: str) -> str:
    return xml


def _refuse_incomplete(held: Sequence[Counter[str]], *, headers: int) -> None:
    body, beside = held[0], held[1:]
    missing = [name for name in BLOCKS if body[name] != 1 and not (name in _OPTIONAL and body[name] == 0)]
    if missing:
        listed = ", ".join(f"{{{{p {name} }}}}" for name in missing)
        raise Refused(
            Sentence(
                "The Word template must hold each of these once, in a paragraph of its own: {listed}.",
                listed=listed,
            )
        )
    if not headers or not all(one["mark"] for one in beside[:headers]):
        raise Refused(
            Sentence(
                "Each header of the Word template must hold {{p mark }}, which says that a copy is a draft."
            )
        )
    if any(set(one) - _MARGINAL for one in beside) or _MARGINAL & set(body):
        raise Refused(
            Sentence(
                "In the Word template {{p mark }} and {{p page_line }} stand in headers and footers, all else "
                "in the text."
            )
        )


def _refuse_unmarked(root: etree._Element, settings: etree._Element) -> None:
    """See to it that no kind of page lacks a header, for the header warns."""
    found = {one.get(W + "type") for one in root.iter(W + "headerReference")}
    wanted = {"default"}
    if next(root.iter(W + "titlePg"), None) is not None:
        wanted.add("first")
    if next(settings.iter(W + "evenAndOddHeaders"), None) is not None:
        wanted.add("even")
    if wanted - found:
        raise Refused(
            Sentence(
                "The Word template has pages without a header, so that no mark could warn on them: give every "
                "kind of page one."
            )
        )


def _refuse_misplaced(root: etree._Element) -> None:
    for paragraph in root.iter(W + "p"):
        parent = paragraph.getparent()
        if parent is not None and parent.tag in {W + "p", W + "r", W + "t", W + "hyperlink"}:
            raise Refused(
                Sentence(
                    "In the Word template each block stands in a paragraph of its own, written {{p text }}."
                )
            )


def _blocks(document: Document, writer: WordWriter) -> dict[str, str]:
    marks = "".join(writer.line("Mark", mark) for mark in document.marks)
    re_line = f"{document.re_label} {document.re}" if document.re else ""
    return {
        "letterhead": logos_paragraph(document, writer) + writer.lines("Letterhead", document.letterhead),
        "heading": writer.line("Title", document.title) + writer.line("Subtitle", document.subtitle),
        "date": writer.line("Date", document.date),
        "addressees": "".join(writer.lines("Inside Address", one) for one in document.addressees)
        + writer.line("Delivery Line", document.delivery_line),
        "reference": writer.line("Reference Line", re_line),
        "salutation": writer.line("Salutation", document.salutation),
        "text": writer.blocks(document.body)
        + writer.blocks(document.asks_intro)
        + writer.asks(document.asks)
        + writer.blocks(document.ending),
        "closing": writer.line("Closing", document.closing),
        "signatories": _signatories(document, writer),
        "end_matter": _end_matter(document, writer),
        "mark": marks or writer.paragraph("header"),
        "page_line": _page_line(document, writer),
    }


def _signatories(document: Document, writer: WordWriter) -> str:
    names = sum(len(group.entries) for section in document.sections for group in section.groups)
    columns = 1 if names <= _ONE_COLUMN else 2 if names <= _TWO_COLUMNS else 3
    rows = [("heading 1", writer.text(document.undersigned), 1)] if document.undersigned else []
    for section in document.sections:
        rows.extend(_rows(section, writer, columns))
    told = []
    for place, (style, inner, own) in enumerate(rows):
        following = rows[place + 1][2] if place + 1 < len(rows) else 1
        # A section of Word ends in its last paragraph; set_sections gives it the page.
        ends = f'<w:sectPr columns="{own}"/>' if own != following else ""
        told.append(writer.paragraph(style, inner, last=ends))
    return (
        "".join(told)
        + writer.line("Body Text", document.withheld)
        + writer.line("Small Print", document.identification)
    )


def _rows(section: Section, writer: WordWriter, columns: int) -> Iterator[tuple[str, str, int]]:
    if section.heading:
        yield "heading 2", writer.text(section.heading), 1
    for group in section.groups:
        if group.heading:
            yield "heading 3", writer.isolated(group.heading), columns
        for entry in group.entries:
            below = "<w:r><w:br/></w:r>" + writer.pieces(entry.below) if entry.below else ""
            yield "Signatory", writer.pieces(entry.line) + below, columns


def _end_matter(document: Document, writer: WordWriter) -> str:
    code = document.check_code
    groups = " ".join(code[place : place + _GROUP] for place in range(0, len(code), _GROUP))
    gap = writer.text(comma_between(document.contact, document.words))
    new_line = "<w:r><w:br/></w:r>"
    contact = gap.join(writer.isolated(part) for part in document.contact)
    told = [
        [writer.text(document.cc_label), *map(writer.isolated, document.cc)] if document.cc else [],
        [writer.text(document.enclosures_label), *_enclosures(document, writer)]
        if document.enclosures
        else [],
        [writer.text(f"{document.contact_label} ") + contact] if contact else [],
        [writer.text(document.other_texts_label), *map(writer.text, document.other_texts)]
        if document.other_texts
        else [],
        [writer.text(f"{document.check_label} {groups}"), writer.text(document.check_at)] if code else [],
    ]
    return "".join(
        writer.paragraph("Small Print", new_line.join(filter(None, lines))) for lines in told if lines
    )


def _enclosures(document: Document, writer: WordWriter) -> Iterator[str]:
    for place, line in enumerate(document.enclosures, start=1):
        yield writer.text(f"{enclosure_number(place, document.language)} {line}")


def _page_line(document: Document, writer: WordWriter) -> str:
    told = "".join(
        f'<w:fldSimple w:instr=" {_FIELD[part]} "><w:r><w:t>1</w:t></w:r></w:fldSimple>'
        if part in _FIELD
        else writer.text(part)
        for part in _NUMBER.split(document.page)
    )
    return writer.paragraph("footer", writer.text(document.running_title), "<w:r><w:tab/></w:r>", told)
