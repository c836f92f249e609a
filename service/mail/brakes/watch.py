"""Watch what becomes of bulk mail, and stop what does harm; confirmations, approvals and deliveries are never touched."""

from collections import Counter
from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import ColumnElement, Subquery, and_, func, literal, or_, select
from sqlmodel import Session, col

from service.mail import outbox
from service.mail.brakes.breaker import (
    LIMITS,
    WINDOW,
    Tally,
    Trip,
    judge,
    trouble_of_refusal,
    worth_counting,
)
from service.model.brake import BreakerTrip
from service.model.incoming_report import IncomingReport
from service.model.message import Message, MessageKind
from service.model.report_kind import ReportKind
from service.model.states import MessageState

# Invitations too: an imported list gone stale is the way in which most senders lose their good name.
_BULK = frozenset({"invitation", "reminder", "update", "news", "kit", "digest"})
WATCHED = tuple(kind for kind in MessageKind if kind.value in _BULK)
"""The kinds of mail that go to many at once, and that nobody waits for."""

_HANDED_OVER = (MessageState.ACCEPTED, MessageState.REFUSED)

Stream = tuple[str, MessageKind]
"""The mails of one letter and kind."""


def trip_breakers(session: Session, *, now: datetime) -> int:
    """Stop each kind of bulk mail of a letter of which too much came back lately; gives how many were stopped.

    Only what trouble there is, is looked for at every turn: what was handed over is counted where it matters.
    """
    stopped = 0
    for stream, troubles in troubles_since(session, now - WINDOW).items():
        most = worth_counting(troubles)
        if most is None:
            continue
        handed_over = _handed_over(session, stream, since=now - WINDOW, most=most)
        trip = judge(Tally(handed_over=handed_over, troubles=troubles))
        if trip is not None:
            stop(session, stream, trip, now=now)
            stopped += 1
    return stopped


def stop(session: Session, stream: Stream, trip: Trip, *, now: datetime) -> int:
    """Hold what waits of one kind of a letter until a person decides, and tell the secretariat once; gives how many."""
    campaign_id, kind = stream
    held = outbox.hold_for(session, campaign_id=campaign_id, kind=kind, reason=str(trip), now=now)
    kept = BreakerTrip(
        campaign_id=campaign_id,
        kind=kind,
        cause=trip.cause,
        troubles=trip.troubles,
        handed_over=trip.handed_over,
        held=held,
        tripped_at=now,
    )
    session.add(kept)
    outbox.post(
        session,
        kind=MessageKind.ALERT,
        campaign_id=campaign_id,
        recipient_ref=campaign_id,
        occurrence=f"breaker:{kept.id}",
        now=now,
    )
    return held


def troubles_since(session: Session, since: datetime) -> Mapping[Stream, Mapping[ReportKind, int]]:
    """Count, by letter and kind, the watched mails handed over since then that came to trouble, each once a kind.

    What was handed over before the last stop is past: a person has looked at it.
    """
    last = _last_trips()
    found: dict[Stream, Counter[ReportKind]] = {}
    reports = (
        select(
            col(Message.campaign_id),
            col(Message.kind),
            col(IncomingReport.kind),
            func.count(func.distinct(col(Message.id))),
        )
        .join(Message, col(Message.id) == IncomingReport.message_ref)
        .outerjoin(last, _of_stream(last))
        .where(
            col(IncomingReport.received_at) >= since,
            col(IncomingReport.kind).in_(tuple(LIMITS)),
            _counts(last, since=since),
        )
        .group_by(col(Message.campaign_id), col(Message.kind), col(IncomingReport.kind))
    )
    for campaign_id, kind, trouble, number in session.execute(reports):
        found.setdefault((campaign_id, kind), Counter())[trouble] += number
    refusals = (
        select(col(Message.campaign_id), col(Message.kind), col(Message.enhanced_code), func.count())
        .outerjoin(last, _of_stream(last))
        .where(col(Message.state) == MessageState.REFUSED, _counts(last, since=since))
        .group_by(col(Message.campaign_id), col(Message.kind), col(Message.enhanced_code))
    )
    for campaign_id, kind, enhanced, number in session.execute(refusals):
        refused = trouble_of_refusal(enhanced)
        if refused is not None:
            found.setdefault((campaign_id, kind), Counter())[refused] += number
    return found


def _handed_over(session: Session, stream: Stream, *, since: datetime, most: int) -> int:
    """Count what was handed over of one kind of a letter since then, up to `most` and not a row further."""
    last = _last_trips()
    rows = (
        select(literal(1))
        .select_from(Message)
        .outerjoin(last, _of_stream(last))
        .where(
            col(Message.campaign_id) == stream[0],
            col(Message.kind) == stream[1],
            col(Message.state).in_(_HANDED_OVER),
            _counts(last, since=since),
        )
        .limit(most)
    )
    return int(session.execute(select(func.count()).select_from(rows.subquery())).scalar_one())


def _last_trips() -> Subquery:
    return (
        select(
            col(BreakerTrip.campaign_id),
            col(BreakerTrip.kind),
            func.max(col(BreakerTrip.tripped_at)).label("at"),
        )
        .group_by(col(BreakerTrip.campaign_id), col(BreakerTrip.kind))
        .subquery()
    )


def _of_stream(last: Subquery) -> ColumnElement[bool]:
    return and_(last.c.campaign_id == Message.campaign_id, last.c.kind == Message.kind)


def _counts(last: Subquery, *, since: datetime) -> ColumnElement[bool]:
    return and_(
        col(Message.campaign_id).is_not(None),
        col(Message.kind).in_(WATCHED),
        col(Message.settled_at) >= since,
        or_(last.c.at.is_(None), col(Message.settled_at) > last.c.at),
    )
