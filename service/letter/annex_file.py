"""A PDF that is to be signed with the letter: looked through for what acts, and kept as it is (pure).

No library that reads PDF is at hand at run time, so this reads little: it finds what must not be there, wherever in the
file it stands, and counts the pages. It proves no file harmless, and mends none.
"""

import itertools
import re
import zlib
from collections.abc import Iterator

from service.foundation.errors import Refused
from service.foundation.sentence import Sentence

LARGEST_ANNEX = 10_000_000
MOST_ANNEXES = 20
_MOST_UNPACKED = 100_000_000
_HEADER = re.compile(rb"%PDF-(?:1\.[0-7]|2\.0)[\r\n \t]")
_END = re.compile(rb"startxref\s+\d+\s+%%EOF\s*\Z")
# A zip file ends with this, at most 64 KB before its last byte.
_ZIP_END, _ZIP_TAIL = b"PK\x05\x06", 66_000
_STREAM = re.compile(rb"(?<!end)stream\r?\n")
_MARK = re.compile(rb"\b(obj|endobj|stream)\b")
_MOST_LOOKED_AT, _STEP, _DIGITS = 200_000_000, 65_536, 10


def _name(word: str) -> bytes:
    """Write a PDF name so that each of its letters may also stand as a number, #4A for J (ISO 32000-2, 7.3.5)."""
    letters = (f"(?:{letter}|#{ord(letter):02x}|#{ord(letter):02X})" for letter in word)
    return "".join(letters).encode()


def _any_of(*words: str) -> re.Pattern[bytes]:
    return re.compile(rb"/(?:" + b"|".join(map(_name, words)) + rb")(?![A-Za-z0-9])")


# What each thing is to a person, and the names by which a PDF would have it.
_REFUSED = (
    (_any_of("Encrypt"), Sentence("{name} is encrypted: save it without a password.")),
    (_any_of("JavaScript"), Sentence("{name} holds a script: print it to PDF again.")),
    (_any_of("Launch", "ImportData", "SubmitForm", "GoToR"), Sentence("{name} starts or sends something by itself: print it to PDF again.")),
    (_any_of("GoToE", "EmbeddedFile", "EmbeddedFiles", "FileAttachment"), Sentence("{name} holds another file: print it to PDF again, without attachments.")),
    (_any_of("RichMedia", "Rendition", "Movie", "Sound"), Sentence("{name} holds film or sound: print it to PDF again.")),
    (re.compile(rb"/" + _name("XFA") + rb"(?=[\s\[(<])"), Sentence("{name} is a form that fills itself in: print it to PDF again.")),
)  # fmt: skip
# A stream of objects: what stands in it is packed. Where its first object begins is what a reader has to know.
_OF_OBJECTS = _any_of("ObjStm", "First")
_FIRST = re.compile(rb"/First\s+(\d{1,9})\b")
_TREE = re.compile(rb"/Type\s*/Pages(?![A-Za-z])")
_PAGE = re.compile(rb"/Type\s*/Page(?![A-Za-z])")
_COUNT = re.compile(rb"/Count\s+(\d{1,6})\b")
_NUMBER = rb"(-?(?:\d{1,6}\.?\d{0,6}|\.\d{1,6}))"
_MEDIA_BOX = re.compile(rb"/MediaBox\s*\[\s*" + rb"\s+".join([_NUMBER] * 4) + rb"\s*\]")


def check_annex(data: bytes, *, name: str) -> int:
    """Give the number of pages of a PDF; `name` is that of the file, for the sentences.

    Raises Refused, in one sentence, for what is no whole PDF, too large, encrypted, or holds a script, an action that
    starts, sends or opens something, another file, film, sound or a form that fills itself in.
    """
    if len(data) > LARGEST_ANNEX:
        raise Refused(
            Sentence(
                "{name} is larger than {most} MB, which many offices do not take: make it smaller.",
                name=name,
                most=LARGEST_ANNEX // 1_000_000,
            )
        )
    if not _HEADER.match(data):
        raise Refused(Sentence("{name} is no PDF: annexes are PDF files; save it as PDF.", name=name))
    if not _END.search(data[-2_048:]) or _ZIP_END in data[-_ZIP_TAIL:]:
        raise Refused(
            Sentence(
                "{name} does not end as a PDF does: it was cut, or something hangs on it; print it to PDF "
                "again.",
                name=name,
            )
        )
    _refuse_what_acts(data, name)
    packed = tuple(_unpacked(data, name))
    for _, unpacked in packed:
        _refuse_what_acts(unpacked, name)
    pages = _count_pages(_all_objects(data, packed))
    if not pages:
        raise Refused(Sentence("{name} has no page that can be counted: print it to PDF again.", name=name))
    return pages


