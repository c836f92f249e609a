"""BreakerTrip: why the sending of one kind of mail was stopped; Canary: a bulk send of which a few go first."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, SQLModel

from service.foundation.identity import make_id
from service.model.columns import Moment, code
from service.model.message import MessageKind
from service.model.report_kind import ReportKind


class BreakerTrip(SQLModel, table=True):
    """One stop: so many of the mails handed over came to `cause`, and so many that waited were held.

    What was handed over before `tripped_at` is never counted again.
    """

    __tablename__ = "breaker_trip"

    id: str = Field(default_factory=make_id, primary_key=True, max_length=32)
    campaign_id: str = Field(foreign_key="campaign.id", max_length=32, index=True)
    kind: MessageKind = Field(sa_type=code(MessageKind))
    cause: ReportKind = Field(sa_type=code(ReportKind))
    troubles: int
    handed_over: int
    held: int
    tripped_at: datetime = Field(sa_type=Moment)


class CanaryOutcome(StrEnum):
    """How a canary ended."""

    WELL = "well"
    BADLY = "badly"
    TIME = "time"
    STOPPED = "stopped"


class Canary(SQLModel, table=True):
    """A send to many: `first` of its `audience` are due at once, the rest at `rest_due_at` or when it went well.

    `gone_at` is when none of the first waited any more.
    """

    __tablename__ = "canary"
    __table_args__ = (UniqueConstraint("campaign_id", "kind", "occurrence"),)

    id: str = Field(default_factory=make_id, primary_key=True, max_length=32)
    campaign_id: str = Field(foreign_key="campaign.id", max_length=32)
    kind: MessageKind = Field(sa_type=code(MessageKind))
    occurrence: str = Field(max_length=64)
    audience: int
    first: int
    started_at: datetime = Field(sa_type=Moment)
    rest_due_at: datetime = Field(sa_type=Moment)
    gone_at: datetime | None = Field(default=None, sa_type=Moment)
    ended_at: datetime | None = Field(default=None, sa_type=Moment)
    outcome: CanaryOutcome | None = Field(default=None, sa_type=code(CanaryOutcome))
