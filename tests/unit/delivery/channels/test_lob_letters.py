"""What Lob is asked for: the address in its fields, the envelopes by their sheets, and what does not fit."""

from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.delivery.asking import LONGEST_ANSWER, Answer
from service.delivery.channel import Outward
from service.delivery.channels.lob import CHANNEL, MODES, RULES, Mode
from service.delivery.channels.lob.account import read_account
from service.delivery.channels.lob.address import address_of
from service.delivery.channels.lob.answers import again_after, read_letter
from service.delivery.channels.lob.envelopes import Printed, pack, sheets_of
from service.delivery.channels.lob.request import Order, form_body, form_fields
from service.delivery.channels.lob.rules import examine
from service.delivery.parcel import Document, Exchange, InDoubt
from service.model.recipient import Recipient
from tests.doubles.lob import LIVE, TEST
from tests.printing import ABROAD, AT_HOME, KEY, document

GOLDEN = Path(__file__).resolve().parents[3] / "golden" / "lob-order.txt"
SENDER = "Coalition for Open Rivers\n12 Quay Street\nWashington, DC 20001"
ACCOUNT = read_account({"key": LIVE, "sender": SENDER})


@pytest.mark.parametrize(
    ("country", "lines", "fields"),
    [
        (
            "US",
            ["1 Palace Square", "Capital City, DC 20500"],
            ("1 Palace Square", "", "Capital City", "DC", "20500"),
        ),
        (
            "US",
            ["1 Main St", "Suite 7", "Portland OR 97201-1234"],
            ("1 Main St", "Suite 7", "Portland", "OR", "97201-1234"),
        ),
        (
            "PR",
            ["63 Calle Fortaleza", "San Juan, PR 00901", "USA"],
            ("63 Calle Fortaleza", "", "San Juan", "PR", "00901"),
        ),
        ("CH", ["Bundeshaus West 1", "3003 Bern", "Schweiz"], ("Bundeshaus West 1", "", "Bern", "", "3003")),
        ("GB", ["10 Downing Street", "London SW1A 2AA"], ("10 Downing Street", "", "London", "", "SW1A 2AA")),
        ("NL", ["Binnenhof 19", "2513 AA Den Haag"], ("Binnenhof 19", "", "Den Haag", "", "2513 AA")),
        (
            "CA",
            ["80 Wellington Street", "Ottawa, ON K1A 0A2"],
            ("80 Wellington Street", "", "Ottawa ON", "", "K1A 0A2"),
        ),
    ],
)
def test_the_lines_of_an_address_are_read(country: str, lines: list[str], fields: tuple[str, ...]) -> None:
    found = address_of({"name": "N", "office": "O", "address": lines, "country": country})

    names = ("address_line1", "address_line2", "address_city", "address_state", "address_zip")
    assert tuple(found.get(name, "") for name in names) == fields
    assert found["address_country"] == ("US" if country == "PR" else country)
    assert (found["name"], found["company"]) == ("N", "O")


def test_a_house_above_its_street_is_printed_above_it() -> None:
    lines = ["The White House", "1600 Pennsylvania Avenue NW", "Washington, DC 20500"]

    found = address_of({"name": "The President", "address": lines, "country": "US"})

    assert (found["company"], found["address_line1"]) == ("The White House", "1600 Pennsylvania Avenue NW")


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        ({"country": ""}, "country"),
        ({"country": "PS"}, "country"),
        ({"address": []}, "address"),
        ({"address": ["1 Palace Square", "Capital City"]}, "address"),
        ({"address": ["Capital City, DC 20500"]}, "address"),
        ({"name": "N" * 41}, "name-length"),
        ({"office": "O" * 41}, "name-length"),
        ({"address": ["1" * 51, "Capital City, DC 20500"]}, "street-length"),
        ({"address": ["1" * 30, "2" * 21, "Capital City, DC 20500"]}, "street-length"),
    ],
)
def test_an_address_that_lob_would_refuse_is_found_before(change: dict[str, object], rule: str) -> None:
    findings = examine({**AT_HOME, **change}, [document()], ACCOUNT, can_bind=False)

    assert rule in {one.rule.id for one in findings}
    assert all(one.forbids and one.found for one in findings)


@pytest.mark.parametrize("details", [AT_HOME, ABROAD])
def test_what_fits_has_no_findings(details: dict[str, object]) -> None:
    assert examine(details, [document()], ACCOUNT, can_bind=False) == ()


@pytest.mark.parametrize(
    ("sent", "details", "sides", "rule"),
    [
        (document(letter_paper=False), AT_HOME, "double", "paper"),
        (document(pages=118), AT_HOME, "double", ""),
        (document(pages=119), AT_HOME, "double", "sheets"),
        (document(pages=59), AT_HOME, "single", ""),
        (document(pages=60), AT_HOME, "single", "sheets"),
        (document(pages=10), ABROAD, "double", ""),
        (document(pages=11), ABROAD, "double", "sheets"),
        (document(pages=5), ABROAD, "single", ""),
        (document(pages=6), ABROAD, "single", "sheets"),
        (Document(name="a.txt", media_type="text/plain", data=b"a"), AT_HOME, "double", "file"),
        (Document(name="a.pdf", media_type="application/pdf", data=b"a"), AT_HOME, "double", "file"),
    ],
)
def test_a_document_fits_or_not(sent: Document, details: dict[str, object], sides: str, rule: str) -> None:
    account = read_account({"key": LIVE, "sender": SENDER, "sides": sides})

    findings = examine(details, [sent], account, can_bind=False)

    assert [one.rule.id for one in findings] == ([rule] if rule else [])


