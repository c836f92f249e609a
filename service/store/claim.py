"""Take due messages out of the outbox, each by one taker only; the same promise on both databases."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import or_, select, update
from sqlmodel import Session, col

from service.model.message import Message
from service.model.states import MessageState


def claim_messages(
    session: Session, *, owner: str, now: datetime, lease: timedelta, most: int
) -> Sequence[Message]:
    """Take up to `most` queued messages that are due, by priority and age, under a lease of this owner.

    Each taken row has its attempt raised by one. Two takers never get the same row: the conditional UPDATE
    counts, and PostgreSQL's takers skip one another's locked rows.
    """
    due = (
        select(col(Message.id))
        .where(col(Message.state) == MessageState.QUEUED, col(Message.due_at) <= now)
        .order_by(col(Message.priority), col(Message.due_at), col(Message.id))
        .limit(most)
        .with_for_update(skip_locked=True)
    )
    ids = session.execute(due).scalars().all()
    if not ids:
        return []
    taken = (
        update(Message)
        .where(col(Message.id).in_(ids), col(Message.state) == MessageState.QUEUED)
        .values(
            state=MessageState.CLAIMED,
            lease_owner=owner,
            lease_until=now + lease,
            attempt=col(Message.attempt) + 1,
        )
        .returning(Message)
        .execution_options(synchronize_session=False, populate_existing=True)
    )
    rows = session.execute(taken).scalars().all()
    return sorted(rows, key=lambda row: (row.priority, row.due_at, row.id))


def stale_messages(session: Session, *, owner: str | None, now: datetime) -> Sequence[Message]:
    """Find messages in hand whose lease has ended, or, given an owner, all that others left in hand.

    The second form is for a process that knows itself to be the only sender.
    """
    ended = col(Message.lease_until) < now
    left = col(Message.lease_owner) != owner
    found = select(Message).where(
        col(Message.state).in_((MessageState.CLAIMED, MessageState.SUBMITTING)),
        or_(ended, left) if owner is not None else ended,
    )
    return session.execute(found.with_for_update(skip_locked=True)).scalars().all()
