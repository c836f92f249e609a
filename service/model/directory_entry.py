"""DirectoryEntry: a member that agreed to be kept for next letters; it outlives the letter it signed."""

from datetime import datetime

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, SQLModel

from service.foundation.identity import make_id
from service.model.columns import Blind, Moment, Sealed, code
from service.model.signature import Kind


class DirectoryEntry(SQLModel, table=True):
    """One member with its contacts, under keys of the directory's own: the purge of a letter leaves it.

    `source_letter` is the letter it was kept from: whoever may see contacts there may see this. `consent` seals how
    and when the member agreed to be kept.
    """

    __tablename__ = "directory_entry"
    __table_args__ = (UniqueConstraint("source_letter", "name_index", "email_index"),)

    id: str = Field(default_factory=make_id, primary_key=True, max_length=32)
    source_letter: str = Field(foreign_key="campaign.id", max_length=32)
    kind: Kind = Field(sa_type=code(Kind))
    name_index: bytes = Field(sa_type=Blind)
    email_index: bytes = Field(sa_type=Blind)
    details: bytes = Field(sa_type=Sealed)
    consent: bytes = Field(sa_type=Sealed)
    kept_at: datetime = Field(sa_type=Moment)
