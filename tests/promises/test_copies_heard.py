"""What is heard later of a copy moves it once, as far as is proved; who cannot sign moves nothing and learns nothing."""

from collections.abc import Iterator, Mapping

import pytest
from sqlalchemy import Engine
from sqlmodel import func, select
from werkzeug.test import TestResponse

from service.delivery.carrying.follow import ask_after
from service.foundation.sealing import RootKey
from service.model.delivery import DeliveryEvent
from service.model.states import DeliveryState
from service.store.transaction import reading
from tests.carrying import LOB, carriages, carry, cart, delivery_of, evidence, released
from tests.coalition import PUBLIC_URL, SLUG, Coalition
from tests.doubles.lob import Lob, sign
from tests.doubles.loopback_http import Fault, Reply, open_house
from tests.stories.visitor import Door

HOOK = f"/hooks/lob/{SLUG}"


@pytest.fixture
def coalition(engine: Engine, root: RootKey, noon) -> Coalition:
    return Coalition(engine=engine, root=root, now=noon)


@pytest.fixture
def house(noon) -> Lob:
    return Lob(now=noon)


@pytest.fixture
def sent(coalition: Coalition, house: Lob) -> Iterator[Coalition]:
    """Give a letter that Lob has taken."""
    with open_house(house) as base:
        released(coalition, "lob", {**LOB, "url": f"{base}/v1"})
        carry(coalition)
        assert state(coalition) is DeliveryState.HANDED_OVER
        yield coalition


def state(coalition: Coalition) -> DeliveryState:
    return delivery_of(coalition, "lob").state


def number(house: Lob) -> str:
    return str(house.letters["live"][0]["id"])


def events(coalition: Coalition) -> int:
    with reading(coalition.engine) as session:
        return session.exec(select(func.count()).select_from(DeliveryEvent)).one()


def post(
    coalition: Coalition,
    body: bytes,
    headers: Mapping[str, str],
    *,
    path: str = HOOK,
    address: str = "192.0.2.9",
) -> TestResponse:
    client = Door(coalition).app().test_client(use_cookies=False)
    return client.post(
        path,
        data=body,
        headers=dict(headers),
        base_url=PUBLIC_URL,
        environ_overrides={"REMOTE_ADDR": address},
    )


def hear(coalition: Coalition, house: Lob, kind: str) -> TestResponse:
    house.now = coalition.now
    return post(coalition, *house.event(number(house), kind))


def test_what_is_signed_moves_the_copy_as_far_as_it_proves(sent: Coalition, house: Lob) -> None:
    answer = hear(sent, house, "letter.mailed")

    assert (answer.status_code, answer.data) == (204, b"")
    assert state(sent) is DeliveryState.ACCEPTED
    assert "Lob says that the post has taken the letter." in evidence(sent)[-1]
    assert number(house) in evidence(sent)[-1]


def test_the_same_event_again_and_again_is_one(sent: Coalition, house: Lob) -> None:
    house.now = sent.now
    body, headers = house.event(number(house), "letter.mailed")
    post(sent, body, headers)
    once = events(sent)

    answers = [post(sent, body, headers) for _ in range(3)]
    hear(sent, house, "letter.mailed")

    assert {answer.status_code for answer in answers} == {204}
    assert events(sent) == once


def test_a_replay_after_minutes_is_not_believed(sent: Coalition, house: Lob) -> None:
    house.now = sent.now
    body, headers = house.event(number(house), "letter.mailed")
    sent.wait(minutes=6)

    assert post(sent, body, headers).status_code == 403
    assert state(sent) is DeliveryState.HANDED_OVER


def test_a_changed_byte_is_not_believed(sent: Coalition, house: Lob) -> None:
    house.now = sent.now
    body, headers = house.event(number(house), "letter.mailed")

    assert post(sent, body.replace(b"letter.mailed", b"letter.mailee"), headers).status_code == 403
    assert state(sent) is DeliveryState.HANDED_OVER