def page_sizes(data: bytes, *, name: str) -> frozenset[tuple[int, int]]:
    """Give the sizes of the pages of a PDF that check_annex() has let in: width and height in whole points, each once.

    What is turned only when it is shown counts as it stands in the file.
    """
    objects = _all_objects(data, tuple(_unpacked(data, name)))
    boxes = (tuple(map(float, box)) for each in objects for box in _MEDIA_BOX.findall(each))
    return frozenset((round(right - left), round(top - bottom)) for left, bottom, right, top in boxes)


def count_pages(data: bytes) -> int:
    """Count the pages of a PDF that we have made ourselves."""
    return _count_pages(_all_objects(data, tuple(_unpacked(data, "The PDF"))))


def _all_objects(data: bytes, packed: tuple[tuple[int, bytes], ...]) -> list[bytes]:
    return [*_objects(data), *(inner for first, unpacked in packed for inner in _split(unpacked, first))]


def _refuse_what_acts(part: bytes, name: str) -> None:
    for pattern, told in _REFUSED:
        if pattern.search(part):
            raise Refused(told.with_values(name=name))


def _unpacked(data: bytes, name: str) -> Iterator[tuple[int, bytes]]:
    """Unpack every stream of objects, wherever its beginning stands, so that none hides within another stream."""
    room, looked_at = _MOST_UNPACKED, 0
    for start in _STREAM.finditer(data):
        dictionary = data[max(0, data.rfind(b"obj", 0, start.start())) : start.start()]
        looked_at += len(dictionary)
        if looked_at > _MOST_LOOKED_AT:
            raise Refused(Sentence("{name} cannot be looked through: print it to PDF again.", name=name))
        if not _OF_OBJECTS.search(dictionary):
            continue
        first = _FIRST.search(dictionary)
        found = _inflated(memoryview(data)[start.end() :], room)
        if first is None or not found or b"/DecodeParms" in dictionary:
            raise Refused(
                Sentence(
                    "{name} is packed in a way that cannot be looked through: print it to PDF again.",
                    name=name,
                )
            )
        room -= len(found)
        if room <= 0:
            raise Refused(
                Sentence("{name} unpacks to far more than it is: print it to PDF again.", name=name)
            )
        yield int(first[1]), found


def _inflated(packed: memoryview, room: int) -> bytes:
    """Unpack what begins here, up to `room` bytes; nothing where it is not packed so."""
    unpacker, found, place = zlib.decompressobj(), bytearray(), 0
    while not unpacker.eof and place < len(packed) and len(found) < room:
        try:
            found += unpacker.decompress(packed[place : place + _STEP], room - len(found))
        except zlib.error:
            return b""
        place += _STEP
    return bytes(found)


def _split(unpacked: bytes, first: int) -> Iterator[bytes]:
    """Give the objects of a stream (ISO 32000-2, 7.5.7): pairs of number and place, then the objects at those places."""
    numbers = [int(one) for one in unpacked[:first].split() if one.isdigit() and len(one) < _DIGITS]
    # In order and each once, so that no byte is given twice.
    places = sorted({first + place for place in numbers[1::2]})
    for place, end in itertools.pairwise([*places, len(unpacked)]):
        yield unpacked[place:end]


def _objects(data: bytes) -> Iterator[bytes]:
    """Give what stands between the beginning of an object and its end, or its stream."""
    begun = -1
    for mark in _MARK.finditer(data):
        if mark[1] == b"obj":
            begun = mark.end()
        elif begun >= 0:
            yield data[begun : mark.start()]
            begun = -1


def _count_pages(objects: list[bytes]) -> int:
    """Read the count at the root of the page tree, which is the largest in it; where none stands, count the pages."""
    counts = [int(one) for each in objects if _TREE.search(each) for one in _COUNT.findall(each)]
    return max(counts, default=0) or sum(bool(_PAGE.search(each)) for each in objects)
