"""What stands between approvers without an account and the desk: the code beside their link, and their questions."""

from datetime import datetime

from sqlmodel import Field, SQLModel

from service.foundation.identity import make_id
from service.model.columns import Moment, Sealed


class ApproverCode(SQLModel, table=True):
    """The tries of the code that opens one edition to one approver, beside its link; a new `generation` begins anew."""

    __tablename__ = "approver_code"

    edition_id: str = Field(primary_key=True, max_length=32, foreign_key="edition.id")
    approver_id: str = Field(primary_key=True, max_length=32, foreign_key="approver.id")
    campaign_id: str = Field(foreign_key="campaign.id", max_length=32)
    generation: int = 1
    tries: int = 0


class ApproverQuestion(SQLModel, table=True):
    """A question that an approver asks about an edition, and the secretariat's answer."""

    __tablename__ = "approver_question"

    id: str = Field(default_factory=make_id, primary_key=True, max_length=32)
    campaign_id: str = Field(foreign_key="campaign.id", max_length=32, index=True)
    edition_id: str = Field(foreign_key="edition.id", max_length=32)
    approver_id: str = Field(foreign_key="approver.id", max_length=32)
    question: bytes = Field(sa_type=Sealed)
    asked_at: datetime = Field(sa_type=Moment)
    answer: bytes | None = Field(default=None, sa_type=Sealed)
    answered_by: str = Field(default="", max_length=64)
    answered_at: datetime | None = Field(default=None, sa_type=Moment)
