"""DER, as much of it as a time-stamp needs (ITU-T X.690): values are written, and read with nothing left to chance (pure)."""

from collections.abc import Iterator
from dataclasses import dataclass

BOOLEAN, INTEGER, OCTETS, NULL, OID, TIME, SEQUENCE, CONTEXT_0 = (
    0x01,
    0x02,
    0x04,
    0x05,
    0x06,
    0x18,
    0x30,
    0xA0,
)

_SHORT = 0x80
_LONG_TAG = 0x1F
_MOST_LENGTH_BYTES = 4


@dataclass(frozen=True, kw_only=True)
class Value:
    """One value: its tag and its content."""

    tag: int
    content: bytes

    @property
    def number(self) -> int:
        """The content as a whole number."""
        return int.from_bytes(self.content, signed=True)

    def parts(self) -> tuple["Value", ...]:
        """Give the values that this one consists of; raises ValueError where it does not."""
        return tuple(_read_all(self.content))


def write(tag: int, *parts: bytes) -> bytes:
    """Write a value of its parts."""
    content = b"".join(parts)
    length = len(content)
    if length < _SHORT:
        return bytes((tag, length)) + content
    size = length.to_bytes(-(-length.bit_length() // 8))
    return bytes((tag, _SHORT | len(size))) + size + content


def write_number(number: int) -> bytes:
    """Write a whole number."""
    return write(INTEGER, number.to_bytes(number.bit_length() // 8 + 1, signed=True))


def write_oid(dotted: str) -> bytes:
    """Write an object identifier as it is written with dots."""
    first, second, *rest = map(int, dotted.split("."))
    return write(OID, *(_base_128(arc) for arc in (40 * first + second, *rest)))


def read(data: bytes) -> Value:
    """Read the one value that these bytes are; raises ValueError where they are not."""
    values = tuple(_read_all(data))
    if len(values) != 1:
        raise ValueError("This is not one value.")
    return values[0]


def _read_all(data: bytes) -> Iterator[Value]:
    place = 0
    while place < len(data):
        if place + 2 > len(data) or data[place] & _LONG_TAG == _LONG_TAG:
            raise ValueError("Here is no tag that is known.")
        tag, length = data[place], data[place + 1]
        place += 2
        if length >= _SHORT:
            size = length - _SHORT
            if not 0 < size <= _MOST_LENGTH_BYTES or place + size > len(data):
                raise ValueError("Here is no length.")
            length = int.from_bytes(data[place : place + size])
            place += size
        if place + length > len(data):
            raise ValueError("The value is cut off.")
        yield Value(tag=tag, content=data[place : place + length])
        place += length


def _base_128(arc: int) -> bytes:
    digits = [arc & 0x7F]
    while arc := arc >> 7:
        digits.append(arc & 0x7F | 0x80)
    return bytes(reversed(digits))
