"""AuditEvent: who did what to which thing, and when; ids only, no foreign keys, only ever added."""

from datetime import datetime

from sqlmodel import Field, SQLModel

from service.foundation.identity import make_id
from service.model.columns import Moment


class AuditEvent(SQLModel, table=True):
    """One act of a coordinator, an approver or the clock."""

    __tablename__ = "audit_event"

    id: str = Field(default_factory=make_id, primary_key=True, max_length=32)
    at: datetime = Field(sa_type=Moment)
    campaign_id: str | None = Field(default=None, max_length=32, index=True)
    actor: str = Field(max_length=64)
    act: str = Field(max_length=48)
    thing: str = Field(default="", max_length=200, index=True)
