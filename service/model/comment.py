"""CommentGuest: who may comment on a draft without an account; TextComment: what such a guest said of a paragraph."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, SQLModel

from service.foundation.identity import make_id
from service.model.columns import Blind, Moment, Sealed, code


class CommentVerdict(StrEnum):
    """What the secretariat said to a comment."""

    ACCEPTED = "accepted"
    REJECTED = "rejected"


class CommentGuest(SQLModel, table=True):
    """Somebody who reads and comments on the draft by a personal link; `details` seals the name and the address.

    A link of an earlier `generation` opens nothing. `comments_until` is the deadline for comments, where there is one;
    `wants_word` says that the guest has asked to hear by mail what is decided.
    """

    __tablename__ = "comment_guest"
    __table_args__ = (UniqueConstraint("campaign_id", "email_index"),)

    id: str = Field(default_factory=make_id, primary_key=True, max_length=32)
    campaign_id: str = Field(foreign_key="campaign.id", max_length=32)
    email_index: bytes = Field(sa_type=Blind)
    details: bytes = Field(sa_type=Sealed)
    generation: int = 1
    comments_until: datetime | None = Field(default=None, sa_type=Moment)
    invited_at: datetime = Field(sa_type=Moment)
    ended_at: datetime | None = Field(default=None, sa_type=Moment)
    wants_word: bool = False


class TextComment(SQLModel, table=True):
    """A guest's word on one paragraph, or other words for it.

    `content` seals the paragraph as the guest saw it, the comment, and the proposed words where there are any; `reason`
    seals what the secretariat answered.
    """

    __tablename__ = "text_comment"

    id: str = Field(default_factory=make_id, primary_key=True, max_length=32)
    campaign_id: str = Field(foreign_key="campaign.id", max_length=32, index=True)
    guest_id: str = Field(foreign_key="comment_guest.id", max_length=32, index=True)
    language: str = Field(max_length=35)
    part: str = Field(max_length=24)
    number: int
    is_amendment: bool
    content: bytes = Field(sa_type=Sealed)
    created_at: datetime = Field(sa_type=Moment)
    verdict: CommentVerdict | None = Field(default=None, sa_type=code(CommentVerdict))
    reason: bytes | None = Field(default=None, sa_type=Sealed)
    decided_at: datetime | None = Field(default=None, sa_type=Moment)
