"""Finds words in bytes, in whichever of the common ways they may have been written down."""

import base64
import json
import quopri
from collections.abc import Iterable, Iterator
from urllib.parse import quote, quote_plus


def traces(data: bytes, words: Iterable[str]) -> list[str]:
    """Give those of the words that stand in the bytes: as text, escaped, percent-encoded, quoted, as Base64 or in hex."""
    lowered = data.lower()
    return [
        word
        for word in words
        if any(way.lower() in lowered for way in _plain(word)) or any(way in data for way in _base64(word))
    ]


def _plain(word: str) -> Iterator[bytes]:
    utf8 = word.encode()
    yield utf8
    yield word.encode("utf-16-le")
    yield word.encode("utf-16-be")
    yield json.dumps(word)[1:-1].encode()
    yield repr(utf8)[2:-1].encode()
    yield ascii(word)[1:-1].encode()
    yield quote(word, safe="").encode()
    yield quote(word, safe="@").encode()
    yield quote_plus(word).encode()
    yield quopri.encodestring(utf8).strip()
    yield utf8.hex().encode()
    with_entities = word.encode("ascii", "xmlcharrefreplace")
    yield with_entities


def _base64(word: str) -> Iterator[bytes]:
    """Give what is the same in each of the three places at which a word may begin in what was encoded."""
    for encoding in ("utf-8", "utf-16-le"):
        for before in range(3):
            whole = base64.b64encode(b"\0" * before + word.encode(encoding)).rstrip(b"=")
            yield whole[(0, 2, 3)[before] : len(whole) - 1]
