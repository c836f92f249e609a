"""What stopping an update promises, on each database: nothing of it goes any more, and nobody is told twice."""

import dataclasses
from collections import Counter
from datetime import timedelta

import pytest
from sqlalchemy import Engine, select
from sqlmodel import col

from service.foundation.errors import Refused
from service.foundation.sealing import RootKey
from service.mail import outbox
from service.mail.brakes.canaries import follow_canaries
from service.mail.brakes.canary import LONGEST_WAIT, UNDO
from service.mail.postman import Unwanted
from service.model.audit_event import AuditEvent
from service.model.brake import Canary, CanaryOutcome
from service.model.message import Message, MessageEvent, MessageKind
from service.model.states import MessageState
from service.model.update import UpdateAudience
from service.signing.update_mails import UpdateMails
from service.signing.update_stop import cancel_update, count_update, stop_update
from service.signing.update_words import UpdateWords
from service.signing.updates import UpdateStart, post_update, start_update
from service.store import insert
from service.store.claim import claim_messages
from service.store.keyring import Keyring
from service.store.transaction import reading, transaction
from tests.doubles.house import House, Interrupted, in_parallel
from tests.make import make_campaign, make_sign_on, make_signature

WORDS = UpdateWords(subject="We go on Tuesday", body="The **office** will see us.")
OTHER = UpdateWords(subject="We go on Friday", body="The **office** will see us.")
SIGNATORIES, NEWS = UpdateAudience.SIGNATORIES, UpdateAudience.NEWS
QUEUED, CLAIMED, HELD = MessageState.QUEUED, MessageState.CLAIMED, MessageState.HELD
SUBMITTING, ACCEPTED = MessageState.SUBMITTING, MessageState.ACCEPTED
CANCELLED, UNCERTAIN = MessageState.CANCELLED, MessageState.UNCERTAIN


class Letter(House):
    """An open letter that is told to those who signed, and the process that sends its mail."""

    def __init__(self, engine: Engine, root: RootKey) -> None:
        super().__init__(engine)
        self.keyring = Keyring(root)
        with transaction(engine) as session:
            self.campaign = make_campaign(session, self.keyring, now=self.time)
            self.keys = self.keyring.of(session, self.campaign.id)

    def signed(self, number: int) -> None:
        with transaction(self.engine) as session:
            for _ in range(number):
                make_signature(
                    session,
                    self.keys,
                    self.campaign,
                    now=self.time,
                    sign_on=make_sign_on(wants_news=True),
                )

    def start(self, words: UpdateWords = WORDS, audience: UpdateAudience = SIGNATORIES) -> UpdateStart:
        with transaction(self.engine) as session:
            return start_update(
                session,
                self.keyring,
                self.campaign.slug,
                words,
                audience=audience,
                by="test",
                now=self.time,
            )

    def tell(self, words: UpdateWords = WORDS, audience: UpdateAudience = SIGNATORIES) -> int:
        return self.post(self.start(words, audience))

    def post(self, start: UpdateStart) -> int:
        new, last, is_over = 0, None, False
        while not is_over:
            with transaction(self.engine) as session:
                posted = post_update(session, self.keyring, start, after=last, now=self.time)
            new, last = new + posted.new, posted.last
            is_over = last is None
        return new

    def mark(self, words: UpdateWords = WORDS, audience: UpdateAudience = SIGNATORIES) -> str:
        with transaction(self.engine) as session:
            return stop_update(
                session,
                self.keyring,
                self.campaign.slug,
                words,
                audience=audience,
                by="cli:anna",
                now=self.time,
            )

    def stop(self, words: UpdateWords = WORDS, audience: UpdateAudience = SIGNATORIES) -> list[int]:
        """Stop an update, and give how many were cancelled in each transaction."""
        update, cancelled, waiting = self.mark(words, audience), [], 1
        while waiting:
            with transaction(self.engine) as session:
                part = cancel_update(session, update, now=self.time)
            cancelled.append(part.cancelled)
            waiting = part.waiting
        return cancelled

    def rows(self) -> list[Message]:
        with reading(self.engine) as session:
            return list(session.execute(select(Message).order_by(col(Message.id))).scalars())

    def bring(self, row: Message, *states: MessageState, twice: bool = False) -> None:
        with transaction(self.engine) as session:
            mine = session.get_one(Message, row.id)
            for state in states:
                outbox.move_message(session, mine, state, reason="", now=self.time)
            mine.possible_duplicate = twice

    def events(self, row: Message) -> list[MessageEvent]:
        found = select(MessageEvent).where(col(MessageEvent.message_id) == row.id)
        with reading(self.engine) as session:
            return list(session.execute(found.order_by(col(MessageEvent.id))).scalars())


