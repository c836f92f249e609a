"""Edition: what is sent, frozen; Approver and Approval: the second pair of eyes on exactly that."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, SQLModel

from service.foundation.identity import make_id
from service.model.columns import Blind, Moment, Sealed, code


class EditionKind(StrEnum):
    """What an edition brings to its recipients: the letter, who joined it since, or whom it names no longer."""

    LETTER = "letter"
    ADDENDUM = "addendum"
    CORRECTION = "correction"


class Edition(SQLModel, table=True):
    """Frozen text, roll, numbers and date; `fingerprint` is the SHA-256 of the canonical record in `content`.

    A voided edition (the letter was reopened, or its release was stopped in time) is never sent. An addendum or a
    correction `follows` the edition of the letter that was sent. What is frozen no statement can change (migration
    0019); the row goes only after the letter's keys were shredded.
    """

    __tablename__ = "edition"
    __table_args__ = (UniqueConstraint("campaign_id", "number"),)

    id: str = Field(default_factory=make_id, primary_key=True, max_length=32)
    campaign_id: str = Field(foreign_key="campaign.id", max_length=32)
    revision_id: str = Field(foreign_key="letter_revision.id", max_length=32)
    number: int
    kind: EditionKind = Field(default=EditionKind.LETTER, sa_type=code(EditionKind))
    follows: str | None = Field(default=None, max_length=32)
    fingerprint: str = Field(max_length=64)
    content: bytes = Field(sa_type=Sealed)
    frozen_at: datetime = Field(sa_type=Moment)
    voided_at: datetime | None = Field(default=None, sa_type=Moment)
    released_at: datetime | None = Field(default=None, sa_type=Moment)
    released_by: str = Field(default="", max_length=64)


class Approver(SQLModel, table=True):
    """One of those whose approval releases an edition."""

    __tablename__ = "approver"
    __table_args__ = (UniqueConstraint("campaign_id", "email_index"),)

    id: str = Field(default_factory=make_id, primary_key=True, max_length=32)
    campaign_id: str = Field(foreign_key="campaign.id", max_length=32)
    position: int
    email_index: bytes = Field(sa_type=Blind)
    details: bytes = Field(sa_type=Sealed)


class Decision(StrEnum):
    """What an approver said of an edition."""

    APPROVED = "approved"
    CHANGES = "changes"


class Approval(SQLModel, table=True):
    """One approver's decision on one edition; the latest one stands."""

    __tablename__ = "approval"
    __table_args__ = (UniqueConstraint("edition_id", "approver_id"),)

    id: str = Field(default_factory=make_id, primary_key=True, max_length=32)
    campaign_id: str = Field(foreign_key="campaign.id", max_length=32)
    edition_id: str = Field(foreign_key="edition.id", max_length=32)
    approver_id: str = Field(foreign_key="approver.id", max_length=32)
    decision: Decision = Field(sa_type=code(Decision))
    note: bytes | None = Field(default=None, sa_type=Sealed)
    decided_at: datetime = Field(sa_type=Moment)
