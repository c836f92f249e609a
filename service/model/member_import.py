"""MemberImport: a spreadsheet on its way to become invitations, sealed for a day between its steps."""

from datetime import datetime
from typing import Any

from sqlmodel import Field, SQLModel

from service.foundation.identity import make_id
from service.model.columns import Moment, Record, Sealed


class MemberImport(SQLModel, table=True):
    """One spreadsheet that a coordinator uploaded.

    `data` seals its cells. `choices` are the columns' meanings and what holds for all rows, `left_out` the lines that a
    person left out, `made` the ids of the sign-ons that came of it: numbers, codes and ids only. Of its lines those up
    to `reached` have been imported.
    """

    __tablename__ = "member_import"

    id: str = Field(default_factory=make_id, primary_key=True, max_length=32)
    campaign_id: str = Field(foreign_key="campaign.id", max_length=32, index=True)
    created_at: datetime = Field(sa_type=Moment, index=True)
    data: bytes = Field(sa_type=Sealed)
    choices: dict[str, Any] = Field(sa_type=Record)
    left_out: list[int] = Field(sa_type=Record)
    made: list[str] = Field(sa_type=Record)
    known: int = 0
    reached: int = 0
    began_at: datetime | None = Field(default=None, sa_type=Moment)
    finished_at: datetime | None = Field(default=None, sa_type=Moment)
    undone_at: datetime | None = Field(default=None, sa_type=Moment)
