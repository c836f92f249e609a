"""IssuedCopy: one copy of an edition that was handed over, so that whoever holds it can check its code."""

from datetime import datetime

from sqlalchemy import Index
from sqlmodel import Field, SQLModel

from service.foundation.identity import make_id
from service.model.columns import Blind, Moment, Sealed, code
from service.model.recipient import Audience


class IssuedCopy(SQLModel, table=True):
    """A copy for a recipient, or for nobody in particular; rows are only ever added, once for each check code.

    The code itself stands here only as a keyed hash (`code_index`); `details` holds the few words that an answer to it
    needs, so that no roll has to be opened for a stranger.
    """

    __tablename__ = "issued_copy"
    __table_args__ = (Index("issued_copy_code", "code_index", unique=True),)

    id: str = Field(default_factory=make_id, primary_key=True, max_length=32)
    campaign_id: str = Field(foreign_key="campaign.id", max_length=32)
    edition_id: str = Field(foreign_key="edition.id", max_length=32, index=True)
    recipient_id: str | None = Field(default=None, foreign_key="recipient.id", max_length=32)
    audience: Audience = Field(sa_type=code(Audience))
    code_index: bytes = Field(sa_type=Blind)
    details: bytes = Field(sa_type=Sealed)
    issued_at: datetime = Field(sa_type=Moment)
