"""Claim, carry, settle: take due mails out of the outbox, hand each over once, and write down what became of it."""

import hashlib
import logging
import traceback
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from sqlalchemy import Engine, func, select, update
from sqlmodel import Session, col

from service.foundation.clock import Clock
from service.mail.compose import make_envelope
from service.mail.dkim import DkimSigner
from service.mail.envelope import Draft, Envelope
from service.mail.headers import make_message_id
from service.mail.journal import Journal, JournalFailed
from service.mail.outbox import leave_in_doubt, move_message, try_again
from service.mail.retry import RetryAt, after_deferral
from service.mail.sending import JournalAhead, SendingHeld, check_journal, raise_fence, why_held
from service.mail.transport import Deferred, InDoubt, Receipt, Rejected, RelayDown, Transport
from service.mail.verp import make_return_path
from service.model.message import Message, MessageEvent, MessageKind
from service.model.states import MessageState
from service.store.claim import claim_messages, stale_messages
from service.store.transaction import reading, transaction

_log = logging.getLogger(__name__)

CLAIM_LEASE = timedelta(seconds=60)
"""How long a batch is kept in hand; what is not carried by then is given back."""

SUBMITTING_LEASE = timedelta(minutes=30)
"""How long a submission may take: longer than a transport waits for the bytes and for the last answer."""

CRASHES_ALLOWED = 5
"""So many failures to compose a mail are taken for passing ones; then a person must look."""

_CRASHED = "could not be composed"
_IN_HAND = (MessageState.CLAIMED, MessageState.SUBMITTING)
_MAY_BE_ACCEPTED = (MessageState.SUBMITTING, MessageState.UNCERTAIN, MessageState.QUEUED)

_Settle = Callable[[Session, Message, datetime], None]


@dataclass(frozen=True, kw_only=True)
class Leases:
    """How long a mail may stay in one sender's hands before another may settle it: claimed, and submitting."""

    claim: timedelta = CLAIM_LEASE
    submitting: timedelta = SUBMITTING_LEASE


@dataclass(frozen=True, kw_only=True)
class Sender:
    """Whom our mail comes from: a normal address, the domain of our Message-IDs, and the key that makes them.

    Without a `signer` mail goes out unsigned; the relay may sign it.
    `leases` are shorter only where a proof cannot wait for the usual ones.
    With a `bounce_domain` each mail has a return path of its own there (service/mail/verp.py).
    Each fence is told to the `journal`; without one, a restored database cannot be told from another.
    """

    site_key: bytes = field(repr=False)
    mail_from: str
    domain: str
    leases: Leases = Leases()
    signer: DkimSigner | None = None
    bounce_domain: str = ""
    journal: Journal | None = None

    def sign(self, envelope: Envelope, *, at: datetime) -> Envelope:
        """Give the mail with its signatures, dated `at`; without a signer, as it is."""
        if self.signer is None:
            return envelope
        return replace(envelope, data=self.signer.sign(envelope.data, at=at))

    def return_path(self, row_id: str) -> str | None:
        """Give the envelope sender of one mail; None where it is the sender's own address."""
        if not self.bounce_domain:
            return None
        return make_return_path(row_id, site_key=self.site_key, bounce_domain=self.bounce_domain)


class Unwanted(Exception):
    """A mail is no longer wanted: it goes `there` (cancelled, suppressed or held); `reason` holds no address."""

    def __init__(self, there: MessageState, reason: str) -> None:
        """Keep where the mail goes, and why."""
        super().__init__(reason)
        self.there = there
        self.reason = reason


Composer = Callable[[Session, Message], Draft]
"""Makes a mail again from its row, the same whenever it is asked; reads only; raises Unwanted."""


