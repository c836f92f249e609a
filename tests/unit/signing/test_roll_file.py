"""A signatories file is read whole into rows, or refused with every faulty row named by column and line."""

from dataclasses import fields
from datetime import date
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.foundation.errors import Refused
from service.foundation.written import clean_line, fold_name
from service.model.signature import Kind, Visibility
from service.signing import roll_columns
from service.signing.roll_columns import READERS, SignatoryRow
from service.signing.roll_export import write_signatories
from service.signing.roll_file import read_signatories

RIVER = "organization,River Watch,office@rivers.example"
EVERY_COLUMN = {
    "kind": "organization",
    "name": "Réseau des Sept Rives",
    "email": "bureau@rives.example",
    "acronym": "RSR",
    "name_latin": "Reseau des Sept Rives",
    "sort_name": "Sept Rives",
    "representative_name": "Maëlle Corbinière",
    "representative_title": "Présidente",
    "approver_email": "presidente@rives.example",
    "second_email": "second@rives.example",
    "phone": "+33 1 99 00 00 00",
    "messenger": "@rives",
    "position": "Office",
    "affiliation": "Federation",
    "country": "FR",
    "category": "River peoples",
    "website": "https://rives.example/fr",
    "visibility": "public",
    "language": "fr",
    "order": "12",
    "signs_for": "members",
    "members": "Lac; Delta;",
    "qualifier": "in exile",
    "status": "intends",
    "decision_by": "2026-12-01",
    "condition": "If ask 2\nis kept.",
    "how_agreed": "By letter",
    "agreed_on": "2026-11-20",
    "chaser": "Ottilie",
    "note": "- called twice",
}


def csv(*rows: str, header: str = "kind,name,email") -> bytes:
    return "\n".join([header, *rows]).encode()


def faults_of(data: bytes, *, attested: bool = False) -> tuple[str, ...]:
    with pytest.raises(Refused) as refused:
        read_signatories(data, attested=attested)
    return refused.value.faults


def test_every_column_is_read() -> None:
    (row,) = read_signatories(write_signatories([EVERY_COLUMN], list(EVERY_COLUMN)).encode(), attested=False)

    assert {column: getattr(row, column) for column in EVERY_COLUMN} == EVERY_COLUMN | {
        "order": 12,
        "members": ("Lac", "Delta"),
        "decision_by": date(2026, 12, 1),
        "agreed_on": date(2026, 11, 20),
    }
    assert row.line == 2


def test_each_column_has_its_place_in_a_row() -> None:
    assert set(READERS) == {field.name for field in fields(SignatoryRow)} - {"line"} == set(EVERY_COLUMN)


@pytest.mark.parametrize(
    ("written", "kept"), [(roll_columns.Kind, Kind), (roll_columns.Visibility, Visibility)]
)
def test_the_file_and_the_tables_know_the_same_choices(
    written: object, kept: type[Kind | Visibility]
) -> None:
    assert set(get_args(written)) == {choice.value for choice in kept}


def test_what_is_left_out_has_its_default() -> None:
    (row,) = read_signatories(csv(RIVER), attested=False)

    assert row == SignatoryRow(
        line=2, kind="organization", name="River Watch", email="office@rivers.example", visibility="counted"
    )
    assert (row.status, row.signs_for, row.members, row.order) == ("invited", "itself", (), None)


def test_who_agreed_elsewhere_needs_no_address() -> None:
    rows = read_signatories(
        csv("organization,River Watch", "person,A. Name", header="kind,name"), attested=True
    )

    assert [(row.email, row.status, row.visibility) for row in rows] == [("", "agreed", "counted")] * 2


def test_a_row_does_not_tell_itself_to_a_log() -> None:
    assert "River" not in repr(read_signatories(csv(RIVER), attested=False))


