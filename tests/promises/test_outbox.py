"""What the outbox promises, on each database: no mail lost, none sent that is no longer wanted."""

import logging
from datetime import timedelta

import pytest
from sqlalchemy import Connection, Engine, event
from sqlmodel import select

from service.mail import outbox
from service.mail.postman import Composer, Sender, Unwanted, deliver_due
from service.mail.transport import Stage
from service.model.message import Message, MessageEvent, MessageKind
from service.model.states import MessageState
from service.store.transaction import reading, transaction
from tests.doubles.house import (
    ADDRESS,
    BREAKS,
    BUSY,
    CONFIRM,
    DELIVERY,
    NOBODY,
    UNKNOWN,
    House,
    Interrupted,
    Killed,
    in_parallel,
    kill,
)
from tests.doubles.postbox import Fault


@pytest.fixture
def house(engine: Engine) -> House:
    return House(engine)


# Posting


def test_two_posts_make_one_row(house: House) -> None:
    assert (house.post(), house.post()) == (True, False)

    assert house.counts() == {MessageState.QUEUED: 1}
    assert house.moves() == ["queued"]


def test_posts_of_many_threads_make_one_row(house: House) -> None:
    new: list[bool] = []
    in_parallel(8, lambda _: new.append(house.post()))

    assert sorted(new) == [False] * 7 + [True]
    assert house.counts() == {MessageState.QUEUED: 1}


def test_another_occurrence_kind_or_recipient_is_another_mail(house: House) -> None:
    house.post()

    assert house.post(occurrence="2")
    assert house.post(kind=MessageKind.THANKS)
    assert house.post("bela")


def test_a_mail_exists_only_if_its_cause_does(house: House) -> None:
    def post_and_die() -> None:
        with transaction(house.engine) as session:
            outbox.post(session, kind=CONFIRM, recipient_ref="anna", occurrence="1", now=house.time)
            kill()

    with pytest.raises(Killed):
        post_and_die()

    assert house.counts() == {}


@pytest.mark.parametrize(("hours", "expires_in"), [(None, 24), (6, 6), (600, 24)])
def test_it_expires_by_its_kind_or_earlier(house: House, hours: int | None, expires_in: int) -> None:
    expires_at = house.time + timedelta(hours=hours) if hours else None
    with transaction(house.engine) as session:
        outbox.post(
            session,
            kind=CONFIRM,
            recipient_ref="anna",
            occurrence="1",
            now=house.time,
            expires_at=expires_at,
        )

    assert house.row().expires_at == house.time + timedelta(hours=expires_in)


def test_what_is_due_later_waits(house: House) -> None:
    later = house.time + timedelta(hours=1)
    with transaction(house.engine) as session:
        outbox.post(
            session, kind=DELIVERY, recipient_ref="anna", occurrence="1", now=house.time, due_at=later
        )

    assert house.send() == 0
    house.wait(timedelta(hours=1))
    assert house.send() == 1


# Sending


def test_a_mail_is_handed_over_once_and_the_proof_is_kept(house: House) -> None:
    house.post()

    assert (house.send(), house.send()) == (1, 0)

    row = house.row()
    assert len(house.postbox.kept) == 1
    assert (row.state, row.reply_code, row.enhanced_code, row.relay) == (
        MessageState.ACCEPTED,
        250,
        "2.0.0",
        "postbox:25",
    )
    assert row.message_id == house.postbox.kept[0].message_id
    assert row.dated_at == house.time.replace(microsecond=0)
    assert (row.lease_owner, row.settled_at) == (None, house.time)
    assert house.moves() == ["queued", "claimed", "submitting", "accepted"]


def test_more_urgent_mail_goes_first(house: House) -> None:
    for kind in (MessageKind.INVITATION, DELIVERY, CONFIRM):
        house.post(kind.value, kind=kind)

    for _ in range(3):
        house.send(most=1)

    order = [kept.data.rpartition(b"For ")[2].rstrip(b".\r\n").decode() for kept in house.postbox.kept]
    assert order == ["confirm", "delivery", "invitation"]


