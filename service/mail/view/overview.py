"""Count the messages of the outbox: by state, by what waits, by what was heard, by what relays answered."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Label, Row, and_, case, func, literal, or_, select
from sqlmodel import Session, col

from service.mail.destinations import OPAQUE
from service.mail.view.which import Due, Which, conditions
from service.model.message import HEARD, AfterState, Message, MessageEvent, MessageKind
from service.model.states import MessageState

REPLIES_SHOWN = 40
"""So many pairs of answer and destination are told apart, of refusals and of the others; the rest is one number."""

_NOT_TAKEN = 400
_IN_HAND = (MessageState.CLAIMED, MessageState.SUBMITTING)


@dataclass(frozen=True, kw_only=True)
class Reply:
    """What relays answered last to so many messages of one destination.

    Where they took it, all destinations that have no name are one, `x-`.
    """

    code: int
    enhanced: str
    destination: str
    number: int


@dataclass(frozen=True, kw_only=True)
class Overview:
    """The counts of one moment; `states` holds every state, and its sum is the number of all messages asked for.

    A message waits since it was first tried, or, untried, since it was due. `heard` counts messages, each once in
    each line, beside their states and not in any sum. `replies` tells refusals first, then the commonest.
    """

    states: Mapping[MessageState, int]
    due_now: int
    due_later: int
    next_at: datetime | None
    oldest_since: datetime | None
    oldest_kind: MessageKind | None
    may_arrive_twice: int
    heard: Mapping[AfterState, int]
    replies: Sequence[Reply]
    replies_left_out: int

    @property
    def in_all(self) -> int:
        """Give the number of all messages asked for."""
        return sum(self.states.values())

    @property
    def in_hand(self) -> int:
        """Give how many a sender has in its hands."""
        return sum(self.states[state] for state in _IN_HAND)


def look_over(session: Session, which: Which, *, now: datetime) -> Overview:
    """Count the messages asked for; the database does the counting, whatever their number."""
    groups = _groups(session, which, now=now)
    replied = sum(group.replied for group in groups)
    replies = _replies(session, which, now=now)
    waiting = [group for group in groups if group.due is not None]
    later = [group.next_at for group in waiting if group.due == Due.LATER]
    oldest = min(
        (group for group in waiting if group.since is not None), key=lambda group: group.since, default=None
    )
    return Overview(
        states={
            state: sum(group.number for group in groups if group.state is state) for state in MessageState
        },
        due_now=sum(group.number for group in waiting if group.due == Due.NOW),
        due_later=sum(group.number for group in waiting if group.due == Due.LATER),
        next_at=min(later, default=None),
        oldest_since=oldest.since if oldest is not None else None,
        oldest_kind=oldest.kind if oldest is not None else None,
        may_arrive_twice=sum(group.number for group in groups if group.possible_duplicate),
        heard=_heard(session, which, now=now),
        replies=replies,
        # Mail goes on being answered between two counts.
        replies_left_out=max(0, replied - sum(reply.number for reply in replies)),
    )


def _groups(session: Session, which: Which, *, now: datetime) -> Sequence[Row[tuple[object, ...]]]:
    """Count in one pass, so that all numbers are of the same moment."""
    queued = col(Message.state) == MessageState.QUEUED
    is_due = col(Message.due_at) <= now
    due = case(
        (and_(queued, is_due), literal(Due.NOW.value)), (queued, literal(Due.LATER.value)), else_=None
    ).label("due")
    has_begun = and_(queued, or_(is_due, col(Message.attempt) > 0))
    since = case((has_begun, func.coalesce(col(Message.dated_at), col(Message.due_at))), else_=None)
    found = (
        select(
            col(Message.state).label("state"),
            col(Message.kind).label("kind"),
            col(Message.possible_duplicate).label("possible_duplicate"),
            due,
            func.count().label("number"),
            func.count(col(Message.reply_code)).label("replied"),
            func.min(since).label("since"),
            func.min(col(Message.due_at)).label("next_at"),
        )
        .where(*conditions(which, now=now))
        .group_by("state", "kind", "possible_duplicate", "due")
    )
    return session.execute(found).all()


def _heard(session: Session, which: Which, *, now: datetime) -> Mapping[AfterState, int]:
    found = select(col(MessageEvent.became), func.count(col(MessageEvent.message_id).distinct())).where(HEARD)
    if which != Which():
        asked_for = conditions(which, now=now)
        found = found.join(Message, col(Message.id) == col(MessageEvent.message_id)).where(*asked_for)
    numbers = dict(session.execute(found.group_by(col(MessageEvent.became))).all())
    return {after: numbers.get(after.value, 0) for after in AfterState}


def _replies(session: Session, which: Which, *, now: datetime) -> Sequence[Reply]:
    destination, code = col(Message.destination), col(Message.reply_code)
    unnamed = case((destination.startswith(OPAQUE), literal(OPAQUE)), else_=destination).label("place")
    asked_for = conditions(which, now=now)
    return [
        *_commonest(session, destination.label("place"), [code >= _NOT_TAKEN, *asked_for]),
        *_commonest(session, unnamed, [code < _NOT_TAKEN, *asked_for]),
    ]


def _commonest(
    session: Session, place: Label[str], asked_for: Sequence[ColumnElement[bool]]
) -> Sequence[Reply]:
    number = func.count()
    answer: tuple[Label[Any], ...] = (
        col(Message.reply_code).label("code"),
        col(Message.enhanced_code).label("enhanced"),
        place,
    )
    found = (
        select(*answer, number)
        .where(*asked_for)
        .group_by("code", "enhanced", "place")
        .order_by(number.desc(), "code", "enhanced", "place")
        .limit(REPLIES_SHOWN)
    )
    return [
        Reply(code=code, enhanced=enhanced, destination=destination, number=number)
        for code, enhanced, destination, number in session.execute(found).all()
    ]
