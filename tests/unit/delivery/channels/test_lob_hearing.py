"""What is heard from Lob counts where it is signed in time, proves no more than it says, and proves it once."""

import hmac
import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from service.delivery.channels.lob.hearing import EVENTS, follow, heard
from service.delivery.parcel import Heard, NotNow
from service.foundation.errors import Refused
from service.model.states import DeliveryState
from tests.doubles.lob import DESCRIPTION, LIVE, SCHEMAS, SECRET, TEST, Lob, sign
from tests.doubles.loopback_http import Fault, open_house
from tests.doubles.openapi import faults
from tests.printing import ASKING

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
SENDER = "Coalition for Open Rivers\n12 Quay Street\nWashington, DC 20001"
SETTINGS = {"key": LIVE, "webhook_secret": SECRET, "sender": SENDER}
NUMBER = "ltr_4868c3b754655f90"
OTHER = "ltr_5ba44b462c79f07c"


def letter(number: str = NUMBER, **metadata: str) -> dict[str, Any]:
    return {
        "id": number,
        "object": "letter",
        "status": "rendered",
        "metadata": {"mode": "live", **metadata},
        "tracking_events": [],
    }


def house(*letters: dict[str, Any]) -> Lob:
    return Lob(now=NOW, letters={"live": list(letters or (letter(),)), "test": []})


def hear(
    kind: str, *, of: Lob | None = None, number: str = NUMBER, settings: Mapping[str, str] = SETTINGS
) -> Heard | None:
    body, headers = (of or house()).event(number, kind)
    return heard(body, headers, settings=settings, now=NOW)


def test_the_events_of_the_house_are_real_ones() -> None:
    body, _ = house().event(NUMBER, "letter.in_transit")

    assert faults(json.loads(body), SCHEMAS["events"], DESCRIPTION) == []


@pytest.mark.parametrize(
    ("kind", "rung"),
    [
        ("letter.created", None),
        ("letter.rendered_pdf", None),
        ("letter.mailed", DeliveryState.ACCEPTED),
        ("letter.in_transit", DeliveryState.ACCEPTED),
        ("letter.international_exit", DeliveryState.ACCEPTED),
        # The carrier's vehicle has left the area: nobody has seen it arrive.
        ("letter.delivered", DeliveryState.ACCEPTED),
        ("letter.certified.in_transit", DeliveryState.ACCEPTED),
        ("letter.certified.delivered", DeliveryState.DELIVERED),
        ("letter.certified.issue", None),
        ("letter.certified.returned_to_sender", DeliveryState.FAILED),
        ("letter.returned_to_sender", DeliveryState.FAILED),
        ("letter.failed", DeliveryState.FAILED),
        ("letter.deleted", DeliveryState.FAILED),
        ("letter.viewed", None),
        ("letter.something_new", None),
    ],
)
def test_an_event_proves_its_rung_and_no_more(kind: str, rung: DeliveryState | None) -> None:
    found = hear(kind)

    assert found is not None
    assert (found.number, found.rung, found.at) == (NUMBER, rung, NOW)
    assert "{" not in found.says


def test_each_event_of_a_letter_that_lob_knows_has_its_words() -> None:
    known = {name.removeprefix("letter.") for name in SCHEMAS["letter_types"]["enum"]}
    ours = {name for name in known if not name.startswith("return_envelope.")}

    assert {
        name for name in ours if name not in EVENTS and name.removeprefix("certified.") not in EVENTS
    } == set()


@pytest.mark.parametrize("kind", ["postcard.delivered", "letter.return_envelope.in_transit", ""])
def test_what_concerns_no_letter_is_nothing(kind: str) -> None:
    assert hear(kind) is None


def test_what_is_heard_twice_or_sent_again_is_the_same() -> None:
    lob = house()

    first, again = hear("letter.in_transit", of=lob), hear("letter.in_transit", of=lob)

    assert first is not None
    assert again is not None
    assert first.key == again.key
    assert first.key != getattr(hear("letter.mailed", of=lob), "key", "")


@pytest.mark.parametrize("minutes", [-6, -5.02, 5.02, 6, 60 * 24])
def test_what_is_late_or_early_is_nothing(minutes: float) -> None:
    body, headers = house().event(NUMBER, "letter.delivered")

    with pytest.raises(Refused):
        heard(body, headers, settings=SETTINGS, now=NOW + timedelta(minutes=minutes))


@pytest.mark.parametrize("minutes", [-4.9, 0, 4.9])
def test_within_five_minutes_it_counts(minutes: float) -> None:
    body, headers = house().event(NUMBER, "letter.delivered")

    assert heard(body, headers, settings=SETTINGS, now=NOW + timedelta(minutes=minutes)) is not None


