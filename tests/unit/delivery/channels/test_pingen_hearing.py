"""What is heard from Pingen counts where it is signed, whoever made the example, and proves its rung once."""

import json
from datetime import UTC, datetime

import pytest

from service.delivery.channels.pingen.hearing import follow, heard
from service.delivery.parcel import Heard
from service.foundation.errors import Refused
from service.model.states import DeliveryState
from tests.doubles.loopback_http import open_house
from tests.doubles.pingen import CLIENT, CLIENT_SECRET, ORGANISATION, REAL, SIGNING_KEY, Pingen
from tests.printing import ASKING

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
NUMBER = "b413792a-4a6f-4634-a868-9bd4c529f20a"
SETTINGS = {
    "client_id": CLIENT,
    "client_secret": CLIENT_SECRET,
    "organisation": ORGANISATION,
    "mode": "production",
    "signing_key": SIGNING_KEY,
}
BODY = (REAL / "webhook-body.json").read_bytes()
SIGNED = json.loads((REAL / "webhook-signature.json").read_text())
OF_THE_REAL_ONE = {**SETTINGS, "signing_key": SIGNED["secret"]}
HEADERS = {"signature": SIGNED["header"]["Signature"]}


def house(*, status: str = "sent") -> Pingen:
    letter = {
        "id": NUMBER,
        "type": "letters",
        "attributes": {"status": status, "address": "Jürg Muster\n3003 Bern"},
    }
    return Pingen(now=NOW, reads=lambda _: ("", ""), letters={NUMBER: letter})


def hear(
    kind: str, *, of: Pingen | None = None, mode: str = "production", **attributes: object
) -> Heard | None:
    body, headers = (of or house()).webhook(NUMBER, kind, **attributes)
    return heard(body, headers, settings={**SETTINGS, "mode": mode}, now=NOW)


def test_a_webhook_that_pingen_itself_has_signed_is_believed() -> None:
    found = heard(BODY, HEADERS, settings=OF_THE_REAL_ONE, now=NOW)

    assert found is not None
    assert found.says == "Pingen does not print the letter: Page limit exceeded."
    assert found.rung is DeliveryState.FAILED
    assert found.at == datetime.fromisoformat("2024-04-26T09:54:38+02:00")


def test_not_one_byte_of_it_may_change() -> None:
    for place in range(len(BODY)):
        changed = BODY[:place] + bytes([BODY[place] ^ 1]) + BODY[place + 1 :]
        with pytest.raises(Refused):
            heard(changed, HEADERS, settings=OF_THE_REAL_ONE, now=NOW)
    for whole in (BODY[:-1], BODY + b"\n", b""):
        with pytest.raises(Refused):
            heard(whole, HEADERS, settings=OF_THE_REAL_ONE, now=NOW)


@pytest.mark.parametrize(
    ("headers", "settings"),
    [
        ({}, OF_THE_REAL_ONE),
        ({"signature": "0" * 64}, OF_THE_REAL_ONE),
        ({"signature": HEADERS["signature"][:-1]}, OF_THE_REAL_ONE),
        (HEADERS, {**OF_THE_REAL_ONE, "signing_key": ""}),
        (HEADERS, {**OF_THE_REAL_ONE, "signing_key": "another"}),
        (HEADERS, {**OF_THE_REAL_ONE, "organisation": "another"}),
    ],
)
def test_what_is_not_signed_for_us_is_refused(headers: dict[str, str], settings: dict[str, str]) -> None:
    with pytest.raises(Refused):
        heard(BODY, headers, settings=settings, now=NOW)


@pytest.mark.parametrize(
    ("kind", "rung"),
    [
        ("sent", DeliveryState.ACCEPTED),
        ("delivered", DeliveryState.DELIVERED),
        ("undeliverable", DeliveryState.FAILED),
        ("something_new", None),
    ],
)
def test_an_event_proves_its_rung_and_no_more(kind: str, rung: DeliveryState | None) -> None:
    found = hear(kind)

    assert found is not None
    assert (found.number, found.rung, found.at) == (NUMBER, rung, NOW)


@pytest.mark.parametrize(("status", "rung"), [("action_required", None), ("invalid", DeliveryState.FAILED)])
def test_a_difficulty_is_a_failure_only_where_the_letter_has_ended(
    status: str, rung: DeliveryState | None
) -> None:
    found = hear("issues", of=house(status=status), reason="Content inspection failed.")

    assert found is not None
    assert found.rung is rung
    assert "Content inspection failed." in found.says


def test_a_corrected_address_is_told_to_nobody() -> None:
    found = hear("undeliverable", corrected_address={"name": "Jürg Muster", "city": "Thun"})

    assert found is not None
    assert "Muster" not in repr(found)
    assert "Thun" not in repr(found)


def test_what_is_tried_again_for_hours_is_the_same() -> None:
    pingen = house()

    first, again = hear("delivered", of=pingen), hear("delivered", of=pingen)

    assert first is not None
    assert again is not None
    assert first.key == again.key
    assert first.key != getattr(hear("sent", of=pingen), "key", "")


@pytest.mark.parametrize("mode", ["staging", ""])
def test_from_staging_nothing_is_proved(mode: str) -> None:
    found = hear("delivered", mode=mode)

    assert found is not None
    assert found.rung is None
    assert found.says.startswith("Only a trial, nothing was mailed.")


@pytest.mark.parametrize(
    ("status", "heard_as", "rung"),
    [
        ("sent", "sent", DeliveryState.ACCEPTED),
        ("delivered", "delivered", DeliveryState.DELIVERED),
        ("undeliverable", "undeliverable", DeliveryState.FAILED),
        ("cancelled", "", DeliveryState.FAILED),
        ("printing", "", None),
    ],
)
def test_what_is_asked_has_the_keys_of_what_is_heard(
    status: str, heard_as: str, rung: DeliveryState | None
) -> None:
    with open_house(house(status=status)) as base:
        told = follow(
            NUMBER, settings={**SETTINGS, "url": base, "identity_url": base}, asking=ASKING, now=NOW
        )

    assert [one.rung for one in told] == ([rung] if rung else [])
    if heard_as:
        assert told[0].key == getattr(hear(heard_as), "key", "")
