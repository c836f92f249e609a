"""What the secretariat keeps of an office beside its sendings: who checked its address, and what was said with it."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from service.foundation.identity import make_id
from service.model.columns import Blind, Moment, Sealed, code


class OfficeCheck(SQLModel, table=True):
    """One coordinator's word that an office's data is right against its source; `data_index` says exactly which data.

    An office is known by the keyed hash of its name, position and office, whatever revision it stands in.
    """

    __tablename__ = "office_check"
    __table_args__ = (UniqueConstraint("campaign_id", "office_index", "data_index", "checked_by"),)

    id: str = Field(default_factory=make_id, primary_key=True, max_length=32)
    campaign_id: str = Field(foreign_key="campaign.id", max_length=32)
    office_index: bytes = Field(sa_type=Blind)
    data_index: bytes = Field(sa_type=Blind)
    checked_by: str = Field(max_length=64)
    checked_at: datetime = Field(sa_type=Moment)


class ContactKind(StrEnum):
    """How the secretariat and an office were in touch."""

    CALL = "call"
    MEETING = "meeting"
    MAIL = "mail"
    OTHER = "other"


class ContactNote(SQLModel, table=True):
    """One contact with an office; what was said and what comes next lie sealed in `details`.

    The newest note whose `done_at` is None and that names a next step has the step that is still to be done.
    """

    __tablename__ = "contact_note"
    __table_args__ = (Index("contact_note_of_office", "campaign_id", "office_index", "id"),)

    id: str = Field(default_factory=make_id, primary_key=True, max_length=32)
    campaign_id: str = Field(foreign_key="campaign.id", max_length=32)
    office_index: bytes = Field(sa_type=Blind)
    kind: ContactKind = Field(sa_type=code(ContactKind))
    details: bytes = Field(sa_type=Sealed)
    has_next: bool = False
    next_on: date | None = None
    noted_by: str = Field(max_length=64)
    noted_at: datetime = Field(sa_type=Moment)
    done_at: datetime | None = Field(default=None, sa_type=Moment)


class AnswerClock(SQLModel, table=True):
    """Until when an office is to answer, and the number of the receipt that it gave, sealed in `details`.

    It counts and reminds; nothing is ever sent or made public by it.
    """

    __tablename__ = "answer_clock"
    __table_args__ = (UniqueConstraint("campaign_id", "office_index"),)

    id: str = Field(default_factory=make_id, primary_key=True, max_length=32)
    campaign_id: str = Field(foreign_key="campaign.id", max_length=32)
    office_index: bytes = Field(sa_type=Blind)
    due_on: date
    details: bytes = Field(sa_type=Sealed)
    set_by: str = Field(max_length=64)
    set_at: datetime = Field(sa_type=Moment)


class OfficeChase(SQLModel, table=True):
    """One polite question to an office after its answer, sent by a person's press; at most three."""

    __tablename__ = "office_chase"
    __table_args__ = (UniqueConstraint("campaign_id", "office_index", "number"),)

    id: str = Field(default_factory=make_id, primary_key=True, max_length=32)
    campaign_id: str = Field(foreign_key="campaign.id", max_length=32)
    office_index: bytes = Field(sa_type=Blind)
    recipient_id: str = Field(foreign_key="recipient.id", max_length=32)
    number: int
    details: bytes = Field(sa_type=Sealed)
    sent_by: str = Field(max_length=64)
    sent_at: datetime = Field(sa_type=Moment)


class OfficeReply(SQLModel, table=True):
    """What an office answered: a text in `details`, a file, or both; sealed.

    It is the secretariat's at first. That signatories are told of it, and that it is public, are each a person's press.
    """

    __tablename__ = "office_reply"
    __table_args__ = (Index("office_reply_of_letter", "campaign_id", "id"),)

    id: str = Field(default_factory=make_id, primary_key=True, max_length=32)
    campaign_id: str = Field(foreign_key="campaign.id", max_length=32)
    office_index: bytes = Field(sa_type=Blind)
    came_on: date
    details: bytes = Field(sa_type=Sealed)
    file: bytes | None = Field(default=None, sa_type=Sealed)
    kept_by: str = Field(max_length=64)
    kept_at: datetime = Field(sa_type=Moment)
    told_by: str = Field(default="", max_length=64)
    told_at: datetime | None = Field(default=None, sa_type=Moment)
    published_by: str = Field(default="", max_length=64)
    published_at: datetime | None = Field(default=None, sa_type=Moment)


class OfficeImport(SQLModel, table=True):
    """A list of offices that a coordinator uploaded, sealed for a day while its recipients are chosen from it."""

    __tablename__ = "office_import"

    id: str = Field(default_factory=make_id, primary_key=True, max_length=32)
    campaign_id: str = Field(foreign_key="campaign.id", max_length=32, index=True)
    created_at: datetime = Field(sa_type=Moment, index=True)
    data: bytes = Field(sa_type=Sealed)