@pytest.fixture
def letter(engine: Engine, root: RootKey) -> Letter:
    return Letter(engine, root)


def test_what_waits_is_cancelled_wherever_it_waits_and_the_rest_is_left(letter: Letter) -> None:
    letter.signed(7)
    letter.tell()
    queued, claimed, held, submitting, accepted, second, asked = letter.rows()
    letter.bring(claimed, CLAIMED)
    letter.bring(held, HELD)
    letter.bring(submitting, CLAIMED, SUBMITTING)
    letter.bring(accepted, CLAIMED, SUBMITTING, ACCEPTED)
    letter.bring(second, twice=True)
    letter.bring(asked, CLAIMED, twice=True)

    assert letter.stop() == [3]

    assert [row.state for row in letter.rows()] == [
        *[CANCELLED] * 3,
        SUBMITTING,
        ACCEPTED,
        *[UNCERTAIN] * 2,
    ]
    for row, was in ((queued, QUEUED), (claimed, CLAIMED), (held, HELD)):
        last = letter.events(row)[-1]
        assert (last.was, last.became, last.at) == (was.value, "cancelled", letter.time)
        assert last.reason == "the update was stopped"
    assert {row.settled_at for row in letter.rows() if row.state is CANCELLED} == {letter.time}
    assert {row.settled_at for row in letter.rows() if row.state is UNCERTAIN} == {None}
    assert (letter.events(asked)[-1].was, letter.events(asked)[-1].became) == ("claimed", "uncertain")


def test_what_is_moved_at_once_looks_as_if_it_was_moved_by_itself(letter: Letter) -> None:
    letter.signed(4)
    letter.tell()
    first, second, third, fourth = letter.rows()
    for row in (second, fourth):
        with transaction(letter.engine) as session:
            mine = session.get_one(Message, row.id)
            mine.lease_owner, mine.lease_until, mine.attempt = "here", letter.time, 2
        letter.bring(row, CLAIMED)

    for row in (first, second):
        with transaction(letter.engine) as session:
            mine = session.get_one(Message, row.id)
            outbox.move_message(session, mine, CANCELLED, reason="the update was stopped", now=letter.time)
    letter.stop()

    def told(row: Message) -> tuple[object, ...]:
        own = {"id", "recipient_ref", "dedupe_key", "due_at"}
        events = [event.model_dump(exclude={"id", "message_id"}) for event in letter.events(row)]
        return row.model_dump(exclude=own), events

    one, two, three, four = map(told, letter.rows())
    assert (one, two) == (three, four)
    assert [third.id, fourth.id] == [row.id for row in letter.rows()][2:]


def test_a_mail_in_a_senders_hands_does_not_leave(letter: Letter) -> None:
    letter.signed(3)
    letter.tell()
    letter.wait(timedelta(minutes=2))
    relay = Interrupted(postbox=letter.postbox, before=letter.stop)

    letter.send(by=relay)

    assert letter.postbox.kept == []
    assert letter.counts() == {CANCELLED: 3}


def test_whoever_sends_meanwhile_the_books_are_right(letter: Letter) -> None:
    letter.signed(60)
    letter.tell()
    letter.wait(timedelta(minutes=2))

    in_parallel(3, lambda place: letter.stop() if place == 1 else letter.send(owner=str(place), most=5))

    gone = {kept.rcpt_to.partition("@")[0] for kept in letter.postbox.kept}
    assert {row.state for row in letter.rows()} <= {ACCEPTED, CANCELLED}
    assert gone == {row.recipient_ref for row in letter.rows() if row.state is ACCEPTED}
    for row in letter.rows():
        events = letter.events(row)
        assert [event.was for event in events] == ["queued", *(event.became for event in events[:-1])]
        assert events[-1].became == row.state.value


