"""As the secretariat I release a letter that Lob prints and posts, see how far it has come, and decide where it did not go."""

import json
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from types import SimpleNamespace

import pytest

from service.delivery.dossier import verify
from service.model.states import DeliveryState
from service.store.wake import Wake
from service.worker.jobs import JOBS
from tests.carrying import FONTS, LOB, carry, delivery_of, released
from tests.coalition import PUBLIC_URL, SLUG, Coalition
from tests.desk import AtTheDesk, add_colleague
from tests.doubles.lob import LIVE, SECRET, Lob
from tests.doubles.loopback_http import open_house
from tests.stories.test_a_dossier_proves_the_delivery import certificate_of, made, written
from tests.stories.visitor import Door, words_of


@pytest.fixture
def house(noon: datetime) -> Lob:
    return Lob(now=noon)


@pytest.fixture
def sent(coalition: Coalition, house: Lob) -> Iterator[Coalition]:
    with open_house(house) as base:
        yield released(coalition, "lob", {**LOB, "url": f"{base}/v1"})


@pytest.fixture
def olga(sent: Coalition, door: Door) -> AtTheDesk:
    return AtTheDesk(door.app(), sent, add_colleague(sent))


def page(coalition: Coalition) -> str:
    return f"editions/{delivery_of(coalition, 'lob').edition_id}"


def test_what_was_not_taken_says_why_and_goes_again_by_a_press(
    sent: Coalition, olga: AtTheDesk, house: Lob
) -> None:
    house.refuse = "failed_deliverability_strictness"
    carry(sent)

    shown = words_of(olga.open(page(sent)))
    assert "Did not arrive" in shown
    assert "it found no such address" in shown
    assert "It was not taken, for this reason:" in shown
    assert "It said why" in shown
    olga.post(f"sendings/{delivery_of(sent, 'lob').id}/again", {"csrf": olga.mark()})
    carry(sent)

    shown = words_of(olga.open(page(sent)))
    assert "Handed over" in shown
    assert "It was not taken" not in shown
    assert house.letters["live"][0]["id"] in shown


def test_what_the_post_has_is_passed_on_and_to_no_server(
    sent: Coalition, olga: AtTheDesk, door: Door, house: Lob
) -> None:
    carry(sent)
    body, headers = house.event(house.letters["live"][0]["id"], "letter.mailed")
    client = door.app().test_client(use_cookies=False)

    answer = client.post(f"/hooks/lob/{SLUG}", data=body, headers=headers, base_url=PUBLIC_URL)

    assert answer.status_code == 204
    assert delivery_of(sent, "lob").state is DeliveryState.ACCEPTED
    shown = words_of(olga.open(page(sent)))
    assert "Passed on" in shown
    assert "Whoever took it has passed it on." in shown
    assert "server" not in shown
    assert "Lob says that the post has taken the letter." in shown


def test_until_it_leaves_it_is_said_that_it_can_be_stopped(
    sent: Coalition, olga: AtTheDesk, house: Lob
) -> None:
    assert "It leaves by itself; until then it can be stopped." in words_of(olga.open(page(sent)))

    olga.post(f"{page(sent)}/stop", {"csrf": olga.mark()})
    carry(sent)

    assert house.letters["live"] == []
    assert delivery_of(sent, "lob").state is DeliveryState.CANCELLED


def test_the_page_that_sets_a_way_up_says_where_its_webhooks_go(olga: AtTheDesk) -> None:
    assert f"{PUBLIC_URL}/hooks/lob/{SLUG}" in olga.open("ways/change?way=lob").text
    assert "/hooks/" not in olga.open("ways/change?way=regulations").text


def test_the_dossier_tells_of_it_as_of_any_other_way(sent: Coalition, house: Lob) -> None:
    carry(sent)
    body, headers = house.event(house.letters["live"][0]["id"], "letter.mailed")
    Door(sent).app().test_client(use_cookies=False).post(
        f"/hooks/lob/{SLUG}", data=body, headers=headers, base_url=PUBLIC_URL
    )

    certificate = certificate_of(made(sent))

    [told] = certificate["sendings"]
    assert (told["channel"], told["state"]) == ("lob", "accepted")
    assert [rung["rung"] for rung in told["rungs"]] == ["ready", "carrying", "handed_over", "accepted"]


def test_the_dossier_holds_what_was_asked_and_answered_each_time_and_no_key(
    sent: Coalition, olga: AtTheDesk, house: Lob, tmp_path: Path
) -> None:
    house.refuse = "failed_deliverability_strictness"
    carry(sent)
    olga.post(f"sendings/{delivery_of(sent, 'lob').id}/again", {"csrf": olga.mark()})
    carry(sent)

    bag = made(sent)

    record = json.loads(bag.files["data/sendings/01-lob/exchanges.json"])
    first, second = record["handings_over"]
    assert (first["state"], second["state"]) == ("not_taken", "taken")
    assert [tried["outcome"] for one in (first, second) for tried in one["tries"]] == ["NotTaken", "Receipt"]
    assert [one["tries"][0]["status"] for one in (first, second)] == [422, 200]
    assert all(one["tries"][0]["asked"].startswith("POST http") for one in (first, second))
    assert second["receipt"] == house.letters["live"][0]["id"]
    assert second["receipt"] in second["tries"][0]["answered"]
    assert not any(secret.encode() in data for data in bag.files.values() for secret in (LIVE, SECRET))
    assert verify.check(written(bag, tmp_path / "dossier"))[1] == []
    # It is no copy of the letter: no check code is its hash.
    assert "exchanges" not in str(certificate_of(bag)["proofs"])


def test_the_job_hands_over_and_then_asks_what_became_of_it(sent: Coalition, house: Lob) -> None:
    (job,) = (one for one in JOBS if one.name == "carry")
    services = SimpleNamespace(
        engine=sent.engine,
        keyring=sent.keyring,
        clock=lambda: sent.now,
        fonts=FONTS,
        settings=SimpleNamespace(word_template=None),
        wake=Wake(),
    )

    assert job.run(services, "here") == 1
    assert services.wake.wait(0)
    assert delivery_of(sent, "lob").state is DeliveryState.HANDED_OVER
    house.letters["live"][0]["tracking_events"] = [
        {"id": "evnt_1", "name": "Mailed", "type": "normal", "time": sent.now.isoformat()}
    ]
    sent.wait(hours=1, minutes=1)

    assert job.run(services, "here") == 1
    assert delivery_of(sent, "lob").state is DeliveryState.ACCEPTED
    assert job.run(services, "here") == 0
    services.wake.stop()
    assert job.run(services, "here") == 0
