"""Enclosure: a file that goes with a letter: an annex, a logo of its head, or the template of its Word files."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, SQLModel

from service.foundation.identity import make_id
from service.model.columns import Blind, Moment, Sealed, code


class EnclosureKind(StrEnum):
    """What a file is to its letter; a `picture` is a logo drawn as PNG, kept under the hash of the logo."""

    ANNEX = "annex"
    LOGO = "logo"
    PICTURE = "picture"
    WORD = "word"


class Enclosure(SQLModel, table=True):
    """A file of a letter, once for each content; editions and texts name it by its SHA-256.

    The hash stands here only keyed (`file_index`), so that nobody who steals the database can test it for a document
    that is known. No statement changes a row (migration 0021); one of a text that was ever final goes only after the
    letter's keys were shredded.
    """

    __tablename__ = "enclosure"
    __table_args__ = (UniqueConstraint("campaign_id", "file_index"),)

    id: str = Field(default_factory=make_id, primary_key=True, max_length=32)
    campaign_id: str = Field(foreign_key="campaign.id", max_length=32)
    kind: EnclosureKind = Field(sa_type=code(EnclosureKind))
    file_index: bytes = Field(sa_type=Blind, index=True)
    content: bytes = Field(sa_type=Sealed)
    kept_at: datetime = Field(sa_type=Moment)
