"""A spreadsheet is read as texts, within limits; whatever is made to harm its reader is refused in a sentence."""

import io
import zipfile
from datetime import date

import pytest

from service.foundation.errors import Refused
from service.foundation.spreadsheet import MOST_COLUMNS, MOST_ROWS, read_spreadsheet
from tests.desk_objects_members import workbook

GOOD = workbook(("name", "email"), ("Lake", "a@lake.example"))


def with_part(name: str, data: bytes, *, of: bytes = GOOD) -> bytes:
    """Give a workbook with a part in it, in place of the one of that name."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(of)) as before, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as after:
        for part in before.infolist():
            if part.filename != name:
                after.writestr(part, before.read(part))
        after.writestr(name, data)
    return out.getvalue()


SHEET = "xl/worksheets/sheet1.xml"
BOMB = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]><x>&b;</x>'
HOSTILE = {
    "no archive": (b"PK\x03\x04" + b"x" * 50, "cannot be read"),
    "an archive of something else": (with_part("[Content_Types].xml", b"")[:-40], "cannot be read"),
    "entities": (with_part(SHEET, BOMB), "cannot be read"),
    "entities in another encoding": (with_part(SHEET, BOMB.decode().encode("utf-16")), "cannot be read"),
    "entities in a part of any name": (with_part("xl/sheets/one.bin", BOMB), "cannot be read"),
    "an encoding that hides them": (
        with_part(SHEET, b'<?xml version="1.0" encoding="utf-7"?><x/>'),
        "cannot be read",
    ),
    "macros": (with_part("xl/vbaProject.bin", b"x"), "macros"),
    "a bomb": (with_part("xl/media/big.bin", b"\0" * 70_000_000), "too large"),
    "a broken sheet": (with_part(SHEET, b"<worksheet><sheetData><row><c r='A1'"), "cannot be read"),
    "too many columns": (workbook(["c"] * (MOST_COLUMNS + 1), ["x"] * (MOST_COLUMNS + 1)), "columns"),
    "a row far below": (
        with_part(
            SHEET,
            b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData><row r="1"><c r="A1"><v>1</v></c></row>'
            b'<row r="1048576"><c r="A1048576"><v>1</v></c></row></sheetData></worksheet>',
        ),
        "no row|too large",
    ),
    "an older kind": (b"\xd0\xcf\x11\xe0" + b"x" * 100, "older kind"),
    "letters of an older kind": ("name,email\nÖrgüt,a@b.example".encode("latin-1"), "cannot be told"),
    "a quotation that never ends": (b'name,email\n"Lake,a@b.example', "cannot be read"),
    "nothing below the header": (b"name,email\n\n", "no row"),
    "nothing": (b"\n\n", "no row"),
}


@pytest.mark.parametrize("what", HOSTILE)
def test_a_hostile_file_is_refused_in_a_sentence(what: str) -> None:
    data, told = HOSTILE[what]

    with pytest.raises(Refused, match=told):
        read_spreadsheet(data)


def test_cells_are_texts_whatever_they_were() -> None:
    rows = (("a", "b", "c", "d"), ("x", 7.0, date(2026, 12, 1), True))

    assert read_spreadsheet(workbook(*rows)).lines == ((2, ("x", "7", "2026-12-01", "yes")),)


def test_a_formula_is_no_value_and_is_never_run() -> None:
    sheet = read_spreadsheet(workbook(("name", "email"), ("Lake", '=HYPERLINK("https://evil.example")')))

    assert sheet.lines == ((2, ("Lake", "")),)
    assert sheet.valueless == {(2, 1)}


def test_a_row_of_formulas_without_values_is_a_row_and_an_error_of_a_formula_is_no_value() -> None:
    sheet = read_spreadsheet(
        workbook(("name", "email"), ("=A9", "=B9"), ("#REF!", "a@b.example"), (None, None))
    )

    assert sheet.lines == ((2, ("", "")), (3, ("#REF!", "a@b.example")))
    assert sheet.valueless == {(2, 0), (2, 1), (3, 0)}
    assert read_spreadsheet(b"name,email\n#N/A,a@b.example\n").valueless == {(2, 0)}


def test_a_title_above_the_columns_is_passed_over() -> None:
    sheet = read_spreadsheet(workbook(("Our members",), (), ("name", "email"), ("Lake", "a@b.example")))

    assert (sheet.header, sheet.header_line, sheet.lines[0][0]) == (("name", "email"), 3, 4)


@pytest.mark.parametrize("separator", ",;\t")
def test_a_csv_is_read_by_whatever_separates_its_cells(separator: str) -> None:
    text = f"name{separator}email\n河流{separator}a@b.example\n"
    for data in (text.encode(), text.encode("utf-8-sig"), text.encode("utf-16")):
        assert read_spreadsheet(data).lines == ((2, ("河流", "a@b.example")),)


def test_one_row_too_many_is_told() -> None:
    with pytest.raises(Refused, match="too large"):
        read_spreadsheet(b"name,email\n" + b"a,b\n" * (MOST_ROWS + 20))
