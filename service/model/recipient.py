"""Recipient: an office that a revision of the letter is written to."""

from enum import StrEnum

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, SQLModel

from service.foundation.identity import make_id
from service.model.columns import Record, Sealed, code


class RecipientRole(StrEnum):
    """Whether the letter is addressed to the office, or a copy goes there."""

    TO = "to"
    CC = "cc"
    PRESS = "press"


class Audience(StrEnum):
    """Which copy of the letter somebody gets."""

    FULL = "full"
    PUBLIC = "public"


class Recipient(SQLModel, table=True):
    """An office; its name, address and cover note lie sealed in `details`."""

    __tablename__ = "recipient"
    __table_args__ = (UniqueConstraint("revision_id", "position"),)

    id: str = Field(default_factory=make_id, primary_key=True, max_length=32)
    campaign_id: str = Field(foreign_key="campaign.id", max_length=32)
    revision_id: str = Field(foreign_key="letter_revision.id", max_length=32)
    position: int
    role: RecipientRole = Field(sa_type=code(RecipientRole))
    copy_kind: Audience = Field(sa_type=code(Audience))
    channels: list[str] = Field(sa_type=Record)
    details: bytes = Field(sa_type=Sealed)
