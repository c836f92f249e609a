"""What waits to be handed over by each way that leaves by itself, and whether any of it is stuck."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, func
from sqlmodel import Session, col, select

from service.delivery.registry import CARRIED
from service.mail.daily import warn_once_a_day
from service.mail.sending import sending_state
from service.mail.stuck import LATE
from service.metrics.measures import Measure
from service.model.campaign import Campaign
from service.model.carriage import Carriage
from service.model.delivery import Delivery
from service.model.states import CarriageState, DeliveryState

WORD = "unhanded"
"""By which the words of the warning are found (service/delivery/messages.py)."""

_WAITING = (CarriageState.WAITING, CarriageState.NOT_NOW)
_IN_HAND = (CarriageState.HELD, CarriageState.FENCED)


@dataclass(frozen=True, kw_only=True)
class WayLine:
    """How many copies wait, are just handed over and are in doubt by one way; `oldest_due_at` is None where none is due."""

    way: str
    waiting: int
    in_hand: int
    in_doubt: int
    oldest_due_at: datetime | None


def lines_of_ways(session: Session, *, now: datetime) -> Sequence[WayLine]:
    """Count what each way has to do, in the order of their names; a way with nothing is among them."""
    waiting, in_hand = _numbers(session, _WAITING), _numbers(session, _IN_HAND)
    doubts, oldest = _in_doubt(session), _oldest_due(session, now=now)
    return [
        WayLine(
            way=way,
            waiting=waiting.get(way, 0),
            in_hand=in_hand.get(way, 0),
            in_doubt=doubts.get(way, 0),
            oldest_due_at=oldest.get(way),
        )
        for way in sorted(CARRIED)
    ]


def letters_stuck(session: Session, *, now: datetime) -> Sequence[str]:
    """Give the ids of the letters of which a copy is due for long and does not leave, with nothing that explains it.

    What waits for its turn is not stuck while any is handed over, nor is anything while all sending is held.
    """
    if sending_state(session).reason is not None or _is_any_moving(session, now=now):
        return ()
    late = (
        select(Carriage.campaign_id)
        .join(Campaign, col(Campaign.id) == Carriage.campaign_id)
        .where(_is_due(now=now - LATE))
        .distinct()
        .order_by(col(Carriage.campaign_id))
    )
    return session.exec(late).all()


def warn_of_stuck_copies(session: Session, letters: Sequence[str], *, now: datetime) -> int:
    """Post a warning to the secretariat of each of these letters, once a day; gives how many are new."""
    return sum(warn_once_a_day(session, campaign_id=one, about=WORD, now=now) for one in letters)


def carriage_measures(session: Session, now: datetime) -> Iterator[Measure]:
    """Read what a monitor is told of the ways that leave by themselves; no label names a letter or an office."""
    lines = lines_of_ways(session, now=now)
    yield Measure(
        name="undersigned_carriages",
        meaning="copies that go by a way other than e-mail: waiting, just handed over, or in doubt until a person decides",
        labels=("way", "state"),
        values=[
            ({"way": one.way, "state": state}, float(number))
            for one in lines
            for state, number in (
                ("waiting", one.waiting),
                ("in_hand", one.in_hand),
                ("in_doubt", one.in_doubt),
            )
        ],
    )
    yield Measure(
        name="undersigned_carriage_age_seconds",
        meaning="since when the oldest copy by a way is due to be handed over, 0 where none is",
        labels=("way",),
        values=[
            ({"way": one.way}, (now - one.oldest_due_at).total_seconds() if one.oldest_due_at else 0.0)
            for one in lines
        ],
    )


def _numbers(session: Session, states: Sequence[CarriageState]) -> Mapping[str, int]:
    found = (
        select(Delivery.channel, func.count())
        .join(Carriage, col(Carriage.delivery_id) == Delivery.id)
        .where(col(Carriage.state).in_(states))
        .group_by(col(Delivery.channel))
    )
    return dict(session.exec(found).all())


def _in_doubt(session: Session) -> Mapping[str, int]:
    # The delivery says it: of a carriage in doubt somebody may have decided since.
    found = (
        select(Delivery.channel, func.count())
        .where(Delivery.state == DeliveryState.UNCERTAIN, col(Delivery.channel).in_(sorted(CARRIED)))
        .group_by(col(Delivery.channel))
    )
    return dict(session.exec(found).all())


def _oldest_due(session: Session, *, now: datetime) -> Mapping[str, datetime]:
    found = (
        select(Delivery.channel, func.min(col(Carriage.due_at)))
        .join(Carriage, col(Carriage.delivery_id) == Delivery.id)
        .join(Campaign, col(Campaign.id) == Carriage.campaign_id)
        .where(_is_due(now=now))
        .group_by(col(Delivery.channel))
    )
    return dict(session.exec(found).all())


def _is_due(*, now: datetime) -> ColumnElement[bool]:
    """Say in SQL that a copy is due; of a letter that is hidden in an emergency, or tried, none is."""
    return and_(
        col(Carriage.state).in_(_WAITING),
        col(Carriage.due_at) <= now,
        col(Campaign.emergency_at).is_(None),
        col(Campaign.trial_since).is_(None),
    )


def _is_any_moving(session: Session, *, now: datetime) -> bool:
    """Tell whether somebody holds a copy just now, or has settled one lately."""
    moving = select(Carriage.id).where(
        (col(Carriage.state).in_(_IN_HAND) & (col(Carriage.lease_until) > now))
        | (col(Carriage.settled_at) > now - LATE)
    )
    return session.exec(moving.limit(1)).first() is not None