SAME = [
    ("with a byte order mark", b"\xef\xbb\xbf" + csv(RIVER)),
    ("with the line ends of Windows", csv(RIVER).replace(b"\n", b"\r\n") + b"\r\n"),
    ("with old line ends", csv(RIVER).replace(b"\n", b"\r")),
    ("with semicolons", csv(RIVER).replace(b",", b";")),
    (
        "with semicolons and quotes",
        b'"kind";"name";"email"\r\n"organization";"River Watch";"office@rivers.example"',
    ),
    ("with capitals and spaces in the header", csv(RIVER, header="Kind, NAME ,Email")),
    ("with columns in another order", b"email,kind,name\noffice@rivers.example,organization,River Watch"),
    ("with capitals in a choice", csv(RIVER.replace("organization", "Organization"))),
    ("with empty rows behind", csv(RIVER, "", ",,", " , ,")),
    ("with spaces around", csv("organization ,  River   Watch , office@rivers.example ")),
]


@pytest.mark.parametrize(("how", "data"), SAME, ids=[how for how, _ in SAME])
def test_the_same_file_from_another_program_says_the_same(how: str, data: bytes) -> None:
    assert read_signatories(data, attested=False) == read_signatories(csv(RIVER), attested=False)


def test_one_secretary_may_write_for_two_organizations_and_for_herself() -> None:
    rows = read_signatories(
        csv(
            "organization,River Watch,office@rivers.example",
            "organization,Lake Alliance,office@rivers.example",
            "person,A. Secretary,office@rivers.example",
            "person,B. Deputy,office@rivers.example",
        ),
        attested=False,
    )

    assert [row.line for row in rows] == [2, 3, 4, 5]


def test_two_people_of_one_name_are_told_apart_by_their_address_alone() -> None:
    header = "kind,name,email"

    assert (
        len(read_signatories(csv("person,Wei,a@b.example", "person,Wei,", header=header), attested=True)) == 2
    )
    (fault,) = faults_of(csv("person,Wei,", "person,WEI,", header=header), attested=True)
    assert fault.startswith(
        "name (line 3) is, without an e-mail address to tell them apart, the same person as"
    )


