"""ProofAnswer: what a signatory said of its printed line, in one proof round."""

from datetime import datetime

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, SQLModel

from service.foundation.identity import make_id
from service.model.columns import Blind, Moment


class ProofAnswer(SQLModel, table=True):
    """One signatory's answer in one proof round; who was asked and has no such row is silent.

    `agreed_at` says when it called its line right, and `line` which one, as a keyed hash; a line that changes after
    that is not agreed to. `fixed_at` says when it last changed the line in this round.
    """

    __tablename__ = "proof_answer"
    __table_args__ = (UniqueConstraint("occurrence_id", "signature_id"),)

    id: str = Field(default_factory=make_id, primary_key=True, max_length=32)
    campaign_id: str = Field(foreign_key="campaign.id", max_length=32)
    occurrence_id: str = Field(foreign_key="occurrence.id", max_length=32)
    signature_id: str = Field(foreign_key="signature.id", max_length=32, index=True)
    line: bytes = Field(default=b"", sa_type=Blind)
    agreed_at: datetime | None = Field(default=None, sa_type=Moment)
    fixed_at: datetime | None = Field(default=None, sa_type=Moment)
