"""Lob: each envelope is ordered once however it breaks off, and what is told of it is true."""

import base64
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.delivery.channels.lob.carrier import IN_PART, ONLY_A_TEST, LobCarrier
from service.delivery.parcel import Document, InDoubt, NotNow, NotTaken
from service.model.states import DeliveryState
from tests.doubles.lob import LIVE, STATUSES, TEST, Lob
from tests.doubles.loopback_http import Fault, Reply, open_house
from tests.printing import ABROAD, ASKING, AT_HOME, KEY, Told, carry, document, parcel

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
SENDER = "Coalition for Open Rivers\n12 Quay Street\nWashington, DC 20001"
ORDER = r"POST /v1/letters"
SEARCH = r"GET /v1/letters"
CARRIER = LobCarrier(ASKING)
OF_ORDERS = sorted(set(STATUSES) - {"not_found", "unrecognized_endpoint"})
ASK_AGAIN = {"rate_limit_exceeded", "service_unavailable"}
NOBODY_KNOWS = {"request_timeout", "internal_server_error", "conflict"}
FAULTS = [
    *(
        Fault(of=of, manner=manner)
        for of in (ORDER, SEARCH)
        for manner in ("break before", "break after", "half")
    ),
    *(
        Fault(of=ORDER, manner=manner, reply=Reply(status=status, body=body))
        for manner in ("instead", "afterwards")
        for status, body in ((500, b"oops"), (502, b"<html>"), (200, b"{"), (200, b'{"id": 7}'))
    ),
    Fault(of=ORDER, manner="instead", reply=Reply(status=429)),
    Fault(of=SEARCH, manner="instead", reply=Reply(status=503, body=b"later")),
]


@pytest.fixture
def house() -> Lob:
    return Lob(now=NOW)


@pytest.fixture
def live(house: Lob) -> Iterator[dict[str, str]]:
    """Give the settings by which the house is asked with a live key."""
    with open_house(house) as base:
        yield {"key": LIVE, "sender": SENDER, "url": f"{base}/v1"}


def bind(documents: list[Document], *, paper: str, double_sided: bool) -> Document:
    """Bind as a binder does, as far as the house can tell."""
    assert paper == "us-letter"
    pages = sum(one.data.count(b"/Type /Page ") + double_sided for one in documents)
    return document(pages=pages, name=documents[0].name)


def test_a_letter_is_taken_and_no_more_is_told_than_that(house: Lob, live: dict[str, str]) -> None:
    told = carry(CARRIER, parcel(settings=live, details=AT_HOME), house)

    [letter] = house.letters["live"]
    assert told.receipt is not None
    assert told.receipt.number == letter["id"]
    assert told.receipt.rung is DeliveryState.HANDED_OVER
    assert house.files[letter["id"]] == document().data
    assert (letter["to"]["address_city"], letter["to"]["address_zip"]) == ("CAPITAL CITY", "20500")
    assert told.fences == 1
    assert [asked.method for asked in house.asked[: told.asked_before]] == ["GET"]


def test_neither_key_nor_address_nor_link_stands_in_what_is_kept(house: Lob, live: dict[str, str]) -> None:
    told = carry(CARRIER, parcel(settings=live, details=AT_HOME), house)
    again = carry(CARRIER, parcel(settings=live, details=AT_HOME), house)
    house.refuse = "failed_deliverability_strictness"
    refused = carry(CARRIER, parcel(settings=live, details=AT_HOME, key="a" * 32), house)

    for one in (told, again, refused):
        for secret in (
            LIVE,
            base64.b64encode(f"{LIVE}:".encode()).decode(),
            "Palace",
            "Example",
            "20500",
            "Quay",
            "opens-it",
        ):
            assert secret.lower() not in one.words.lower()


@pytest.mark.parametrize("code", OF_ORDERS)
def test_each_refusal_is_told_as_what_it_is(house: Lob, live: dict[str, str], code: str) -> None:
    house.refuse = code

    told = carry(CARRIER, parcel(settings=live, details=AT_HOME), house)

    if code in NOBODY_KNOWS:
        # Asked a second time by the same key, the house takes it.
        assert told.receipt is not None
        assert len(house.letters["live"]) == 1
        return
    assert isinstance(told.error, NotNow if code in ASK_AGAIN else NotTaken)
    assert house.letters["live"] == []
    if isinstance(told.error, NotTaken):
        assert told.error.faults == (f"{code}: It said why, to ….",)
        assert str(told.error).startswith("Lob did not take it")
    else:
        assert told.error is not None
        assert timedelta(seconds=30) < told.error.again_after <= timedelta(seconds=41)


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: f"{fault.of} {fault.manner} {fault.reply.status}")
def test_one_fault_doubles_nothing_and_is_told_truly(house: Lob, live: dict[str, str], fault: Fault) -> None:
    house.faults.append(fault)

    told = carry(CARRIER, parcel(settings=live, details=AT_HOME), house)

    is_told_truly(told, house)
    assert isinstance(told.error, NotNow | None)
    assert carry(CARRIER, parcel(settings=live, details=AT_HOME), house).receipt is not None
    assert len(house.letters["live"]) == 1


