"""A list of members of Congress becomes offices; nothing is guessed, and what is there already is only compared."""

from dataclasses import replace
from datetime import date

import pytest

from service.campaigns.file_tables import Recipient
from service.delivery.offices.congress_list import CongressList, read_congress
from service.delivery.offices.listed import Known, Standing, compare
from service.foundation.errors import Refused
from service.foundation.spreadsheet import read_spreadsheet

DAY, TODAY = date(2026, 6, 15), date(2026, 11, 24)
HEADER = "bioguide,official_full,chamber,state,district,house_cwc_code,party,term_end,mail_address,phone,contact_form,url"
SENATOR = "X000001,Ada Example,senate,WA,,,None,2031-01-03,1 Hart Senate Office Building Washington DC 20510,202-224-0001,https://www.ada.senate.example/write,https://www.ada.senate.example"


def read(*rows: str, header: str = HEADER) -> CongressList:
    text = "\n".join([header, *rows]) + "\n"
    return read_congress(read_spreadsheet(text.encode()), day=DAY, today=TODAY)


def office(row: str) -> Recipient:
    (member,) = read(row).members
    return member.office


def test_a_senator_becomes_an_office_with_its_source_and_its_day() -> None:
    found = office(SENATOR)

    assert (found.name, found.position, found.office) == (
        "Ada Example",
        "United States Senator from Washington",
        "United States Senate",
    )
    assert found.address == ("1 Hart Senate Office Building", "Washington, DC 20510")
    assert (found.country, found.phone) == ("US", "202-224-0001")
    assert found.contact_form == "https://www.ada.senate.example/write"
    assert found.salutation == "Dear Senator Ada Example:"
    assert found.source == "congress-legislators, list of 2026-06-15; https://www.ada.senate.example"
    assert (found.checked, found.emails, found.channels) == (DAY, (), ())


@pytest.mark.parametrize(
    ("state", "district", "position", "salutation"),
    [
        ("CT", "4", "United States Representative for Connecticut, 4th district", "Dear Representative"),
        ("NY", "21", "United States Representative for New York, 21st district", "Dear Representative"),
        ("TX", "12", "United States Representative for Texas, 12th district", "Dear Representative"),
        ("AK", "0", "United States Representative for Alaska, at large", "Dear Representative"),
        ("DC", "0", "Delegate for the District of Columbia", "Dear Delegate"),
        ("PR", "0", "Resident Commissioner of Puerto Rico", "Dear Resident Commissioner"),
    ],
)
def test_each_kind_of_seat_has_its_title(state: str, district: str, position: str, salutation: str) -> None:
    found = office(f"X000002,Ben Example,house,{state},{district},,,2027-01-03,,,,")

    assert (found.position, found.office) == (position, "United States House of Representatives")
    assert found.salutation == f"{salutation} Ben Example:"


@pytest.mark.parametrize(
    ("written", "code"), [("HCT04", "HCT04"), ("hct04", "HCT04"), ("", None), ("CT-4", None)]
)
def test_a_representative_has_the_code_that_its_chamber_knows_it_by(written: str, code: str | None) -> None:
    assert office(f"X000002,Ben Example,house,CT,4,{written},,2027-01-03,,,,").office_code == code


def test_the_family_name_is_taken_where_the_list_has_one() -> None:
    found = read(
        "Q000001,van der Example,Cleo,,Cleo van der Example,sen,OR,,2031-01-03",
        header="bioguide_id,last_name,first_name,suffix,full_name,type,state,district,term_end",
    )

    assert [one.office.salutation for one in found.members] == ["Dear Senator van der Example:"]


def test_a_name_with_commas_and_marks_stays_as_it_is() -> None:
    found = office('X000003,"Henry C. ""Hank"" Example, Jr.",house,GA,4,,,2027-01-03,,,,')

    assert found.name == 'Henry C. "Hank" Example, Jr.'


