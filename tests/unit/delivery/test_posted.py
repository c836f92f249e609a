"""Whoever gets a copy by post, the envelope's window shows that office's address and no other."""

import dataclasses
import re
import subprocess

import page
import pytest

from service.delivery.channels.lob import CHANNEL as LOB
from service.delivery.channels.lob.address import address_of
from service.delivery.channels.pingen import CHANNEL as PINGEN
from service.delivery.channels.pingen.address import is_same_address, meant_lines
from service.delivery.letter_mail import Making, letter_documents
from service.delivery.posted import posted
from service.letter.copy import make_copy
from service.letter.edition import Office
from service.letter.fonts import Fonts
from tests.required import tool
from tests.unit.letter.letters import MINISTER, NEWSROOM, PRESIDENT, make_edition

MAKING = Making(fonts=Fonts())
LAKE = ("9 Rue du Lac", "1201 Genève", "Schweiz")
COPIED = dataclasses.replace(MINISTER, address=LAKE, country="CH")
ABROAD = dataclasses.replace(MINISTER, address=("9 Rue du Lac", "Capital City, DC 20500"), country="US")
LONDON = dataclasses.replace(
    MINISTER, address=("9 Lake Street", "London SW1A 2AA", "United Kingdom"), country="GB"
)
PRESS = dataclasses.replace(NEWSROOM, address=("1 Fleet Street", "London EC4Y 1AA"), country="GB")
SECOND = dataclasses.replace(
    PRESIDENT, name="Sam Second", address=("2 Palace Square", "Other City, DC 20501")
)
# What a window shows however the sheet slides: left, top, width, height in millimetres.
SEEN = {"US": (0, 52, 137, 40), "CH": (20, 62, 85, 28), "GB": (10, 46, 110, 46)}


def details(office: Office) -> dict[str, object]:
    return {**dataclasses.asdict(office), "address": list(office.address)}


def seen_in_window(data: bytes, country: str) -> str:
    """Read what of the first page can be seen through the window of the country's envelope."""
    left, top, width, height = (str(round(part * 72 / 25.4)) for part in SEEN[country])
    read = [tool("pdftotext", package="poppler-utils"), "-l", "1", "-x", left, "-y", top, "-W", width]
    done = subprocess.run([*read, "-H", height, "-", "-"], input=data, capture_output=True, check=True)
    return done.stdout.decode()


def words(data: bytes) -> str:
    done = subprocess.run(
        [tool("pdftotext", package="poppler-utils"), "-layout", "-", "-"],
        input=data,
        capture_output=True,
        check=True,
    )
    return re.sub(r"\s+", " ", done.stdout.decode())


@pytest.mark.parametrize(
    ("office", "others"),
    [
        (PRESIDENT, ()),
        (COPIED, ()),
        (ABROAD, ()),
        (LONDON, ()),
        (PRESS, ()),
        (COPIED, (SECOND,)),
        (SECOND, (SECOND,)),
    ],
    ids=[
        "addressee",
        "cc",
        "cc-on-letter-paper",
        "cc-of-six-lines",
        "press",
        "cc-of-several",
        "one-of-several",
    ],
)
def test_the_window_shows_the_office_that_gets_the_copy(office: Office, others: tuple[Office, ...]) -> None:
    edition = make_edition(offices=(PRESIDENT, *others, *(() if office.role == "to" else (office,))))
    copy = make_copy(edition, audience="public", office=office)

    made = posted(copy, details(office), MAKING)

    shown = seen_in_window(made.documents[0].data, office.country)
    assert made.in_window
    assert is_same_address(meant_lines(details(office)), "", read=shown, read_country="")


def test_the_letter_behind_the_sheet_is_the_one_that_its_addressee_has() -> None:
    edition = make_edition(offices=(PRESIDENT, COPIED))
    copy = make_copy(edition, audience="public", office=COPIED)

    sheet, *letter = posted(copy, details(COPIED), MAKING).documents

    assert tuple(letter) == letter_documents(copy, MAKING)
    assert "1 Palace Square" in words(letter[0].data)
    assert sheet.name == "clean-river-edition-1-public-address-sheet.pdf"
    said = words(sheet.data)
    assert "cc: Mo Ntana, Minister of Water, Ministry of Water" in said
    assert "Jane Q. Example President of the Republic The Presidential Office" in said
    assert not [
        part for part in ("Palace", "River Watch", "urge", copy.check_code[:8], "Page") if part in said
    ]


def test_the_sheet_can_be_read_by_everybody() -> None:
    copy = make_copy(make_edition(offices=(PRESIDENT, COPIED)), audience="public", office=COPIED)

    report = page.validate_pdf_bytes(posted(copy, details(COPIED), MAKING).documents[0].data, profile="ua1")

    assert [one.message for one in report.failures if "STREAM-LENGTH" not in one.rule_id] == []


def test_the_press_is_no_cc() -> None:
    edition = make_edition(offices=(PRESIDENT, COPIED, PRESS))
    copy = make_copy(edition, audience="public", office=PRESS)

    sheet = posted(copy, details(PRESS), MAKING).documents[0]

    assert "cc:" not in words(sheet.data)


def test_an_addressee_needs_no_sheet_and_the_same_copy_gives_the_same_bytes() -> None:
    edition = make_edition(offices=(PRESIDENT, COPIED))
    own, other = (make_copy(edition, audience="public", office=office) for office in (PRESIDENT, COPIED))

    assert len(posted(own, details(PRESIDENT), MAKING).documents) == 1
    assert posted(other, details(COPIED), MAKING) == posted(other, details(COPIED), MAKING)


@pytest.mark.parametrize(
    ("office", "line"),
    [(PRESIDENT, "A line"), (COPIED, "A line"), (COPIED, "\ue000")],
    ids=["addressee", "cc", "a-character-of-no-font"],
)
def test_an_address_that_no_window_takes_keeps_no_letter_back(office: Office, line: str) -> None:
    there = dataclasses.replace(office, address=(line,) * 12)
    edition = make_edition(offices=(there, *(() if office is PRESIDENT else (PRESIDENT,))))
    copy = make_copy(edition, audience="public", office=there)

    made = posted(copy, details(there), MAKING)

    assert not made.in_window
    assert made.documents == letter_documents(copy, MAKING)


def test_printers_read_the_address_of_the_office_that_gets_the_copy() -> None:
    edition = make_edition(offices=(PRESIDENT, COPIED, ABROAD))
    swiss, american = (make_copy(edition, audience="public", office=office) for office in (COPIED, ABROAD))

    by_pingen = PINGEN.documents(swiss, details(COPIED), MAKING)
    by_lob = LOB.documents(american, details(ABROAD), MAKING)

    read = seen_in_window(by_pingen[0].data, "CH")
    assert is_same_address(meant_lines(details(COPIED)), "CH", read=read, read_country="CH")
    assert tuple(by_lob) == letter_documents(american, MAKING)
    assert address_of(details(ABROAD))["address_line1"] == "9 Rue du Lac"
