"""The outbox: a mail exists if and only if its cause does, because both are written in one transaction."""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import func, literal, select
from sqlmodel import Session, SQLModel, col

from service.mail.policy import POLICIES
from service.mail.retry import RetryAt, after_deferral, after_doubt
from service.model.message import Message, MessageEvent, MessageKind
from service.model.states import MESSAGE, MessageState
from service.store.insert import insert_or

_REASON_LENGTH = 200

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
    policy = POLICIES[kind]
    due = due_at or now
    last = due + policy.expires_after
    message = Message(
        kind=kind,
        campaign_id=campaign_id,
        recipient_ref=recipient_ref,
        occurrence=occurrence,
        dedupe_key=f"{kind.value}|{campaign_id or ''}|{recipient_ref}|{occurrence}",
        priority=policy.priority,
        due_at=due,
        expires_at=min(last, expires_at) if expires_at is not None else last,
        created_at=now,
    )
    # The rows of its cause may still wait in the session, and a mail must not come before its letter.
    session.flush()
    if not insert_once(session, message, by=("dedupe_key",)):
        return False
    event = MessageEvent(
        message_id=message.id, at=now, was="", became=MessageState.QUEUED.value, attempt=0, reason="posted"
    )
    session.execute(insert_or(session, event))
    return True


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
            col(Message.state).in_((MessageState.QUEUED, MessageState.CLAIMED, MessageState.HELD)),
        )
        .with_for_update()
    )
    if kinds is not None:
        waiting = waiting.where(col(Message.kind).in_(kinds))
    rows = session.execute(waiting).scalars().all()
    for row in rows:
        move_message(session, row, MessageState.CANCELLED, reason="no longer wanted", now=now)
    return len(rows)


def hold_for(session: Session, *, campaign_id: str, kind: MessageKind, reason: str, now: datetime) -> int:
    """Hold what waits of one kind of a campaign until a person decides; gives how many mails.

    As with cancel_for, a sender that already holds one does not get past its fence.
    """
    waiting = (
        select(Message)
        .where(
            col(Message.campaign_id) == campaign_id,
            col(Message.kind) == kind,
            col(Message.state).in_((MessageState.QUEUED, MessageState.CLAIMED)),
        )
        .with_for_update()
    )
    rows = session.execute(waiting).scalars().all()
    for row in rows:
        move_message(session, row, MessageState.HELD, reason=reason, now=now)
    return len(rows)


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
            reason=reason[:_REASON_LENGTH],
        )
    )
    return became


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


def insert_once(session: Session, row: SQLModel, *, by: Sequence[str]) -> bool:
    """Insert a row unless one with the same values of the unique columns `by` exists; tells whether it is new."""
    statement = insert_or(session, row).on_conflict_do_nothing(index_elements=list(by))
    return session.execute(statement.returning(literal(1))).first() is not None


def _may_have_arrived(row: Message) -> bool:
    # A mail in doubt may have been cancelled by a person.
    return is_in_doubt(row) or row.state in {MessageState.ACCEPTED, MessageState.CANCELLED}
