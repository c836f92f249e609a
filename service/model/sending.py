"""Sending: whether mail goes out at all, and if not, why; JournalMark: how far each sender's journal had come."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import BigInteger
from sqlmodel import Field, SQLModel

from service.model.columns import Moment, code

ONLY_ROW = 1


class HoldCause(StrEnum):
    """What holds all sending."""

    PERSON = "person"
    JOURNAL_AHEAD = "journal_ahead"
    JOURNAL_MISSING = "journal_missing"
    MOVED = "moved"


class Sending(SQLModel, table=True):
    """The state of sending for the whole installation: one row, made by the migration.

    While `reason`, a whole sentence, is not None, no mail goes out.
    """

    __tablename__ = "sending"

    id: int = Field(default=ONLY_ROW, primary_key=True, sa_column_kwargs={"autoincrement": False})
    reason: str | None = Field(default=None, max_length=500)
    cause: HoldCause | None = Field(default=None, sa_type=code(HoldCause))
    held_by: str = Field(default="", max_length=64)
    held_since: datetime | None = Field(default=None, sa_type=Moment)


class JournalMark(SQLModel, table=True):
    """One sender, known by its journal: the number of its newest fence, and the place where it works, as a hash.

    Each sender has a row of its own, so that none waits for another at its fence. `reconciled_at` is when a person
    last let its journal be compared with the rows.
    """

    __tablename__ = "journal_mark"

    journal_id: str = Field(primary_key=True, max_length=32)
    fence_no: int = Field(default=0, sa_type=BigInteger)
    place: str = Field(max_length=64)
    reconciled_at: datetime | None = Field(default=None, sa_type=Moment)
    updated_at: datetime = Field(sa_type=Moment)