def signed_at(stamp: str, body: bytes = b"{}") -> dict[str, str]:
    signature = hmac.new(SECRET.encode(), stamp.encode() + b"." + body, "sha256").hexdigest()
    return {"lob-signature": signature, "lob-signature-timestamp": stamp}


def test_a_time_in_thousandths_of_a_second_is_read_as_one() -> None:
    body, _ = house().event(NUMBER, "letter.delivered")
    stamp = f"{int(NOW.timestamp())}123"

    assert heard(body, signed_at(stamp, body), settings=SETTINGS, now=NOW) is not None


@pytest.mark.parametrize(
    "change",
    [
        {"lob-signature": ""},
        {"lob-signature": "0" * 64},
        {"lob-signature": "é" * 64},
        {"lob-signature-timestamp": ""},
        {"lob-signature-timestamp": "1732449600.0"},
        {"lob-signature-timestamp": "9" * 40},
    ],
)
def test_what_is_not_signed_is_refused(change: dict[str, str]) -> None:
    body, headers = house().event(NUMBER, "letter.delivered")

    with pytest.raises(Refused):
        heard(body, {**headers, **change}, settings=SETTINGS, now=NOW)


@pytest.mark.parametrize("stamp", ["", "soon", "9" * 40])
def test_a_time_that_is_none_is_refused_even_where_it_is_signed(stamp: str) -> None:
    with pytest.raises(Refused):
        heard(b"{}", signed_at(stamp), settings=SETTINGS, now=NOW)


def test_every_byte_of_the_body_is_signed() -> None:
    body, headers = house().event(NUMBER, "letter.delivered")

    for place in range(0, len(body), 7):
        changed = body[:place] + bytes([body[place] ^ 1]) + body[place + 1 :]
        with pytest.raises(Refused):
            heard(changed, headers, settings=SETTINGS, now=NOW)


def test_without_a_secret_nothing_is_believed() -> None:
    body, headers = sign(b"{}", at=NOW, secret="")

    with pytest.raises(Refused):
        heard(body, headers, settings={"key": LIVE}, now=NOW)


@pytest.mark.parametrize(
    "body",
    [b"", b"[]", b"null", b'{"event_type": "letter.delivered"}', b'{"event_type": {"id": 7}}', b"\xff"],
)
def test_a_signed_body_that_is_no_event_is_nothing(body: bytes) -> None:
    signed, headers = sign(body, at=NOW)

    assert heard(signed, headers, settings=SETTINGS, now=NOW) is None


def test_an_annex_in_an_envelope_of_its_own_moves_nothing() -> None:
    lob = house(letter(), letter(OTHER, letter=NUMBER, envelope="2 of 2"))

    found = hear("letter.certified.delivered", of=lob, number=OTHER)
    of_the_letter = hear("letter.certified.delivered", of=lob)

    assert found is not None
    assert of_the_letter is not None
    assert (found.number, found.rung) == (NUMBER, None)
    assert found.says.startswith("Envelope 2 of 2")
    assert found.key != of_the_letter.key


@pytest.mark.parametrize(
    ("metadata", "settings"),
    [({"mode": "test"}, SETTINGS), ({}, {**SETTINGS, "key": TEST}), ({}, {"webhook_secret": SECRET})],
)
def test_in_a_test_nothing_is_proved(metadata: dict[str, str], settings: dict[str, str]) -> None:
    found = hear("letter.certified.delivered", of=house(letter(**metadata)), settings=settings)

    assert found is not None
    assert found.rung is None
    assert found.says.startswith("Only a test, nothing was mailed.")


def test_what_is_asked_has_the_keys_of_what_is_heard() -> None:
    events = [
        {"id": "evnt_1", "type": "normal", "name": "In Transit", "time": "2026-11-23T10:00:00Z"},
        {"id": "evnt_2", "type": "certified", "name": "Delivered", "time": "2026-11-24T10:00:00Z"},
        {"id": "evnt_3", "type": "normal", "name": "Re-Routed", "time": None},
    ]
    lob = house({**letter(), "tracking_events": events})
    with open_house(lob) as base:
        told = follow(NUMBER, settings={**SETTINGS, "url": f"{base}/v1"}, asking=ASKING, now=NOW)
        lob.faults.append(Fault(of="GET", manner="half"))
        with pytest.raises(NotNow):
            follow(NUMBER, settings={**SETTINGS, "url": f"{base}/v1"}, asking=ASKING, now=NOW)

    assert [one.rung for one in told] == [
        DeliveryState.ACCEPTED,
        DeliveryState.DELIVERED,
        DeliveryState.ACCEPTED,
    ]
    assert told[0].at == datetime(2026, 11, 23, 10, tzinfo=UTC)
    assert told[2].at == NOW
    kinds = ("letter.in_transit", "letter.certified.delivered", "letter.re-routed")
    assert [one.key for one in told] == [getattr(hear(kind), "key", "") for kind in kinds]
