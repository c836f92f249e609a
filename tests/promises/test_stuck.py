"""Mail that is stuck is told of, on each database; mail that waits for its turn is not."""

from datetime import timedelta

import pytest
from sqlmodel import select

from service.mail import sending
from service.mail.stuck import LATE, lag_of, warn_of_stuck_mail
from service.model.message import Message, MessageKind
from service.store.transaction import reading, transaction
from tests.coalition import Coalition
from tests.doubles.house import House

LATER = LATE + timedelta(minutes=1)


@pytest.fixture
def house(engine):
    return House(engine)


def warned(house):
    with transaction(house.engine) as session:
        return warn_of_stuck_mail(session, owners_of=lambda _: (), now=house.time)


def lag(house):
    with reading(house.engine) as session:
        return lag_of(session, now=house.time)


def test_without_mail_there_is_no_lag(house):
    assert (lag(house).oldest_due_at, lag(house).is_stuck) == (None, False)


@pytest.mark.parametrize("kind", [MessageKind.CONFIRM, MessageKind.UPDATE])
def test_mail_that_is_due_for_ten_minutes_is_stuck(house, kind):
    house.post(kind=kind)
    began = house.time
    house.wait(LATE - timedelta(seconds=1))
    assert not lag(house).is_stuck
    house.wait(timedelta(seconds=1))

    assert (lag(house).oldest_due_at, lag(house).is_stuck) == (began, True)


def test_bulk_that_waits_for_its_turn_is_not_stuck_while_any_goes(house):
    house.time += LATER * 100
    house.post("anna")
    house.post("bela", kind=MessageKind.UPDATE)
    house.send(most=1)
    with transaction(house.engine) as session:
        row = session.exec(select(Message).where(Message.recipient_ref == "bela")).one()
        row.due_at = house.time - LATER
        session.add(row)

    assert not lag(house).is_stuck


def test_what_a_person_holds_is_not_stuck(house):
    house.post()
    with transaction(house.engine) as session:
        sending.hold(session, by="cli:ada", reason="", now=house.time)
    house.wait(LATER)

    assert not lag(house).is_stuck


def test_the_secretariat_is_warned_once_a_day_and_in_words(engine, root, noon):
    coalition = Coalition(engine=engine, root=root, now=noon)
    coalition.open()
    coalition.sign()
    coalition.now += LATER
    house = House(engine, time=coalition.now)

    assert (warned(house), warned(house)) == (1, 0)
    coalition.deliver_mail()
    alert = next(mail for mail in coalition.mails() if "due for more than ten minutes" in mail.text)
    assert alert.to == "letter@rivers.example"
