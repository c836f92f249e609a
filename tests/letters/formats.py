"""Reads what a letter says out of each of its formats, so that one test can ask all of them."""

import html
import io
import json
import re
import unicodedata
import zipfile
from html.parser import HTMLParser

from service.letter.compile import RENDERERS, compile_copy
from service.letter.copy import Copy
from tests.letters.pdf_reader import read_letter

FORMS = (*(form for form in RENDERERS if form != "pdf"), "mail", "archive")


def compiled_as(copy: Copy, form: str) -> bytes:
    """Compile a copy: "mail" and "archive" are the PDF's two profiles."""
    if form in {"mail", "archive"}:
        return compile_copy(copy, form="pdf", profile=form).data
    return compile_copy(copy, form=form).data


def said_by(data: bytes, form: str) -> str:
    """Give what a format says to its reader, blanks and isolates left out: where lines break is the format's own."""
    return squeeze(_said(data, form))


def held_by(data: bytes, form: str) -> bytes:
    """Give everything that the bytes of a format hold, unpacked, whether a reader sees it or not."""
    if form in {"mail", "archive"}:
        return read_letter(data).everything
    if form == "docx":
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return b"\n".join(archive.read(name) for name in archive.namelist())
    return data


def stands_in(text: str, data: bytes) -> bool:
    """Tell whether a text stands in bytes, in any of the ways in which one writes text into a file."""
    wide = text.encode("utf-16-be").hex().encode()
    ways = (
        text.encode(),
        text.encode("utf-16-be"),
        text.encode("utf-16-le"),
        json.dumps(text)[1:-1].encode(),
    )
    return any(way in data for way in (*ways, wide, wide.upper()))


def squeeze(text: str) -> str:
    """Bring a text to the form in which two formats can be compared."""
    kept = (
        letter for letter in unicodedata.normalize("NFC", text) if letter not in "\u2066\u2067\u2068\u2069"
    )
    return "".join(letter for letter in kept if not letter.isspace())


def _said(data: bytes, form: str) -> str:
    if form in {"mail", "archive"}:
        letter = read_letter(data)
        return letter.text + "\n".join(text for texts in letter.margins for text in texts)
    if form == "html":
        return _Words().of(data.decode())
    if form == "json":
        return "\n".join(_strings(json.loads(data)))
    if form == "docx":
        return _document_words(data)
    return data.decode()


def _document_words(data: bytes) -> str:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        parts = [name for name in archive.namelist() if name.startswith("word/") and name.endswith(".xml")]
        return "\n".join(html.unescape(re.sub(r"<[^>]+>", "", archive.read(part).decode())) for part in parts)


def _strings(value: object) -> list[str]:
    if isinstance(value, dict):
        return [text for each in value.values() for text in _strings(each)]
    if isinstance(value, list):
        return [text for each in value for text in _strings(each)]
    return [str(value)]


class _Words(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[str] = []

    def of(self, fragment: str) -> str:
        self.feed(fragment)
        self.close()
        return "".join(self.found)

    def handle_data(self, data: str) -> None:
        self.found.append(data)