@settings(max_examples=25)
@given(tries=st.lists(st.tuples(st.lists(st.sampled_from(FAULTS), max_size=4), st.booleans()), max_size=3))
def test_whatever_goes_wrong_however_often_nothing_is_doubled(tries: list[tuple[list[Fault], bool]]) -> None:
    house = Lob(now=NOW)
    with open_house(house) as base:
        sent = parcel(settings={"key": LIVE, "sender": SENDER, "url": f"{base}/v1"}, details=AT_HOME)
        for faults, a_day_goes_by in tries:
            house.faults[:] = faults
            is_told_truly(carry(CARRIER, sent, house), house)
            house.faults.clear()
            if a_day_goes_by:
                house.forget_keys()
        last = carry(CARRIER, sent, house)

    assert last.receipt is not None
    assert [letter["id"] for letter in house.letters["live"]] == [last.receipt.number]


def is_told_truly(told: Told, house: Lob) -> None:
    """Hold what was told against what the house has."""
    has = len(house.letters["live"])
    assert has <= 1
    assert told.fences <= 1
    if told.receipt is not None:
        assert has == 1
    elif told.fences:
        # Before its fence a try says nothing of those before it.
        assert has == 0 or isinstance(told.error, InDoubt)


def test_what_is_in_doubt_is_found_by_its_name_once_its_key_is_forgotten(
    house: Lob, live: dict[str, str]
) -> None:
    house.faults += [
        Fault(of=ORDER, manner="break after"),
        Fault(of=ORDER, manner="break after"),
        Fault(of=SEARCH, manner="half", skip=1),
    ]
    sent = parcel(settings=live, details=AT_HOME)

    first = carry(CARRIER, sent, house)
    house.forget_keys()
    second = carry(CARRIER, sent, house)

    assert isinstance(first.error, InDoubt)
    assert second.receipt is not None
    assert second.fences == 0
    assert len(house.letters["live"]) == 1


def test_a_letter_of_another_name_is_never_taken_for_this_one(house: Lob, live: dict[str, str]) -> None:
    house.filter = False
    other = carry(CARRIER, parcel(settings=live, details=ABROAD, key="b" * 32), house)

    told = carry(CARRIER, parcel(settings=live, details=AT_HOME), house)

    assert told.receipt is not None
    assert other.receipt is not None
    assert told.receipt.number != other.receipt.number
    assert len(house.letters["live"]) == 2


def test_nobody_knows_where_it_breaks_off_and_no_search_helps(house: Lob, live: dict[str, str]) -> None:
    house.faults += [Fault(of=ORDER, manner="break before"), Fault(of=ORDER, manner="break before")]

    told = carry(CARRIER, parcel(settings=live, details=AT_HOME), house)

    assert isinstance(told.error, InDoubt)
    assert told.fences == 1


@pytest.mark.parametrize("fault", [None, *FAULTS])
def test_with_a_test_key_nothing_is_ever_told_as_sent(
    house: Lob, live: dict[str, str], fault: Fault | None
) -> None:
    house.faults += [fault, fault] if fault else []

    told = carry(CARRIER, parcel(settings={**live, "key": TEST}, details=AT_HOME), house)

    assert isinstance(told.error, NotTaken | NotNow)
    assert house.letters["live"] == []
    if not fault:
        assert str(told.error) == ONLY_A_TEST
        assert len(house.letters["test"]) == 1


@pytest.mark.parametrize(
    ("details", "pages", "envelopes"),
    [
        (ABROAD, (4, 5), 1),
        (ABROAD, (4, 6), 1),
        (ABROAD, (4, 7), 2),
        (ABROAD, (10, 10, 1), 3),
        (ABROAD, (2, 8, 4), 2),
        (AT_HOME, (60, 58), 1),
        (AT_HOME, (60, 59), 2),
    ],
)
def test_letter_and_annexes_are_split_where_an_envelope_is_full(
    house: Lob, live: dict[str, str], details: dict[str, object], pages: tuple[int, ...], envelopes: int
) -> None:
    documents = [document(pages=many, name=f"{place}.pdf") for place, many in enumerate(pages)]

    told = carry(LobCarrier(ASKING, bind=bind), parcel(*documents, settings=live, details=details), house)

    assert told.receipt is not None
    assert len(house.letters["live"]) == envelopes
    assert told.fences == 1
    letter, *others = reversed(house.letters["live"])
    assert told.receipt.number == letter["id"]
    assert [one["metadata"].get("letter") for one in others] == [letter["id"]] * len(others)


