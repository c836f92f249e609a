"""Sending again what a person decided on, on each database: never what is not wanted, never unknowingly twice."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import Engine
from sqlmodel import col, select

from service.foundation.errors import Refused
from service.foundation.sealing import RootKey
from service.mail import outbox
from service.mail.again import Batch, Decision, send_named_again, send_some_again
from service.mail.view.which import Which
from service.model.message import Message, MessageEvent, MessageKind
from service.model.states import MessageState
from service.store.keyring import Keyring
from service.store.transaction import reading, transaction
from tests.doubles.house import BREAKS, BREAKS_AND_ARRIVES, DELIVERY, NOBODY, UNKNOWN, House
from tests.make import make_campaign

ONCE, EVEN_TWICE = Decision(by="cli:anna", even_twice=False), Decision(by="cli:anna", even_twice=True)


@pytest.fixture
def house(engine: Engine) -> House:
    return House(engine)


def again(house: House, *recipients: str, decision: Decision = ONCE) -> Batch:
    ids = [house.row(recipient).id for recipient in recipients or ("anna",)]
    with transaction(house.engine) as session:
        return send_named_again(session, ids, decision, now=house.time)


def refuse(house: House, recipient: str = "anna") -> None:
    house.post(recipient)
    house.postbox.fail_next(UNKNOWN)
    house.send()


def hold(house: House) -> None:
    house.post()
    with transaction(house.engine) as session:
        row = session.exec(select(Message)).one()
        outbox.move_message(session, row, MessageState.HELD, reason="for a person", now=house.time)


def expire(house: House) -> None:
    house.post()
    house.wait(timedelta(hours=25))
    house.send()


def doubt(house: House, *, arrives: bool = True) -> None:
    """Leave a mail in doubt that does not go once more by itself."""
    house.post()
    for _ in range(2):
        house.postbox.fail_next(BREAKS_AND_ARRIVES if arrives else BREAKS)
        house.send()
        house.wait(timedelta(minutes=16))


@pytest.mark.parametrize("bring", [refuse, hold, expire])
def test_what_did_not_get_through_goes_again(house: House, bring: Callable[[House], None]) -> None:
    bring(house)

    assert sum(again(house).done.values()) == 1
    house.send()

    assert house.state() is MessageState.ACCEPTED
    assert len(house.postbox.kept) == 1
    assert not house.row().possible_duplicate


def test_the_event_says_that_a_person_decided(house: House) -> None:
    refuse(house)

    again(house)

    with reading(house.engine) as session:
        newest = session.exec(select(MessageEvent).order_by(col(MessageEvent.id).desc())).first()
    assert newest is not None
    assert (newest.was, newest.became) == ("refused", "queued")
    assert newest.reason == "a person decided that it goes again (cli:anna)"


def test_a_new_end_is_given_only_where_the_old_one_has_passed(house: House) -> None:
    refuse(house)
    end = house.row().expires_at

    again(house)
    assert house.row().expires_at == end

    house.wait(timedelta(hours=25))
    house.send()
    assert house.state() is MessageState.EXPIRED
    again(house)
    assert house.row().expires_at == house.time + timedelta(hours=24)
    assert house.row().settled_at is None


def test_a_mail_that_nobody_has_is_of_the_day_it_goes_again(house: House) -> None:
    refuse(house)
    house.wait(timedelta(days=20))

    again(house)

    assert house.row().dated_at == house.time.replace(microsecond=0)


def test_what_may_have_arrived_goes_only_when_that_is_said(house: House) -> None:
    doubt(house)
    assert house.state() is MessageState.UNCERTAIN

    with pytest.raises(Refused, match="say --yes-it-may-arrive-twice"):
        again(house)
    assert house.state() is MessageState.UNCERTAIN

    again(house, decision=EVEN_TWICE)
    house.send()
    assert (house.state(), house.row().possible_duplicate) == (MessageState.ACCEPTED, True)
    assert len({kept.data for kept in house.postbox.kept}) == 1


def test_what_may_have_arrived_is_known_as_a_possible_duplicate_and_goes_the_same_or_not_at_all(
    house: House,
) -> None:
    house.post()
    house.postbox.fail_next(BREAKS_AND_ARRIVES)
    house.send()
    with transaction(house.engine) as session:
        row = session.exec(select(Message)).one()
        # As if the doubt had come too near the end of its time for a second try by itself.
        row.possible_duplicate = False
        outbox.move_message(session, row, MessageState.CLAIMED, reason="", now=house.time)
        outbox.move_message(session, row, MessageState.UNCERTAIN, reason="", now=house.time)

    again(house, decision=EVEN_TWICE)
    assert house.row().possible_duplicate

    house.words = lambda _: "Other words."
    house.send()
    assert house.state() is MessageState.UNCERTAIN
    assert len(house.postbox.kept) == 1


@pytest.mark.parametrize(
    ("state", "sentence"),
    [
        (MessageState.ACCEPTED, "was taken by our relay"),
        (MessageState.CANCELLED, "no longer wanted"),
        (MessageState.SUPPRESSED, "left alone"),
        (MessageState.QUEUED, "waits already"),
    ],
)
def test_what_must_not_go_again_is_refused_in_a_sentence(
    house: House, state: MessageState, sentence: str
) -> None:
    house.post()
    with transaction(house.engine) as session:
        row = session.exec(select(Message)).one()
        if state is not MessageState.QUEUED:
            outbox.move_message(session, row, state, reason="", now=house.time)

    with pytest.raises(Refused, match=sentence):
        again(house, decision=EVEN_TWICE)

    assert house.state() is state


def test_a_final_letter_goes_again_by_its_own_command_only(house: House) -> None:
    house.post(kind=DELIVERY)
    house.postbox.fail_next(BREAKS)
    house.send()

    with pytest.raises(Refused, match="undersigned deliver SLUG --again"):
        again(house, decision=EVEN_TWICE)

    assert house.state() is MessageState.UNCERTAIN


def test_of_several_named_all_go_or_none(house: House) -> None:
    refuse(house, "anna")
    house.post("bela")
    house.send()
    house.post("carl")

    with pytest.raises(Refused, match="Nothing was queued again") as refused:
        again(house, "anna", "bela", "carl")

    assert len(refused.value.faults) == 2
    assert house.state("anna") is MessageState.REFUSED


def test_all_of_a_state_go_some_at_a_time_and_what_may_not_is_left_out(house: House) -> None:
    for number in range(5):
        refuse(house, f"anna {number}")
    house.post("letter", kind=DELIVERY)
    house.postbox.fail_next(UNKNOWN)
    house.send()
    which = Which(state=MessageState.REFUSED)

    done, left_out, last, rounds = 0, 0, None, 0
    while rounds == 0 or last is not None:
        with transaction(house.engine) as session:
            batch = send_some_again(session, which, ONCE, after=last, most=2, now=house.time)
        done, left_out = done + sum(batch.done.values()), left_out + sum(batch.left_out.values())
        last, rounds = batch.last, rounds + 1

    assert (done, left_out, rounds) == (5, 1, 4)
    assert house.counts() == {MessageState.QUEUED: 5, MessageState.REFUSED: 1}


@pytest.mark.parametrize(
    ("kind", "days", "sentence"),
    [
        (MessageKind.INVITATION, 7, "after the deadline for sign-ons"),
        (MessageKind.REMINDER, 7, "after the deadline for sign-ons"),
        (MessageKind.CONFIRM, 8, "confirmations do not count any more"),
        (MessageKind.APPROVAL, 7, "a link that has ended"),
    ],
)
def test_what_would_come_too_late_is_refused_and_never_outlives_its_use(
    house: House, root: RootKey, kind: MessageKind, days: int, sentence: str
) -> None:
    posted = house.time
    with transaction(house.engine) as session:
        campaign = make_campaign(session, Keyring(root), now=house.time)
        outbox.post(
            session,
            kind=kind,
            campaign_id=campaign.id,
            recipient_ref="anna",
            occurrence="1",
            now=posted,
            expires_at=posted + timedelta(hours=1),
        )
    house.postbox.fail_next(NOBODY)
    house.wait(timedelta(days=days) - timedelta(hours=2))
    house.send()
    house.send()
    assert house.state() is MessageState.EXPIRED

    again(house)
    assert house.row().expires_at == posted + timedelta(days=days)

    house.wait(timedelta(hours=2))
    house.send()
    with pytest.raises(Refused, match=sentence):
        again(house)


@pytest.mark.parametrize("state", [MessageState.REFUSED, MessageState.EXPIRED, MessageState.HELD])
@pytest.mark.parametrize("days", [0, 20], ids=["has time left", "its time has passed"])
def test_many_go_again_as_one_does(house: House, state: MessageState, days: int) -> None:
    for name in ("anna", "bela"):
        house.post(name, kind=MessageKind.UPDATE)
        with transaction(house.engine) as session:
            row = session.exec(select(Message).where(col(Message.recipient_ref) == name)).one()
            row.dated_at, row.attempt = house.time.replace(microsecond=0), 1
            for there in (MessageState.CLAIMED, state):
                outbox.move_message(session, row, there, reason="", now=house.time)
    house.wait(timedelta(days=days, hours=1))

    again(house, "anna")
    with transaction(house.engine) as session:
        batch = send_some_again(session, Which(state=state), ONCE, after=None, most=5, now=house.time)

    assert (batch.done, batch.left_out, batch.last) == ({None: 1}, {}, None)
    assert like_others(house, "bela") == like_others(house, "anna")
    assert house.state("bela") is MessageState.QUEUED


def like_others(house: House, recipient: str) -> tuple[object, ...]:
    """Give all of a mail and its events in which it may be like another's."""
    row = house.row(recipient)
    found = select(MessageEvent).where(MessageEvent.message_id == row.id).order_by(col(MessageEvent.id))
    with reading(house.engine) as session:
        events = [event.model_dump(exclude={"id", "message_id"}) for event in session.exec(found)]
    return row.model_dump(exclude={"id", "recipient_ref", "dedupe_key"}), events
