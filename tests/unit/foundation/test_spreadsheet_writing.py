"""What is written as a spreadsheet holds what was given, and runs nothing of it."""

import csv
import io

import openpyxl
from hypothesis import given, settings
from hypothesis import strategies as st

from service.foundation.safe_cells import plain_cell
from service.foundation.spreadsheet_writing import write_csv, write_xlsx

CELLS = st.one_of(
    st.text(max_size=20),
    st.builds(
        "{}{}".format,
        st.sampled_from(["=", "+", "-", "@", "\t=", " =", "\uff1d", "'=", '"=', "\r=", "a;=", "a,="]),
        st.text(max_size=6),
    ),
)
ROWS = st.lists(st.lists(CELLS, min_size=1, max_size=4), max_size=4)
RUN = ("=", "+", "-", "@", "\uff1d", "＋", "－", "＠")
BEFORE = " \t\r\n'\"\u00a0\ufeff"


@settings(max_examples=150, deadline=None)
@given(ROWS)
def test_no_cell_of_a_csv_begins_a_formula(rows: list[list[str]]) -> None:
    rows = [[cell.encode("utf-8", "replace").decode() for cell in row] for row in rows]

    read = list(csv.reader(io.StringIO(b"".join(write_csv(rows)).decode("utf-8-sig"), newline="")))

    assert [[plain_cell(cell) for cell in row] for row in read] == rows
    assert not [cell for row in read for cell in row if cell.startswith(RUN)]
    assert not [
        cell
        for row in read
        for cell in row
        if cell and cell.lstrip(BEFORE).startswith(RUN) and cell[0] != "'"
    ]


@settings(max_examples=60, deadline=None)
@given(ROWS)
def test_no_cell_of_an_xlsx_is_a_formula(rows: list[list[str]]) -> None:
    sheet = openpyxl.load_workbook(io.BytesIO(b"".join(write_xlsx(rows)))).active

    assert sheet is not None
    cells = [cell for row in sheet.iter_rows() for cell in row]
    assert not [cell for cell in cells if cell.data_type == "f"]
    assert not [cell.value for cell in cells if str(cell.value or "").startswith(RUN)]


def test_an_xlsx_holds_what_was_given() -> None:
    rows = [["Name", "Länder"], ["ئۇيغۇر دەريا & <co>", "a\nb"]]

    sheet = openpyxl.load_workbook(io.BytesIO(b"".join(write_xlsx(rows)))).active

    assert sheet is not None
    assert [[cell.value for cell in row] for row in sheet.iter_rows()] == rows
