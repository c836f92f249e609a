"""A Word file as its parts: taken apart with care, and put together so that the bytes repeat."""

import io
import re
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from urllib.parse import urlsplit

from lxml import etree

from service.foundation.errors import Refused
from service.foundation.sentence import Sentence
from service.foundation.unzipping import unpack_part
from service.foundation.zipping import zip_files
from service.templating import TEMPLATES

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
R = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
_RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"
RELATION = f"{{{_RELATIONS}}}Relationship"
HYPERLINK = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/hyperlink"
OVERRIDE = "{http://schemas.openxmlformats.org/package/2006/content-types}Override"
TYPES = "[Content_Types].xml"

Parts = dict[str, bytes]

LARGEST_TEMPLATE = 10_000_000

_DOCUMENT = "word/document.xml"
_MOST_PARTS = 300
_MOST_BYTES = 30_000_000
_KEPT = re.compile(
    r"\[Content_Types\]\.xml|_rels/\.rels|word/_rels/[a-z]+\d*\.xml\.rels|word/media/[\w-]+\.(png|jpe?g)"
    r"|word/(document|styles|settings|numbering|fontTable|footnotes|endnotes|header\d*|footer\d*|theme/theme\d+)\.xml"
)
# What Word keeps for itself, or about who wrote the template: it has no business in a letter.
_DROPPED = re.compile(
    r"(docProps|customXml)/.*|word/(webSettings|stylesWithEffects|people|_rels/settings\.xml\.rels)(\.xml)?|.*/"
)
_MACROS = re.compile(r"vba|macro|activex", re.IGNORECASE)
_FIELDS = frozenset({"PAGE", "NUMPAGES", "SECTIONPAGES", "STYLEREF", "HYPERLINK"})
_CHANGES = tuple(
    W + name for name in ("ins", "del", "moveFrom", "moveTo", "commentRangeStart", "commentReference")
)
_EXECUTED = tuple(W + name for name in ("object", "control", "altChunk", "subDoc", "pict"))
_SAVES = re.compile(r"rsid")
_LINKS = frozenset({"http", "https", "mailto"})


def shipped_template(name: str = "docx") -> bytes:
    """Put together a template that comes with the service: "docx" of letters, "statement" of statements."""
    folder = TEMPLATES / "letter" / name
    parts = {path.relative_to(folder).as_posix(): path.read_bytes() for path in _files(folder)}
    return pack(parts, day=date(2026, 1, 1))


def clean_template(data: bytes) -> bytes:
    """Make a template anew of what open_template() keeps of it; the same file gives the same bytes."""
    return pack(open_template(data), day=date(2026, 1, 1))


def open_template(data: bytes) -> Parts:
    """Take a template apart: what makes up the page is kept, what tells who wrote it is dropped.

    Raises Refused, in one sentence, for a file that is no Word document or broken, and for one that holds macros,
    embedded objects, fields that reach out, comments, tracked changes, or a reference to anything outside.
    """
    parts = {name: part for name, part in unpack(data).items() if not _DROPPED.fullmatch(name)}
    if _DOCUMENT not in parts or TYPES not in parts:
        raise Refused(Sentence("The Word template cannot be used: it has no word/document.xml."))
    for name in parts:
        if _MACROS.search(name):
            raise Refused(Sentence("The Word template holds macros: save it as .docx without them."))
        if not _KEPT.fullmatch(name):
            raise Refused(
                Sentence(
                    "The Word template holds “{name}”, which has no place in a letter: remove that object.",
                    name=name,
                )
            )
    for name in [name for name in parts if not name.startswith("word/media/")]:
        parts[name] = _checked(name, parts[name], parts)
    return parts


def parse(part: bytes) -> etree._Element:
    """Read a part; raises Refused where it is no XML or declares a document type."""
    reader = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    try:
        root = etree.fromstring(part, reader)
    except etree.XMLSyntaxError as error:
        raise Refused(Sentence("The Word template cannot be used: its XML cannot be read.")) from error
    if root.getroottree().docinfo.doctype:
        raise Refused(Sentence("The Word template cannot be used: its XML declares a document type."))
    return root


def write_part(root: etree._Element) -> bytes:
    """Write a part as UTF-8 with its declaration."""
    written: bytes = etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True)
    return written


def relate(parts: Parts, part: str, name: str, kind: str, target: str, **more: str) -> None:
    """Say in the relations of a part ("" for the file itself) what one of its names leads to."""
    folder, _, file = part.rpartition("/")
    relations = f"{folder}/_rels/{file}.rels" if part else "_rels/.rels"
    root = parse(parts.get(relations, f'<Relationships xmlns="{_RELATIONS}"/>'.encode()))
    etree.SubElement(root, RELATION, {"Id": name, "Type": kind, "Target": target, **more})
    parts[relations] = write_part(root)


