"""TextDraft: what a coordinator has typed and not saved; TextLock: who is editing a text."""

from datetime import datetime

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, SQLModel

from service.foundation.identity import make_id
from service.model.columns import Moment, Sealed


class TextDraft(SQLModel, table=True):
    """The unsaved text of one coordinator in one language of a letter.

    `content` seals the fields as they stand in the form. `base` is the digest of the text that was present when it was
    begun: where another is present now, somebody has saved meanwhile. What was thrown away can be had back.
    """

    __tablename__ = "text_draft"
    __table_args__ = (UniqueConstraint("campaign_id", "coordinator_id", "language"),)

    id: str = Field(default_factory=make_id, primary_key=True, max_length=32)
    campaign_id: str = Field(foreign_key="campaign.id", max_length=32)
    coordinator_id: str = Field(foreign_key="coordinator.id", max_length=32)
    language: str = Field(max_length=35)
    base: str = Field(max_length=64)
    content: bytes = Field(sa_type=Sealed)
    saved_at: datetime = Field(sa_type=Moment)
    thrown_at: datetime | None = Field(default=None, sa_type=Moment)


class TextLock(SQLModel, table=True):
    """Who is editing the text of a letter in one language; it holds nobody up for longer than that one is at it.

    `taken_from` is the coordinator from whom it was taken over, "" where nobody was at it.
    """

    __tablename__ = "text_lock"
    __table_args__ = (UniqueConstraint("campaign_id", "language"),)

    id: str = Field(default_factory=make_id, primary_key=True, max_length=32)
    campaign_id: str = Field(foreign_key="campaign.id", max_length=32)
    language: str = Field(max_length=35)
    coordinator_id: str = Field(foreign_key="coordinator.id", max_length=32)
    taken_from: str = Field(default="", max_length=32)
    since: datetime = Field(sa_type=Moment)
    seen_at: datetime = Field(sa_type=Moment)
