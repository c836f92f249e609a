"""A file of a kilobyte that unpacks to more than a machine holds costs whoever opens it no memory, whatever it says of itself."""

import contextlib
import io
import struct
import tracemalloc
import zipfile
from collections.abc import Callable

import pytest

from service.foundation.errors import Refused
from service.foundation.spreadsheet import read_spreadsheet
from service.letter.printed_code import codes_in_file
from service.letter.word_opening import open_word
from service.letter.word_package import open_template

UNPACKED = 60_000_000
MOST = 40_000_000
SHEET, WORDS = "xl/worksheets/sheet1.xml", "word/document.xml"
BOMBS: tuple[tuple[Callable[[bytes], object], str, int, int], ...] = (
    (read_spreadsheet, SHEET, zipfile.ZIP_BZIP2, 5_000_000),
    (read_spreadsheet, SHEET, zipfile.ZIP_LZMA, 5_000_000),
    (read_spreadsheet, "xl/theme/theme1.bin", zipfile.ZIP_DEFLATED, 1_000),
    (open_template, WORDS, zipfile.ZIP_DEFLATED, 1_000),
    (open_template, WORDS, zipfile.ZIP_BZIP2, 1_000),
    (open_word, WORDS, zipfile.ZIP_DEFLATED, 1_000),
    (open_word, WORDS, zipfile.ZIP_BZIP2, 1_000),
    (codes_in_file, WORDS, zipfile.ZIP_DEFLATED, UNPACKED),
    (codes_in_file, WORDS, zipfile.ZIP_BZIP2, UNPACKED),
    (codes_in_file, WORDS, zipfile.ZIP_LZMA, UNPACKED),
)


def bomb(name: str, packing: int, told: int) -> bytes:
    """Pack a part that says of itself to have so many bytes."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", packing) as archive:
        archive.writestr("[Content_Types].xml", b"<Types/>", compress_type=zipfile.ZIP_STORED)
        archive.writestr(name, bytes(UNPACKED))
    made = bytearray(out.getvalue())
    # The size in the last entry of the list at the end (APPNOTE.TXT, 4.3.12).
    struct.pack_into("<I", made, made.rfind(b"PK\x01\x02") + 24, told)
    return bytes(made)


@pytest.mark.parametrize(("read", "name", "packing", "told"), BOMBS)
def test_what_unpacks_without_end_is_unpacked_to_an_end(
    read: Callable[[bytes], object], name: str, packing: int, told: int
) -> None:
    data = bomb(name, packing, told)
    tracemalloc.start()

    # Where a code is looked for, what cannot be read has none.
    with contextlib.suppress(Refused):
        assert not read(data)

    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < MOST, f"{len(data):,} bytes took {peak:,}"