def test_every_rule_says_where_it_is_written_and_when_somebody_looked() -> None:
    assert CHANNEL.rules == tuple(RULES.values())
    for id_, rule in RULES.items():
        assert rule.id == id_
        assert rule.source.startswith("Lob API")
        assert rule.checked == date(2026, 11, 27)


@given(
    pages=st.lists(st.integers(1, 130), min_size=1, max_size=8),
    domestic=st.booleans(),
    double_sided=st.booleans(),
)
def test_nothing_is_lost_or_moved_and_no_envelope_is_too_full(
    *, pages: list[int], domestic: bool, double_sided: bool
) -> None:
    printed = [
        Printed(document=document(name=f"{place}.pdf", pages=1), pages=many)
        for place, many in enumerate(pages)
    ]

    packed = pack(printed, domestic=domestic, double_sided=double_sided, together=True)

    by_name = {one.document.name: one for one in printed}
    assert [one.name for each in packed for one in each.documents] == [
        f"{place}.pdf" for place in range(len(pages))
    ]
    assert [(each.place, each.of) for each in packed] == [
        (place + 1, len(packed)) for place in range(len(packed))
    ]
    for each in packed:
        inside = [by_name[one.name] for one in each.documents]
        if len(inside) > 1:
            assert sheets_of(inside, double_sided=double_sided) <= (60 if domestic else 6)


def test_an_order_reads_as_it_always_did() -> None:
    order = Order(name=f"{KEY}-1", place=1, of=2, letter="", document=document())
    annex = Order(name=f"{KEY}-2", place=2, of=2, letter="ltr_4868c3b754655f90", document=document())
    certified = read_account(
        {"key": TEST, "sender": SENDER, "service": "certified", "sides": "single", "colour": "yes"}
    )

    told = "\n\n".join(
        "\n".join(f"{name} = {value}" for name, value in fields)
        for fields in (
            form_fields(order, AT_HOME, ACCOUNT),
            form_fields(annex, ABROAD, certified),
        )
    )

    assert told + "\n" == GOLDEN.read_text()


@pytest.mark.parametrize(("length", "number"), [(LONGEST_ANSWER, "ltr_4868c3b754655f90"), (900, "")])
def test_a_record_too_long_to_be_read_whole_still_tells_its_number(length: int, number: str) -> None:
    body = (b'{"id": "ltr_4868c3b754655f90", "thumbnails": ["' + b"x" * LONGEST_ANSWER)[:length]
    answer = Answer(status=200, headers={}, body=body, exchange=Exchange(asked="POST", status=200))

    try:
        found = read_letter(answer, private=()).number
    except InDoubt:
        found = ""

    assert found == number


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, 5),
        ({"retry-after": "90"}, 90),
        ({"x-rate-limit-reset": "1528749846"}, 5),
        ({"x-rate-limit-reset": "1528749846", "date": "Mon, 11 Jun 2018 20:43:26 GMT"}, 40),
        ({"ratelimit-reset": "1528749846", "date": "Mon, 11 Jun 2018 20:43:26 GMT"}, 40),
        ({"x-rate-limit-reset": "1528749846", "date": "Mon, 11 Jun 2018 20:45:26 GMT"}, 5),
        ({"x-rate-limit-reset": "1528749846", "date": "yesterday"}, 5),
    ],
)
def test_how_long_to_wait_is_told_by_their_clock(headers: dict[str, str], seconds: int) -> None:
    assert again_after(headers) == timedelta(seconds=seconds)


def test_no_line_of_an_address_begins_another_part_of_the_form() -> None:
    order = Order(name=f"{KEY}-1", place=1, of=1, letter="", document=document())
    hostile = {**AT_HOME, "name": 'Jane\r\n--b\r\nContent-Disposition: form-data; name="color"\r\n\r\ntrue'}

    body = form_body(form_fields(order, hostile, ACCOUNT), document(), boundary="b")

    assert body.count(b"\r\n--b") == len(form_fields(order, hostile, ACCOUNT)) + 1
    assert body == form_body(form_fields(order, hostile, ACCOUNT), document(), boundary="b")


def test_the_key_says_what_it_is_good_for() -> None:
    live, test = (read_account({"key": key, "sender": SENDER}).mode for key in (LIVE, TEST))

    assert (live, test) == (Mode.LIVE, Mode.TEST)
    assert MODES[live] != MODES[test]
    assert LIVE not in repr(ACCOUNT)
    assert "Quay" not in repr(ACCOUNT)


@pytest.mark.parametrize(("details", "destinations"), [(AT_HOME, 1), ({"address": []}, 0), ({}, 0)])
def test_while_nothing_sets_it_up_it_can_take_nothing(details: dict[str, object], destinations: int) -> None:
    office = Recipient(
        campaign_id="", revision_id="", position=0, role="to", copy_kind="full", channels=["lob"], details=b""
    )

    verdict = CHANNEL.check(office, details, Outward(smtp=True, mail_from="a@b.example"))

    assert verdict.destinations == destinations
    assert not verdict.can
    assert verdict.reason.endswith(".")
