"""What the outbox promises when a sender dies, sleeps or hears nothing: doubt is called doubt, on each database."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import Engine

from service.mail import outbox
from service.mail.envelope import Envelope
from service.mail.transport import Receipt, Stage
from service.model.message import MessageKind
from service.model.states import MessageState
from service.store.transaction import transaction
from tests.doubles.house import (
    BREAKS,
    BREAKS_AND_ARRIVES,
    CONFIRM,
    DELIVERY,
    UNKNOWN,
    House,
    Interrupted,
    Killed,
    kill,
)
from tests.doubles.postbox import Fault, Postbox


@pytest.fixture
def house(engine: Engine) -> House:
    return House(engine)


# Crashes


def test_a_crash_before_the_fence_loses_nothing_and_doubles_nothing(house: House) -> None:
    house.post(kind=DELIVERY)
    with pytest.raises(Killed):
        house.send(by=Interrupted(house.postbox, before=kill))

    assert house.state() is MessageState.CLAIMED
    assert (house.free(), house.send()) == (0, 0)
    house.wait(timedelta(seconds=61))
    assert (house.free(), house.send()) == (1, 1)

    assert (house.state(), len(house.postbox.kept)) == (MessageState.ACCEPTED, 1)
    assert not house.row().possible_duplicate


def test_the_only_sender_frees_what_its_forerunner_held_at_once(house: House) -> None:
    house.post()
    with pytest.raises(Killed):
        house.send(by=Interrupted(house.postbox, before=kill), owner="forerunner")

    assert house.free(owner="here") == 1
    assert house.state() is MessageState.QUEUED


def test_a_crash_behind_the_fence_is_doubt(house: House) -> None:
    house.post(kind=DELIVERY)
    with pytest.raises(Killed):
        house.send(by=Interrupted(house.postbox, after=kill), owner="forerunner")

    assert house.state() is MessageState.SUBMITTING
    house.free(owner="here")

    assert house.state() is MessageState.UNCERTAIN
    assert house.moves()[-2:] == ["submitting", "uncertain"]


@pytest.mark.parametrize("fault", [BREAKS, BREAKS_AND_ARRIVES], ids=["lost", "arrived"])
def test_a_letter_in_doubt_is_never_repeated_by_itself(house: House, fault: Fault) -> None:
    house.post(kind=DELIVERY)
    house.postbox.fail_next(fault)

    house.send()
    for _ in range(20):
        house.wait(timedelta(hours=12))
        house.free(owner="another")
        house.send()

    assert (house.state(), house.postbox.tries) == (MessageState.UNCERTAIN, 1)


def test_a_confirmation_in_doubt_goes_once_more_with_the_same_bytes(house: House) -> None:
    house.post()
    house.postbox.fail_next(BREAKS_AND_ARRIVES)

    house.send()
    house.wait(timedelta(minutes=14))
    assert house.send() == 0
    house.wait(timedelta(minutes=1))
    assert house.send() == 1

    first, second = house.postbox.kept
    assert first.data == second.data
    assert (house.state(), house.row().possible_duplicate) == (MessageState.ACCEPTED, True)
    assert house.moves() == [
        *("queued", "claimed", "submitting", "uncertain"),
        *("queued", "claimed", "submitting", "accepted"),
    ]


def test_a_crash_behind_the_fence_lets_a_confirmation_go_once_more(house: House) -> None:
    house.post()
    with pytest.raises(Killed):
        house.send(by=Interrupted(house.postbox, after=kill))

    house.wait(timedelta(minutes=31))
    house.free()
    due = house.row().due_at - house.time
    house.wait(due)
    house.send()

    assert due == timedelta(minutes=15)
    assert (house.state(), house.row().possible_duplicate) == (MessageState.ACCEPTED, True)


def test_there_is_no_third_copy(house: House) -> None:
    house.post()
    house.postbox.fail_next(BREAKS, BREAKS)

    for _ in range(20):
        house.send()
        house.wait(timedelta(hours=1))

    assert (house.state(), house.postbox.tries) == (MessageState.UNCERTAIN, 2)


def test_a_second_copy_that_would_differ_is_not_sent(house: House) -> None:
    house.post()
    house.postbox.fail_next(BREAKS)
    house.send()

    house.words = lambda _: "Other words."
    house.wait(timedelta(minutes=15))
    house.send()
    house.wait(timedelta(hours=2))

    assert (house.send(), house.state(), house.postbox.tries) == (0, MessageState.UNCERTAIN, 1)
    assert house.moves()[-2:] == ["claimed", "uncertain"]


@pytest.mark.parametrize("fault", [UNKNOWN, *[Fault(stage=Stage.END, code=554)]], ids=["before", "after"])
def test_a_refused_second_copy_says_nothing_of_the_first(house: House, fault: Fault) -> None:
    house.post()
    house.postbox.fail_next(BREAKS, fault)

    house.send()
    house.wait(timedelta(minutes=15))
    house.send()

    assert house.state() is MessageState.UNCERTAIN


def test_a_second_copy_that_comes_too_late_leaves_doubt(house: House) -> None:
    house.post()
    house.postbox.fail_next(BREAKS)

    house.send()
    house.wait(timedelta(days=2))
    house.send()

    assert (house.state(), house.postbox.tries) == (MessageState.UNCERTAIN, 1)


def test_an_unforeseen_error_behind_the_fence_is_doubt(house: House) -> None:
    class Careless(Interrupted):
        def send(self, envelope: Envelope, *, before_data: Callable[[], None]) -> Receipt:
            before_data()
            raise ZeroDivisionError(envelope.rcpt_to)

    house.post(kind=DELIVERY)

    house.send(by=Careless())

    assert house.state() is MessageState.UNCERTAIN


# Its reader's word


def acted(house: House) -> None:
    """Let the reader press a button behind the link that the mail carries."""
    with transaction(house.engine) as session:
        outbox.reader_acted(
            session, recipient_ref="anna", kinds={CONFIRM}, since=house.row().created_at, now=house.time
        )


@pytest.mark.parametrize("wait", [0, 15], ids=["waiting", "in hand"])
def test_a_click_ends_doubt_and_stops_the_second_copy(house: House, wait: int) -> None:
    house.post()
    house.postbox.fail_next(BREAKS_AND_ARRIVES)
    house.send()
    house.wait(timedelta(minutes=wait))

    house.send(by=Interrupted(house.postbox, before=lambda: acted(house)))
    acted(house)
    house.wait(timedelta(hours=1))

    assert (house.send(), house.state(), len(house.postbox.kept)) == (0, MessageState.ACCEPTED, 1)
    assert house.moves().count("accepted") == 1


def test_a_click_before_the_relay_s_last_word_is_proof_enough(house: House) -> None:
    house.post()

    house.send(by=Interrupted(house.postbox, after=lambda: acted(house)))

    assert (house.state(), house.moves()[-1]) == (MessageState.ACCEPTED, "accepted")


def test_a_click_says_nothing_of_a_mail_that_was_not_sent(house: House) -> None:
    house.post()

    acted(house)

    assert house.moves() == ["queued"]


# Zombies


@pytest.mark.parametrize("kind", [CONFIRM, DELIVERY])
def test_a_sender_that_slept_through_its_lease_sends_nothing(house: House, kind: MessageKind) -> None:
    house.post(kind=kind)
    other = Postbox()

    def sleep_while_another_sends() -> None:
        house.wait(timedelta(minutes=2))
        house.free()
        house.send(by=other, owner="another")

    house.send(by=Interrupted(house.postbox, before=sleep_while_another_sends))

    assert (len(other.kept), len(house.postbox.kept)) == (1, 0)
    assert house.state() is MessageState.ACCEPTED


@pytest.mark.parametrize("owner", ["here", "another"])
def test_a_sender_whose_mail_another_holds_now_sends_nothing(house: House, owner: str) -> None:
    house.post(kind=DELIVERY)

    def sleep_while_another_claims() -> None:
        house.wait(timedelta(minutes=2))
        house.free()
        with pytest.raises(Killed):
            house.send(by=Interrupted(before=kill), owner=owner)

    house.send(by=Interrupted(house.postbox, before=sleep_while_another_claims))

    assert (house.state(), house.row().attempt, house.postbox.kept) == (MessageState.CLAIMED, 2, [])


@pytest.mark.parametrize("kind", [CONFIRM, DELIVERY])
def test_a_late_yes_ends_the_doubt(house: House, kind: MessageKind) -> None:
    house.post(kind=kind)

    def sleep_while_another_frees() -> None:
        house.wait(timedelta(minutes=31))
        house.free()
        assert house.state() in {MessageState.UNCERTAIN, MessageState.QUEUED}

    house.send(by=Interrupted(house.postbox, after=sleep_while_another_frees))
    house.wait(timedelta(hours=1))

    assert (house.send(), house.state(), len(house.postbox.kept)) == (0, MessageState.ACCEPTED, 1)
