"""Finds the check code in what a reader has in hand: typed, pasted, or in a file of ours, whoever rewrote it."""

import hashlib
import html
import io
import json
import re
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from typing import Literal

from service.foundation.canonical import digest
from service.foundation.unzipping import unpack_part
from service.letter.pdf_text import read_pdf

DIGITS = 64
MOST_CODES = 24
"""How many numbers of a code's length are looked up at most; a letter prints few: its own and those of its translations."""

Form = Literal["pdf", "docx", "html", "json", "txt"]

# So much of a text is looked through, from its end on: there the code stands.
_MOST_TEXT = 4 * 1024 * 1024
# Groups of fewer digits than two, in the middle, nobody writes.
_MOST_GROUPS = 32
_MOST_STARTS = 50_000
# A copy's JSON of 12 MB has fewer lists and records; millions of empty ones take a machine's memory.
_MOST_BRACKETS = 400_000
# Groups of hexadecimal digits, as they stand alone: a word's tail that happens to be one ("code") is none.
_GROUPS = re.compile(r"(?<!\w)[0-9a-f]+(?:[\s\-‐‑\u2066-\u2069\u200e\u200f]+[0-9a-f]+)*(?!\w)", re.IGNORECASE)
_BETWEEN = re.compile(r"[^0-9a-f]+")
_HOLDS_WORDS = re.compile(r"word/.*\.xml", re.DOTALL)
_TAG = re.compile(r"<[^<>]*+>?")
_WORD_TEXT = re.compile(r"<w:t(?: [^<>]*+)?>([^<]*+)</w:t>|<w:(?:tab|br)\b[^<>]*+>|</w:p>")


def codes_in(text: str) -> tuple[str, ...]:
    """Find every check code that stands in a text, whatever its case, its spaces and the words around it."""
    found: dict[str, None] = {}
    for groups in _long_numbers(text):
        for start in range(min(len(groups), _MOST_STARTS)):
            whole = _first(groups[start : start + _MOST_GROUPS])
            if whole:
                found[whole] = None
            if len(found) >= MOST_CODES:
                return tuple(found)
    return tuple(found)


def digits_in(text: str) -> int:
    """Count the hexadecimal digits of the longest number in a text, for whoever left some out."""
    return max((len(_BETWEEN.sub("", run[0].lower())) for run in _GROUPS.finditer(text)), default=0)


def form_of(data: bytes) -> Form:
    """Tell by its first bytes which of our formats a file has; what is none of the others is text."""
    start = data[:1024].lstrip(b"\xef\xbb\xbf \t\r\n")
    if b"%PDF-" in data[:1024]:
        return "pdf"
    if start.startswith(b"PK\x03\x04"):
        return "docx"
    if start.startswith(b"{"):
        return "json"
    return "html" if start.startswith(b"<") else "txt"


def codes_in_file(data: bytes) -> tuple[str, ...]:
    """Find the check codes in a file: printed in it, or, of a copy's JSON, that of what it says.

    Nothing in the file is run, and what cannot be read gives none.
    """
    form = form_of(data)
    if form == "pdf":
        texts, others = read_pdf(data)
        found = (*(code for other in others for code in _codes_of_record(other)), *_in_all(texts))
    elif form == "docx":
        found = _in_all(_texts_of_word(data))
    elif form == "json":
        found = _codes_of_record(data)
    elif form == "html":
        found = codes_in(html.unescape(_TAG.sub(" ", data[-_MOST_TEXT:].decode(errors="replace"))))
    else:
        found = codes_in(data[-_MOST_TEXT:].decode(errors="replace"))
    return tuple(dict.fromkeys(found))[:MOST_CODES]


def _long_numbers(text: str) -> Iterator[list[str]]:
    for run in _GROUPS.finditer(text):
        if len(run[0]) >= DIGITS:
            yield [group for group in _BETWEEN.split(run[0].lower()) if group]


def _first(groups: list[str]) -> str:
    """Join groups until they are as long as a code; empty where they never are exactly that."""
    whole = ""
    for group in groups:
        whole += group
        if len(whole) >= DIGITS:
            break
    return whole if len(whole) == DIGITS else ""


def _in_all(texts: Iterable[str]) -> tuple[str, ...]:
    return tuple(code for text in texts for code in codes_in(text))


def _codes_of_record(data: bytes) -> tuple[str, ...]:
    """Give the SHA-256 of a copy's JSON as it lies there, and as it is in its canonical form."""
    exact = hashlib.sha256(data).hexdigest()
    if data.count(b"{") + data.count(b"[") > _MOST_BRACKETS:
        return (exact,)
    try:
        return (exact, digest(json.loads(data)))
    except (ValueError, TypeError, RecursionError):
        # A file that is no JSON of ours has no canonical form.
        return (exact,)


def _texts_of_word(data: bytes) -> Iterator[str]:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as parts:
            entries = [one for one in parts.infolist() if _HOLDS_WORDS.fullmatch(one.filename)]
            room = _MOST_TEXT * 4
            for entry in entries[:64]:
                found = unpack_part(parts, entry, most=room)
                room -= len(found)
                yield _words_of(found.decode(errors="replace"))
    except (zipfile.BadZipFile, zlib.error, OSError, EOFError, ValueError, RuntimeError):
        # A broken archive, or one under a password.
        return


def _words_of(part: str) -> str:
    return "".join(
        html.unescape(match[1]) if match[1] is not None else "\n" for match in _WORD_TEXT.finditer(part)
    )
