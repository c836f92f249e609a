"""IncomingReport: one returned mail that was taken in, without a word of it."""

from datetime import datetime

from sqlalchemy import Index, LargeBinary
from sqlmodel import Field, SQLModel

from service.foundation.identity import make_id
from service.model.columns import Moment, code
from service.model.report_kind import ReportKind


class IncomingReport(SQLModel, table=True):
    """A returned mail, once: its `fingerprint` is a digest by which it is known again.

    `message_ref` is the mail it is about, where that is known.
    """

    __tablename__ = "incoming_report"
    __table_args__ = (Index("incoming_report_by_time", "received_at"),)

    id: str = Field(default_factory=make_id, primary_key=True, max_length=32)
    fingerprint: bytes = Field(sa_type=LargeBinary, unique=True)
    message_ref: str | None = Field(default=None, max_length=32)
    kind: ReportKind = Field(sa_type=code(ReportKind))
    enhanced_code: str = Field(default="", max_length=12)
    received_at: datetime = Field(sa_type=Moment)
