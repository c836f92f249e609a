"""What can be seen of the outbox, on each database: every number is true, and has its names behind it."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import Engine, update
from sqlmodel import Session, col

from service.foundation.errors import Refused
from service.mail.bounce import Report
from service.mail.returned import settle_report
from service.mail.view.listing import Evidence, Page, list_messages, look_at
from service.mail.view.meanings import AFTERWARDS, STATES
from service.mail.view.overview import Overview, Reply, look_over
from service.mail.view.which import Due, Which
from service.model.message import AfterState, Message, MessageKind
from service.model.report_kind import ReportKind
from service.model.states import MessageState
from service.store.transaction import reading, transaction
from tests.doubles.house import (
    ADDRESS,
    BREAKS,
    BUSY,
    CONFIRM,
    DELIVERY,
    UNKNOWN,
    House,
    Interrupted,
    Killed,
    kill,
)


def someone(session: Session, message: Message) -> str:
    del session, message
    return ADDRESS


def test_everything_that_can_be_seen_of_a_mail_is_explained() -> None:
    assert AFTERWARDS.keys() == set(AfterState)
    assert STATES.keys() == set(MessageState)


def nobody(session: Session, message: Message) -> None:
    del session, message


ADDRESSES = dict.fromkeys(MessageKind, someone)


@pytest.fixture
def house(engine: Engine) -> House:
    return House(engine)


def overview(house: House, which: Which | None = None) -> Overview:
    with reading(house.engine) as session:
        return look_over(session, which or Which(), now=house.time)


def page(house: House, which: Which | None = None, *, after: str | None = None, most: int = 50) -> Page:
    with reading(house.engine) as session:
        return list_messages(
            session, which or Which(), addresses=ADDRESSES, after=after, most=most, now=house.time
        )


def evidence(house: House, row_id: str) -> Evidence:
    with reading(house.engine) as session:
        return look_at(session, row_id, addresses=ADDRESSES)


def hear(house: House, recipient: str, kind: ReportKind, *, number: int) -> None:
    report = Report(
        kind=kind, code="", row_id=house.row(recipient).id, message_ids=(), fingerprint=bytes([number]) * 32
    )
    with transaction(house.engine) as session:
        settle_report(session, report, mailbox=nobody, now=house.time)


def place(house: House, recipient: str, destination: str) -> None:
    with transaction(house.engine) as session:
        named = update(Message).where(col(Message.recipient_ref) == recipient)
        session.execute(named.values(destination=destination))


def stir(house: House) -> None:
    """Bring messages into many states: some accepted, refused, deferred, in doubt, cancelled, in hand, waiting."""
    for name, fault in (("refused", UNKNOWN), ("deferred", BUSY), ("doubted", BREAKS)):
        house.post(name)
        house.postbox.fail_next(fault)
        house.send()
    house.post("letter", kind=DELIVERY)
    house.postbox.fail_next(BREAKS)
    house.send()
    for name in ("accepted", "returned"):
        house.post(name)
    house.send()
    house.post("cancelled")
    house.cancel("cancelled")
    house.post("in hand")
    with pytest.raises(Killed):
        house.send(by=Interrupted(after=kill))
    house.post("waiting")


def test_every_state_is_counted_and_the_sum_is_all(house: House) -> None:
    stir(house)

    seen = overview(house)

    assert set(seen.states) == set(MessageState)
    assert {state: number for state, number in seen.states.items() if number} == {
        MessageState.QUEUED: 3,
        MessageState.SUBMITTING: 1,
        MessageState.ACCEPTED: 2,
        MessageState.REFUSED: 1,
        MessageState.UNCERTAIN: 1,
        MessageState.CANCELLED: 1,
    }
    assert seen.in_all == 9
    assert (seen.due_now, seen.due_later, seen.in_hand, seen.may_arrive_twice) == (1, 2, 1, 1)


NUMBERS: list[tuple[str, Which, Callable[[Overview], int]]] = [
    *(
        (state.value, Which(state=state), lambda seen, state=state: seen.states[state])
        for state in MessageState
    ),
    ("due now", Which(due=Due.NOW), lambda seen: seen.due_now),
    ("due later", Which(due=Due.LATER), lambda seen: seen.due_later),
    ("twice", Which(twice=True), lambda seen: seen.may_arrive_twice),
    ("bounced", Which(after=AfterState.BOUNCED), lambda seen: seen.heard[AfterState.BOUNCED]),
    ("delivered", Which(after=AfterState.DELIVERED), lambda seen: seen.heard[AfterState.DELIVERED]),
    ("delayed", Which(after=AfterState.DELAYED), lambda seen: seen.heard[AfterState.DELAYED]),
]  # fmt: skip -- one number a line reads best


@pytest.mark.parametrize(
    ("which", "number"), [case[1:] for case in NUMBERS], ids=[case[0] for case in NUMBERS]
)
def test_behind_each_number_are_as_many_names(
    house: House, which: Which, number: Callable[[Overview], int]
) -> None:
    stir(house)
    hear(house, "returned", ReportKind.HARD, number=1)
    hear(house, "returned", ReportKind.SOFT, number=2)
    hear(house, "accepted", ReportKind.DELIVERED, number=3)

    found = page(house, which)

    assert len(found.messages) == found.in_all == number(overview(house))
    assert overview(house, which).in_all == found.in_all


def test_what_was_heard_stands_beside_the_states_each_message_once(house: House) -> None:
    stir(house)
    before = overview(house)
    hear(house, "returned", ReportKind.HARD, number=1)
    hear(house, "returned", ReportKind.SOFT, number=2)
    hear(house, "returned", ReportKind.COMPLAINT, number=3)

    seen = overview(house)

    assert (seen.heard[AfterState.BOUNCED], seen.heard[AfterState.COMPLAINED]) == (1, 1)
    assert seen.states == before.states


def test_the_numbers_of_one_kind_are_of_that_kind_alone(house: House) -> None:
    stir(house)
    hear(house, "returned", ReportKind.HARD, number=1)

    seen = overview(house, Which(kind=DELIVERY))

    assert (seen.in_all, seen.states[MessageState.UNCERTAIN], seen.heard[AfterState.BOUNCED]) == (1, 1, 0)


def test_the_oldest_waits_since_its_first_try_or_since_it_was_due(house: House) -> None:
    house.post("later", kind=MessageKind.THANKS)
    with transaction(house.engine) as session:
        session.execute(update(Message).values(due_at=house.time + timedelta(hours=9)))
    assert overview(house).oldest_since is None

    house.post("deferred")
    house.postbox.fail_next(BUSY)
    began = house.time
    house.send()
    house.wait(timedelta(seconds=10))
    house.post("new", kind=MessageKind.INVITATION)
    house.wait(timedelta(seconds=10))

    seen = overview(house)
    assert (seen.oldest_since, seen.oldest_kind) == (began.replace(microsecond=0), CONFIRM)
    assert (seen.due_now, seen.due_later) == (1, 2)
    assert seen.next_at == began + timedelta(minutes=1)


def test_answers_are_counted_by_destination_and_refusals_stand_first(house: House) -> None:
    for name, destination in (("anna", "google"), ("bela", "google"), ("carl", "x-abcdefghijklmnop")):
        house.post(name)
        house.postbox.fail_next(UNKNOWN)
        house.send()
        place(house, name, destination)
    for name, destination in (("dora", "x-a"), ("emil", "x-b"), ("fritz", "x-b"), ("gina", "google")):
        house.post(name)
        house.send()
        place(house, name, destination)
    house.post("waits")

    assert overview(house).replies == [
        Reply(code=550, enhanced="5.1.1", destination="google", number=2),
        Reply(code=550, enhanced="5.1.1", destination="x-abcdefghijklmnop", number=1),
        Reply(code=250, enhanced="2.0.0", destination="x-", number=3),
        Reply(code=250, enhanced="2.0.0", destination="google", number=1),
    ]
    assert page(house, Which(reply_code=250, destination="x-")).in_all == 3
    behind = Which(reply_code=550, enhanced_code="5.1.1", destination="google")
    assert page(house, behind).in_all == 2


def test_rare_answers_are_counted_together_and_none_is_lost(house: House) -> None:
    for number in range(45):
        house.post(str(number))
        house.postbox.fail_next(UNKNOWN)
        house.send()
        place(house, str(number), f"x-{number}")
    house.post("taken")
    house.send()

    seen = overview(house)

    assert (len(seen.replies), seen.replies_left_out) == (41, 5)


def test_pages_follow_one_another_without_gap_or_repeat(house: House) -> None:
    for number in range(7):
        house.post(str(number))

    first = page(house, most=3)
    second = page(house, after=first.more, most=3)
    third = page(house, after=second.more, most=3)

    ids = [listed.id for found in (first, second, third) for listed in found.messages]
    assert (len(ids), ids) == (7, sorted(set(ids)))
    assert [found.in_all for found in (first, second, third)] == [7, 7, 7]
    assert third.more is None


def test_a_list_says_why_and_never_shows_an_address(house: House) -> None:
    house.post()
    house.postbox.fail_next(UNKNOWN)
    house.send()

    (listed,) = page(house, Which(state=MessageState.REFUSED)).messages

    assert listed.to == "s…@l…s.example"
    assert (listed.reply_code, listed.enhanced_code, listed.attempts) == (550, "5.1.1", 1)
    assert listed.last is not None
    assert (listed.last.reason, listed.last.at) == (
        "postbox:25 answered 550 5.1.1 at rcpt",
        house.time,
    )
    assert ADDRESS not in repr(page(house)) + repr(evidence(house, listed.id))


def test_one_message_has_all_its_evidence_in_order(house: House) -> None:
    house.post()
    house.postbox.fail_next(BUSY)
    house.send()
    house.wait(timedelta(minutes=2))
    house.send()
    hear(house, "anna", ReportKind.DELIVERED, number=1)
    row = house.row()

    seen = evidence(house, row.id)

    assert [step.became for step in seen.steps] == [
        "queued",
        "claimed",
        "queued",
        "claimed",
        "submitting",
        "accepted",
        "delivered",
    ]
    assert (seen.message_id, seen.relay, seen.remote_queue_id) == (
        row.message_id,
        "postbox:25",
        row.remote_queue_id,
    )
    assert (seen.content_sha256, seen.settled_at) == (row.content_sha256, house.time)


def test_an_unknown_id_gets_a_sentence(house: House) -> None:
    with pytest.raises(Refused, match="There is no e-mail of the id “nothing”"):
        evidence(house, "nothing")


def test_an_address_that_is_no_longer_kept_is_shown_as_none(house: House) -> None:
    house.post()

    def gone(session: Session, message: Message) -> str:
        del session, message
        return ""

    with reading(house.engine) as session:
        found = list_messages(
            session,
            Which(),
            addresses=dict.fromkeys(MessageKind, gone),
            after=None,
            most=5,
            now=house.time,
        )

    assert [listed.to for listed in found.messages] == [""]
