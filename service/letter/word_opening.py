"""Open a .docx that a stranger may have made: only its parts with words, each no larger than words are, and no code."""

import io
import posixpath
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from lxml import etree

from service.foundation.errors import Refused
from service.foundation.sentence import Sentence
from service.foundation.unzipping import unpack_part

LARGEST_WORD_FILE = 5_000_000
_MOST_ENTRIES = 3_000
_LARGEST_PART = 12_000_000
_MOST_ELEMENTS = 400_000

NO_WORD_FILE = Sentence(
    "This is no Word file that can be read here: save it in Word or LibreOffice as .docx, and choose that."
)
TOO_LARGE = Sentence(
    "The file is too large for the words of a letter: take its pictures out, or paste the text."
)
ENCRYPTED = Sentence("The file is protected by a password: save a copy without it, and choose that.")

Element = Any


@dataclass(frozen=True, kw_only=True)
class Opened:
    """The parts of a file that hold words, as trees; what it does not have is None."""

    document: Element
    styles: Element | None
    numbering: Element | None
    notes: Mapping[str, Element] = field(default_factory=dict)
    links: Mapping[tuple[str, str], str] = field(default_factory=dict)
    has_macros: bool = False
    has_comments: bool = False
    has_heads: bool = False


def open_word(data: bytes) -> Opened:
    """Open a .docx; raises Refused for anything else, and for one that is too large when it is unpacked."""
    if len(data) > LARGEST_WORD_FILE:
        raise Refused(TOO_LARGE)
    if data[:4] == b"\xd0\xcf\x11\xe0":
        # Both what Word wrote before 2007 and what it writes with a password begin so.
        raise Refused(ENCRYPTED if b"EncryptedPackage".decode().encode("utf-16-le") in data else NO_WORD_FILE)
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return _open(archive)
    except (zipfile.BadZipFile, zlib.error, etree.XMLSyntaxError, ValueError, EOFError, OSError, RuntimeError) as error:  # fmt: skip
        raise Refused(NO_WORD_FILE) from error


def name_of(element: Element) -> str:
    """Give an element's name without its namespace, of which Word has two; "" for what is no element."""
    tag = element.tag
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def value_of(element: Element, name: str = "val") -> str:
    """Give an attribute without its namespace; "" where there is none."""
    return next((str(value) for key, value in element.attrib.items() if key.rpartition("}")[2] == name), "")


def child(element: Element, *path: str) -> Element | None:
    """Find an element below another by names, one for each step."""
    for name in path:
        element = next((one for one in element if name_of(one) == name), None)
        if element is None:
            return None
    return element


def each(element: Element | None, name: str) -> Iterator[Element]:
    """Give the elements of a name right below another."""
    for one in element if element is not None else ():
        if name_of(one) == name:
            yield one


def _open(archive: zipfile.ZipFile) -> Opened:
    entries = archive.infolist()
    if len(entries) > _MOST_ENTRIES:
        raise Refused(TOO_LARGE)
    names = {entry.filename for entry in entries}
    budget = _Budget(archive)
    main = _main_part(budget, names)
    if main is None:
        raise Refused(NO_WORD_FILE)
    folder = posixpath.dirname(main)
    found = {
        name: budget.tree(f"{folder}/{name}.xml") for name in ("styles", "numbering", "footnotes", "endnotes")
    }
    document = budget.tree(main)
    if document is None or child(document, "body") is None:
        raise Refused(NO_WORD_FILE)
    parts = {"document": posixpath.basename(main), "footnotes": "footnotes.xml", "endnotes": "endnotes.xml"}
    links = {
        (part, value_of(one, "Id")): value_of(one, "Target")
        for part, file in parts.items()
        for one in each(budget.tree(f"{folder}/_rels/{file}.rels"), "Relationship")
        if value_of(one, "TargetMode") == "External"
    }
    return Opened(
        document=document,
        styles=found["styles"],
        numbering=found["numbering"],
        notes={name: found[name] for name in ("footnotes", "endnotes") if found[name] is not None},
        links=links,
        has_macros=any(name.endswith("vbaProject.bin") for name in names),
        has_comments=f"{folder}/comments.xml" in names,
        has_heads=any(name.startswith((f"{folder}/header", f"{folder}/footer")) for name in names),
    )


def _main_part(budget: "_Budget", names: set[str]) -> str | None:
    for one in each(budget.tree("_rels/.rels"), "Relationship"):
        if value_of(one, "Type").endswith("/officeDocument"):
            target = posixpath.normpath(value_of(one, "Target").lstrip("/"))
            return target if target in names else None
    return "word/document.xml" if "word/document.xml" in names else None


class _Budget:
    """Reads parts of an archive, all together no more than the largest text needs, whatever the archive says of itself."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive, self._left, self._elements = archive, _LARGEST_PART, _MOST_ELEMENTS

    def tree(self, name: str) -> Element | None:
        try:
            entry = self._archive.getinfo(name)
        except KeyError:
            return None
        if entry.flag_bits & 1:
            raise Refused(ENCRYPTED)
        data = unpack_part(self._archive, entry, most=self._left + 1)
        if len(data) > self._left:
            raise Refused(TOO_LARGE)
        self._left -= len(data)
        self._elements -= data.count(b"<")
        if self._elements < 0:
            raise Refused(TOO_LARGE)
        return _parse(data)


def _parse(data: bytes) -> Element:
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    tree = etree.fromstring(data, parser)
    if tree.getroottree().docinfo.doctype:
        # No program for letters writes one; it could only bring entities.
        raise Refused(NO_WORD_FILE)
    return tree
