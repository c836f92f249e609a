"""Keep the canaries of sends to many: let the rest follow where they went well, and hold it where they did not."""

from datetime import datetime

from sqlalchemy import Case, ColumnElement, and_, case, func, literal, or_, select, update
from sqlmodel import Session, col

from service.mail.brakes.breaker import CANARY_LIMITS, Tally, judge
from service.mail.brakes.canary import LOT_DIGITS, CanaryPlan, may_follow
from service.mail.brakes.watch import stop, troubles_since
from service.mail.outbox import insert_once
from service.mail.policy import POLICIES
from service.model.brake import Canary, CanaryOutcome
from service.model.columns import Moment
from service.model.message import Message, MessageKind
from service.model.states import MessageState

_ID_LENGTH = 32
_A_TURN = 10_000


def due_at_of(recipient_id: ColumnElement[str], plan: CanaryPlan, *, start: datetime) -> Case[datetime]:
    """Give the expression, for an INSERT … SELECT on either database, of when the mail to a recipient is due.

    The same recipient always draws the same lot, in whatever pieces the audience is inserted.
    """
    lot = func.substr(recipient_id, _ID_LENGTH - LOT_DIGITS + 1, LOT_DIGITS)
    return case((lot < plan.below, literal(start, Moment)), else_=literal(plan.rest_due_at, Moment))


def keep_canary(
    session: Session,
    *,
    campaign_id: str,
    kind: MessageKind,
    occurrence: str,
    audience: int,
    plan: CanaryPlan,
    start: datetime,
) -> bool:
    """Keep that a send begins with a canary, in the transaction that posts its mails; tells whether it is new.

    A plan without a canary is not kept: what waits to be undone follows at its time, and never earlier.
    """
    if not plan.first:
        return False
    canary = Canary(
        campaign_id=campaign_id,
        kind=kind,
        occurrence=occurrence,
        audience=audience,
        first=plan.first,
        started_at=start,
        rest_due_at=plan.rest_due_at,
    )
    return insert_once(session, canary, by=("campaign_id", "kind", "occurrence"))


def end_canary(
    session: Session, *, campaign_id: str, kind: MessageKind, occurrence: str, now: datetime
) -> None:
    """End the canary of a send that a person stopped, if it has one that has not ended."""
    found = select(Canary).where(
        col(Canary.campaign_id) == campaign_id,
        col(Canary.kind) == kind,
        col(Canary.occurrence) == occurrence,
        col(Canary.ended_at).is_(None),
    )
    canary = session.execute(found.with_for_update()).scalar_one_or_none()
    if canary is not None:
        _end(session, canary, CanaryOutcome.STOPPED, now=now)


def follow_canaries(session: Session, *, now: datetime, most: int = _A_TURN) -> int:
    """Look at every canary that has not ended; gives how many mails were let go before their time or held.

    At most about `most` are let go in one transaction: ask again until it is 0.
    """
    found = select(Canary).where(col(Canary.ended_at).is_(None), col(Canary.started_at) <= now)
    return sum(
        _follow(session, canary, now=now, most=most)
        for canary in session.execute(found.with_for_update()).scalars().all()
    )


def _follow(session: Session, canary: Canary, *, now: datetime, most: int) -> int:
    stream = (canary.campaign_id, canary.kind)
    troubles = troubles_since(session, canary.started_at).get(stream, {})
    trip = judge(Tally(handed_over=canary.first, troubles=troubles), CANARY_LIMITS)
    if trip is not None:
        _end(session, canary, CanaryOutcome.BADLY, now=now)
        return stop(session, stream, trip, now=now)
    if now >= canary.rest_due_at:
        _end(session, canary, CanaryOutcome.TIME, now=now)
        return 0
    if canary.gone_at is None and not _does_any_wait(session, canary):
        canary.gone_at = now
        session.add(canary)
    if not may_follow(gone_at=canary.gone_at, now=now):
        return 0
    gone = _let_go(session, canary, now=now, most=most)
    if gone < most:
        _end(session, canary, CanaryOutcome.WELL, now=now)
    return gone


def _end(session: Session, canary: Canary, outcome: CanaryOutcome, *, now: datetime) -> None:
    canary.outcome, canary.ended_at = outcome, now
    session.add(canary)


def _does_any_wait(session: Session, canary: Canary) -> bool:
    """Tell whether one of the first has not gone; a try that comes after the rest's own time is not waited for."""
    in_hand = col(Message.state).in_((MessageState.CLAIMED, MessageState.SUBMITTING))
    queued = and_(
        col(Message.state) == MessageState.QUEUED,
        col(Message.priority) == POLICIES[canary.kind].priority,
        col(Message.due_at) < canary.rest_due_at,
    )
    waiting = select(literal(1)).where(*_of(canary), or_(in_hand, queued)).limit(1)
    return session.execute(waiting).first() is not None


def _let_go(session: Session, canary: Canary, *, now: datetime, most: int) -> int:
    rest = (
        select(col(Message.id))
        .where(
            *_of(canary),
            col(Message.state) == MessageState.QUEUED,
            col(Message.priority) == POLICIES[canary.kind].priority,
            col(Message.due_at) == canary.rest_due_at,
        )
        .limit(most)
    )
    going = update(Message).where(col(Message.id).in_(rest), col(Message.state) == MessageState.QUEUED)
    going = going.values(due_at=now).returning(literal(1)).execution_options(synchronize_session=False)
    return len(session.execute(going).all())


def _of(canary: Canary) -> tuple[ColumnElement[bool], ...]:
    return (
        col(Message.campaign_id) == canary.campaign_id,
        col(Message.kind) == canary.kind,
        col(Message.occurrence) == canary.occurrence,
    )
