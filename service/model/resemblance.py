"""Resemblance: two organizations' names look alike, and what a person decided; LikenessIndex: how alike names are found."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from service.foundation.identity import make_id
from service.model.columns import Blind, Moment, code


class Likeness(StrEnum):
    """In which way two names look alike."""

    SAME_LOOK = "same_look"
    SPELLING = "spelling"
    ACRONYM = "acronym"


class Verdict(StrEnum):
    """What a coordinator decided of two names that look alike."""

    ANOTHER = "another"
    SAME = "same"


class Resemblance(SQLModel, table=True):
    """A sign-on whose name looks like that of another one that was there before; `verdict` is empty until decided."""

    __tablename__ = "resemblance"
    __table_args__ = (UniqueConstraint("signature_id", "other_id"),)

    id: str = Field(default_factory=make_id, primary_key=True, max_length=32)
    campaign_id: str = Field(foreign_key="campaign.id", max_length=32, index=True)
    signature_id: str = Field(foreign_key="signature.id", max_length=32)
    other_id: str = Field(foreign_key="signature.id", max_length=32)
    likeness: Likeness = Field(sa_type=code(Likeness))
    found_at: datetime = Field(sa_type=Moment)
    verdict: Verdict | None = Field(default=None, sa_type=code(Verdict))
    decided_at: datetime | None = Field(default=None, sa_type=Moment)


class LikenessIndex(SQLModel, table=True):
    """A keyed hash of one thing that an organization's name looks like; the name itself cannot be read from it."""

    __tablename__ = "likeness_index"
    __table_args__ = (Index("likeness_by_digest", "campaign_id", "digest"),)

    signature_id: str = Field(foreign_key="signature.id", primary_key=True, max_length=32)
    digest: bytes = Field(sa_type=Blind, primary_key=True)
    campaign_id: str = Field(foreign_key="campaign.id", max_length=32)