def test_who_cannot_sign_is_answered_alike_whatever_is_there(sent: Coalition, house: Lob) -> None:
    body, headers = sign(b"{}", at=sent.now, secret="a guess")
    before = events(sent)

    answers = [
        post(sent, body, headers, path=path)
        for path in (
            HOOK,
            "/hooks/lob/no-such-letter",
            f"/hooks/pingen/{SLUG}",
            f"/hooks/email/{SLUG}",
            f"/hooks/x/{SLUG}",
        )
    ]

    assert {(answer.status_code, answer.data, str(answer.headers)) for answer in answers} == {
        (403, answers[0].data, str(answers[0].headers))
    }
    assert SLUG not in answers[0].text
    assert events(sent) == before


def test_who_tries_signatures_is_soon_told_to_wait_and_who_signs_never_is(
    sent: Coalition, house: Lob
) -> None:
    body, headers = sign(b"{}", at=sent.now, secret="a guess")

    answers = [post(sent, body, headers).status_code for _ in range(40)]

    assert answers[:30] == [403] * 30
    assert 503 in answers[30:]
    assert hear(sent, house, "letter.mailed").status_code == 204


def test_what_comes_out_of_order_takes_nothing_back(sent: Coalition, house: Lob) -> None:
    hear(sent, house, "letter.certified.delivered")
    assert state(sent) is DeliveryState.DELIVERED

    hear(sent, house, "letter.mailed")
    hear(sent, house, "letter.created")

    assert state(sent) is DeliveryState.DELIVERED
    assert "the post has taken" in " ".join(evidence(sent))


def test_what_is_returned_did_not_arrive_and_the_secretariat_is_told_once(
    sent: Coalition, house: Lob
) -> None:
    hear(sent, house, "letter.mailed")
    hear(sent, house, "letter.returned_to_sender")
    hear(sent, house, "letter.returned_to_sender")
    sent.deliver_mail()

    assert state(sent) is DeliveryState.FAILED
    assert (
        len([mail for mail in sent.mails() if "did not arrive after all" in " ".join(mail.text.split())]) == 1
    )


def test_what_is_of_another_letter_of_the_same_account_is_let_be(sent: Coalition, house: Lob) -> None:
    house.now = sent.now
    before = events(sent)
    body, _ = house.event(number(house), "letter.mailed")
    other = body.replace(number(house).encode(), b"ltr_0000000000000000")

    answer = post(sent, *sign(other, at=sent.now))

    assert answer.status_code == 204
    assert events(sent) == before


def test_what_is_asked_is_the_same_as_what_is_told(sent: Coalition, house: Lob) -> None:
    house.letters["live"][0]["tracking_events"] = [
        {"id": "evnt_1", "name": "Mailed", "type": "normal", "time": sent.now.isoformat()}
    ]
    assert ask_after(cart(sent)) == 0

    sent.wait(hours=1, minutes=1)
    assert ask_after(cart(sent)) == 1
    assert state(sent) is DeliveryState.ACCEPTED
    once = events(sent)
    hear(sent, house, "letter.mailed")
    sent.wait(hours=1, minutes=1)

    assert ask_after(cart(sent)) == 0
    assert events(sent) == once


def test_a_house_that_does_not_answer_is_asked_again_and_nothing_is_made_of_it(
    sent: Coalition, house: Lob
) -> None:
    house.faults.append(Fault(of=r"GET /v1/letters/", manner="instead", reply=Reply(status=500)))
    before = events(sent)
    sent.wait(hours=1, minutes=1)

    assert ask_after(cart(sent)) == 0
    assert events(sent) == before
    [row] = carriages(sent)
    assert row.ask_at is not None
    assert row.ask_at > sent.now


def test_what_has_arrived_is_asked_about_no_more(sent: Coalition, house: Lob) -> None:
    hear(sent, house, "letter.certified.delivered")
    asked = len(house.asked)
    sent.wait(hours=2)

    ask_after(cart(sent))
    sent.wait(days=3)
    ask_after(cart(sent))

    assert len(house.asked) == asked
    assert carriages(sent)[0].ask_at is None
