"""Pingen: nothing is submitted but to the address that was meant, each letter once, and what is told of it is true."""

import unicodedata
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.delivery.channels.pingen.carrier import MISREAD, ONLY_A_TRIAL, PingenCarrier
from service.delivery.parcel import Document, InDoubt, NotNow, NotTaken
from service.model.states import DeliveryState
from tests.doubles.loopback_http import Fault, Reply, open_house
from tests.doubles.pingen import CLIENT, CLIENT_SECRET, ORGANISATION, TOKEN, Pingen, error
from tests.printing import ABROAD, ASKING, KEY, Told, carry, document, parcel

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
READ = "Jürg Muster\nBundespräsident\nBundeskanzlei\nBundeshaus West 1\n3003 Bern"
LETTER = document(letter_paper=False)
TOKENS, UPLOAD, PUT, CREATE, LOOK = (
    r"POST /auth",
    r"GET /file-upload",
    r"PUT /bucket",
    r"POST /org",
    r"GET /org.*letters/",
)
LIST, SEND = r"GET /org.*letters\?", r"PATCH /org.*send"
MANNERS = ("break before", "break after", "half")
FAULTS = [
    *(
        Fault(of=of, manner=manner)
        for of in (TOKENS, LIST, UPLOAD, PUT, CREATE, LOOK, SEND)
        for manner in MANNERS
    ),
    *(
        Fault(of=of, manner=manner, reply=Reply(status=status, body=body))
        for of in (CREATE, SEND)
        for manner in ("instead", "afterwards")
        for status, body in (
            (500, b"oops"),
            (503, b"<html>"),
            (409, b"{}"),
            (200, b"{"),
            (200, b'{"data": {}}'),
        )
    ),
    *(Fault(of=of, manner="instead", reply=Reply(status=429)) for of in (TOKENS, LIST, CREATE, LOOK, SEND)),
    *(Fault(of=of, manner="instead", reply=Reply(status=503)) for of in (TOKENS, LIST, UPLOAD, PUT, LOOK)),
]


def wait(_: float) -> None:
    """Wait for nobody."""


CARRIER = PingenCarrier(ASKING, wait=wait)


@pytest.fixture
def house() -> Pingen:
    return Pingen(now=NOW, reads=lambda _: (READ, "CH"))


@pytest.fixture
def production(house: Pingen) -> Iterator[dict[str, str]]:
    with open_house(house) as base:
        house.base = base
        yield settings_at(base)


def settings_at(base: str) -> dict[str, str]:
    """Give the settings by which a house is asked that sends."""
    return {
        "client_id": CLIENT,
        "client_secret": CLIENT_SECRET,
        "organisation": ORGANISATION,
        "mode": "production",
        "url": base,
        "identity_url": base,
    }


def test_a_letter_is_read_back_and_then_submitted(house: Pingen, production: dict[str, str]) -> None:
    house.reading = 2

    told = carry(CARRIER, parcel(LETTER, settings=production, details=ABROAD), house)

    [number] = house.sent
    assert told.receipt is not None
    assert told.receipt.number == number
    assert told.receipt.rung is DeliveryState.HANDED_OVER
    assert house.files[number] == LETTER.data
    assert told.fences == 1
    assert not [asked for asked in house.asked[: told.asked_before] if asked.method in {"PUT", "PATCH"}]


@pytest.mark.parametrize(
    ("read", "country"),
    [
        (READ.replace("West 1", "West 7"), "CH"),
        (READ.replace("ürg", "urg"), "CH"),
        (READ.replace("\n3003 Bern", ""), "CH"),
        (READ.replace("Bundeskanzlei\n", ""), "CH"),
        (READ, "DE"),
        (READ, ""),
        ("", "CH"),
        (f"Coalition for Open Rivers\n{READ}", "CH"),
    ],
    ids=[
        "a figure",
        "an accent",
        "a line",
        "an office",
        "a country",
        "no country",
        "nothing",
        "a line too many",
    ],
)
def test_an_address_that_was_misread_is_not_submitted_and_told_to_the_secretariat_alone(
    house: Pingen, production: dict[str, str], read: str, country: str
) -> None:
    house.reads = lambda _: (read, country)

    told = carry(CARRIER, parcel(LETTER, settings=production, details=ABROAD), house)

    assert isinstance(told.error, NotTaken)
    assert str(told.error) == MISREAD
    assert house.sent == []
    # Nobody can submit it there by hand.
    assert house.letters == {}
    meant, was_read = told.error.faults
    assert "Bundeshaus West 1" in meant
    assert all(line in was_read for line in read.splitlines())
    for personal in ("Muster", "Bundeshaus", "Bern", "3003"):
        assert personal not in told.words


