"""A planned sending that comes once: whether it has had its moment, so that nothing lets it come to everybody once more."""

from datetime import datetime

from sqlmodel import Session, col, select

from service.model.anchor import Anchor
from service.model.schedule import Occurrence, Schedule


def has_one_moment(schedule: Schedule) -> bool:
    """Tell whether a schedule comes once, at a moment that was written down (pure)."""
    return schedule.timing.get("anchor") == Anchor.AT and not schedule.timing.get("every_days")


def has_had_its_moment(session: Session, schedule: Schedule, *, now: datetime) -> bool:
    """Tell whether a schedule that comes once was begun, or left out, at the moment that it has."""
    begun = select(Occurrence.id).where(
        Occurrence.schedule_id == schedule.id,
        Occurrence.due_at <= now,
        # What was begun before it got this moment was at another.
        col(Occurrence.began_at) >= (schedule.since or schedule.created_at),
    )
    return has_one_moment(schedule) and session.exec(begun.limit(1)).first() is not None
