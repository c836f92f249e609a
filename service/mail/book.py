"""Write down what becomes of the mails that one sender holds: what a group of relays says, by one commit."""

import logging
import time
import traceback
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, Engine, func, select
from sqlmodel import Session, col

from service.foundation.clock import Clock
from service.foundation.errors import Transient
from service.mail.brakes.mailbox_days import share_of, uncount_mailboxes
from service.mail.journal import JournalFailed
from service.mail.moves import (
    Fenced,
    Move,
    into_acceptance,
    into_submission,
    note_moves,
    note_yes,
    pass_fence,
    yes_in_words,
)
from service.mail.outbox import leave_in_doubt, move_message, try_again
from service.mail.retry import RetryAt, after_deferral
from service.mail.sender import Sender
from service.mail.sending import JournalAhead, check_journal, raise_fence, why_held
from service.mail.transport import Deferred, InDoubt, Mail, Outcome, Receipt, Rejected, RelayDown, Told
from service.model.message import Message, MessageEvent
from service.model.states import MessageState
from service.store.claim import Taken
from service.store.transaction import Writer, transaction, within

_log = logging.getLogger(__name__)

CRASHES_ALLOWED = 5
"""So many failures to compose a mail are taken for passing ones; then a person must look."""

PATIENCE_SECONDS = 60.0
"""For how long what relays have said is tried to be written down while the database is away."""

JOURNAL_PAUSE = timedelta(minutes=1)
"""For how long a mail waits that could not be told to the journal."""

_PAUSE_SECONDS = 0.25
_CRASHED = "could not be composed"
_IN_HAND = (MessageState.CLAIMED, MessageState.SUBMITTING)
_MAY_BE_ACCEPTED = (MessageState.SUBMITTING, MessageState.UNCERTAIN, MessageState.QUEUED)

_Settle = Callable[[Session, Message, datetime], object]


def never() -> bool:
    """Say no: the process goes on."""
    return False


@dataclass(frozen=True, kw_only=True)
class Ready:
    """A mail that is made: its row, the SHA-256 of its bytes without the signatures, and the mailboxes it goes to."""

    row: Taken
    content_sha256: str
    destination: str


