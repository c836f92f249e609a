"""LetterRevision: one immutable text of a campaign's letter, named by its hash."""

from datetime import datetime

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, SQLModel

from service.foundation.identity import make_id
from service.model.columns import Moment, Sealed


class LetterRevision(SQLModel, table=True):
    """A frozen text; `sha256` is the hash of the canonical record that lies sealed in `content`.

    The first one of a letter has no `objections_until`. Of a later one that is the moment until which those may object
    who keep their name otherwise, and `reason` is why the coalition changed the text, in its own words.
    """

    __tablename__ = "letter_revision"
    __table_args__ = (UniqueConstraint("campaign_id", "number"),)

    id: str = Field(default_factory=make_id, primary_key=True, max_length=32)
    campaign_id: str = Field(foreign_key="campaign.id", max_length=32)
    number: int
    sha256: str = Field(max_length=64)
    content: bytes = Field(sa_type=Sealed)
    frozen_at: datetime = Field(sa_type=Moment)
    objections_until: datetime | None = Field(default=None, sa_type=Moment)
    reason: bytes | None = Field(default=None, sa_type=Sealed)
