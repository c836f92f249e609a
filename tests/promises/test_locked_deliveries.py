"""Who locks a sending decides on what it has become, not on what was read before the lock was there: on PostgreSQL alone.

On SQLite nobody else can write while such a transaction is open.
"""

from collections.abc import Iterator
from datetime import datetime

import pytest
from sqlmodel import Session, select

from service.delivery.by_hand.brought import Brought, note_brought
from service.delivery.carrying.hear import take_in
from service.delivery.parcel import Heard
from service.delivery.release import stop
from service.delivery.settle import keep_arrival, send_again
from service.foundation.errors import Refused
from service.foundation.sealing import RootKey
from service.model.carriage import Carriage
from service.model.delivery import Delivery
from service.model.states import DeliveryState
from service.store.engine import make_engine
from service.store.transaction import transaction
from tests.carrying import LOB, carriages, carry, delivery_of, file_by, released
from tests.coalition import SLUG, Coalition
from tests.doubles.lob import Lob
from tests.doubles.loopback_http import open_house


@pytest.fixture
def coalition(postgresql_url: str, root: RootKey, noon: datetime) -> Iterator[Coalition]:
    engine = make_engine(postgresql_url)
    yield Coalition(engine=engine, root=root, now=noon)
    engine.dispose()


@pytest.fixture
def house(noon: datetime) -> Lob:
    return Lob(now=noon)


@pytest.fixture
def sent(coalition: Coalition, house: Lob) -> Iterator[Coalition]:
    """Give a letter that was released and goes by Lob alone."""
    with open_house(house) as base:
        yield released(coalition, "lob", {**LOB, "url": f"{base}/v1"})


def heard(coalition: Coalition, key: str) -> Heard:
    number = carriages(coalition)[-1].receipt
    assert number is not None
    return Heard(number=number, key=key, says="It came back.", rung=DeliveryState.FAILED, at=coalition.now)


def hear(session: Session, coalition: Coalition, key: str) -> bool:
    return take_in(session, coalition.campaign().id, "lob", heard(coalition, key), now=coalition.now)


def press_again(session: Session, coalition: Coalition) -> None:
    sending = delivery_of(coalition, "lob").id
    send_again(session, coalition.keyring, SLUG, sending, by="ada", now=coalition.now)


def came_back(coalition: Coalition) -> Coalition:
    carry(coalition)
    with transaction(coalition.engine) as session:
        assert hear(session, coalition, "1")
    assert delivery_of(coalition, "lob").state is DeliveryState.FAILED
    return coalition


def test_a_button_pressed_twice_sends_it_again_once(sent: Coalition) -> None:
    came_back(sent)
    with transaction(sent.engine) as session:
        read = session.exec(select(Delivery)).one()
        assert read.state is DeliveryState.FAILED
        with transaction(sent.engine) as other:
            press_again(other, sent)

        with pytest.raises(Refused, match="Only a sending that failed or is uncertain"):
            press_again(session, sent)

    assert len(carriages(sent)) == 2


def test_what_was_stopped_meanwhile_is_not_stopped_again(sent: Coalition) -> None:
    with transaction(sent.engine) as session:
        read = session.exec(select(Delivery)).one()
        assert read.state is DeliveryState.CARRYING
        carry(sent)

        with pytest.raises(Refused, match="can be stopped any more"):
            stop(session, SLUG, by="ada", now=sent.now)

    assert delivery_of(sent, "lob").state is DeliveryState.HANDED_OVER


def test_what_was_brought_meanwhile_is_not_brought_again(coalition: Coalition) -> None:
    coalition.open(file_by("post")).sign_and_confirm("Lake Alliance").close().propose()
    coalition.approve_all().release()
    sending, today = delivery_of(coalition, "post").id, coalition.now.date()

    def bring(session: Session) -> None:
        said = Brought(on=today, today=today, how="by registered post")
        note_brought(session, coalition.keyring, SLUG, sending, said, by="ada", now=coalition.now)

    with transaction(coalition.engine) as session:
        read = session.get_one(Delivery, sending)
        assert read.state is DeliveryState.READY
        with transaction(coalition.engine) as other:
            bring(other)

        with pytest.raises(Refused, match="does not wait to be brought any more"):
            bring(session)


def test_a_persons_word_is_not_taken_back_by_what_is_heard_at_the_same_moment(sent: Coalition) -> None:
    came_back(sent)
    with transaction(sent.engine) as session:
        read = session.exec(select(Carriage)).one()
        assert read.is_followed
        with transaction(sent.engine) as other:
            sending = delivery_of(sent, "lob").id
            keep_arrival(other, SLUG, sending, "the office called", by="ada", now=sent.now)

        assert hear(session, sent, "2")

    assert delivery_of(sent, "lob").state is DeliveryState.HANDED_OVER
