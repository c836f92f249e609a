"""The outbox: a mail exists if and only if its cause does, because both are written in one transaction."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, case, func, literal, null, select, update
from sqlalchemy.sql.elements import SQLCoreOperations
from sqlmodel import Session, SQLModel, col

from service.mail.policy import POLICIES
from service.mail.retry import RetryAt, after_deferral, after_doubt
from service.model.columns import Moment
from service.model.message import Message, MessageEvent, MessageKind
from service.model.states import MESSAGE, MessageState
from service.store.insert import insert_from, insert_quickly, make_stamp, numbered_id, rows_at_once
from service.store.lock import hold_rows
from service.store.rows import run_quickly

REASON_LENGTH = 200

_IN_HAND = frozenset({MessageState.CLAIMED, MessageState.SUBMITTING})
_FINAL = frozenset(
    {
        MessageState.ACCEPTED,
        MessageState.REFUSED,
        MessageState.CANCELLED,
        MessageState.EXPIRED,
        MessageState.SUPPRESSED,
    }
)
_MAY_BE_THERE = frozenset({MessageState.SUBMITTING, MessageState.UNCERTAIN})
_MAY_GO_AGAIN = frozenset({MessageState.QUEUED, MessageState.CLAIMED})
# Each of these says that a mail has not gone out; of one whose first copy is in doubt nobody can say that.
_SAYS_UNSENT = (_FINAL - {MessageState.ACCEPTED}) | {MessageState.HELD}
# Of nearly all who act no mail is in doubt, and then nothing has to be held.
_HAS_DOUBT = (
    "SELECT 1 FROM message WHERE recipient_ref = :recipient"
    " AND (state IN ('submitting', 'uncertain') OR possible_duplicate) LIMIT 1"
)
_WAITING = (MessageState.QUEUED, MessageState.CLAIMED, MessageState.HELD)


@dataclass(frozen=True, kw_only=True)
class Stopped:
    """What was stopped of one occurrence; `waiting` still do, beyond what a database takes at once or at a sender."""

    cancelled: int
    waiting: int


def post(  # noqa: PLR0913 -- each names one column, and all but four have a default
    session: Session,
    *,
    kind: MessageKind,
    recipient_ref: str,
    occurrence: str,
    now: datetime,
    campaign_id: str | None = None,
    due_at: datetime | None = None,
    expires_at: datetime | None = None,
) -> bool:
    """Put one mail into the outbox within the caller's transaction; tells whether it is new.

    One kind of mail to one recipient for one occurrence exists once, however often it is posted. It expires as
    its kind says, counted from `due_at`, or at `expires_at` where that is earlier. Waking the sender after the
    commit is the caller's.
    """
    message = _message(
        kind=kind,
        campaign_id=campaign_id,
        recipient_ref=recipient_ref,
        occurrence=occurrence,
        now=now,
        due_at=due_at or now,
        expires_at=expires_at,
    )
    # What waits in the session is written first: a mail must not come before its cause.
    return insert_once(session, message, by=("dedupe_key",))


def post_all(  # noqa: PLR0913 -- as with post(), and two have a default
    session: Session,
    *,
    kind: MessageKind,
    campaign_id: str,
    recipients: Select[str],
    occurrence: str,
    now: datetime,
    due_at: Callable[[ColumnElement[str]], SQLCoreOperations[datetime]] | None = None,
    expires_at: datetime | None = None,
    is_first: bool = False,
) -> int:
    """Put one mail for each recipient into the outbox by one INSERT … SELECT; gives how many are new.

    `recipients` selects the ids of the rows written to, each once and best in their order. `due_at` says in SQL when
    the mail to a recipient is due, else it is now; each expires as its kind says, counted from now, or at `expires_at`
    where that is earlier. All else is as with post(): who has this occurrence already gets no second one, however often and from however many places it is posted.
    Say `is_first` where the caller's transaction knows that nobody has it: to look for each costs a quarter more.
    """
    message = _message(
        kind=kind,
        campaign_id=campaign_id,
        recipient_ref="",
        occurrence=occurrence,
        now=now,
        due_at=now,
        expires_at=expires_at,
    )
    stamp, whom = make_stamp(), recipients.subquery("recipients")
    recipient: ColumnElement[str] = next(iter(whom.c))
    changing: dict[str, SQLCoreOperations[Any]] = {
        "id": numbered_id(session, stamp),
        "recipient_ref": recipient,
        "dedupe_key": dedupe_key(
            kind=kind, campaign_id=campaign_id, recipient_ref=recipient, occurrence=occurrence
        ),
    }
    if due_at is not None:
        changing["due_at"] = due_at(recipient)
    session.flush()
    # SQLite reads ON CONFLICT as the condition of a join where the SELECT before it has no WHERE.
    whom_all = select(whom).where(recipient.is_not(None))
    posting = insert_from(session, message, changing, whom_all)
    if not is_first:
        posting = posting.on_conflict_do_nothing(index_elements=["dedupe_key"])
    posted = session.execute(posting, execution_options={"preserve_rowcount": True})
    return int(posted.rowcount)  # type: ignore[attr-defined]  # -- an INSERT gives a CursorResult


def dedupe_key(
    *, kind: MessageKind, campaign_id: str, recipient_ref: SQLCoreOperations[str], occurrence: str
) -> ColumnElement[str]:
    """Say in SQL by which key the mails of one occurrence are known."""
    return literal(f"{kind.value}|{campaign_id}|") + recipient_ref + literal(f"|{occurrence}")


def posted_of(session: Session, *, kind: MessageKind, campaign_id: str, occurrence: str) -> int:
    """Count the mails of one occurrence, wherever they stand by now."""
    return sum(counts_of(session, kind=kind, campaign_id=campaign_id, occurrence=occurrence).values())


def counts_of(
    session: Session, *, kind: MessageKind, campaign_id: str, occurrence: str
) -> Mapping[MessageState, int]:
    """Count the mails of one occurrence in each state that any is in."""
    mine = _of_occurrence(kind=kind, campaign_id=campaign_id, occurrence=occurrence)
    found = select(col(Message.state), func.count()).where(*mine).group_by(col(Message.state))
    return dict(session.execute(found).all())


def counts(session: Session) -> dict[MessageState, int]:
    """Count the messages in each state that any is in; the sum is the number of all messages."""
    found = select(col(Message.state), func.count()).group_by(col(Message.state))
    return dict(session.execute(found).all())


def cancel_for(
    session: Session, *, recipient_ref: str, now: datetime, kinds: Collection[MessageKind] | None = None
) -> int:
    """Cancel what waits for one recipient, of these kinds or of all; gives how many mails.

    After the commit none of them goes out: a sender that already holds one finds it cancelled before the first
    byte. Only what is being submitted at this moment is not touched, and a first copy in doubt stays in doubt.
    """
    waiting = (
        select(Message)
        .where(
            col(Message.recipient_ref) == recipient_ref,
            col(Message.state).in_(_WAITING),
        )
        .with_for_update()
    )
    if kinds is not None:
        waiting = waiting.where(col(Message.kind).in_(kinds))
    rows = session.execute(waiting).scalars().all()
    for row in rows:
        move_message(session, row, MessageState.CANCELLED, reason="no longer wanted", now=now)
    return len(rows)


def cancel_all(
    session: Session, *, kind: MessageKind, campaign_id: str, occurrence: str, reason: str, now: datetime
) -> Stopped:
    """Cancel what waits of one occurrence, as cancel_for() does, but as many as a database takes at once.

    Call it, each time in a transaction of its own, until none is `waiting`: what a sender just moves is passed over,
    so that neither waits for the other. After the last commit none goes out but what was being submitted then.
    """
    mine = _of_occurrence(kind=kind, campaign_id=campaign_id, occurrence=occurrence)
    became = move_all(
        session,
        mine,
        _WAITING,
        MessageState.CANCELLED,
        reason=reason,
        now=now,
        most=rows_at_once(session),
        skip_locked=True,
    )
    here = counts_of(session, kind=kind, campaign_id=campaign_id, occurrence=occurrence)
    return Stopped(
        cancelled=became.get(MessageState.CANCELLED, 0),
        waiting=sum(here.get(state, 0) for state in _WAITING),
    )


def hold_for(session: Session, *, campaign_id: str, kind: MessageKind, reason: str, now: datetime) -> int:
    """Hold what waits of one kind of a campaign until a person decides; gives how many mails.

    As with cancel_for, a sender that already holds one does not get past its fence.
    """
    mine = (col(Message.campaign_id) == campaign_id, col(Message.kind) == kind)
    here = (MessageState.QUEUED, MessageState.CLAIMED)
    return sum(move_all(session, mine, here, MessageState.HELD, reason=reason, now=now).values())


def is_in_doubt(row: Message) -> bool:
    """Tell whether a copy of a mail may have arrived and nobody has said so; a second one may wait to go."""
    return row.state in _MAY_BE_THERE or (row.state in _MAY_GO_AGAIN and row.possible_duplicate)


def reader_acted(
    session: Session, *, recipient_ref: str, kinds: Collection[MessageKind], since: datetime, now: datetime
) -> None:
    """Take in that somebody acted on a link that only mails of these kinds, submitted `since`, can have brought.

    Where one mail alone can have brought it, doubt about that mail ends as accepted. Where several can, nobody knows
    which did, and doubt stays; but none of them goes a second time.
    """
    session.flush()
    if run_quickly(session.connection(), _HAS_DOUBT, recipient=recipient_ref) is None:
        return
    found = (
        select(Message)
        .where(
            col(Message.recipient_ref) == recipient_ref,
            col(Message.kind).in_(kinds),
            col(Message.submitted_at) >= since,
        )
        .with_for_update()
    )
    rows = [row for row in session.execute(found).scalars() if _may_have_arrived(row)]
    for row in rows:
        if is_in_doubt(row) and len(rows) == 1:
            move_message(session, row, MessageState.ACCEPTED, reason="its reader acted on it", now=now)
        elif is_in_doubt(row) and row.state in _MAY_GO_AGAIN:
            reason = "its reader acted on this mail or on another"
            move_message(session, row, MessageState.UNCERTAIN, reason=reason, now=now)


def move_message(
    session: Session, row: Message, there: MessageState, *, reason: str, now: datetime
) -> MessageState:
    """Move a message, keep the move as an event, and give the state it came to; the caller's transaction holds the row.

    A mail whose earlier copy may have arrived (`possible_duplicate`) does not end as refused, cancelled or held:
    it stays uncertain. `reason` is a clause without any address.
    """
    became = MessageState.UNCERTAIN if row.possible_duplicate and there in _SAYS_UNSENT else there
    was = row.state
    MESSAGE.move(row, became)
    if became not in _IN_HAND:
        row.lease_owner, row.lease_until = None, None
    if became in _FINAL:
        row.settled_at = now
    session.add(row)
    session.add(
        MessageEvent(
            message_id=row.id,
            at=now,
            was=was.value,
            became=became.value,
            attempt=row.attempt,
            reason=reason[:REASON_LENGTH],
        )
    )
    return became


def move_all(  # noqa: PLR0913 -- the last three have a default
    session: Session,
    which: Sequence[ColumnElement[bool]],
    here: Collection[MessageState],
    there: MessageState,
    *,
    reason: str,
    now: datetime,
    most: int | None = None,
    skip_locked: bool = False,
    also: Mapping[str, SQLCoreOperations[Any]] | None = None,
) -> Mapping[MessageState, int]:
    """Move all messages that are meant and stand `here`, as move_message() does, by two statements however many they are.

    Gives how many came to which state. `also` sets further columns of them.
    """
    for state in here:
        MESSAGE.check(state, there)
    session.flush()
    found = (
        select(col(Message.id))
        .where(*which, col(Message.state).in_(here))
        # The order in which senders hold them, so that nobody waits for one another in a ring.
        .order_by(col(Message.id))
        .limit(most)
    )
    mine = hold_rows(session, col(Message.id), found, skip_locked=skip_locked)
    # Made when nobody else can move them any more, or an earlier event of theirs could have a later id.
    stamp, became = make_stamp(), _became(there)
    event = MessageEvent(message_id="", at=now, was="", became="", attempt=0, reason=reason[:REASON_LENGTH])
    changing: dict[str, SQLCoreOperations[Any]] = {
        "id": numbered_id(session, stamp),
        "message_id": col(Message.id),
        "was": col(Message.state),
        "became": became,
        "attempt": col(Message.attempt),
    }
    session.execute(insert_from(session, event, changing, select(col(Message.id)).where(mine)))
    moving = update(Message).where(mine)
    moving = moving.values(
        {
            "state": became,
            "lease_owner": null(),
            "lease_until": null(),
            "settled_at": _settled_at(there, now=now),
            **(also or {}),
        }
    )
    session.execute(moving.execution_options(synchronize_session=False))
    for row in list(session.identity_map.values()):
        if isinstance(row, Message):
            session.expire(row)
    written = col(MessageEvent.id).between(stamp, f"{stamp}g")
    each = select(col(MessageEvent.became), func.count()).where(written).group_by(col(MessageEvent.became))
    return {MessageState(state): number for state, number in session.execute(each)}


def try_again(session: Session, row: Message, *, reason: str, now: datetime) -> None:
    """Queue a mail that certainly did not arrive for its next try, or let it expire where none is left."""
    next_try = after_deferral(tries=row.attempt, now=now, expires_at=row.expires_at)
    if isinstance(next_try, RetryAt):
        row.due_at = next_try.at
        move_message(session, row, MessageState.QUEUED, reason=reason, now=now)
    else:
        move_message(session, row, MessageState.EXPIRED, reason=f"no time is left; {reason}", now=now)


def leave_in_doubt(session: Session, row: Message, *, reason: str, now: datetime) -> None:
    """Mark a mail as one that may have arrived; queue it once more only where its kind allows that."""
    move_message(session, row, MessageState.UNCERTAIN, reason=reason, now=now)
    next_try = after_doubt(
        when_uncertain=POLICIES[row.kind].when_uncertain,
        went_twice=row.possible_duplicate,
        now=now,
        expires_at=row.expires_at,
    )
    if isinstance(next_try, RetryAt):
        row.due_at, row.possible_duplicate = next_try.at, True
        move_message(session, row, MessageState.QUEUED, reason="goes once more, the same", now=now)


def _of_occurrence(
    *, kind: MessageKind, campaign_id: str, occurrence: str
) -> tuple[ColumnElement[bool], ...]:
    return (
        col(Message.kind) == kind,
        col(Message.campaign_id) == campaign_id,
        col(Message.occurrence) == occurrence,
    )


def _became(there: MessageState) -> ColumnElement[str]:
    """Say in SQL what move_message() says of a copy that may have arrived."""
    kept = literal(there.value)
    if there not in _SAYS_UNSENT:
        return kept
    return case((col(Message.possible_duplicate).is_(True), MessageState.UNCERTAIN.value), else_=kept)


def _settled_at(there: MessageState, *, now: datetime) -> SQLCoreOperations[datetime | None]:
    if there not in _FINAL:
        return col(Message.settled_at)
    moment = literal(now, Moment)
    return case((col(Message.possible_duplicate).is_(True), col(Message.settled_at)), else_=moment)


def _message(
    *,
    kind: MessageKind,
    campaign_id: str | None,
    recipient_ref: str,
    occurrence: str,
    now: datetime,
    due_at: datetime,
    expires_at: datetime | None,
) -> Message:
    policy = POLICIES[kind]
    last = due_at + policy.expires_after
    return Message(
        kind=kind,
        campaign_id=campaign_id,
        recipient_ref=recipient_ref,
        occurrence=occurrence,
        dedupe_key=f"{kind.value}|{campaign_id or ''}|{recipient_ref}|{occurrence}",
        priority=policy.priority,
        due_at=due_at,
        expires_at=min(last, expires_at) if expires_at is not None else last,
        created_at=now,
    )


def insert_once(session: Session, row: SQLModel, *, by: Sequence[str]) -> bool:
    """Insert a row unless one with the same values of the unique columns `by` exists; tells whether it is new."""
    return insert_quickly(session, row, conflict=f"({', '.join(by)}) DO NOTHING")


def _may_have_arrived(row: Message) -> bool:
    # A mail in doubt may have been cancelled by a person.
    return is_in_doubt(row) or row.state in {MessageState.ACCEPTED, MessageState.CANCELLED}
