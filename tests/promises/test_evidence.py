"""What the relay's ledger does to mail in doubt, on each database: never more than it proves, and nothing twice."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, text
from sqlmodel import col, select

from service.mail.evidence import settle_doubt
from service.mail.ledger.relay_ledger import Fate, Found, RelayLedger
from service.mail.transport import Stage
from service.model.message import IN_DOUBT, Message, MessageEvent
from service.model.states import MessageState
from service.store.transaction import reading, transaction
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
from tests.doubles.ledger import FakeLedger, PostfixWorld
from tests.doubles.postbox import Fault

TAKEN = Found(queue_id="4jZyHF3dHbzJHW9", fate=Fate.SENT, enhanced_code="2.0.0")


@pytest.fixture
def house(engine: Engine) -> House:
    return House(engine)


@pytest.fixture
def ledger() -> FakeLedger:
    return FakeLedger()


def settle(house: House, ledger: RelayLedger, *, within: timedelta = timedelta(days=1)) -> int:
    return settle_doubt(house.engine, ledger=ledger, clock=house.clock, since=house.time - within)


def doubt(house: House, ledger: FakeLedger, *, kind=CONFIRM, recipient: str = "anna") -> Message:
    """Let a mail come into doubt, and the ledger have lost it."""
    house.post(recipient, kind=kind)
    house.postbox.fail_next(BREAKS)
    house.send()
    row = house.row(recipient)
    lose(ledger, row)
    return row


def lose(ledger: FakeLedger, row: Message) -> None:
    assert row.message_id is not None
    assert row.submitted_at is not None
    ledger.lost.setdefault(row.message_id, []).append(row.submitted_at)
    ledger.ends = max(ledger.ends or row.submitted_at, row.submitted_at)


def take(ledger: FakeLedger, row: Message, found: Found = TAKEN) -> None:
    assert row.message_id is not None
    ledger.has[row.message_id] = found


def reasons(house: House) -> list[str]:
    with reading(house.engine) as session:
        return list(session.exec(select(MessageEvent.reason).order_by(col(MessageEvent.id))))


# Found


@pytest.mark.parametrize("kind", [CONFIRM, DELIVERY])
@pytest.mark.parametrize("fate", [Fate.QUEUED, Fate.DEFERRED, Fate.SENT])
def test_what_the_relay_has_is_accepted(house: House, ledger: FakeLedger, kind, fate: Fate) -> None:
    take(ledger, doubt(house, ledger, kind=kind), Found(queue_id="A1B2C3", fate=fate))

    assert settle(house, ledger) == 1

    row = house.row()
    assert (row.state, row.remote_queue_id) == (MessageState.ACCEPTED, "A1B2C3")
    assert row.settled_at == house.time
    assert reasons(house)[-1] == f"the relay's ledger has it as A1B2C3: {fate.value}"


def test_what_was_found_does_not_go_a_second_time(house: House, ledger: FakeLedger) -> None:
    take(ledger, doubt(house, ledger))

    settle(house, ledger)
    house.wait(timedelta(hours=1))

    assert (house.send(), house.postbox.tries) == (0, 1)
    assert not house.row().possible_duplicate


def test_of_two_copies_that_were_sent_both_may_have_arrived(house: House, ledger: FakeLedger) -> None:
    house.post()
    house.postbox.fail_next(BREAKS_AND_ARRIVES, BREAKS_AND_ARRIVES)
    house.send()
    house.wait(timedelta(minutes=15))
    house.send()
    take(ledger, house.row())

    settle(house, ledger)

    assert (house.state(), house.row().possible_duplicate) == (MessageState.ACCEPTED, True)


def test_a_second_copy_that_is_in_hand_is_stopped(house: House, ledger: FakeLedger) -> None:
    take(ledger, doubt(house, ledger))
    house.wait(timedelta(minutes=15))

    def take_in_hand() -> None:
        with pytest.raises(Killed):
            house.send(by=Interrupted(house.postbox, before=kill))

    ledger.meanwhile = take_in_hand
    settle(house, ledger)

    assert (house.state(), len(house.postbox.kept)) == (MessageState.ACCEPTED, 0)


def test_a_bounce_is_noted_beside_the_state(house: House, ledger: FakeLedger) -> None:
    bounced = Found(queue_id="A1B2C3", fate=Fate.BOUNCED, enhanced_code="5.1.1")
    take(ledger, doubt(house, ledger, kind=DELIVERY), bounced)

    settle(house, ledger)

    assert house.state() is MessageState.ACCEPTED
    assert house.moves()[-2:] == ["accepted", "bounced"]
    assert reasons(house)[-1] == "the relay's ledger says bounced 5.1.1"


# Absent


def test_what_certainly_never_arrived_goes_at_once_as_if_it_were_the_first(
    house: House, ledger: FakeLedger
) -> None:
    doubt(house, ledger)
    house.wait(timedelta(minutes=6))

    assert settle(house, ledger) == 1
    assert (house.row().possible_duplicate, house.row().due_at) == (False, house.time)
    house.send()

    assert (house.state(), len(house.postbox.kept)) == (MessageState.ACCEPTED, 1)
    assert not house.row().possible_duplicate


def test_it_may_come_into_doubt_and_go_once_more_again(house: House, ledger: FakeLedger) -> None:
    doubt(house, ledger)
    settle(house, ledger)

    house.postbox.fail_next(BREAKS)
    house.send()
    house.wait(timedelta(minutes=15))
    house.send()

    assert (house.state(), house.row().possible_duplicate) == (MessageState.ACCEPTED, True)


def test_both_copies_must_be_proved_absent(house: House, ledger: FakeLedger) -> None:
    house.post()
    house.postbox.fail_next(BREAKS, BREAKS)
    house.send()
    first = house.row()
    house.wait(timedelta(minutes=15))
    house.send()
    lose(ledger, house.row())
    assert (settle(house, ledger), house.state()) == (0, MessageState.UNCERTAIN)

    lose(ledger, first)

    assert (settle(house, ledger), house.state()) == (1, MessageState.QUEUED)
    assert not house.row().possible_duplicate


def test_a_copy_that_the_relay_refused_need_not_be_proved_absent(house: House, ledger: FakeLedger) -> None:
    house.post()
    house.postbox.fail_next(BREAKS)
    house.send()
    lose(ledger, house.row())
    house.postbox.fail_next(Fault(stage=Stage.END, code=451))
    house.wait(timedelta(minutes=15))
    house.send()

    assert (settle(house, ledger), house.row().possible_duplicate) == (1, False)


def test_a_letter_stays_in_doubt_and_the_proof_is_kept_for_a_person(house: House, ledger: FakeLedger) -> None:
    doubt(house, ledger, kind=DELIVERY)

    assert settle(house, ledger) == 1
    for _ in range(5):
        house.wait(timedelta(hours=1))
        house.send()
        assert settle(house, ledger) == 0

    assert (house.state(), house.postbox.tries) == (MessageState.UNCERTAIN, 1)
    assert house.moves()[-1] == "absent_at_relay"
    assert reasons(house)[-1] == "the relay's ledger proves that it did not arrive"


def test_what_has_expired_in_the_meantime_is_known_to_have_expired(house: House, ledger: FakeLedger) -> None:
    doubt(house, ledger)
    house.wait(timedelta(days=2))

    settle(house, ledger)

    assert (house.send(), house.state(), house.postbox.tries) == (0, MessageState.EXPIRED, 1)


@pytest.mark.parametrize("when", ["while it waits", "while the ledger is read"])
def test_what_was_cancelled_never_goes(house: House, ledger: FakeLedger, when: str) -> None:
    doubt(house, ledger)
    if when == "while it waits":
        house.cancel()
    ledger.meanwhile = house.cancel

    settle(house, ledger)
    house.wait(timedelta(hours=1))
    house.send()

    assert (house.state(), house.postbox.tries) == (MessageState.UNCERTAIN, 1)


def test_a_refused_second_copy_does_not_go_a_third_time(house: House, ledger: FakeLedger) -> None:
    doubt(house, ledger)
    house.postbox.fail_next(UNKNOWN)
    house.wait(timedelta(minutes=15))
    house.send()

    settle(house, ledger)
    house.wait(timedelta(hours=1))

    assert (house.send(), house.state(), house.moves()[-1]) == (0, MessageState.UNCERTAIN, "absent_at_relay")


@pytest.mark.parametrize("act", [lambda house: house.send(), lambda house: house.cancel()])
def test_what_moved_while_the_ledger_was_read_is_left_as_it_is(
    house: House, ledger: FakeLedger, act: Callable[[House], object]
) -> None:
    doubt(house, ledger)
    house.wait(timedelta(minutes=15))

    ledger.meanwhile = lambda: act(house)

    assert settle(house, ledger) == 0
    assert "the relay's ledger proves that it did not arrive" not in reasons(house)


# Whom it asks about


def test_where_nothing_is_in_doubt_the_ledger_is_not_asked(house: House, ledger: FakeLedger) -> None:
    house.post("anna")
    house.post("berta")
    house.send(most=1)

    assert settle(house, ledger) == 0
    assert ledger.asked == []


def test_what_it_cannot_tell_stays_as_it_is(house: House, ledger: FakeLedger) -> None:
    doubt(house, ledger)
    ledger.is_closed = True
    before = house.row()

    assert settle(house, ledger) == 0
    assert house.row() == before


def test_old_doubt_is_asked_about_more_seldom_but_never_what_is_about_to_go_again(
    house: House, ledger: FakeLedger
) -> None:
    letter = doubt(house, ledger, kind=DELIVERY, recipient="office")
    confirmation = doubt(house, ledger, recipient="anna")
    house.wait(timedelta(hours=3))
    ledger.is_closed = True

    settle(house, ledger, within=timedelta(hours=1))
    assert [question.message_id for question in ledger.asked] == [confirmation.message_id]

    settle(house, ledger, within=timedelta(days=1))
    assert letter.message_id in {question.message_id for question in ledger.asked[1:]}


def test_a_crash_is_settled_by_a_real_log(house: House, tmp_path: Path) -> None:
    for recipient in ("anna", "berta"):
        house.post(recipient)
        with pytest.raises(Killed):
            house.send(by=Interrupted(after=kill), owner="forerunner")
    world = PostfixWorld(tmp_path, noon=house.time)
    world.loses("", house.time)
    world.takes(house.row("berta").message_id or "", house.time)
    house.free(owner="here")
    world.goes_on(house.time + timedelta(minutes=6))
    house.wait(timedelta(minutes=6))

    assert settle(house, world.ledger) == 2

    assert (house.state("anna"), house.state("berta")) == (MessageState.QUEUED, MessageState.ACCEPTED)
    assert house.send() == 1
    assert not house.row("anna").possible_duplicate


def test_mail_in_doubt_is_found_by_its_index(house: House, ledger: FakeLedger) -> None:
    doubt(house, ledger)
    explain = "EXPLAIN QUERY PLAN" if house.engine.dialect.name == "sqlite" else "EXPLAIN"

    with transaction(house.engine) as session:
        if house.engine.dialect.name == "postgresql":
            session.execute(text("SET LOCAL enable_seqscan = off"))
        plan = session.execute(
            text(f"{explain} SELECT id FROM message WHERE ({IN_DOUBT}) ORDER BY submitted_at DESC LIMIT 200")
        ).all()

    assert "message_in_doubt" in str(plan)
