"""ChamberList: the offices of one chamber of Congress that take letters, as its service listed them last."""

from datetime import datetime
from enum import StrEnum

from sqlmodel import Field, SQLModel

from service.model.columns import Moment, Record, code


class Missed(StrEnum):
    """Why a try to fetch a list brought none."""

    AWAY = "away"
    CLOSED = "closed"
    KEY = "key"
    NO_LIST = "no_list"
    SHORT = "short"
    """A list came, hardly half as long as the last one."""


class ChamberList(SQLModel, table=True):
    """The list that one `place`, an address without its key, gave; it is public, and the same for all letters.

    `offices` are codes; `fetched_at` is None until there is a list. `tried_at` is when it was asked for last, and `missed`
    why that brought nothing, None where it brought this list.
    """

    __tablename__ = "chamber_list"

    place: str = Field(primary_key=True, max_length=255)
    offices: list[str] = Field(default_factory=list, sa_type=Record)
    fetched_at: datetime | None = Field(default=None, sa_type=Moment)
    tried_at: datetime | None = Field(default=None, sa_type=Moment)
    missed: Missed | None = Field(default=None, sa_type=code(Missed))