def test_a_mail_that_a_relay_puts_off_is_not_made_again(letter: Letter) -> None:
    letter.signed(1)
    letter.tell()
    [row] = letter.rows()
    letter.bring(row, CLAIMED, SUBMITTING)
    letter.stop()
    letter.bring(row, QUEUED)

    mails = UpdateMails(keyring=letter.keyring, public_url="https://letters.example")
    with reading(letter.engine) as session, pytest.raises(Unwanted) as unwanted:
        mails(session, session.get_one(Message, row.id))
    with transaction(letter.engine) as session:
        taken = claim_messages(
            session,
            owner="here",
            now=letter.time + UNDO,
            lease=timedelta(minutes=5),
            most=1,
            make_message_id=lambda key: f"<{key}@rivers.example>",
        )
        [made] = mails.many(session, taken)

    assert isinstance(made, Unwanted)
    assert {unwanted.value.there, made.there} == {CANCELLED}


def test_it_is_stopped_in_parts_that_a_database_takes_at_once(
    letter: Letter, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(insert, "_ROWS_AT_ONCE", {"sqlite": 3, "postgresql": 3})
    letter.signed(8)
    letter.tell()

    assert letter.stop() == [3, 3, 2]

    assert letter.counts() == {CANCELLED: 8}
    assert Counter(len(letter.events(row)) for row in letter.rows()) == {1: 8}


def test_only_the_update_with_these_words_to_this_audience_is_stopped(letter: Letter) -> None:
    letter.signed(2)
    for words, audience in ((WORDS, SIGNATORIES), (OTHER, SIGNATORIES), (WORDS, NEWS)):
        letter.tell(words, audience)

    letter.stop()

    assert letter.counts() == {CANCELLED: 2, QUEUED: 4}
    with reading(letter.engine) as session:
        stopped = select(col(Message.kind)).where(col(Message.state) == CANCELLED).distinct()
        assert session.execute(stopped).scalars().all() == [MessageKind.UPDATE]


def test_once_stopped_it_is_not_sent_again_and_another_text_is(letter: Letter) -> None:
    letter.signed(2)
    letter.tell()
    letter.stop()
    letter.signed(1)

    with pytest.raises(Refused, match="change a word of the text"):
        letter.tell()

    assert letter.counts() == {CANCELLED: 2}
    assert letter.tell(OTHER) == 3


def test_who_still_posts_it_is_told_that_it_was_stopped(
    letter: Letter, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(insert, "_ROWS_AT_ONCE", {"sqlite": 2, "postgresql": 2})
    letter.signed(5)
    start = letter.start()
    with transaction(letter.engine) as session:
        posted = post_update(session, letter.keyring, start, after=None, now=letter.time)
    letter.stop()

    with pytest.raises(Refused, match="was stopped"), transaction(letter.engine) as session:
        post_update(session, letter.keyring, start, after=posted.last, now=letter.time)

    assert letter.counts() == {CANCELLED: 2}


def test_its_canary_ends_with_it(letter: Letter) -> None:
    letter.signed(3)
    letter.post(dataclasses.replace(letter.start(), audience=1000))

    letter.stop()
    letter.wait(LONGEST_WAIT)
    with transaction(letter.engine) as session:
        assert follow_canaries(session, now=letter.time) == 0

    with reading(letter.engine) as session:
        canary = session.execute(select(Canary)).scalar_one()
    assert canary.outcome is CanaryOutcome.STOPPED
    assert canary.ended_at == letter.time - LONGEST_WAIT


def test_stopping_again_changes_nothing_and_both_are_kept_for_the_audit(letter: Letter) -> None:
    letter.signed(2)
    letter.tell()
    assert letter.stop() == [2]
    before = letter.rows()

    assert letter.stop() == [0]

    assert letter.rows() == before
    with reading(letter.engine) as session:
        acts = select(AuditEvent).where(col(AuditEvent.act) == "update.stop")
        assert [event.actor for event in session.execute(acts).scalars()] == ["cli:anna"] * 2
        update = before[0].occurrence
        assert count_update(session, update) == {CANCELLED: 2}


@pytest.mark.parametrize(("words", "audience"), [(OTHER, SIGNATORIES), (WORDS, NEWS)])
def test_what_was_never_sent_cannot_be_stopped(
    letter: Letter, words: UpdateWords, audience: UpdateAudience
) -> None:
    letter.signed(1)
    letter.tell()

    with pytest.raises(Refused, match="No update with this text"):
        letter.stop(words, audience)

    assert letter.counts() == {QUEUED: 1}