def test_a_letter_on_other_paper_is_fitted_to_that_of_the_house(house: Lob, live: dict[str, str]) -> None:
    sent = parcel(document(letter_paper=False), settings=live, details=ABROAD)

    alone = carry(CARRIER, sent, house)
    fitted = carry(LobCarrier(ASKING, bind=bind), sent, house)

    assert isinstance(alone.error, NotTaken)
    assert "US Letter" in alone.error.faults[0]
    assert fitted.receipt is not None


def test_without_a_binder_each_document_has_its_envelope(house: Lob, live: dict[str, str]) -> None:
    told = carry(CARRIER, parcel(document(), document(name="a.pdf"), settings=live, details=AT_HOME), house)

    assert told.receipt is not None
    assert {one["metadata"]["envelope"] for one in house.letters["live"]} == {"1 of 2", "2 of 2"}
    assert all(one["id"] in told.receipt.said for one in house.letters["live"])


def test_what_was_taken_in_part_is_in_doubt_and_only_the_rest_is_ordered_again(
    house: Lob, live: dict[str, str]
) -> None:
    sent = parcel(document(), document(name="annex.pdf", pages=3), settings=live, details=AT_HOME)
    house.faults.append(Fault(of=ORDER, manner="instead", reply=Reply(status=429, body=b"{}"), skip=1))

    first = carry(CARRIER, sent, house)
    [letter] = house.letters["live"]
    second = carry(CARRIER, sent, house)

    assert isinstance(first.error, InDoubt)
    assert str(first.error) == IN_PART.with_values(n=1, of=2, numbers=letter["id"])
    assert second.receipt is not None
    assert second.receipt.number == letter["id"]
    assert len(house.letters["live"]) == 2


@pytest.mark.parametrize("pages", [11, 13])
def test_too_many_pages_for_any_envelope_are_refused_before_anything_is_asked(
    house: Lob, live: dict[str, str], pages: int
) -> None:
    told = carry(CARRIER, parcel(document(pages=pages), settings=live, details=ABROAD), house)

    assert isinstance(told.error, NotTaken)
    assert "an envelope holds 6" in told.error.faults[0]
    assert house.asked == []


def test_what_lob_itself_checks_is_not_all_that_is_checked_here(house: Lob, live: dict[str, str]) -> None:
    broken = replace(document(), data=document().data[:-9])

    told = carry(CARRIER, parcel(broken, settings=live, details=AT_HOME), house)

    assert isinstance(told.error, NotTaken)
    assert house.asked == []


def test_a_letter_that_lob_cannot_print_or_that_was_cancelled_there_is_not_taken(
    house: Lob, live: dict[str, str]
) -> None:
    sent = parcel(settings=live, details=AT_HOME)
    first = carry(CARRIER, sent, house)
    assert first.receipt is not None
    house.fail(first.receipt.number)

    told = carry(CARRIER, sent, house)

    assert isinstance(told.error, NotTaken)
    assert told.error.faults == ("A font could not be read.", "Embed it.")
    assert told.fences == 0


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"key": ""}, "not set up"),
        ({"key": "sk_live_1"}, "no key of Lob"),
        ({"key": "live_pub_1"}, "publishable"),
        ({"sender": "Coalition\nHauptstraße 1\n10117 Berlin"}, "in the United States"),
        ({"service": "pigeon"}, "pigeon"),
    ],
)
def test_an_account_that_cannot_be_used_takes_nothing(
    house: Lob, live: dict[str, str], change: dict[str, str], told: str
) -> None:
    carried = carry(CARRIER, parcel(settings={**live, **change}, details=AT_HOME), house)

    assert isinstance(carried.error, NotTaken)
    assert told in str(carried.error)
    assert house.asked == []


@pytest.mark.parametrize(
    ("details", "service", "ordered"),
    [(AT_HOME, "certified", "certified"), (ABROAD, "certified", "registered"), (AT_HOME, "", None)],
)
def test_the_service_is_that_of_the_country(
    house: Lob, live: dict[str, str], details: dict[str, object], service: str, ordered: str | None
) -> None:
    told = carry(CARRIER, parcel(settings={**live, "service": service}, details=details), house)

    assert told.receipt is not None
    assert house.letters["live"][0].get("extra_service") == ordered
    assert house.letters["live"][0]["metadata"]["parcel"] == f"{KEY}-1"
