"""An export holds nothing that a spreadsheet would run, and reads back to the same words."""

import csv
import io
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.foundation.safe_cells import plain_cell, safe_cell
from service.signing.roll_export import write_signatories

DANGEROUS = tuple("=+-@＝＋－＠")
# The characters that matter here come often, and any other now and then.
CELLS = st.text(
    st.sampled_from("=+-@＝＋－＠\t\r\n ,;|'\"\ufeff\u200b\xa0\x01aé") | st.characters(codec="utf-8")
)

SAFE = [
    ("River Watch", "River Watch"),
    ("", ""),
    ("A-B + C", "A-B + C"),
    ("O'Neill", "O'Neill"),
    ("'quoted'", "'quoted'"),
    ("=1+1", "'=1+1"),
    ("+1 202 555 0100", "'+1 202 555 0100"),
    ("-1", "'-1"),
    ("@rivers", "'@rivers"),
    ("＝1", "'＝1"),
    ("＋1", "'＋1"),
    ("－1", "'－1"),
    ("＠SUM(1)", "'＠SUM(1)"),
    ("\t=1", "'\t'=1"),
    ("\rx", "'\rx"),
    ("\nx", "'\nx"),
    ("  =1", "'  =1"),
    ("\ufeff=1", "'\ufeff=1"),
    ("\u200b\xa0=1", "'\u200b\xa0=1"),
    ('"=1', "'\"=1"),
    ("'=1", "''=1"),
    ("a;=1", "a;'=1"),
    ('a,"=1', "a,'\"=1"),
    ("a\n@b", "a\n'@b"),
]


@pytest.mark.parametrize(("text", "cell"), SAFE)
def test_what_could_run_is_guarded_and_nothing_else_changes(text: str, cell: str) -> None:
    assert safe_cell(text) == cell
    assert plain_cell(cell) == text


def test_a_file_is_quoted_throughout_with_the_line_ends_of_rfc_4180() -> None:
    rows = [{"name": 'The "Lake", Ltd.', "phone": "+1", "left out": "x"}, {"name": "Ríos", "phone": ""}]

    assert write_signatories(rows, ["name", "phone"]) == (
        '"name","phone"\r\n"The ""Lake"", Ltd.","\'+1"\r\n"Ríos",""\r\n'
    )


@given(CELLS)
def test_a_guard_is_taken_off_again(text: str) -> None:
    assert plain_cell(safe_cell(text)) == text


@given(st.lists(st.fixed_dictionaries({"name": CELLS, "note": CELLS}), max_size=4))
def test_what_was_written_is_read_back(rows: list[dict[str, str]]) -> None:
    written = write_signatories(rows, ["name", "note"])

    read = list(csv.reader(io.StringIO(written, newline=""), strict=True))

    assert [[plain_cell(cell) for cell in cells] for cells in read] == [
        ["name", "note"],
        *([row["name"], row["note"]] for row in rows),
    ]


@given(st.lists(st.fixed_dictionaries({"name": CELLS, "note": CELLS}), max_size=4), st.sampled_from(",;\t"))
def test_no_cell_of_an_export_begins_dangerously_whatever_separator_it_is_opened_with(
    rows: list[dict[str, str]], separator: str
) -> None:
    written = write_signatories(rows, ["name", "note"])

    for cells in csv.reader(io.StringIO(written, newline=""), delimiter=separator):
        for cell in cells:
            assert not cell.lstrip(" \xa0\ufeff\u200b").startswith(DANGEROUS)
            assert separator != "," or not cell.startswith(("\t", "\r", "\n"))


def test_a_cell_made_to_be_slow_is_not() -> None:
    begun = time.monotonic()

    safe_cell(", ' \" " * 200_000)

    assert time.monotonic() - begun < 2
