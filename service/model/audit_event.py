"""AuditEvent: who did what to which thing, and when; ids only, no foreign keys, only ever added."""

from datetime import datetime

from sqlalchemy import BigInteger, Index, text
from sqlmodel import Field, SQLModel

from service.foundation.identity import make_id
from service.model.columns import Moment

NOTHING_BEFORE = "0" * 64
"""What the first event of all has in place of the hash of the one before."""
ONLY_CHAIN = 1
BY_COORDINATORS = "substr(actor, 1, 12) = 'coordinator:'"
"""In SQL, which events are of coordinators: few among those of everybody who signs."""


class AuditEvent(SQLModel, table=True):
    """One act of a coordinator, an approver or the clock.

    `number`, `prev` and `hash` are its place in the one chain of all events (service/coordinators/chain.py), given once,
    a moment after its act. The database refuses every other change, and every deletion but that of what is too old to
    be kept.
    """

    __tablename__ = "audit_event"
    __table_args__ = (
        Index("audit_event_by_number", "number", unique=True),
        Index("audit_event_of_letter", "campaign_id", "id"),
        Index(
            "audit_event_of_coordinator",
            "actor",
            "at",
            postgresql_where=text(BY_COORDINATORS),
            sqlite_where=text(BY_COORDINATORS),
        ),
    )

    id: str = Field(default_factory=make_id, primary_key=True, max_length=32)
    at: datetime = Field(sa_type=Moment)
    campaign_id: str | None = Field(default=None, max_length=32)
    actor: str = Field(max_length=64)
    act: str = Field(max_length=48)
    thing: str = Field(default="", max_length=200, index=True)
    number: int | None = Field(default=None, sa_type=BigInteger)
    prev: str | None = Field(default=None, max_length=64)
    hash: str | None = Field(default=None, max_length=64)


class AuditChain(SQLModel, table=True):
    """The one row that knows where the chain of events ends, and after which event it begins.

    All up to `base_number` was forgotten because of its age; `head_number` is the newest that has its place.
    """

    __tablename__ = "audit_chain"

    id: int = Field(default=ONLY_CHAIN, primary_key=True)
    base_number: int = Field(default=0, sa_type=BigInteger)
    base_hash: str = Field(default=NOTHING_BEFORE, max_length=64)
    head_number: int = Field(default=0, sa_type=BigInteger)
    head_hash: str = Field(default=NOTHING_BEFORE, max_length=64)