@pytest.mark.parametrize(
    "read",
    [
        READ.upper(),
        READ.replace("\n", " "),
        f"{READ}\nSchweiz",
        f"{READ}\nSCHWEIZ",
        READ.replace("3003 Bern", "3003  Bern,"),
        unicodedata.normalize("NFD", READ),
    ],
)
def test_what_is_printed_otherwise_and_reads_the_same_is_the_same(
    house: Pingen, production: dict[str, str], read: str
) -> None:
    house.reads = lambda _: (read, "CH")

    assert carry(CARRIER, parcel(LETTER, settings=production, details=ABROAD), house).receipt is not None


def test_neither_secrets_nor_addresses_stand_in_what_is_kept(
    house: Pingen, production: dict[str, str]
) -> None:
    first = carry(CARRIER, parcel(LETTER, settings=production, details=ABROAD), house)
    again = carry(CARRIER, parcel(LETTER, settings=production, details=ABROAD), house)
    house.faults.append(
        Fault(of=CREATE, manner="instead", reply=error(422, "address_bad", "Bundeshaus West 1 is bad"))
    )
    refused = carry(CARRIER, parcel(LETTER, settings=production, details=ABROAD, key="a" * 32), house)
    unknown = carry(
        CARRIER, parcel(LETTER, settings={**production, "client_secret": "else"}, details=ABROAD), house
    )

    for told in (first, again, refused, unknown):
        for secret in (CLIENT_SECRET, TOKEN, "opens-it", "Muster", "Bundeshaus", "3003"):
            assert secret not in told.words
    assert isinstance(refused.error, NotTaken)
    assert refused.error.faults == ("address_bad: The request failed.: … is bad",)
    assert isinstance(unknown.error, NotTaken)


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: f"{fault.of} {fault.manner} {fault.reply.status}")
def test_one_fault_doubles_nothing_and_is_told_truly(
    house: Pingen, production: dict[str, str], fault: Fault
) -> None:
    house.faults.append(fault)
    sent = parcel(LETTER, settings=production, details=ABROAD)

    told = carry(CARRIER, sent, house)

    is_told_truly(told, house)
    assert carry(CARRIER, sent, house).receipt is not None
    assert len(house.sent) == 1


@settings(max_examples=25)
@given(tries=st.lists(st.tuples(st.lists(st.sampled_from(FAULTS), max_size=5), st.booleans()), max_size=3))
def test_whatever_goes_wrong_however_often_nothing_is_doubled(tries: list[tuple[list[Fault], bool]]) -> None:
    house = Pingen(now=NOW, reads=lambda _: (READ, "CH"))
    with open_house(house) as base:
        house.base = base
        sent = parcel(LETTER, settings=settings_at(base), details=ABROAD)
        for faults, a_day_goes_by in tries:
            house.faults[:] = faults
            is_told_truly(carry(CARRIER, sent, house), house)
            if a_day_goes_by:
                house.forget_keys()
        house.faults.clear()
        last = carry(CARRIER, sent, house)

    assert last.receipt is not None
    assert house.sent == [last.receipt.number]


def is_told_truly(told: Told, house: Pingen) -> None:
    """Hold what was told against what the house has submitted."""
    assert len(house.sent) <= 1
    assert told.fences <= 1
    if told.receipt is not None:
        assert house.sent == [told.receipt.number]
    elif told.fences:
        assert house.sent == [] or isinstance(told.error, InDoubt)


def test_nobody_knows_where_the_submission_breaks_off_and_nothing_can_be_seen(
    house: Pingen, production: dict[str, str]
) -> None:
    house.faults += [Fault(of=SEND, manner="break after"), Fault(of=SEND, manner="break after")]
    house.faults += [Fault(of=LOOK, manner="break before", skip=1), Fault(of=LOOK, manner="break before")]
    sent = parcel(LETTER, settings=production, details=ABROAD)

    told = carry(CARRIER, sent, house)
    again = carry(CARRIER, sent, house)

    assert isinstance(told.error, InDoubt)
    assert again.receipt is not None
    assert again.fences == 0
    assert len(house.sent) == 1