def deliver_due(
    engine: Engine,
    *,
    transport: Transport,
    composers: Mapping[MessageKind, Composer],
    sender: Sender,
    clock: Clock,
    owner: str,
    most: int = 50,
) -> int:
    """Send up to `most` mails that are due; gives how many were handled, 0 when nothing is due or no relay answers.

    `owner` names this process among all that send. No transaction is open while the network is spoken to. Each
    row is `submitting` in a committed transaction before the first byte of its mail leaves, so that a crash before
    loses nothing and a crash after is known as doubt.
    """
    if not _is_anything_due(engine, now=clock()):
        return 0
    try:
        transport.ready()
    except RelayDown as down:
        _log.warning("no mail was sent: %s", down)
        return 0
    return _Round(
        engine=engine, transport=transport, composers=composers, sender=sender, clock=clock, owner=owner
    ).run(most=most)


def free_stale(engine: Engine, *, owner: str | None, clock: Clock) -> int:
    """Settle what a sender left in hand when it stopped; gives how many mails.

    Without `owner`, those whose lease has ended; with it, also all of any other owner, for a process that knows
    itself to be the only sender. What was only claimed goes back to the queue. What was being submitted may have
    arrived: it becomes uncertain, and goes once more only where its kind allows it.
    """
    now = clock()
    with transaction(engine) as session:
        rows = stale_messages(session, owner=owner, now=now)
        for row in rows:
            if row.state is MessageState.CLAIMED:
                move_message(session, row, MessageState.QUEUED, reason="its sender went away", now=now)
            else:
                leave_in_doubt(session, row, reason="its sender went away while it was submitted", now=now)
    return len(rows)


class _ClaimLostError(Exception):
    """The row is not ours any more: cancelled, or taken by another after our lease ended."""


@dataclass(kw_only=True)
class _Fence:
    """Moves one row to submitting, by comparing and setting, in a transaction of its own."""

    engine: Engine
    row: Message
    content_sha256: str
    clock: Clock
    lease: timedelta
    journal: Journal | None
    passed: bool = False

    def __call__(self) -> None:
        """Commit the move and tell the journal.

        Nothing may be sent where it raises: _ClaimLostError where the row is not ours any more, SendingHeld where all
        sending is held, JournalFailed where the journal could not be written though the move is committed.
        """
        now = self.clock()
        ours = (
            update(Message)
            .where(
                col(Message.id) == self.row.id,
                col(Message.state) == MessageState.CLAIMED,
                col(Message.attempt) == self.row.attempt,
                col(Message.lease_owner) == self.row.lease_owner,
            )
            .values(
                state=MessageState.SUBMITTING,
                lease_until=now + self.lease,
                submitted_at=now,
                content_sha256=self.content_sha256,
            )
            .returning(col(Message.id))
        )
        fence_no = 0
        with transaction(self.engine) as session:
            held = why_held(session)
            if held is not None:
                raise SendingHeld(held)
            if session.execute(ours).first() is None:
                raise _ClaimLostError
            if self.journal is not None:
                fence_no = raise_fence(session, self.journal.journal_id, 1, above=self.journal.last, now=now)
            session.add(
                MessageEvent(
                    message_id=self.row.id,
                    at=now,
                    was=MessageState.CLAIMED.value,
                    became=MessageState.SUBMITTING.value,
                    attempt=self.row.attempt,
                    reason="the relay asked for its bytes",
                )
            )
        if self.journal is not None:
            assert self.row.message_id is not None
            self.journal.append([(fence_no, self.row.message_id)], now=now)
        self.passed = True


