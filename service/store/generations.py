"""Processes of an earlier version that still live beside this one: they do not know what it has promised since."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlmodel import Session, col, select

from service.model.campaign import Campaign
from service.model.runner import GENERATION, Runner

ALIVE_WITHIN = timedelta(seconds=20)
"""Whoever was seen within so long is taken to live."""


def is_alive(row: Runner, *, now: datetime) -> bool:
    """Tell whether a process was seen lately."""
    return row.seen_at > now - ALIVE_WITHIN


def must_be_alone(session: Session) -> bool:
    """Tell whether no process of an earlier version may be beside this one: its pages would show what is hidden."""
    found = select(Campaign.id).where(col(Campaign.emergency_at).is_not(None)).limit(1)
    return session.exec(found).first() is not None


def older_processes(session: Session, *, now: datetime) -> Sequence[Runner]:
    """Find the living processes that know fewer rules than this one; nearly always none.

    No sender among them gets past its fence with a mail of which the rules speak that it does not know (migration
    0036); but it may show a page, and take a sign-on, as it always did.
    """
    alive = select(Runner).where(
        col(Runner.generation) < GENERATION, col(Runner.seen_at) > now - ALIVE_WITHIN
    )
    return session.exec(alive.order_by(col(Runner.id))).all()
