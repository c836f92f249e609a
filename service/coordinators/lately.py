"""What a coordinator has done lately, as the audit knows it: for limits that count by person and hour, or by day."""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import text
from sqlmodel import Session, col, select

from service.model.audit_event import BY_COORDINATORS, AuditEvent


def things_since(
    session: Session, *, by: str, acts: Collection[str], since: datetime, campaign_id: str | None = None
) -> Sequence[str]:
    """List the things of a coordinator's acts after a moment, each act one; of one letter, or of all.

    `by` is its audit name.
    """
    found = select(AuditEvent.thing).where(
        # Said as the index says it, so that it is used: it holds coordinators' events alone.
        text(BY_COORDINATORS),
        AuditEvent.actor == by,
        col(AuditEvent.at) > since,
        col(AuditEvent.act).in_(acts),
    )
    if campaign_id is not None:
        found = found.where(AuditEvent.campaign_id == campaign_id)
    return session.exec(found).all()
