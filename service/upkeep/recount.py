"""Count again what is kept apart from its rows, and look whether each sending's state is one that a step led to.

A difference is looked at twice: first by one statement, which sees one moment, then while the row is held. Whoever
writes these numbers holds the row too, so that nobody who is just at work is taken for a difference.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, func, select
from sqlmodel import Session, col

from service.model.campaign import Campaign
from service.model.delivery import Delivery, DeliveryEvent
from service.model.message import Message
from service.model.schedule import Action, Occurrence, Schedule
from service.model.states import PUT_AWAY, DeliveryState, OccurrenceState
from service.model.update import Update

AT_A_TIME = 100
"""Things that one look counts: for each look the outbox is read once."""


class What(StrEnum):
    """What is counted again, in the order in which it is."""

    OCCURRENCE = "occurrence"
    UPDATE = "update"
    DELIVERY = "delivery"


@dataclass(frozen=True, kw_only=True)
class Looked:
    """A look at some things: how many, the last of them (None where none was left), and which differ."""

    number: int
    last: str | None
    differing: Sequence[str]


@dataclass(frozen=True, kw_only=True)
class Difference:
    """Something that differs from its rows: what was kept and what was counted; both are 0 where it is no number."""

    what: What
    thing: str
    campaign_id: str
    kept: int
    counted: int
    mended: bool


@dataclass(frozen=True, kw_only=True)
class _Check:
    look: Callable[[Session, str], Looked]
    settle: Callable[[Session, str], Difference | None]


def look(session: Session, what: What, *, after: str) -> Looked:
    """Look at the next things of a kind; it only reads, and what it finds is to be settled."""
    return _CHECKS[what].look(session, after)


def settle(session: Session, what: What, thing: str) -> Difference | None:
    """Look again at one that differed, while nobody can write it; put a number right, and None where all is well by now.

    A number of mails is put right: its rows are the truth. Of a sending that no step led to nobody knows what is true.
    """
    return _CHECKS[what].settle(session, thing)


def _look_at_occurrences(session: Session, after: str) -> Looked:
    # While it fires, parts of it are still to come; what has ended stays as it is.
    ended = col(Occurrence.state).in_((OccurrenceState.FIRED, OccurrenceState.CANCELLED))
    # The mails of a planned update are known by the update, which is counted by itself; those that invite have one
    # occurrence for ever, whoever posted them.
    others = (Action.UPDATE, Action.INVITE)
    of_others = select(col(Schedule.id)).where(col(Schedule.action).in_(others))
    counted = and_(ended, col(Occurrence.schedule_id).not_in(of_others))
    return _look_at_posted(session, Occurrence, Occurrence.posted, counted, after)


def _look_at_updates(session: Session, after: str) -> Looked:
    return _look_at_posted(session, Update, Update.recipients, col(Update.id).is_not(None), after)


def _look_at_posted(
    session: Session, table: Any, number: Any, which: ColumnElement[bool], after: str
) -> Looked:
    part = (
        select(col(table.id).label("thing"), col(number).label("kept"))
        .join(Campaign, col(Campaign.id) == col(table.campaign_id))
        .where(which, col(table.id) > after, col(Campaign.state).not_in(PUT_AWAY))
        .order_by(col(table.id))
        .limit(AT_A_TIME)
        .cte("part")
    )
    posted = (
        select(col(Message.occurrence).label("thing"), func.count().label("number"))
        .where(col(Message.occurrence).in_(select(part.c.thing)))
        .group_by(col(Message.occurrence))
        .cte("posted")
    )
    together = select(part.c.thing, part.c.kept, func.coalesce(posted.c.number, 0)).outerjoin(
        posted, posted.c.thing == part.c.thing
    )
    rows = session.execute(together.order_by(part.c.thing)).all()
    return Looked(
        number=len(rows),
        last=rows[-1][0] if rows else None,
        differing=[thing for thing, kept, counted in rows if kept != counted],
    )


def _settle_occurrence(session: Session, thing: str) -> Difference | None:
    held = select(Occurrence).where(col(Occurrence.id) == thing).with_for_update()
    row: Occurrence | None = session.execute(held).scalar_one_or_none()
    counted = _posted(session, thing)
    if row is None or row.posted == counted or row.ended_at is None:
        return None
    kept, row.posted = row.posted, counted
    session.add(row)
    return _number(What.OCCURRENCE, row, kept=kept, counted=counted)


def _settle_update(session: Session, thing: str) -> Difference | None:
    held = select(Update).where(col(Update.id) == thing).with_for_update()
    row: Update | None = session.execute(held).scalar_one_or_none()
    counted = _posted(session, thing)
    if row is None or row.recipients == counted:
        return None
    kept, row.recipients = row.recipients, counted
    session.add(row)
    return _number(What.UPDATE, row, kept=kept, counted=counted)


def _look_at_deliveries(session: Session, after: str) -> Looked:
    found = (
        select(col(Delivery.id), _is_led_to())
        .join(Campaign, col(Campaign.id) == col(Delivery.campaign_id))
        .where(col(Delivery.id) > after, col(Campaign.state).not_in(PUT_AWAY))
        .order_by(col(Delivery.id))
        .limit(AT_A_TIME)
    )
    rows = session.execute(found).all()
    return Looked(
        number=len(rows),
        last=rows[-1][0] if rows else None,
        differing=[thing for thing, is_led_to in rows if not is_led_to],
    )


def _settle_delivery(session: Session, thing: str) -> Difference | None:
    held = select(Delivery).where(col(Delivery.id) == thing, ~_is_led_to()).with_for_update()
    row: Delivery | None = session.execute(held).scalar_one_or_none()
    if row is None:
        return None
    return Difference(
        what=What.DELIVERY, thing=row.id, campaign_id=row.campaign_id, kept=0, counted=0, mended=False
    )


def _is_led_to() -> ColumnElement[bool]:
    """Say in SQL of a sending that one of its steps came to its state; planned needs none."""
    step = exists().where(
        col(DeliveryEvent.delivery_id) == col(Delivery.id), col(DeliveryEvent.became) == col(Delivery.state)
    )
    return step | (col(Delivery.state) == DeliveryState.PLANNED)


def _posted(session: Session, thing: str) -> int:
    found = select(func.count()).select_from(Message).where(col(Message.occurrence) == thing)
    return int(session.execute(found).scalar_one())


def _number(what: What, row: Any, *, kept: int, counted: int) -> Difference:
    return Difference(
        what=what, thing=row.id, campaign_id=row.campaign_id, kept=kept, counted=counted, mended=True
    )


_CHECKS: Mapping[What, _Check] = {
    What.OCCURRENCE: _Check(look=_look_at_occurrences, settle=_settle_occurrence),
    What.UPDATE: _Check(look=_look_at_updates, settle=_settle_update),
    What.DELIVERY: _Check(look=_look_at_deliveries, settle=_settle_delivery),
}
