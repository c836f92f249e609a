"""The rounds of upkeep: once a night, in steps, gone on with by whoever comes next."""

from datetime import datetime, time

from sqlalchemy import select
from sqlmodel import Session, col

from service.model.retention import UpkeepRound
from service.store.insert import add_once

NIGHT = time(2)
"""From this time of the day (UTC) on a night's round may begin."""


def is_due(begun_at: datetime | None, *, now: datetime) -> bool:
    """Tell whether a round is to begin: once a day, in the night, and at once in a house that has had none (pure)."""
    if begun_at is None:
        return True
    night = datetime.combine(now.date(), NIGHT, tzinfo=now.tzinfo)
    return begun_at < night <= now


def round_under_way(session: Session, name: str, *, now: datetime) -> UpkeepRound | None:
    """Get the round that is under way, or begin the night's; None where none is due. The caller's transaction holds it."""
    add_once(session, UpkeepRound(name=name, began_at=now))
    held = select(UpkeepRound).where(col(UpkeepRound.name) == name).with_for_update()
    row: UpkeepRound = session.execute(held.execution_options(populate_existing=True)).scalar_one()
    if row.ended_at is None:
        return row
    if not is_due(row.began_at, now=now):
        return None
    row.began_at, row.ended_at, row.cursor = now, None, ""
    row.looked_at = row.differences = 0
    return row


def is_round_due(session: Session, name: str, *, now: datetime) -> bool:
    """Tell whether a round is under way or due; it only reads."""
    row = session.get(UpkeepRound, name)
    return row is None or row.ended_at is None or is_due(row.began_at, now=now)
