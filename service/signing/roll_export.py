"""Signatories as CSV that no spreadsheet takes for formulas, and that reads back to the same words."""

import csv
import io
import re
from collections.abc import Iterable, Mapping, Sequence

# OWASP, "CSV Injection": a cell that begins so may be run. Spreadsheets look past what stands invisibly before.
_FORMULA = "=+\\-@＝＋－＠"
_PASSED_OVER = (
    "'\"\x00-\x08\x0b\x0c\x0e-\x20\x7f-\xa0\xad\u1680\u2000-\u200f\u2028-\u202f\u205f-\u2069\u3000\ufeff"
)
_AT_START = rf"\A(?=[{_PASSED_OVER}]*+[{_FORMULA}\t\r\n])"
# Opened with another separator, a cell falls apart: every piece has to be safe by itself.
_AFTER_SEPARATOR = rf"(?<=[,;\t\r\n])(?=[{_PASSED_OVER}]*+[{_FORMULA}])"
_MAY_RUN = re.compile(f"{_AT_START}|{_AFTER_SEPARATOR}")
_GUARD = re.compile(
    rf"\A'(?=[{_PASSED_OVER}]*+[{_FORMULA}\t\r\n])|(?<=[,;\t\r\n])'(?=[{_PASSED_OVER}]*+[{_FORMULA}])"
)


def write_signatories(rows: Iterable[Mapping[str, str]], columns: Sequence[str]) -> str:
    """Write rows as CSV (RFC 4180): a header, every cell quoted and safe, lines ended by CRLF.

    Each row has a text for every column; what else it has is left out. Excel reads it as UTF-8 where whoever
    writes the bytes encodes them as `utf-8-sig`.
    """
    out = io.StringIO()
    writer = csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerow([safe_cell(column) for column in columns])
    writer.writerows([safe_cell(row[column]) for column in columns] for row in rows)
    return out.getvalue()


def safe_cell(text: str) -> str:
    """Put an apostrophe before whatever a spreadsheet could run, at the start or behind a separator."""
    return _MAY_RUN.sub("'", text)


def plain_cell(cell: str) -> str:
    """Take the apostrophes of safe_cell() out again: `plain_cell(safe_cell(text)) == text`, always."""
    return _GUARD.sub("", cell)