# The header's further columns, what a good row has in them, and the fault.
CELLS = [
    ("visibility", "publik", 'visibility (line 2) must be "public", "recipient" or "counted". Did you mean "public"?'),
    ("signs_for", "itsself", 'signs_for (line 2) must be "itself", "network" or "members". Did you mean "itself"?'),
    ("status", "yes", 'status (line 2) must be "invited", "intends", "agreed" or "declined".'),
    ("status", "agreed", "status (line 2) is “agreed”, which needs to be said for the whole file"),
    ("decision_by", "05/12/2026", "decision_by (line 2) must be a day written as year-month-day, like 2026-12-05."),
    ("decision_by", "2026-02-30", "decision_by (line 2) must be a day"),
    ("agreed_on", "20261205", "agreed_on (line 2) must be a day"),
    ("country", "UK", 'country (line 2) must be a country\'s two-letter code (ISO 3166), like US or FR. Did you mean "GB"?'),
    ("country", "France", 'Did you mean "FR"?'),
    ("country", "EU", "country (line 2) must be a country's two-letter code"),
    ("language", "de", 'language (line 2) is not a language supported yet: use "en", "en-GB", "en-US", "fr", "es", "ar", "ug", "bo" or "zh-Hans".'),
    ("website", "rivers.example", "website (line 2) must be a whole web address, like https://www.example.org."),
    ("website", "javascript:alert(1)", "website (line 2) must be a whole web address"),
    ("website", "http://[", "website (line 2) is not a web address"),
    ("website", "https://a@rivers.example", "website (line 2) must be a whole web address"),
    ("order", "first", "order (line 2) must be a whole number of at most six digits, like 12."),
    ("order", "-1", "order (line 2) must be a whole number"),
    ("order", "٣", "order (line 2) must be a whole number"),
    ("qualifier", "x" * 81, "qualifier (line 2) is too long: at most 80 characters."),
    ("note", "x" * 4001, "note (line 2) is too long: at most 4000 characters."),
    ("acronym", "a\u202eb", "acronym (line 2) holds a character that cannot be shown (U+202E)."),
    ("phone", "1\x072", "phone (line 2) holds a character that cannot be shown (U+0007)."),
    ("affiliation", '"a\nb"', "affiliation (line 2) must be on one line."),
    ("approver_email", "x", "approver_email (line 2) is not one that mail can be sent to"),
    ("second_email", '"a@b.example, c@d.example"', "second_email (line 2) must be a single address"),
    ("members", "Lac; Delta", 'members (line 2) needs "members" in the column signs_for'),
    ("signs_for", "members", "members (line 2) is missing: list those it signs for, separated by semicolons."),
    ("signs_for,members", "network,Lac", 'members (line 2) needs "members" in the column signs_for'),
    ("signs_for,members", "members,Lac;lac", "members (line 2) names the same member twice."),
]  # fmt: skip
NAMED = [
    ("organisation,River Watch,a@b.example", 'kind (line 2) must be "organization" or "person". Did you mean "organization"?'),
    (",River Watch,a@b.example", "kind (line 2) is missing."),
    ("person,,a@b.example", "name (line 2) is missing."),
    ("person,A. Name,", "email (line 2) is missing."),
    ("person,A. Name,a@b.example; c@d.example", "email (line 2) must be a single address, like name@example.org."),
    ('person,A. Name,"a@b.example\nBcc: c@d.example"', "email (line 2) must be a single address"),
    ("person,A. Name,a at b.example", "email (line 2) is not one that mail can be sent to"),
    (f"person,{'n' * 100_000},a@b.example", "name (line 2) is too long: at most 200 characters."),
    (f"person,{'n' * 140_000},a@b.example", "Line 2 cannot be read as CSV"),
    ("person,???,a@b.example", "name (line 2) holds no letter or digit."),
    ("person,A\u200bName,a@b.example", "name (line 2) holds a character that cannot be shown (U+200B)."),
    ("person,A. Name", "Line 2 has 2 cells where the header has 3."),
    ("person,Name, A.,a@b.example", "Line 2 has 4 cells where the header has 3."),
    ('person,"A. Name,a@b.example', "Line 2 cannot be read as CSV: a quotation mark is opened and not closed"),
    ('person,"A. "Nick" Name",a@b.example', "Line 2 cannot be read as CSV"),
    (f"{RIVER}\norganization,RIVER watch!,b@c.example", "name (line 3) is the same organization as on line 2: keep one of the two rows."),
    ("person,Zoë,a@b.example\nperson,ZOE,A@B.example", "name (line 3) is the same person, at the same address, as on line 2"),
    (f'{RIVER}\n\nperson,"A\nName",a@b.example\nperson,B,x', "email (line 6) is not one that mail can be sent to"),
]  # fmt: skip


@pytest.mark.parametrize(("columns", "cells", "told"), CELLS)
def test_a_faulty_cell_is_told_by_column_and_line(columns: str, cells: str, told: str) -> None:
    faults = faults_of(csv(f"{RIVER},{cells}", header=f"kind,name,email,{columns}"))

    assert len(faults) == 1
    assert told in faults[0]


@pytest.mark.parametrize(("rows", "told"), NAMED)
def test_a_faulty_row_is_told_by_its_line(rows: str, told: str) -> None:
    faults = faults_of(csv(rows))

    assert any(told in fault for fault in faults), faults


def test_a_person_signs_for_nobody_else() -> None:
    data = csv("person,A. Name,a@b.example,network", header="kind,name,email,signs_for")

    assert faults_of(data) == ("signs_for (line 2) is for organizations: leave it empty for a person.",)


def test_nobody_is_invited_without_an_address_even_among_those_who_agreed() -> None:
    data = csv("person,A. Name,invited", header="kind,name,status")

    assert faults_of(data, attested=True) == ("email (line 2) is missing: without it nobody can be invited.",)


