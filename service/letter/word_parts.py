"""What a Word file says of its text outside of it: lists, notes, links, sections, language and properties."""

from collections.abc import Mapping, Sequence
from copy import deepcopy
from typing import Literal
from xml.sax.saxutils import escape

from lxml import etree

from service.foundation.errors import Refused
from service.foundation.sentence import Sentence
from service.i18n.formats import script_of
from service.letter.document import Document
from service.letter.headed import Headed
from service.letter.word_blocks import ListKind
from service.letter.word_package import (
    HYPERLINK,
    OVERRIDE,
    RELATION,
    TYPES,
    Parts,
    W,
    parse,
    relate,
    write_part,
)

NAMESPACES = (
    'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
    ' xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"'
)
STYLES = (
    "Letterhead", "Title", "Subtitle", "Date", "Inside Address", "Delivery Line", "Reference Line", "Salutation",
    "Body Text", "heading 1", "heading 2", "heading 3", "List Bullet", "List Number", "List Continue", "Ask",
    "Quote", "Closing", "Signatory", "Small Print", "Mark", "header", "footer", "Hyperlink", "footnote text",
    "footnote reference", "endnote text", "endnote reference",
)  # fmt: skip
LISTS: tuple[ListKind, ...] = ("Ask", "List Bullet", "List Number")

_STYLES, _NUMBERING, _DOCUMENT, _CORE = (
    "word/styles.xml",
    "word/numbering.xml",
    "word/document.xml",
    "docProps/core.xml",
)
_RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_CORE_TYPE = "application/vnd.openxmlformats-package.core-properties+xml"
_CORE_RELATION = f"{_RELATIONS}/metadata/core-properties"
_CORE_NAMES = (
    'xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/core-properties"'
    ' xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:dcterms="http://purl.org/dc/terms/"'
    ' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
)
_WORD_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml"
# Word has a language of its own for each of these (section 17.3.2.20); it calls "bidi" whatever is shaped.
_EAST_ASIAN = frozenset({"Hans", "Hant", "Jpan", "Kore"})
_COMPLEX = frozenset(
    {
        "Beng",
        "Deva",
        "Gujr",
        "Guru",
        "Khmr",
        "Knda",
        "Laoo",
        "Mlym",
        "Mymr",
        "Orya",
        "Sinh",
        "Taml",
        "Telu",
        "Thai",
        "Tibt",
    }
)
_WORD_TAGS = {"zh-Hant": "zh-TW"}
# Twentieths of a point: width, height.
_PAPER = {"us-letter": ("12240", "15840"), "a4": ("11906", "16838")}
# What follows in CT_SectPr and in CT_PPrBase (ISO/IEC 29500-1, annex A), so that a new child lands in its place.
_AFTER_TYPE = ("pgSz", "pgMar", "paperSrc", "pgBorders", "lnNumType", "pgNumType", "cols", "formProt", "vAlign",
               "noEndnote", "titlePg", "textDirection", "bidi", "rtlGutter", "docGrid", "printerSettings")  # fmt: skip
_AFTER_BIDI = ("adjustRightInd", "snapToGrid", "spacing", "ind", "contextualSpacing", "mirrorIndents",
               "suppressOverlap", "jc", "textDirection", "textAlignment", "textboxTightWrap", "outlineLvl")  # fmt: skip
_AFTER_LANGUAGE = ("eastAsianLayout", "specVanish", "oMath")

_OWN_NOTES: Mapping[Literal["footnote", "endnote"], Sentence] = {
    "footnote": Sentence("The Word template holds a footnote of its own: remove it."),
    "endnote": Sentence("The Word template holds an endnote of its own: remove it."),
}


def read_styles(parts: Parts, *, wanted: Sequence[str] = STYLES) -> Mapping[str, str]:
    """Give the id of each style by its name in lower case; raises Refused for those that are missing of the wanted ones."""
    root = parse(parts.get(_STYLES, b"<none/>"))
    found = {
        str(name.get(W + "val")).lower(): str(style.get(W + "styleId"))
        for style in root.iter(W + "style")
        if (name := style.find(W + "name")) is not None
    }
    missing = [name for name in wanted if name.lower() not in found]
    if missing:
        raise Refused(
            Sentence(
                "The Word template lacks the style {styles}: add it.",
                "The Word template lacks the styles {styles}: add them.",
                styles=", ".join(f"“{name}”" for name in missing),
                n=len(missing),
            )
        )
    return found


