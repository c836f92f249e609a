"""Take due messages out of the outbox, each by one taker only; the same promise on both databases."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import Integer, bindparam, or_, select
from sqlmodel import Session, col

from service.model.columns import Moment
from service.model.message import Message, MessageKind
from service.model.states import MessageState
from service.store.rows import touch_rows

PRIORITIES = range(4)
"""The places that a kind of mail may have in the queue; a lower one goes first."""


class Taken(NamedTuple):
    """One message that was taken: what is needed to make it, carry it and settle it."""

    id: str
    kind: MessageKind
    campaign_id: str | None
    recipient_ref: str
    occurrence: str
    priority: int
    attempt: int
    possible_duplicate: bool
    content_sha256: str | None
    message_id: str
    dated_at: datetime
    expires_at: datetime
    lease_until: datetime


def is_any_due(session: Session, *, now: datetime) -> bool:
    """Tell whether a queued message is due; costs the same however many wait."""
    return any(
        session.execute(_DUE, {"priority": priority, "now": now, "most": 1}).first()
        for priority in PRIORITIES
    )


def claim_messages(
    session: Session,
    *,
    owner: str,
    now: datetime,
    lease: timedelta,
    most: int,
    make_message_id: Callable[[str], str],
    above: int | None = None,
) -> Sequence[Taken]:
    """Take up to `most` queued messages that are due, by priority and age, under a lease of this owner.

    With `above`, only those of a lower number of priority, which are more urgent. Each taken row has its attempt
    raised by one; at its first it gets its Message-ID, made of its dedupe key, and its date, to the second. Two
    takers never get the same row: the conditional UPDATE counts, and PostgreSQL's takers skip one another's locked
    rows. What has expired is left where it is.
    """
    found: list[Any] = []
    connection = session.connection()
    for priority in PRIORITIES[:above]:
        wanted = {"priority": priority, "now": now, "most": most - len(found)}
        found += connection.execute(_ALIVE, wanted).all() if most > len(found) else []
    dated_at, until = now.replace(microsecond=0), now + lease
    rows = [
        Taken(
            id=row.id,
            kind=row.kind,
            campaign_id=row.campaign_id,
            recipient_ref=row.recipient_ref,
            occurrence=row.occurrence,
            priority=row.priority,
            attempt=row.attempt + 1,
            possible_duplicate=row.possible_duplicate,
            content_sha256=row.content_sha256,
            message_id=row.message_id or make_message_id(row.dedupe_key),
            dated_at=row.dated_at or dated_at,
            expires_at=row.expires_at,
            lease_until=until,
        )
        for row in found
    ]
    taken = touch_rows(
        connection,
        _TAKE,
        columns={"id": "text", "message_id": "text"},
        rows=[(row.id, row.message_id) for row in rows],
        owner=owner,
        until=until,
        dated_at=dated_at,
    )
    return [row for row in rows if row.id in taken]


def expired_messages(session: Session, *, now: datetime, most: int) -> Sequence[Message]:
    """Find queued messages that are due and whose time has passed; the caller's transaction holds them."""
    found = (
        select(Message)
        .where(
            col(Message.state) == MessageState.QUEUED,
            col(Message.due_at) <= now,
            col(Message.expires_at) <= now,
        )
        .limit(most)
        .with_for_update(skip_locked=True)
    )
    return session.execute(found).scalars().all()


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


_TAKE = (
    "UPDATE message SET state = 'claimed', attempt = message.attempt + 1, lease_owner = :owner, lease_until = :until,"
    " message_id = v.message_id, dated_at = coalesce(message.dated_at, :dated_at)"
    " FROM {v} WHERE message.id = v.id AND message.state = 'queued' RETURNING message.id"
)
_COLUMNS = (
    Message.id,
    Message.kind,
    Message.campaign_id,
    Message.recipient_ref,
    Message.occurrence,
    Message.dedupe_key,
    Message.priority,
    Message.attempt,
    Message.possible_duplicate,
    Message.content_sha256,
    Message.message_id,
    Message.dated_at,
    Message.expires_at,
)


# One priority at a time the index gives the oldest that are due first, and passes over none that are not.
_DUE = (
    select(*map(col, _COLUMNS))
    .where(
        col(Message.state) == MessageState.QUEUED,
        col(Message.priority) == bindparam("priority"),
        col(Message.due_at) <= bindparam("now", type_=Moment),
    )
    .order_by(col(Message.due_at), col(Message.id))
    .limit(bindparam("most", type_=Integer))
)
_ALIVE = _DUE.where(col(Message.expires_at) > bindparam("now", type_=Moment)).with_for_update(
    skip_locked=True
)