def pack(parts: Mapping[str, bytes], *, day: date) -> bytes:
    """Put the parts together: the same parts and day give the same bytes on every machine."""
    # Readers that look into a file to tell its kind expect the content types first (OPC, annex C).
    names = sorted(parts, key=lambda name: (name != TYPES, name))
    return zip_files(((name, parts[name]) for name in names), day=day)


def unpack(data: bytes) -> Parts:
    """Read all parts of a file; raises Refused where it is no such file, or too large a one."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            entries = archive.infolist()
            if len(entries) > _MOST_PARTS or sum(entry.file_size for entry in entries) > _MOST_BYTES:
                raise Refused(
                    Sentence(
                        "The Word template is larger than {most} MB when it is unpacked.",
                        most=_MOST_BYTES // 1_000_000,
                    )
                )
            return {
                entry.filename: unpack_part(archive, entry, most=entry.file_size + 1) for entry in entries
            }
    except (zipfile.BadZipFile, zlib.error, RuntimeError, OSError, EOFError) as error:
        raise Refused(Sentence("The Word template cannot be used: it is no .docx file.")) from error


def _files(folder: Path) -> Iterator[Path]:
    return (path for path in sorted(folder.rglob("*")) if path.is_file())


def _checked(name: str, part: bytes, parts: Parts) -> bytes:
    root = parse(part)
    if name.endswith(".rels"):
        _keep_relations(root, name, parts)
    elif name == TYPES:
        for override in list(root.iter(OVERRIDE)):
            if _MACROS.search(str(override.get("ContentType"))):
                raise Refused(Sentence("The Word template holds macros: save it as .docx without them."))
            if str(override.get("PartName")).lstrip("/") not in parts:
                root.remove(override)
    else:
        _refuse_what_acts(root)
        _forget_saves(root)
    return write_part(root)


def _keep_relations(root: etree._Element, name: str, parts: Parts) -> None:
    folder = name.partition("_rels/")[0]
    for relation in list(root.iter(RELATION)):
        target = str(relation.get("Target"))
        if relation.get("TargetMode") == "External":
            is_link = relation.get("Type") == HYPERLINK and urlsplit(target).scheme.lower() in _LINKS
            if not is_link:
                raise Refused(
                    Sentence(
                        "The Word template refers to something outside of it: only links to web pages may."
                    )
                )
        elif (target.lstrip("/") if target.startswith("/") else folder + target) not in parts:
            root.remove(relation)


def _refuse_what_acts(root: etree._Element) -> None:
    if next(root.iter(*_CHANGES), None) is not None:
        raise Refused(
            Sentence("The Word template holds comments or tracked changes: settle and delete them.")
        )
    if next(root.iter(*_EXECUTED), None) is not None:
        raise Refused(
            Sentence("The Word template holds an embedded object: use a plain PNG or JPEG picture.")
        )
    for field in _fields(root):
        word = field.split()[0].upper() if field.split() else ""
        if word not in _FIELDS:
            raise Refused(
                Sentence(
                    "The Word template holds the field “{word}”: only page numbers and links may stand in it.",
                    word=word,
                )
            )


def _fields(root: etree._Element) -> Iterator[str]:
    open_fields: list[str] = []
    for element in root.iter(W + "fldChar", W + "instrText", W + "fldSimple"):
        kind = element.get(W + "fldCharType")
        if element.tag == W + "fldSimple":
            yield str(element.get(W + "instr"))
        elif element.tag == W + "instrText":
            # A field's instruction may be cut into many runs.
            open_fields = [*open_fields[:-1], "".join(open_fields[-1:]) + (element.text or "")]
        elif kind == "begin":
            open_fields.append("")
        elif open_fields and open_fields[-1]:
            yield open_fields[-1]
            open_fields[-1] = ""
        if kind == "end" and open_fields:
            open_fields.pop()
    yield from filter(None, open_fields)


def _forget_saves(root: etree._Element) -> None:
    """Take out Word's numbers for the times at which somebody saved the template."""
    for element in list(root.iter()):
        if not isinstance(element.tag, str):
            continue
        for name in [name for name in element.attrib if _SAVES.search(str(name))]:
            del element.attrib[name]
        parent = element.getparent()
        if parent is not None and element.tag in {W + "rsids", W + "attachedTemplate"}:
            parent.remove(element)