def first_free_list(parts: Parts) -> int:
    """Give the first number that no list of the template has."""
    numbers = [
        int(one.get(W + "numId", "0")) for one in parse(parts.get(_NUMBERING, b"<none/>")).iter(W + "num")
    ]
    return max(numbers, default=0) + 1


def add_lists(
    parts: Parts, lists: Sequence[tuple[ListKind, int]], *, first: int, styles: Mapping[str, str]
) -> None:
    """Add the lists that were written, each looking as its style says and beginning with its own number."""
    root = parse(parts.get(_NUMBERING, b"<none/>"))
    look = {kind: _abstract_of(kind, root, parse(parts[_STYLES]), styles) for kind in LISTS}
    for number, (kind, start) in enumerate(lists, start=first):
        one = etree.Element(W + "num", {W + "numId": str(number)})
        last = root.find(W + "numIdMacAtCleanup")
        root.insert(len(root) if last is None else root.index(last), one)
        etree.SubElement(one, W + "abstractNumId", {W + "val": look[kind]})
        for level in range(9):
            override = etree.SubElement(one, W + "lvlOverride", {W + "ilvl": str(level)})
            etree.SubElement(
                override, W + "startOverride", {W + "val": str(start if kind != "List Bullet" else 1)}
            )
    parts[_NUMBERING] = write_part(root)


def add_notes(parts: Parts, kind: Literal["footnote", "endnote"], notes: str, *, empty: bytes) -> None:
    """Add notes to their part, made of `empty` where the template has none; raises Refused where it has its own."""
    name = f"word/{kind}s.xml"
    if name not in parts:
        parts[name] = empty
        relate(parts, _DOCUMENT, f"letter{kind}", f"{_OFFICE}/{kind}s", f"{kind}s.xml")
        _declare(parts, name, f"{_WORD_TYPE}.{kind}s+xml")
    root = parse(parts[name])
    if any(note.get(W + "type") is None for note in root.iter(W + kind)):
        raise Refused(_OWN_NOTES[kind])
    root.extend(parse(f"<w:{kind}s {NAMESPACES}>{notes}</w:{kind}s>".encode()))
    parts[name] = write_part(root)


def add_links(parts: Parts, part: str, links: Sequence[str]) -> None:
    """Add what the links of a part lead to."""
    for number, target in enumerate(links, start=1):
        relate(parts, part, f"letterLink{number}", HYPERLINK, target, TargetMode="External")


def set_sections(root: etree._Element, document: Document) -> None:
    """Give each stretch of columns the page of the template, and all pages the letter's paper and direction."""
    body = root.find(W + "body")
    last = body.find(W + "sectPr") if body is not None else None
    if last is None:
        raise Refused(Sentence("The Word template has no page: its last section is missing."))
    marked = [section for section in root.iter(W + "sectPr") if section.get("columns")]
    for section in marked:
        own = deepcopy(last)
        _put(own, etree.Element(W + "type", {W + "val": "continuous"}), _AFTER_TYPE)
        _put(
            own,
            etree.Element(W + "cols", {W + "num": section.get("columns"), W + "space": "480"}),
            _following("cols"),
        )
        if section is not marked[0]:
            _remove(own, "titlePg", "pgNumType")
        section.getparent().replace(section, own)
    if marked:
        _put(last, etree.Element(W + "type", {W + "val": "continuous"}), _AFTER_TYPE)
        _remove(last, "titlePg", "pgNumType")
    width, height = _PAPER[document.paper]
    for section in root.iter(W + "sectPr"):
        _put(section, etree.Element(W + "pgSz", {W + "w": width, W + "h": height}), _following("pgSz"))
        if document.direction == "rtl":
            _put(section, etree.Element(W + "bidi"), _following("bidi"))