HEADERS = [
    ("kind,name", "Line 1 lacks the column email."),
    ("name,email", "Line 1 lacks the column kind."),
    (
        "kind,name,email,visible",
        'Line 1 has an unknown name, "visible", in column 4. Did you mean "visibility"?',
    ),
    ("kind,name,email,", "Line 1 has no name in column 4: name that column or delete it."),
    ("kind,name,email,name", "Line 1 names the column name twice."),
    ("person,A. Name,a@b.example", "Line 1 must name the columns, at least kind, name, email"),
    ("kind\tname\temail", "Line 1 must name the columns"),
    ("kind,name,email", "Line 1 names the columns, but no row follows."),
    ('"kind,name,email', "Line 1 cannot be read as CSV"),
]


@pytest.mark.parametrize(("header", "told"), HEADERS)
def test_a_faulty_header_is_told(header: str, told: str) -> None:
    faults = faults_of(csv(header=header))

    assert any(told in fault for fault in faults), faults


def test_a_file_without_a_header_does_not_quote_its_first_person() -> None:
    assert "Name" not in "".join(faults_of(csv(header="person,A. Name,a@b.example")))


BYTES = [
    (b"", "The signatories file is empty."),
    (csv("person,Caf\u00e9,a@b.example").decode().encode("latin-1"), "The signatories file is not written in UTF-8 (line 2): save it again and choose UTF-8."),
    (csv(RIVER).decode().encode("utf-16"), "The signatories file is written in UTF-16: save it again and choose UTF-8."),
    (csv("person,A\0B,a@b.example"), "The signatories file holds a NUL byte (line 2)"),
    (csv("person,A\ufffdB,a@b.example"), "left where a letter was lost (line 2)"),
    (csv(f"person,{'n' * 1_000_000},a@b.example"), "The signatories file is too large: at most 1 MB (1,000,000 bytes)."),
]  # fmt: skip


@pytest.mark.parametrize(("data", "told"), BYTES, ids=[told[20:50] for _, told in BYTES])
def test_bytes_that_are_no_signatories_file_are_refused(data: bytes, told: str) -> None:
    (fault,) = faults_of(data)

    assert told in fault


def test_every_faulty_row_is_told_in_the_order_of_the_file_and_none_is_returned() -> None:
    data = csv("person,,x", RIVER, "person,A. Name", "persn,B. Name,b@c.example")

    with pytest.raises(
        Refused, match="The signatories file has 4 faults, so nothing was imported"
    ) as refused:
        read_signatories(data, attested=False)

    assert [fault.split(")")[0].split(" has")[0] for fault in refused.value.faults] == [
        "name (line 2",
        "email (line 2",
        "Line 4",
        "kind (line 5",
    ]


def test_twenty_thousand_rows_are_read_and_no_more() -> None:
    rows = [f"person,N{number},a@b.example" for number in range(20_000)]

    assert len(read_signatories(csv(*rows), attested=False)) == 20_000
    (fault,) = faults_of(csv(*rows, RIVER))
    assert fault == "Line 20002 is one row too many: a file holds at most 20,000; divide it."


@given(
    st.binary(max_size=200) | st.text(st.sampled_from("kindname,;\"\n\r'=é "), max_size=80).map(str.encode)
)
def test_whatever_is_read_is_refused_in_words(data: bytes) -> None:
    assert faults_of(b"kind,name,email\n" + data)


NAMES = st.text(
    st.characters(categories=["L", "Nd"], exclude_characters="\u115f\u1160\u3164\uffa0"),
    min_size=1,
    max_size=30,
).filter(fold_name)


@given(st.lists(NAMES, min_size=1, unique_by=fold_name), st.text("=+-@ ,;'\"a\n", max_size=20))
def test_what_is_exported_can_be_imported(names: list[str], note: str) -> None:
    rows = [
        {"kind": "organization", "name": f"{note} {name}".replace("\n", ""), "note": note} for name in names
    ]
    written = write_signatories(rows, ["kind", "name", "note"])

    found = read_signatories(written.encode("utf-8-sig"), attested=True)

    assert [row.note for row in found] == [note.strip()] * len(names)
    assert [row.name for row in found] == [clean_line(row["name"], what="") for row in rows]