def test_the_row_is_submitting_and_committed_before_the_first_byte(house: House) -> None:
    house.post()
    seen: list[MessageState] = []
    kept: list[int] = []

    def look() -> None:
        seen.append(house.state())
        kept.append(len(relay.postbox.kept))

    relay = Interrupted(before=look, after=look)
    house.send(by=relay)

    assert (seen, kept) == ([MessageState.CLAIMED, MessageState.SUBMITTING], [0, 0])


def test_no_transaction_is_open_over_the_network(house: House) -> None:
    house.post()
    open_now: set[Connection] = set()
    seen: list[int] = []
    event.listen(house.engine, "begin", open_now.add)
    for ending in ("commit", "rollback"):
        event.listen(house.engine, ending, open_now.discard)

    def look() -> None:
        seen.append(len(open_now))

    house.send(by=Interrupted(before=look, after=look))

    assert seen == [0, 0]


def test_many_senders_send_each_mail_once(house: House) -> None:
    for number in range(40):
        house.post(f"person {number}")
    houses = [House(house.engine) for _ in range(4)]

    def drain(number: int) -> None:
        while houses[number].send(owner=f"sender {number}", most=5):
            pass

    in_parallel(4, drain)

    sent = [kept.message_id for one in houses for kept in one.postbox.kept]
    assert house.counts() == {MessageState.ACCEPTED: 40}
    assert len(sent) == len(set(sent)) == 40


# What does not get through


def test_a_refused_mail_is_not_tried_again(house: House) -> None:
    house.post()
    house.postbox.fail_next(UNKNOWN)

    house.send()
    house.wait(timedelta(days=1))

    assert (house.send(), house.state()) == (0, MessageState.REFUSED)
    assert (house.row().reply_code, house.row().enhanced_code) == (550, "5.1.1")


def test_a_deferred_mail_comes_again_and_a_greylisting_relay_takes_it(house: House) -> None:
    house.post()
    house.postbox.fail_next(BUSY, BUSY)

    house.send()
    waits = [house.row().due_at - house.time]
    house.wait(waits[0])
    house.send()
    waits.append(house.row().due_at - house.time)
    house.wait(waits[1])
    house.send()

    assert waits == [timedelta(minutes=1), timedelta(minutes=5)]
    assert (house.state(), house.row().attempt) == (MessageState.ACCEPTED, 3)
    assert not house.row().possible_duplicate


def test_a_mail_that_nobody_takes_expires_and_never_goes_late(house: House) -> None:
    house.post()
    house.postbox.fail_next(*[BUSY] * 100)
    end = house.row().expires_at

    while house.state() is MessageState.QUEUED:
        house.time = house.row().due_at
        house.send()

    assert house.state() is MessageState.EXPIRED
    assert house.time < end
    assert house.postbox.tries < 20


def test_what_expired_in_the_queue_is_not_sent(house: House) -> None:
    house.post()
    house.wait(timedelta(hours=24))

    assert house.send() == 1
    assert (house.state(), house.postbox.tries) == (MessageState.EXPIRED, 0)


@pytest.mark.parametrize("code", [451, 554])
def test_a_no_after_the_last_byte_is_a_no(house: House, code: int) -> None:
    house.post(kind=DELIVERY)
    house.postbox.fail_next(Fault(stage=Stage.END, code=code))

    house.send()

    assert house.state() is {451: MessageState.QUEUED, 554: MessageState.REFUSED}[code]
    assert not house.row().possible_duplicate


# No relay


def test_without_a_relay_nothing_is_touched(house: House) -> None:
    house.post()
    house.postbox.fail_next(NOBODY, NOBODY)

    assert (house.send(), house.send()) == (0, 0)

    assert house.moves() == ["queued"]
    assert house.send() == 1


def test_where_the_relay_goes_down_in_the_middle_the_rest_is_given_back(house: House) -> None:
    for number in range(5):
        house.post(f"person {number}")
    house.postbox.fail_next(None, None, NOBODY)

    assert house.send() == 2

    waiting = house.row("person 4")
    assert house.counts() == {MessageState.ACCEPTED: 2, MessageState.QUEUED: 3}
    assert (waiting.attempt, waiting.lease_owner, waiting.due_at) == (0, None, waiting.created_at)
    assert house.send() == 3


