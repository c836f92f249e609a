"""Export: a list of signatories that was asked for as a file; ExportPart: a piece of that file, sealed."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlmodel import Field, SQLModel

from service.foundation.identity import make_id
from service.model.columns import Moment, Record, Sealed, code


class ExportForm(StrEnum):
    """What kind of file it is."""

    CSV = "csv"
    XLSX = "xlsx"


class Export(SQLModel, table=True):
    """One file: who asked for it, who approved it, and until when it is kept.

    `number` counts the files of a letter, and stands in the file itself. `filter` holds codes only. It is made once it
    was approved, by the worker, and `made_at` is set with its last piece.
    """

    __tablename__ = "export"

    id: str = Field(default_factory=make_id, primary_key=True, max_length=32)
    campaign_id: str = Field(foreign_key="campaign.id", max_length=32, index=True)
    number: int
    form: ExportForm = Field(sa_type=code(ExportForm))
    filter: dict[str, Any] = Field(sa_type=Record)
    asked_by: str = Field(max_length=64)
    asked_at: datetime = Field(sa_type=Moment)
    approved_by: str = Field(default="", max_length=64)
    approved_at: datetime | None = Field(default=None, sa_type=Moment)
    made_at: datetime | None = Field(default=None, sa_type=Moment)
    rows: int = 0
    expires_at: datetime = Field(sa_type=Moment)


class ExportPart(SQLModel, table=True):
    """One piece of an export's file, in its order."""

    __tablename__ = "export_part"

    id: str = Field(default_factory=make_id, primary_key=True, max_length=32)
    campaign_id: str = Field(foreign_key="campaign.id", max_length=32)
    export_id: str = Field(foreign_key="export.id", max_length=32, index=True)
    place: int
    data: bytes = Field(sa_type=Sealed)
