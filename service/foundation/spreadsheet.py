"""Read a spreadsheet, CSV or XLSX, as lines of texts: within limits, and nothing that stands in it is ever run."""

import csv
import io
import itertools
import re
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

import openpyxl
from openpyxl.utils.exceptions import InvalidFileException

from service.foundation.errors import Refused
from service.foundation.sentence import Sentence
from service.foundation.unzipping import unpack_part

MOST_BYTES = 5_000_000
MOST_ROWS = 20_000
MOST_COLUMNS = 60
LONGEST_CELL = 4_000

_MOST_PARTS = 400
_MOST_UNPACKED = 60_000_000
_LOOKS_FOR_HEADER = 10
_ZIP, _OLD_OFFICE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
_ENCODING = re.compile(rb"""encoding\s*=\s*["']([A-Za-z0-9._-]+)["']""")
_ENCODINGS = {b"utf-8", b"utf8", b"utf-16", b"us-ascii", b"iso-8859-1", b"windows-1252"}
_SEPARATORS = ",;\t"
# What spreadsheets write where a formula has no value.
_ERRORS = frozenset(
    {"#NULL!", "#DIV/0!", "#VALUE!", "#REF!", "#NAME?", "#NUM!", "#N/A", "#SPILL!", "#CALC!", "#GETTING_DATA"}
)
_FORMULA = re.compile(rb"<(?:\w+:)?f[\s/>]")
# Whatever a file made to break its reader may bring about in there.
_BROKEN = (
    ArithmeticError,
    AssertionError,
    AttributeError,
    EOFError,
    InvalidFileException,
    LookupError,
    MemoryError,
    OSError,
    RecursionError,
    RuntimeError,
    SyntaxError,
    TypeError,
    ValueError,
    zipfile.BadZipFile,
    zlib.error,
)

_NOT_READ = Sentence(
    "This file cannot be read as a spreadsheet: save it as XLSX or as CSV (UTF-8) and try again."
)
_OLD = Sentence("This is a file of an older kind: save it as XLSX or as CSV (UTF-8) and try again.")
_MACROS = Sentence(
    "This file holds macros or other programs: save it as XLSX without them, or as CSV (UTF-8)."
)
_TOO_LARGE = Sentence("This file is too large: divide it, at most 5 MB and 20,000 rows each.")
_EMPTY = Sentence("There is no row in this file below the names of its columns.")
_NOT_UTF8 = Sentence(
    "The letters of this CSV file cannot be told: save it as “CSV UTF-8”, or as XLSX, and try again."
)


@dataclass(frozen=True, kw_only=True, repr=False)
class Sheet:
    """The cells of a spreadsheet as texts: its header, and below it each line that holds anything, with its number.

    `valueless` names the cells of formulas that came to no value, as line and place in it: an error, or nothing that was
    saved beside the formula. It has no repr that tells its cells, and all lines are as long as the header.
    """

    header: tuple[str, ...]
    header_line: int
    lines: tuple[tuple[int, tuple[str, ...]], ...]
    valueless: frozenset[tuple[int, int]] = frozenset()


def read_spreadsheet(data: bytes) -> Sheet:
    """Read the first visible sheet of an XLSX file, or a CSV file; raises Refused in a sentence for any other.

    Of a formula the value is taken that was saved beside it; where none is, the cell is empty and valueless.
    """
    if len(data) > MOST_BYTES:
        raise Refused(_TOO_LARGE)
    if data.startswith(_OLD_OFFICE):
        raise Refused(_OLD)
    return _as_sheet(_rows_of_workbook(data) if data.startswith(_ZIP) else _rows_of_csv(data))


def _as_sheet(rows: Iterator[Sequence[str | None]]) -> Sheet:
    """Make a sheet of rows of texts; None is a formula without a value."""
    filled, valueless = [], set[tuple[int, int]]()
    for number, row in enumerate(rows, start=1):
        if number > MOST_ROWS + _LOOKS_FOR_HEADER:
            raise Refused(_TOO_LARGE)
        without = {(number, place) for place, cell in enumerate(row) if cell is None or cell in _ERRORS}
        if any(row) or without:
            filled.append((number, tuple(cell or "" for cell in row)))
            valueless |= without
    # Above the names of the columns a title often stands alone.
    at = next(
        (place for place, (_, row) in enumerate(filled[:_LOOKS_FOR_HEADER]) if sum(map(bool, row)) > 1), 0
    )
    if len(filled) <= at + 1:
        raise Refused(_EMPTY)
    header_line, header = filled[at]
    width = max(
        (place for _, row in filled[at:] for place, cell in enumerate(row, start=1) if cell), default=0
    )
    if width > MOST_COLUMNS:
        raise Refused(
            Sentence("This file has more than {n} columns: delete those that are not needed.", n=MOST_COLUMNS)
        )
    return Sheet(
        header=_padded(header, width),
        header_line=header_line,
        lines=tuple((number, _padded(row, width)) for number, row in filled[at + 1 :]),
        valueless=frozenset(one for one in valueless if one[0] > header_line and one[1] < width),
    )


