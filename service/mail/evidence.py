"""Settle mail in doubt by what the relay's own ledger says of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

from sqlalchemy import Engine, select, text
from sqlmodel import Session, col

from service.foundation.clock import Clock
from service.mail.ledger.relay_ledger import Fate, Finding, Found, Question, RelayLedger, Unknown
from service.mail.outbox import move_message
from service.mail.policy import POLICIES
from service.mail.retry import WhenUncertain
from service.model.message import IN_DOUBT, AfterState, Message, MessageEvent
from service.model.states import MessageState
from service.store.transaction import reading, transaction

MOST = 200
"""So many mails are looked up at once; those in doubt for the shortest time come first."""

_NOT_THERE = "the relay's ledger proves that it did not arrive"
_AFTER = frozenset(AfterState)


def settle_doubt(engine: Engine, *, ledger: RelayLedger, clock: Clock, since: datetime) -> int:
    """Settle what the ledger can tell of mail in doubt; gives how many mails. Where none is in doubt it is not asked.

    Looked up is mail that waits to go a second time, and what was submitted after `since`. What the relay has
    becomes accepted. What certainly never reached it goes again as if it had not been sent, except where its kind
    leaves doubt to a person, or where it was not to go again: there the proof is kept as an event. No transaction is
    open while the ledger is read, and a mail that has moved in the meantime is left as it is.
    """
    with reading(engine) as session:
        cases = {
            case.message_id: case for case in _cases(session, since=since) if not case.is_known_to_be_absent
        }
    if not cases:
        return 0
    questions = [Question(message_id=case.message_id, submitted=case.submitted) for case in cases.values()]
    findings = ledger.look_up(questions)
    return sum(_settle(engine, case, findings[message_id], clock) for message_id, case in cases.items())


@dataclass(frozen=True, kw_only=True)
class _Case:
    """A mail in doubt, as it stood when it was read."""

    row_id: str
    message_id: str
    last_event: str | None
    submitted: tuple[datetime, ...]
    submissions: int
    is_known_to_be_absent: bool
    is_unwanted: bool
    """It became uncertain because it was not to go again: cancelled, say, while a second copy waited."""


def _cases(session: Session, *, since: datetime) -> Sequence[_Case]:
    found = (
        select(Message)
        .where(
            text(f"({IN_DOUBT})"),
            col(Message.message_id).is_not(None),
            (col(Message.submitted_at) >= since) | (col(Message.state) == MessageState.QUEUED),
        )
        .order_by(col(Message.submitted_at).desc())
        .limit(MOST)
    )
    rows = session.execute(found).scalars().all()
    told = (
        select(MessageEvent)
        .where(col(MessageEvent.message_id).in_([row.id for row in rows]))
        .order_by(col(MessageEvent.id))
    )
    events: dict[str, list[MessageEvent]] = {row.id: [] for row in rows}
    for event in session.execute(told).scalars() if rows else ():
        events[event.message_id].append(event)
    return [_case(row, events[row.id]) for row in rows]


def _case(row: Message, events: Sequence[MessageEvent]) -> _Case:
    assert row.message_id is not None
    moves = [event for event in events if event.became not in _AFTER]
    doubts = [
        begun.at
        for begun, ended in pairwise(moves)
        if begun.became == MessageState.SUBMITTING and ended.became == MessageState.UNCERTAIN
    ]
    last = moves[-1] if moves else None
    return _Case(
        row_id=row.id,
        message_id=row.message_id,
        last_event=events[-1].id if events else None,
        submitted=tuple(doubts),
        submissions=sum(event.became == MessageState.SUBMITTING for event in moves),
        is_known_to_be_absent=bool(events) and events[-1].became == AfterState.ABSENT,
        is_unwanted=row.state is MessageState.UNCERTAIN
        and (last is None or last.was != MessageState.SUBMITTING),
    )


def _settle(engine: Engine, case: _Case, finding: Finding, clock: Clock) -> bool:
    if isinstance(finding, Unknown):
        return False
    with transaction(engine) as session:
        found = select(Message).where(col(Message.id) == case.row_id).with_for_update()
        row = session.execute(found).scalar_one_or_none()
        if row is None or not _may_have_arrived(row):
            return False
        is_as_it_was = _last_event(session, row) == case.last_event
        if isinstance(finding, Found):
            # True whatever happened in the meantime: a second copy that is in hand does not get past its fence.
            _accept(session, row, finding, went_once=is_as_it_was and case.submissions == 1, now=clock())
            return True
        if is_as_it_was:
            _take_back(session, row, case, now=clock())
        return is_as_it_was


def _may_have_arrived(row: Message) -> bool:
    if row.state is MessageState.UNCERTAIN:
        return True
    return row.possible_duplicate and row.state in {MessageState.QUEUED, MessageState.CLAIMED}


def _last_event(session: Session, row: Message) -> str | None:
    newest = (
        select(col(MessageEvent.id))
        .where(col(MessageEvent.message_id) == row.id)
        .order_by(col(MessageEvent.id).desc())
        .limit(1)
    )
    return session.execute(newest).scalar_one_or_none()


def _accept(session: Session, row: Message, found: Found, *, went_once: bool, now: datetime) -> None:
    row.remote_queue_id = found.queue_id[:64]
    if went_once:
        row.possible_duplicate = False
    reason = f"the relay's ledger has it as {found.queue_id}: {found.fate.value}"
    move_message(session, row, MessageState.ACCEPTED, reason=reason, now=now)
    if found.fate is Fate.BOUNCED:
        heard = f"the relay's ledger says bounced {found.enhanced_code}".rstrip()
        _note(session, row, AfterState.BOUNCED, reason=heard, now=now)


def _take_back(session: Session, row: Message, case: _Case, *, now: datetime) -> None:
    if case.is_unwanted or POLICIES[row.kind].when_uncertain is WhenUncertain.PERSON:
        _note(session, row, AfterState.ABSENT, reason=_NOT_THERE, now=now)
        return
    row.possible_duplicate, row.due_at = False, now
    if row.state is MessageState.QUEUED:
        session.add(row)
        _note(session, row, MessageState.QUEUED, reason=_NOT_THERE, now=now)
    else:
        move_message(session, row, MessageState.QUEUED, reason=_NOT_THERE, now=now)
    if row.expires_at <= now:
        move_message(session, row, MessageState.EXPIRED, reason="its time had passed", now=now)


def _note(
    session: Session, row: Message, heard: AfterState | MessageState, *, reason: str, now: datetime
) -> None:
    session.add(
        MessageEvent(
            message_id=row.id,
            at=now,
            was=row.state.value,
            became=heard.value,
            attempt=row.attempt,
            reason=reason,
        )
    )