@pytest.mark.parametrize(
    ("row", "told"),
    [
        ("1,Ada Example,senate,WA,,,,,,,,", "Its number or its state"),
        ("X000001,Ada Example,senate,ZZ,,,,,,,,", "Its number or its state"),
        ("X000001,Ada Example,parliament,WA,,,,,,,,", "neither House nor Senate"),
        ("X000001,Ada Example,house,WA,west,,,,,,,", "district is no number"),
        ("X000001,Ada Example,senate,WA,,,,2025-01-03,,,,", "term is over"),
        ("X000001,Ada Example,senate,WA,,,,soon,,,,", "no day"),
        ("X000001,Ada\N{RIGHT-TO-LEFT OVERRIDE}Example,senate,WA,,,,,,,,", "cannot be shown"),
    ],
)
def test_who_cannot_be_read_is_left_out_and_told(row: str, told: str) -> None:
    found = read(row, SENATOR.replace("X000001", "X000009"))

    assert [one.key for one in found.members] == ["X000009"]
    ((line, sentence),) = found.left_out
    assert line == 2
    assert told in sentence


@pytest.mark.parametrize(
    "form", ["hhttps://ada.example/write", "javascript:alert(1)", "https://ada", "write"]
)
def test_a_form_that_is_mistyped_is_left_out_and_its_member_stays(form: str) -> None:
    found = office(f"X000001,Ada Example,senate,WA,,,,2031-01-03,,202-224-0001,{form},")

    assert (found.contact_form, found.phone) == (None, "202-224-0001")


def test_who_stands_there_twice_is_taken_once() -> None:
    found = read(SENATOR, SENATOR)

    assert (len(found.members), len(found.left_out)) == (1, 1)


def test_another_list_is_refused_by_what_it_lacks() -> None:
    with pytest.raises(Refused, match=r"bioguide, official_full, chamber.*legislators-current\.csv"):
        read("Anna,anna@lakes.example,WA", header="name,email,state")


def known(became: Recipient, *, is_checked: bool = False) -> Known:
    return Known(place=0, key="k" * 32, office=became, is_checked=is_checked)


def standing(had: Recipient, *, is_checked: bool = False) -> Standing:
    (found,) = compare(read(SENATOR).members, [known(had, is_checked=is_checked)])
    return found.standing


def test_each_stands_as_it_is_to_the_letter() -> None:
    listed = office(SENATOR)

    assert standing(Recipient(name="Somebody Else")) is Standing.NEW
    assert standing(listed) is Standing.SAME
    assert standing(replace(listed, name="ada example")) is Standing.SAME
    assert standing(replace(listed, phone="1")) is Standing.DIFFERS
    assert standing(replace(listed, phone="1"), is_checked=True) is Standing.CHECKED
    assert standing(replace(listed, position="Chair")) is Standing.ALIKE


def test_only_what_the_list_knows_is_changed_and_nothing_is_taken_away() -> None:
    had = replace(
        office(SENATOR),
        role="to",
        address=("Old Street 1",),
        phone=None,
        emails=("ada@office.example",),
        channels=("email",),
        cover_note="Dear Ada",
        salutation="Dear Madam Senator,",
    )
    without = SENATOR.replace("https://www.ada.senate.example/write", "")

    (found,) = compare(read(without).members, [known(had)])

    assert [(one.key, one.was) for one in found.differences] == [("address", "Old Street 1"), ("phone", "")]
    assert found.becomes.address == ("1 Hart Senate Office Building", "Washington, DC 20510")
    assert found.becomes.contact_form == "https://www.ada.senate.example/write"
    kept = ("role", "emails", "channels", "cover_note", "salutation")
    assert [getattr(found.becomes, part) for part in kept] == [getattr(had, part) for part in kept]


def test_what_was_seen_is_another_when_either_side_changes() -> None:
    listed = replace(office(SENATOR), phone="1")
    (one,), (other,) = (
        compare(read(SENATOR).members, [known(had)]) for had in (listed, replace(listed, cover_note="x"))
    )

    assert one.seen != other.seen