def _padded(row: Sequence[str], width: int) -> tuple[str, ...]:
    return tuple(row[place] if place < len(row) else "" for place in range(width))


def _rows_of_csv(data: bytes) -> Iterator[Sequence[str | None]]:
    if b"\0" in data and not data.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise Refused(_NOT_READ)
    try:
        text = data.decode("utf-16" if data.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8-sig")
    except UnicodeDecodeError as error:
        raise Refused(_NOT_UTF8) from error
    first = next((line for line in text.splitlines() if line.strip()), "")
    separator = max(_SEPARATORS, key=first.count)
    try:
        for cells in csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True):
            yield [_text(cell) for cell in cells]
    except csv.Error as error:
        raise Refused(_NOT_READ) from error


def _rows_of_workbook(data: bytes) -> Iterator[Sequence[str | None]]:
    try:
        # A second look at the same cells tells a formula without a value from an empty cell.
        formulas = _cells(data, as_formulas=True) if _refuse_hostile(data) else itertools.repeat(())
        yield from [
            [
                None if cell is None and _is_formula(own, place) else _text(cell)
                for place, cell in enumerate(row)
            ]
            for row, own in zip(_cells(data, as_formulas=False), formulas, strict=False)
        ]
    except Refused:
        raise
    except _BROKEN as error:
        raise Refused(_NOT_READ) from error


def _cells(data: bytes, *, as_formulas: bool) -> Iterator[Sequence[Any]]:
    book = openpyxl.load_workbook(
        io.BytesIO(data), read_only=True, data_only=not as_formulas, keep_links=False
    )
    sheets = [sheet for sheet in book.worksheets if sheet.sheet_state == "visible"] or book.worksheets
    rows: Iterator[Sequence[Any]] = sheets[0].iter_rows(
        max_row=MOST_ROWS + _LOOKS_FOR_HEADER + 1, max_col=MOST_COLUMNS + 1, values_only=True
    )
    return rows


def _is_formula(row: Sequence[Any], place: int) -> bool:
    return place < len(row) and row[place] is not None


def _refuse_hostile(data: bytes) -> bool:
    """Look at the packed parts before anything reads them: how many and large they are, and that none declares entities.

    Tells whether any of its cells holds a formula.
    """
    has_formulas = False
    with zipfile.ZipFile(io.BytesIO(data)) as packed:
        parts = packed.infolist()
        if len(parts) > _MOST_PARTS or sum(part.file_size for part in parts) > _MOST_UNPACKED:
            raise Refused(_TOO_LARGE)
        names = {part.filename.casefold() for part in parts}
        if len(names) < len(parts) or "[content_types].xml" not in names:
            raise Refused(_NOT_READ)
        if any("vbaproject" in name or "activex" in name or "/embeddings/" in name for name in names):
            raise Refused(_MACROS)
        for part in parts:
            # Any of them may be named as the sheet, whatever it is called.
            plain = _unpacked(packed, part).replace(b"\0", b"")
            _refuse_declarations(plain)
            has_formulas |= "worksheets/" in part.filename and bool(_FORMULA.search(plain))
    return has_formulas


def _unpacked(packed: zipfile.ZipFile, part: zipfile.ZipInfo) -> bytes:
    # What its entry says of its size may be a lie.
    found = unpack_part(packed, part, most=part.file_size + 1)
    if len(found) > part.file_size:
        raise Refused(_NOT_READ)
    return found


def _refuse_declarations(plain: bytes) -> None:
    encoding = _ENCODING.search(plain[:200])
    if b"<!DOCTYPE" in plain or b"<!ENTITY" in plain:
        raise Refused(_NOT_READ)
    if encoding and encoding[1].lower() not in _ENCODINGS:
        raise Refused(_NOT_READ)


def _text(cell: Any) -> str:
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    if isinstance(cell, datetime):
        return cell.date().isoformat() if cell.time() == time() else cell.isoformat(sep=" ")
    if isinstance(cell, date | time):
        return cell.isoformat()
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    written = str(cell).strip()
    if len(written) > LONGEST_CELL:
        raise Refused(_TOO_LARGE)
    return written