def set_language(parts: Parts, document: Headed) -> None:
    """Make the letter's language and direction those of every style that says nothing else."""
    root = parse(parts[_STYLES])
    defaults = _child(root, "docDefaults", at=0)
    runs = _child(_child(defaults, "rPrDefault", at=0), "rPr")
    language = {W + "val": "en-US" if document.language == "en" else document.language}
    if document.direction == "rtl":
        language = {W + "bidi": document.language}
        _put(_child(_child(defaults, "pPrDefault"), "pPr"), etree.Element(W + "bidi"), _AFTER_BIDI)
    elif script_of(document.language) in _EAST_ASIAN:
        language[W + "eastAsia"] = _WORD_TAGS.get(document.language, document.language)
    elif script_of(document.language) in _COMPLEX:
        language[W + "bidi"] = document.language
    _put(runs, etree.Element(W + "lang", language), _AFTER_LANGUAGE)
    parts[_STYLES] = write_part(root)


def set_properties(parts: Parts, document: Headed) -> None:
    """Say title, author, language and date, and nothing of who made the template."""
    for name in [name for name in parts if name.startswith("docProps/")]:
        del parts[name]
    moment = f"{document.day}T12:00:00Z"
    told = {
        "dc:title": document.title,
        "dc:creator": document.coalition,
        "dc:language": document.language,
    }
    dates = "".join(
        f'<dcterms:{name} xsi:type="dcterms:W3CDTF">{moment}</dcterms:{name}>'
        for name in ("created", "modified")
    )
    said = "".join(f"<{name}>{escape(text)}</{name}>" for name, text in told.items())
    parts[_CORE] = write_part(
        parse(f"<cp:coreProperties {_CORE_NAMES}>{said}{dates}</cp:coreProperties>".encode())
    )
    relations = parse(parts["_rels/.rels"])
    for relation in list(relations.iter(RELATION)):
        if not str(relation.get("Type")).endswith("/officeDocument"):
            relations.remove(relation)
    parts["_rels/.rels"] = write_part(relations)
    relate(parts, "", "letterProperties", _CORE_RELATION, _CORE)
    _declare(parts, _CORE, _CORE_TYPE)


def _abstract_of(
    kind: str, numbering: etree._Element, all_styles: etree._Element, styles: Mapping[str, str]
) -> str:
    """Find what a list of this kind looks like: that to which its style is tied."""
    own = [one for one in all_styles.iter(W + "style") if one.get(W + "styleId") == styles[kind.lower()]]
    number = own[0].find(f"{W}pPr/{W}numPr/{W}numId")
    for one in numbering.iter(W + "num") if number is not None else ():
        look = one.find(W + "abstractNumId")
        if look is not None and number is not None and one.get(W + "numId") == number.get(W + "val"):
            return str(look.get(W + "val"))
    raise Refused(
        Sentence("The Word template's style “{kind}” has no numbering: tie a list to it.", kind=kind)
    )


def _declare(parts: Parts, name: str, kind: str) -> None:
    root = parse(parts[TYPES])
    for override in list(root.iter(OVERRIDE)):
        if override.get("PartName") == f"/{name}":
            root.remove(override)
    etree.SubElement(root, OVERRIDE, {"PartName": f"/{name}", "ContentType": kind})
    parts[TYPES] = write_part(root)


def _following(tag: str) -> tuple[str, ...]:
    return _AFTER_TYPE[_AFTER_TYPE.index(tag) + 1 :]


def _put(parent: etree._Element, child: etree._Element, followed_by: Sequence[str]) -> None:
    """Put a child in place of the one of its name, before all that must follow it."""
    for old in parent.findall(child.tag):
        parent.remove(old)
    later = {W + name for name in followed_by}
    place = next((place for place, other in enumerate(parent) if other.tag in later), len(parent))
    parent.insert(place, child)


def _child(parent: etree._Element, name: str, *, at: int | None = None) -> etree._Element:
    found = parent.find(W + name)
    if found is None:
        found = etree.Element(W + name)
        parent.insert(len(parent) if at is None else at, found)
    return found


def _remove(parent: etree._Element, *names: str) -> None:
    for name in names:
        for child in parent.findall(W + name):
            parent.remove(child)