@dataclass(kw_only=True)
class Register:
    """Writes down what becomes of the mails that one sender holds; each call is one commit.

    `is_stopped` says that nothing more may be sent for now: a person holds all sending, or the service itself does.
    `is_stopping` tells whether the process ends.
    """

    engine: Engine
    sender: Sender
    clock: Clock
    owner: str
    given_back: int = 0
    is_stopped: bool = False
    is_stopping: Callable[[], bool] = never

    def __post_init__(self) -> None:
        """Prepare the connection of the thread that carries."""
        self._writer = Writer(self.engine)

    def close(self) -> None:
        """Give the connection back."""
        self._writer.close()

    def write(self, told: Sequence[Told], asked: Sequence[Mail]) -> Collection[Mail]:
        """Write down what was told, move `asked` past the fence, and give those that passed: one commit for all.

        What relays have said must not be forgotten because the database is away for a moment: it is tried again for
        a while. What asks to leave does not leave then, and goes back into the queue.
        """
        try:
            passed, first, now = self._commit(told, asked)
        except Transient as trouble:
            self._write_later(told, asked, reason="the database was away; its bytes never left")
            if isinstance(trouble, JournalAhead):
                self._hold_what_was_restored()
            return ()
        self._learn(told)
        return passed if self._tell_journal(passed, first, now=now) else ()

    def give_back(self, mails: Iterable[Mail], *, reason: str) -> None:
        """Put what was claimed and not carried back into the queue, as if it had not been taken."""
        mails = list(mails)
        if not mails:
            return
        with transaction(self.engine) as session:
            self._give_back_all(session, mails, reason=reason)
        self.given_back += len(mails)

    def postpone(self, mail: Mail, *, until: datetime, reason: str) -> None:
        """Put a mail that was not tried back into the queue, until a moment."""
        with transaction(self.engine) as session:
            self._give_back_all(session, [mail], reason=reason, until=until)

    def give_back_row(self, session: Session, row: Taken, *, until: datetime | None, reason: str) -> None:
        """Put a row that was not tried back into the queue within the caller's transaction, until a moment if any."""
        self._give_back(session, row, reason=reason, until=until)

    def end(self, session: Session, row: Taken, there: MessageState, *, reason: str) -> None:
        """Let a mail that is not wanted end within the caller's transaction: it goes `there`."""
        self._settle(session, row, lambda s, mine, now: move_message(s, mine, there, reason=reason, now=now))

    def park(self, row: Taken, error: Exception) -> None:
        """Set one mail aside for a while, then for a person; the text of the error may hold names and is not kept."""
        _log.error("message %s could not be made or handed over: %s", row.id, _where(error))

        def settle(session: Session, mine: Message, now: datetime) -> None:
            crashes = 1 + _crashes(session, mine)
            next_try = after_deferral(tries=crashes, now=now, expires_at=mine.expires_at)
            if crashes >= CRASHES_ALLOWED or not isinstance(next_try, RetryAt):
                move_message(session, mine, MessageState.HELD, reason=_CRASHED, now=now)
                return
            mine.due_at = next_try.at
            move_message(session, mine, MessageState.QUEUED, reason=_CRASHED, now=now)

        with transaction(self.engine) as session:
            self._settle(session, row, settle)

    def doubt(self, row: Taken, error: Exception) -> None:
        """Settle a mail after an error that nobody foresaw behind the fence: nobody knows."""
        _log.error("message %s: %s while it was submitted", row.id, _where(error))

        def settle(session: Session, mine: Message, now: datetime) -> None:
            leave_in_doubt(session, mine, reason="an error while it was submitted", now=now)

        with transaction(self.engine) as session:
            self._settle(session, row, settle)

    # One commit for a group

    def _commit(self, told: Sequence[Told], asked: Sequence[Mail]) -> tuple[list[Mail], int, datetime]:
        """Settle what was told and pass the fence; gives what passed and the number of its first fence."""
        with self._writer.transaction() as connection:
            now, first = self.clock(), 0
            held = self._why_held(connection) if asked else None
            moves = self._settle_told(connection, told, now=now)
            passed = self._pass(connection, asked, now=now) if held is None else []
            moves += [into_submission(_row(mail)) for mail in passed]
            note_moves(connection, moves, now=now)
            if held is not None:
                with within(connection) as session:
                    self._give_back_all(session, asked, reason=held)
            journal = self.sender.journal
            if passed and journal is not None:
                first = raise_fence(connection, journal.journal_id, len(passed), above=journal.last, now=now)
        if held is not None:
            self.given_back, self.is_stopped = self.given_back + len(asked), True
        elif len(passed) < len(asked):
            _log.info(
                "%d messages were cancelled, or taken by another sender, and not sent",
                len(asked) - len(passed),
            )
        self._count(told)
        return passed, first, now

    def _why_held(self, connection: Connection) -> str | None:
        if self.is_stopping():
            return "its sender stopped"
        return "all sending is held" if why_held(connection) is not None else None

    def _pass(self, connection: Connection, asked: Sequence[Mail], *, now: datetime) -> list[Mail]:
        until = now + self.sender.leases.submitting
        passed = pass_fence(
            connection, [_fenced(mail) for mail in asked], owner=self.owner, until=until, now=now
        )
        return [mail for mail in asked if _row(mail).id in passed]

    def _tell_journal(self, passed: Sequence[Mail], first: int, *, now: datetime) -> bool:
        """Tell the journal which mails may leave; tells whether they may."""
        journal = self.sender.journal
        if journal is None or not passed:
            return True
        try:
            journal.append(
                [(first + place, _row(mail).message_id) for place, mail in enumerate(passed)], now=now
            )
        except JournalFailed as failed:
            _log.error("%s", failed)
            self.is_stopped = True
            self._write_later(
                (),
                passed,
                reason="the journal could not be written; its bytes never left",
                after=JOURNAL_PAUSE,
            )
            return False
        return True

    def _hold_what_was_restored(self) -> None:
        assert self.sender.journal is not None
        self.is_stopped = True
        with transaction(self.engine) as session:
            held = check_journal(session, self.sender.journal.standing, now=self.clock())
        _log.error("%s", held)

    def _settle_told(self, connection: Connection, told: Sequence[Told], *, now: datetime) -> list[Move]:
        """Settle what was told, and give the moves of which no event is written yet."""
        yes = [(_row(one.mail), one.outcome) for one in told if isinstance(one.outcome, Receipt)]
        settled = note_yes(connection, yes, owner=self.owner, now=now)
        if len(settled) < len(told):
            with within(connection) as session:
                for one in told:
                    if _row(one.mail).id not in settled:
                        self._settle_one(session, one.mail, one.outcome)
        return [into_acceptance(row, receipt) for row, receipt in yes if row.id in settled]

    def _settle_one(self, session: Session, mail: Mail, outcome: Outcome) -> None:
        if isinstance(outcome, Receipt):
            self._note_late_yes(session, _row(mail), outcome)
        elif isinstance(outcome, RelayDown):
            self._give_back_all(session, [mail], reason=str(outcome.answer))
        else:
            self._note_no(session, ready_of(mail), outcome)

    def _write_later(
        self,
        told: Sequence[Told],
        asked: Sequence[Mail],
        *,
        reason: str,
        after: timedelta | None = None,
    ) -> None:
        """Write down what was told as soon as the database is back; raises Transient where that takes too long."""
        end = time.monotonic() + PATIENCE_SECONDS
        while True:
            try:
                with self._writer.transaction() as connection:
                    now = self.clock()
                    note_moves(connection, self._settle_told(connection, told, now=now), now=now)
                    with within(connection) as session:
                        # Whether its fence was committed may not be known, but that not a byte of it has left.
                        until = now + after if after is not None else None
                        self._give_back_all(session, asked, reason=reason, until=until)
            except Transient:
                if time.monotonic() > end:
                    raise
                time.sleep(_PAUSE_SECONDS)
            else:
                self._count(told)
                self._learn(told)
                self.given_back += len(asked)
                return

    def _count(self, told: Sequence[Told]) -> None:
        self.given_back += sum(isinstance(one.outcome, RelayDown) for one in told)

    def _learn(self, told: Sequence[Told]) -> None:
        """Let the pace learn from what relays said."""
        for one in told:
            answer = one.outcome if isinstance(one.outcome, Receipt) else one.outcome.answer
            slowed = self.sender.pace.note(
                relay=answer.relay,
                group=ready_of(one.mail).destination,
                answer=answer,
                now=time.monotonic(),
            )
            if slowed is not None:
                _log.info("slower: %s", slowed)

    # One mail

    def _note_late_yes(self, session: Session, row: Taken, receipt: Receipt) -> None:
        def settle(session: Session, mine: Message, now: datetime) -> None:
            mine.relay, mine.tls = receipt.relay, receipt.tls
            mine.reply_code, mine.enhanced_code = receipt.reply_code, receipt.enhanced_code
            mine.remote_queue_id = receipt.remote_queue_id
            move_message(session, mine, MessageState.ACCEPTED, reason=yes_in_words(receipt), now=now)

        # The relay's word settles doubt as well: it may come after our lease has ended.
        self._settle(session, row, settle, standing=_MAY_BE_ACCEPTED)

    def _note_no(self, session: Session, ready: Ready, told: Deferred | Rejected | InDoubt) -> None:
        def settle(session: Session, mine: Message, now: datetime) -> None:
            answer = told.answer
            mine.relay, mine.reply_code, mine.enhanced_code = answer.relay, answer.code, answer.enhanced
            mine.destination = ready.destination
            if isinstance(told, InDoubt):
                leave_in_doubt(session, mine, reason=str(answer), now=now)
            elif isinstance(told, Rejected):
                move_message(session, mine, MessageState.REFUSED, reason=str(answer), now=now)
            else:
                try_again(session, mine, reason=str(answer), now=now)

        self._settle(session, ready.row, settle)

    def _give_back_all(
        self, session: Session, mails: Sequence[Mail], *, reason: str, until: datetime | None = None
    ) -> None:
        for mail in mails:
            self._give_back(session, _row(mail), reason=reason, until=until)
        # What was not tried does not count in its mailbox's share of the day.
        counted = [
            (mail.envelope.rcpt_to, share_of(_row(mail).kind)) for mail in mails if _row(mail).attempt == 1
        ]
        uncount_mailboxes(session, counted, now=self.clock(), site_key=self.sender.site_key)

    def _give_back(self, session: Session, row: Taken, *, reason: str, until: datetime | None = None) -> None:
        def settle(session: Session, mine: Message, now: datetime) -> None:
            mine.due_at = until or mine.due_at
            move_message(session, mine, MessageState.QUEUED, reason=reason, now=now)
            mine.attempt -= 1

        self._settle(session, row, settle)

    def _settle(
        self,
        session: Session,
        row: Taken,
        settle: _Settle,
        *,
        standing: Sequence[MessageState] = _IN_HAND,
    ) -> None:
        """Settle a row only where it still stands as this sender left it."""
        found = (
            select(Message)
            .where(
                col(Message.id) == row.id,
                col(Message.attempt) == row.attempt,
                col(Message.state).in_(standing),
            )
            .with_for_update()
        )
        mine = session.execute(found).scalar_one_or_none()
        if mine is None or mine.lease_owner not in {self.owner, None}:
            _log.warning("message %s was settled by another in the meantime", row.id)
            return
        settle(session, mine, self.clock())
        session.flush()


def ready_of(mail: Mail) -> Ready:
    """Give what a mail of this sender was made of."""
    ready: Ready = mail.ref  # type: ignore[assignment]  # -- a sender's mails have nothing else
    return ready


def _row(mail: Mail) -> Taken:
    return ready_of(mail).row


def _fenced(mail: Mail) -> Fenced:
    ready = ready_of(mail)
    return Fenced(row=ready.row, content_sha256=ready.content_sha256, destination=ready.destination)


def _crashes(session: Session, row: Message) -> int:
    found = select(func.count()).where(
        col(MessageEvent.message_id) == row.id, col(MessageEvent.reason) == _CRASHED
    )
    return int(session.execute(found).scalar_one())


def _where(error: Exception) -> str:
    frames = traceback.extract_tb(error.__traceback__)
    # One that is handed on as a value was raised nowhere.
    where = f" in {frames[-1].name}, line {frames[-1].lineno}" if frames else ""
    return f"{type(error).__name__}{where}"
