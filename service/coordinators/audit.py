"""Keep who did what to which thing, in the transaction of the act."""

from datetime import datetime

from sqlmodel import Session

from service.model.audit_event import AuditEvent


def record(
    session: Session, *, by: str, act: str, campaign_id: str | None, now: datetime, thing: str = ""
) -> None:
    """Add an audit event; `thing` holds ids, codes and numbers, never a name or an address."""
    session.add(AuditEvent(at=now, campaign_id=campaign_id, actor=by, act=act, thing=thing))