@dataclass(frozen=True, kw_only=True)
class _Round:
    """One batch, from claim to settlement."""

    engine: Engine
    transport: Transport
    composers: Mapping[MessageKind, Composer]
    sender: Sender
    clock: Clock
    owner: str

    def run(self, *, most: int) -> int:
        """Claim a batch, carry it, and give how many mails were handled."""
        now = self.clock()
        with transaction(self.engine) as session:
            if why_held(session) is not None:
                return 0
            taken = claim_messages(
                session, owner=self.owner, now=now, lease=self.sender.leases.claim, most=most
            )
            for row in taken:
                self._note_claim(session, row, now=now)
        claimed = [row for row in taken if row.state is MessageState.CLAIMED]
        return len(taken) - len(claimed) + self._carry_all(claimed)

    def _note_claim(self, session: Session, row: Message, *, now: datetime) -> None:
        session.add(
            MessageEvent(
                message_id=row.id,
                at=now,
                was=MessageState.QUEUED.value,
                became=row.state.value,
                attempt=row.attempt,
                reason="taken by a sender",
            )
        )
        if row.message_id is None:
            row.message_id = make_message_id(self.sender.site_key, row.dedupe_key, self.sender.domain)
            row.dated_at = now.replace(microsecond=0)
        if row.expires_at <= now:
            move_message(session, row, MessageState.EXPIRED, reason="its time had passed", now=now)

    def _carry_all(self, rows: Sequence[Message]) -> int:
        """Carry one after the other; gives back the rest when no relay is left or the lease has run out."""
        for place, row in enumerate(rows):
            if row.lease_until is not None and self.clock() >= row.lease_until:
                self._give_back(rows[place:], reason="the batch took too long")
                return place
            try:
                self._carry(row)
            except RelayDown as down:
                _log.warning("sending stopped: %s", down)
                self._give_back(rows[place:], reason=str(down.answer))
                return place
            except JournalAhead:
                self._hold_what_was_restored()
                self._give_back(rows[place:], reason="the database was restored")
                return place
            except SendingHeld:
                self._give_back(rows[place:], reason="all sending is held")
                return place
            except JournalFailed as failed:
                # The fence of this row is committed and its dot never left: it goes back as if never tried.
                _log.error("%s", failed)
                self._give_back(rows[place:], reason="the journal could not be written", standing=_IN_HAND)
                return place
        return len(rows)

    def _carry(self, row: Message) -> None:
        envelope = self._compose(row)
        if envelope is None:
            return
        assert row.dated_at is not None
        content_sha256 = hashlib.sha256(envelope.data).hexdigest()
        if row.possible_duplicate and row.content_sha256 != content_sha256:
            self._end(row, MessageState.UNCERTAIN, reason="made again it would differ from its first copy")
            return
        fence = _Fence(
            engine=self.engine,
            row=row,
            content_sha256=content_sha256,
            clock=self.clock,
            lease=self.sender.leases.submitting,
            journal=self.sender.journal,
        )
        try:
            receipt = self.transport.send(self.sender.sign(envelope, at=row.dated_at), before_data=fence)
        except _ClaimLostError:
            _log.info("message %s was cancelled, or taken by another sender, and not sent", row.id)
        except (RelayDown, SendingHeld, JournalFailed):
            raise
        except (Deferred, Rejected, InDoubt) as told:
            self._settle_failure(row, told)
        except Exception as error:  # noqa: BLE001 -- one mail's trouble must never stop the others
            self._survive(row, error, fence=fence)
        else:
            self._accept(row, receipt)

    def _compose(self, row: Message) -> Envelope | None:
        assert row.message_id is not None
        assert row.dated_at is not None
        try:
            with reading(self.engine) as session:
                draft = self.composers[row.kind](session, row)
            return make_envelope(
                draft,
                kind=row.kind,
                message_id=row.message_id,
                dated_at=row.dated_at,
                mail_from=self.sender.mail_from,
                return_path=self.sender.return_path(row.id),
            )
        except Unwanted as unwanted:
            self._end(row, unwanted.there, reason=unwanted.reason)
        except Exception as error:  # noqa: BLE001 -- one corrupt row must never stop the others
            self._park(row, error)
        return None

    def _accept(self, row: Message, receipt: Receipt) -> None:
        def settle(session: Session, mine: Message, now: datetime) -> None:
            mine.relay, mine.tls = receipt.relay, receipt.tls
            mine.reply_code, mine.enhanced_code = receipt.reply_code, receipt.enhanced_code
            mine.remote_queue_id = receipt.remote_queue_id
            reason = f"{receipt.relay} answered {receipt.reply_code} {receipt.enhanced_code}".rstrip()
            move_message(session, mine, MessageState.ACCEPTED, reason=reason, now=now)

        # The relay's word settles doubt as well: it may come after our lease has ended.
        self._settle(row, settle, standing=_MAY_BE_ACCEPTED)

    def _settle_failure(self, row: Message, told: Deferred | Rejected | InDoubt) -> None:
        def settle(session: Session, mine: Message, now: datetime) -> None:
            answer = told.answer
            mine.relay, mine.reply_code, mine.enhanced_code = answer.relay, answer.code, answer.enhanced
            if isinstance(told, InDoubt):
                leave_in_doubt(session, mine, reason=str(answer), now=now)
            elif isinstance(told, Rejected):
                move_message(session, mine, MessageState.REFUSED, reason=str(answer), now=now)
            else:
                try_again(session, mine, reason=str(answer), now=now)

        self._settle(row, settle)

    def _survive(self, row: Message, error: Exception, *, fence: _Fence) -> None:
        """Settle a mail after an error that nobody foresaw: before the fence nothing was sent, behind it nobody knows."""
        if not fence.passed:
            self._park(row, error)
            return
        _log.error("message %s: %s while it was submitted", row.id, _where(error))
        self._settle(
            row,
            lambda session, mine, now: leave_in_doubt(
                session, mine, reason="an error while it was submitted", now=now
            ),
        )

    def _park(self, row: Message, error: Exception) -> None:
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

        self._settle(row, settle)

    def _end(self, row: Message, there: MessageState, *, reason: str) -> None:
        def settle(session: Session, mine: Message, now: datetime) -> None:
            move_message(session, mine, there, reason=reason, now=now)

        self._settle(row, settle)

    def _hold_what_was_restored(self) -> None:
        assert self.sender.journal is not None
        with transaction(self.engine) as session:
            held = check_journal(session, self.sender.journal.standing, now=self.clock())
        _log.error("%s", held)

    def _give_back(
        self,
        rows: Iterable[Message],
        *,
        reason: str,
        standing: Sequence[MessageState] = (MessageState.CLAIMED,),
    ) -> None:
        """Put what was claimed and not carried back into the queue, as if it had not been taken."""

        def settle(session: Session, mine: Message, now: datetime) -> None:
            move_message(session, mine, MessageState.QUEUED, reason=reason, now=now)
            mine.attempt -= 1

        with transaction(self.engine) as session:
            for row in rows:
                self._settle_within(session, row, settle, standing=standing)

    def _settle(self, row: Message, settle: _Settle, *, standing: Sequence[MessageState] = _IN_HAND) -> None:
        with transaction(self.engine) as session:
            self._settle_within(session, row, settle, standing=standing)

    def _settle_within(
        self, session: Session, row: Message, settle: _Settle, *, standing: Sequence[MessageState]
    ) -> None:
        """Settle a row only where it still stands as this round left it."""
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


def _crashes(session: Session, row: Message) -> int:
    found = select(func.count()).where(
        col(MessageEvent.message_id) == row.id, col(MessageEvent.reason) == _CRASHED
    )
    return int(session.execute(found).scalar_one())


def _is_anything_due(engine: Engine, *, now: datetime) -> bool:
    due = (
        select(col(Message.id))
        .where(col(Message.state) == MessageState.QUEUED, col(Message.due_at) <= now)
        .limit(1)
    )
    with reading(engine) as session:
        return session.execute(due).first() is not None


def _where(error: Exception) -> str:
    frame = traceback.extract_tb(error.__traceback__)[-1]
    return f"{type(error).__name__} in {frame.name}, line {frame.lineno}"
