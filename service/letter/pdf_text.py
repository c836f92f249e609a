"""Reads the words that stand in a PDF, also in one that a mail gateway has written anew (ISO 32000-2, section 9)."""

import itertools
import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

_MOST_INFLATED = 24 * 1024 * 1024
_LAST_ROOM = 4 * 1024 * 1024
_MOST_STREAMS = 5_000
_MOST_FONTS = 48
_MOST_LETTERS = 6_000_000
_MOST_CODES_OF_A_FONT = 20_000
# Only what is spread over a range of this size at most is a map of letters.
_WIDEST_RANGE = 0xFFFF

_STREAM = re.compile(rb"stream\r?\n")
_SHOWS_TEXT = re.compile(rb"T[jJ*]\b|['\"]")
# None of these ever goes back over what it has read, so that no file can make them slow.
_TOKEN = re.compile(rb"<([0-9A-Fa-f\s]*+)>|\(|\b(?:ET|T\*|Td|TD|Tm)\b")
_EDGE = re.compile(rb"\\.|[()]", re.DOTALL)
_ESCAPE = re.compile(rb"\\([0-7]{1,3}|\r\n|.)", re.DOTALL)
_ESCAPED = {
    b"n": b"\n",
    b"r": b"\r",
    b"t": b"\t",
    b"b": b"\b",
    b"f": b"\f",
    b"\n": b"",
    b"\r": b"",
    b"\r\n": b"",
}
_SECTION = re.compile(rb"begin(bfchar|bfrange|codespacerange)([^e]*+(?:e(?!nd)[^e]*+)*+)")
_HEX = re.compile(rb"<([0-9A-Fa-f\s]*+)>|\[|\]")


@dataclass(frozen=True)
class _Font:
    """Which letters the codes of one font stand for, and how many bytes a code has."""

    width: int
    letters: dict[int, str]


def read_pdf(data: bytes) -> tuple[tuple[str, ...], tuple[bytes, ...]]:
    """Give the texts of a PDF, the last page first, as each of its fonts reads them, and the JSON that it holds.

    Every stream is looked at, whatever points to it, so that a file that was cut or changed is read as far as it goes:
    a text read by a font that is not its own is a jumble, and stands among the others. Nothing in it is run. A file that
    unpacks to more than 24 MB is read up to there.
    """
    streams = list(_inflated(data))
    maps = itertools.islice((stream for stream in streams if b"begincmap" in stream), _MOST_FONTS)
    fonts = [font for font in map(_read_font, maps) if font is not None]
    texts = []
    room = _MOST_LETTERS
    for stream in reversed(streams):
        strings = _shown(stream) if b"begincmap" not in stream and _SHOWS_TEXT.search(stream) else []
        for font in (*fonts, None):
            text = "".join(_decode(string, font) for string in strings) if strings and room > 0 else ""
            room -= len(text)
            texts.append(text)
    records = tuple(stream for stream in streams if stream.lstrip()[:1] == b"{")
    return tuple(filter(None, texts)), records


def _inflated(data: bytes) -> Iterator[bytes]:
    room = _MOST_INFLATED
    for place, start in enumerate(_STREAM.finditer(data)):
        if place >= _MOST_STREAMS or room <= 0:
            return
        end = data.find(b"endstream", start.end())
        if end < 0:
            # Cut off here: what follows is read as far as it goes, and looked through once.
            room, end = min(room, _LAST_ROOM), len(data)
        packed = data[start.end() : end]
        try:
            found = zlib.decompressobj().decompress(packed, room)
        except zlib.error:
            found = packed[:room]
        room = 0 if end == len(data) else room - len(found)
        yield found


def _read_font(cmap: bytes) -> _Font | None:
    """Read a ToUnicode map (ISO 32000-2, section 9.10.3)."""
    letters: dict[int, str] = {}
    width = 2
    for section in _SECTION.finditer(cmap):
        if len(letters) >= _MOST_CODES_OF_A_FONT:
            break
        values = [_value(match) for match in _HEX.finditer(section[2])]
        if section[1] == b"codespacerange":
            width = len(values[0]) if values and values[0] not in (b"[", b"]") else width
        elif section[1] == b"bfchar":
            for code, letter in zip(values[::2], values[1::2], strict=False):
                letters[int.from_bytes(code)] = _utf16(letter)
        else:
            letters.update(itertools.islice(_ranges(values), _MOST_CODES_OF_A_FONT - len(letters)))
    return _Font(max(1, width), letters) if letters else None


def _ranges(values: list[bytes]) -> Iterator[tuple[int, str]]:
    place = 0
    while place + 2 < len(values):
        first, last, there = (values[place], values[place + 1], values[place + 2])
        begin, size = int.from_bytes(first), int.from_bytes(last) - int.from_bytes(first)
        place += 3
        if there == b"[":
            while place < len(values) and values[place] != b"]":
                yield begin, _utf16(values[place])
                begin, place = begin + 1, place + 1
            place += 1
        elif 0 <= size <= _WIDEST_RANGE:
            base = _utf16(there)
            for step in range(size + 1 if base else 0):
                yield begin + step, base[:-1] + chr(min(ord(base[-1]) + step, 0x10FFFF))


def _shown(stream: bytes) -> list[bytes]:
    """Give the strings that a page shows, in their order; a space where the text moves on."""
    strings, place = list[bytes](), 0
    while (token := _TOKEN.search(stream, place)) is not None:
        place = token.end()
        if token[0] == b"(":
            written, place = _literal(stream, place)
            strings.append(_ESCAPE.sub(_unescape, written))
        else:
            strings.append(bytes.fromhex(_bare(token[1])) if token[1] is not None else b"")
    return strings


def _literal(stream: bytes, start: int) -> tuple[bytes, int]:
    """Give the string that begins there, and where it ends: brackets in it that balance need no escape (section 7.3.4.2)."""
    depth = 1
    for edge in _EDGE.finditer(stream, start):
        depth += {b"(": 1, b")": -1}.get(edge[0], 0)
        if not depth:
            return stream[start : edge.start()], edge.end()
    # Cut off: nothing follows that would be looked through once more.
    return stream[start:], len(stream)


def _unescape(match: re.Match[bytes]) -> bytes:
    word = match[1]
    return bytes([int(word, 8) & 0xFF]) if word[:1].isdigit() and word[0] < 0x38 else _ESCAPED.get(word, word)


def _decode(string: bytes, font: _Font | None) -> str:
    if not string:
        return " "
    if font is None:
        return string.decode("latin-1")
    width = font.width
    codes = (int.from_bytes(string[place : place + width]) for place in range(0, len(string), width))
    return "".join(font.letters.get(code, "\N{REPLACEMENT CHARACTER}") for code in codes)


def _value(match: re.Match[bytes]) -> bytes:
    return bytes.fromhex(_bare(match[1])) if match[1] is not None else match[0]


def _bare(written: bytes) -> str:
    digits = re.sub(rb"\s", b"", written).decode()
    return digits + "0" * (len(digits) % 2)


def _utf16(data: bytes) -> str:
    return data.decode("utf-16-be", errors="ignore")
