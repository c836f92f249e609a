"""Chaser: who helps to reach the invited, by a personal link and without an account; Chase: what is tracked of one of them."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, SQLModel

from service.foundation.identity import make_id
from service.model.columns import Blind, Moment, Sealed, code


class Said(StrEnum):
    """What one of the invited has said to whoever asked in person: a promise, and no sign-on."""

    YES = "yes"
    NO = "no"
    BOARD = "board"


class Chaser(SQLModel, table=True):
    """One person who chases for a letter. `details` seals name and address; another `generation` ends the link before."""

    __tablename__ = "chaser"
    __table_args__ = (UniqueConstraint("campaign_id", "email_index"),)

    id: str = Field(default_factory=make_id, primary_key=True, max_length=32)
    campaign_id: str = Field(foreign_key="campaign.id", max_length=32)
    email_index: bytes = Field(sa_type=Blind)
    details: bytes = Field(sa_type=Sealed)
    language: str = Field(default="", max_length=35)
    generation: int = 1
    created_at: datetime = Field(sa_type=Moment)
    ended_at: datetime | None = Field(default=None, sa_type=Moment)


class Chase(SQLModel, table=True):
    """What is tracked of one of the invited: who chases it, what it said, and whether it is left out for good.

    `note` seals the words of whoever noted it.
    """

    __tablename__ = "chase"

    id: str = Field(default_factory=make_id, primary_key=True, max_length=32)
    campaign_id: str = Field(foreign_key="campaign.id", max_length=32, index=True)
    signature_id: str = Field(foreign_key="signature.id", max_length=32, unique=True)
    chaser_id: str | None = Field(default=None, foreign_key="chaser.id", max_length=32, index=True)
    said: Said | None = Field(default=None, sa_type=code(Said))
    decides_on: date | None = None
    note: bytes | None = Field(default=None, sa_type=Sealed)
    said_at: datetime | None = Field(default=None, sa_type=Moment)
    left_out_at: datetime | None = Field(default=None, sa_type=Moment)
