"""The bytes of a file that a person wrote: brought to text, or refused with the line that is wrong."""

from typing import NoReturn

from service.foundation.errors import Refused
from service.foundation.sentence import Sentence

LARGEST_FILE = 1_000_000
_BYTE_ORDER_16 = (b"\xff\xfe", b"\xfe\xff")


def source_text(data: bytes, *, what: str) -> str:
    """Decode a file of at most 1,000,000 bytes as UTF-8; a byte order mark at its start is left out.

    Raises Refused with one fault, a sentence naming `what`, for a file that is empty, too large, in another
    encoding, or that holds a NUL byte or the mark (U+FFFD) of a letter lost in an earlier conversion.
    """
    if len(data) > LARGEST_FILE:
        _refuse(
            Sentence("{what} is too large: at most 1 MB ({most} bytes).", what=what, most=f"{LARGEST_FILE:,}")
        )
    if data.startswith(_BYTE_ORDER_16):
        _refuse(Sentence("{what} is written in UTF-16: save it again and choose UTF-8.", what=what))
    if b"\0" in data:
        _refuse(
            Sentence(
                "{what} holds a NUL byte (line {line}): save it again as UTF-8 text.",
                what=what,
                line=_line(data, data.index(0)),
            )
        )
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        bad = _line(data, error.start)
        _refuse(
            Sentence(
                "{what} is not written in UTF-8 (line {line}): save it again and choose UTF-8.",
                what=what,
                line=bad,
            )
        )
    if "\ufffd" in text:
        lost = text.count("\n", 0, text.index("\ufffd")) + 1
        _refuse(
            Sentence(
                "{what} holds {mark}, left where a letter was lost (line {line}): write that letter again.",
                what=what,
                mark="\ufffd",
                line=lost,
            )
        )
    if not text.strip():
        _refuse(Sentence("{what} is empty.", what=what))
    return text


def _line(data: bytes, place: int) -> int:
    return data.count(b"\n", 0, place) + 1


def _refuse(sentence: Sentence) -> NoReturn:
    raise Refused(sentence, faults=(sentence,))