def test_a_batch_that_takes_longer_than_its_lease_gives_the_rest_back(house: House) -> None:
    for number in range(3):
        house.post(f"person {number}")
    slow = Interrupted(house.postbox, after=lambda: house.wait(timedelta(seconds=45)))

    assert house.send(by=slow) == 2
    assert house.counts() == {MessageState.ACCEPTED: 2, MessageState.QUEUED: 1}


# No longer wanted


def test_a_cancelled_mail_is_not_sent(house: House) -> None:
    house.post()
    house.post("bela")

    assert house.cancel() == 1
    house.send()

    assert (house.state(), house.state("bela")) == (MessageState.CANCELLED, MessageState.ACCEPTED)
    assert len(house.postbox.kept) == 1


def test_only_the_kinds_that_are_named_are_cancelled(house: House) -> None:
    house.post(kind=MessageKind.REMINDER)

    assert house.cancel(kinds={MessageKind.INVITATION}) == 0
    assert house.cancel(kinds={MessageKind.INVITATION, MessageKind.REMINDER}) == 1


def test_a_mail_cancelled_while_a_sender_holds_it_is_not_sent(house: House) -> None:
    house.post()

    house.send(by=Interrupted(house.postbox, before=house.cancel))

    assert (house.state(), house.postbox.kept) == (MessageState.CANCELLED, [])


def test_what_was_sent_cannot_be_cancelled(house: House) -> None:
    house.post()
    house.send()

    assert (house.cancel(), house.state()) == (0, MessageState.ACCEPTED)


def test_a_cancelled_second_copy_leaves_the_first_in_doubt(house: House) -> None:
    house.post()
    house.postbox.fail_next(BREAKS)
    house.send()

    house.cancel()
    house.wait(timedelta(hours=1))

    assert (house.send(), house.state()) == (0, MessageState.UNCERTAIN)


@pytest.mark.parametrize("there", [MessageState.CANCELLED, MessageState.SUPPRESSED, MessageState.HELD])
def test_a_room_may_find_its_mail_unwanted(house: House, there: MessageState) -> None:
    def unwanted(_: Message) -> str:
        raise Unwanted(there, "it was withdrawn")

    house.post()
    house.words = unwanted

    assert (house.send(), house.state(), house.postbox.tries) == (1, there, 0)


# One bad row


def test_a_mail_that_cannot_be_made_stops_no_other_and_ends_with_a_person(house: House) -> None:
    def fragile(message: Message) -> str:
        if message.recipient_ref == "anna":
            raise ZeroDivisionError(ADDRESS)
        return "Fine."

    house.words = fragile
    house.post()
    house.post("bela")

    house.send()
    assert (house.state(), house.state("bela")) == (MessageState.QUEUED, MessageState.ACCEPTED)
    while house.state() is MessageState.QUEUED:
        house.time = house.row().due_at
        house.send()

    assert (house.state(), house.row().attempt) == (MessageState.HELD, 5)


def test_a_kind_without_a_composer_is_held_not_lost(house: House) -> None:
    house.post()
    nothing: dict[MessageKind, Composer] = {}

    for _ in range(5):
        house.time = house.row().due_at
        deliver_due(
            house.engine,
            transport=house.postbox,
            composers=nothing,
            sender=Sender(site_key=b"k", mail_from="letters@rivers.example", domain="rivers.example"),
            clock=house.clock,
            owner="here",
        )

    assert house.state() is MessageState.HELD


# Silence


def test_no_address_reaches_a_log_or_an_event(house: House, caplog: pytest.LogCaptureFixture) -> None:
    def fragile(message: Message) -> str:
        if message.recipient_ref == "crash":
            raise ZeroDivisionError(f"{ADDRESS} broke it")
        return "Fine."

    caplog.set_level(logging.DEBUG)
    house.words = fragile
    for recipient in ("crash", "busy", "unknown", "breaks", "nobody"):
        house.post(recipient)
    house.postbox.fail_next(BUSY, UNKNOWN, BREAKS, NOBODY)

    house.send()

    with reading(house.engine) as session:
        reasons = " ".join(event.reason for event in session.exec(select(MessageEvent)))
    assert "crash" not in caplog.text
    assert "@" not in caplog.text + reasons
    assert "Fine" not in caplog.text + reasons
