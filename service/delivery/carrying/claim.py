"""Who hands a copy over: one taker at a time, under a lease; and the fence, behind which something of it may have left."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from service.foundation.errors import Transient
from service.mail.sending import why_held
from service.model.campaign import Campaign
from service.model.carriage import Carriage
from service.model.states import CARRIAGE, CarriageState

LEASE = timedelta(minutes=10)
"""So long a taker may look at the other side and make the documents, before another takes over."""

LEASE_BEHIND_THE_FENCE = timedelta(minutes=30)
"""So long it may hand over; then nobody knows what became of it."""

_DUE = frozenset({CarriageState.WAITING, CarriageState.NOT_NOW})
_IN_HAND = frozenset({CarriageState.HELD, CarriageState.FENCED})


@dataclass(frozen=True, kw_only=True)
class Claim:
    """A handing over that was taken: `tries` tells this taker from those before and after it."""

    carriage_id: str
    tries: int
    began_at: datetime


class NotToLeave(Transient):
    """A copy may not leave just now: it was stopped, its time is over, or all sending is held."""


def is_carriage_due(session: Session, *, now: datetime) -> bool:
    """Tell, by reading alone, whether a copy is due."""
    return session.exec(_due(now=now).limit(1)).first() is not None


def claim_carriage(session: Session, *, owner: str, now: datetime) -> Claim | None:
    """Take one copy that is due, the one that waits longest; None where none is, or where all sending is held.

    Two takers never get the same: on PostgreSQL each skips what another is just taking. Nothing is taken of a letter that
    is hidden in an emergency, or tried.
    """
    if why_held(session.connection()) is not None:
        return None
    found = _due(now=now).order_by(col(Carriage.due_at), col(Carriage.id)).limit(1)
    row = session.exec(found.with_for_update(skip_locked=True, of=Carriage)).one_or_none()
    if row is None:
        return None
    CARRIAGE.move(row, CarriageState.HELD)
    row.owner, row.lease_until, row.tries = owner, now + LEASE, row.tries + 1
    row.began_at = row.began_at or now
    session.add(row)
    return Claim(carriage_id=row.id, tries=row.tries, began_at=row.began_at)


def pass_fence(session: Session, claim: Claim, *, now: datetime) -> None:
    """Say that from the end of this transaction on something of a copy may have left.

    Raises NotToLeave where it was stopped or taken over meanwhile, where the lease is over, where its letter was hidden in
    an emergency, and where all sending is held.
    """
    if why_held(session.connection()) is not None:
        raise NotToLeave("All sending is held.")
    row = _hold(session, claim)
    if (
        row is None
        or row.state is not CarriageState.HELD
        or row.lease_until is None
        or row.lease_until <= now
    ):
        raise NotToLeave("That copy was stopped, or its time is over.")
    campaign = session.get_one(Campaign, row.campaign_id)
    if campaign.emergency_at is not None or campaign.trial_since is not None:
        raise NotToLeave("Nothing of this letter leaves now.")
    CARRIAGE.move(row, CarriageState.FENCED)
    row.lease_until = now + LEASE_BEHIND_THE_FENCE
    session.add(row)


def give_back(session: Session, claim: Claim, *, now: datetime) -> None:
    """Let a copy that could not leave wait again, where it is still in this taker's hands and did not pass the fence."""
    row = _hold(session, claim)
    if row is not None and row.state is CarriageState.HELD:
        CARRIAGE.move(row, CarriageState.WAITING)
        row.lease_until, row.due_at = None, now + timedelta(minutes=1)
        session.add(row)


def lapsed_carriages(session: Session, *, now: datetime) -> Sequence[str]:
    """Find the copies in hand whose lease is over."""
    found = select(Carriage.id).where(
        col(Carriage.state).in_(_IN_HAND),
        col(Carriage.lease_until).is_not(None),
        col(Carriage.lease_until) <= now,
    )
    return session.exec(found.order_by(col(Carriage.id))).all()


def _due(*, now: datetime) -> SelectOfScalar[Carriage]:
    return (
        select(Carriage)
        .join(Campaign, col(Campaign.id) == Carriage.campaign_id)
        .where(
            col(Carriage.state).in_(_DUE),
            col(Carriage.due_at) <= now,
            col(Campaign.emergency_at).is_(None),
            col(Campaign.trial_since).is_(None),
        )
    )


def _hold(session: Session, claim: Claim) -> Carriage | None:
    found = select(Carriage).where(Carriage.id == claim.carriage_id, Carriage.tries == claim.tries)
    return session.exec(found.with_for_update().execution_options(populate_existing=True)).one_or_none()
