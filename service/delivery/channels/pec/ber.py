"""Read what an ASN.1 structure is made of: DER, and of BER no more than the open ends that signing programs write (pure)."""

from dataclasses import dataclass

from service.delivery.channels.pec.unproven import Unproven
from service.foundation.sentence import Sentence

INTEGER, OCTETS, OID, SEQUENCE, SET = 0x02, 0x04, 0x06, 0x30, 0x31
"""The tags of universal types that stand in a signature; `FIELD` + n is the field [n] of a structure."""
FIELD = 0xA0

_END = b"\x00\x00"
_DEEPEST = 24
_LONGEST_LENGTH = 4


@dataclass(frozen=True, kw_only=True)
class Piece:
    """One piece: its tag, its content, and `whole`, all its bytes as they stood."""

    tag: int
    content: bytes
    whole: bytes


def pieces(data: bytes, *, open_ended: bool = False) -> tuple[Piece, ...]:
    """Take apart what stands one after the other in these bytes, with nothing left over.

    With `open_ended` a piece may end by a mark instead of having a length (X.690, 8.1.3.6), as streams of BER do. Raises
    Unproven for anything else than such bytes: lengths that are longer than they need be, tags of several bytes, too deep a nest.
    """
    found: list[Piece] = []
    at = 0
    while at < len(data):
        piece, at = _piece(data, at, open_ended=open_ended, depth=0)
        found.append(piece)
    return tuple(found)


def only(data: bytes, *tags: int, open_ended: bool = False) -> tuple[Piece, ...]:
    """Give the pieces of these bytes, which have exactly these tags in this order; raises Unproven otherwise."""
    found = pieces(data, open_ended=open_ended)
    if tuple(piece.tag for piece in found) != tags:
        raise unreadable()
    return found


def oid(dotted: str) -> bytes:
    """Give the content of an object identifier, such as "1.2.840.113549.1.7.2"."""
    first, second, *others = map(int, dotted.split("."))
    return b"".join(_base_128(number) for number in (first * 40 + second, *others))


def unreadable() -> Unproven:
    """Give what is raised for a signature that is not built as it should be."""
    return Unproven(Sentence("The signature of this receipt cannot be read: it proves nothing."))


def _piece(data: bytes, at: int, *, open_ended: bool, depth: int) -> tuple[Piece, int]:
    head = data[at : at + 2]
    if len(head) < len(_END) or head[0] & 0x1F == 0x1F or depth > _DEEPEST:
        raise unreadable()
    if head[1] == 0x80:
        if not open_ended or not head[0] & 0x20:
            raise unreadable()
        return _up_to_the_mark(data, at, depth=depth)
    start, size = _length(data, at + 1)
    if start + size > len(data):
        raise unreadable()
    end = start + size
    return Piece(tag=head[0], content=data[start:end], whole=data[at:end]), end


def _up_to_the_mark(data: bytes, at: int, *, depth: int) -> tuple[Piece, int]:
    end = at + 2
    while data[end : end + 2] != _END:
        _, end = _piece(data, end, open_ended=True, depth=depth + 1)
    return Piece(tag=data[at], content=data[at + 2 : end], whole=data[at : end + 2]), end + 2


def _length(data: bytes, at: int) -> tuple[int, int]:
    """Give where the content begins, and how long it is."""
    if data[at] < 0x80:
        return at + 1, data[at]
    digits = data[at] & 0x7F
    written = data[at + 1 : at + 1 + digits]
    size = int.from_bytes(written, "big")
    if digits > _LONGEST_LENGTH or len(written) < digits or written[0] == 0 or size < 0x80:
        raise unreadable()
    return at + 1 + digits, size


def _base_128(number: int) -> bytes:
    groups = [number & 0x7F]
    while number := number >> 7:
        groups = [number & 0x7F | 0x80, *groups]
    return bytes(groups)
