"""Cells of a table that no spreadsheet takes for formulas, and that read back to the same words (pure)."""

import re

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


def safe_cell(text: str) -> str:
    """Put an apostrophe before whatever a spreadsheet could run, at the start or behind a separator."""
    return _MAY_RUN.sub("'", text)


def plain_cell(cell: str) -> str:
    """Take the apostrophes of safe_cell() out again: `plain_cell(safe_cell(text)) == text`, always."""
    return _GUARD.sub("", cell)