@pytest.mark.parametrize("reply", [Reply(status=429), error(422, "letter_not_valid", "It cannot be sent")])
def test_that_the_second_try_was_refused_says_nothing_of_the_first(
    house: Pingen, production: dict[str, str], reply: Reply
) -> None:
    house.faults += [Fault(of=SEND, manner="break after"), Fault(of=SEND, manner="instead", reply=reply)]
    house.faults += [Fault(of=LOOK, manner="break before", skip=1), Fault(of=LOOK, manner="break before")]

    told = carry(CARRIER, parcel(LETTER, settings=production, details=ABROAD), house)

    assert isinstance(told.error, InDoubt)
    assert len(house.sent) == 1


def test_a_file_in_which_it_sees_other_pages_is_not_submitted(
    house: Pingen, production: dict[str, str]
) -> None:
    house.miscounts = 1

    told = carry(CARRIER, parcel(LETTER, settings=production, details=ABROAD), house)

    assert isinstance(told.error, NotTaken)
    assert str(told.error) == "Not sent: Pingen counts 3 pages, and the letter has 2."
    assert house.sent == []
    assert house.letters == {}


def test_too_many_pages_are_told_in_its_own_words(house: Pingen, production: dict[str, str]) -> None:
    long = document(pages=31, letter_paper=False)

    told = carry(CARRIER, parcel(long, settings=production, details=ABROAD), house)

    assert isinstance(told.error, NotTaken)
    assert told.error.faults == ("file_too_many_pages: Page limit exceeded",)
    assert house.sent == []


def test_a_file_that_is_still_being_read_goes_on_at_the_next_try(
    house: Pingen, production: dict[str, str]
) -> None:
    house.reading = 9
    sent = parcel(LETTER, settings=production, details=ABROAD)

    first = carry(CARRIER, sent, house)
    house.forget_keys()
    second = carry(CARRIER, sent, house)

    assert isinstance(first.error, NotNow)
    assert first.error.again_after == timedelta(minutes=2)
    assert second.receipt is not None
    assert len(house.letters) == 1


def test_what_waits_for_money_says_so(house: Pingen, production: dict[str, str]) -> None:
    house.credit = False

    told = carry(CARRIER, parcel(LETTER, settings=production, details=ABROAD), house)

    assert told.receipt is not None
    assert "enough money" in told.receipt.said


@pytest.mark.parametrize("fault", [None, *FAULTS])
def test_from_staging_nothing_is_ever_told_as_sent(
    house: Pingen, production: dict[str, str], fault: Fault | None
) -> None:
    house.faults += [fault, fault] if fault else []

    told = carry(CARRIER, parcel(LETTER, settings={**production, "mode": "staging"}, details=ABROAD), house)

    assert isinstance(told.error, NotTaken | NotNow)
    if not fault:
        assert str(told.error) == ONLY_A_TRIAL


def test_annexes_are_bound_behind_the_letter_or_it_cannot_go(
    house: Pingen, production: dict[str, str]
) -> None:
    def bind(documents: list[Document], *, paper: str, double_sided: bool) -> Document:
        assert (paper, double_sided, len(documents)) == ("a4", True, 2)
        return document(pages=6, letter_paper=False)

    sent = parcel(LETTER, document(name="annex.pdf", pages=3), settings=production, details=ABROAD)

    alone = carry(CARRIER, sent, house)
    bound = carry(PingenCarrier(ASKING, bind=bind, wait=wait), sent, house)

    assert isinstance(alone.error, NotTaken)
    assert any("2 documents" in fault for fault in alone.error.faults)
    assert bound.receipt is not None


def test_a_letter_on_other_paper_cannot_go(house: Pingen, production: dict[str, str]) -> None:
    told = carry(CARRIER, parcel(document(), settings=production, details=ABROAD), house)

    assert isinstance(told.error, NotTaken)
    assert "not A4" in told.error.faults[0]
    assert house.asked == []


@pytest.mark.parametrize("state", ["undeliverable", "rejected"])
def test_what_came_back_is_not_sent_again_under_the_same_name(
    house: Pingen, production: dict[str, str], state: str
) -> None:
    sent = parcel(LETTER, settings=production, details=ABROAD, key=KEY)
    carry(CARRIER, sent, house)
    house.letters[house.sent[0]]["attributes"]["status"] = state

    told = carry(CARRIER, sent, house)

    assert isinstance(told.error, NotTaken)
    assert len(house.sent) == 1
