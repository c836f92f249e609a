"""SecondLook: an act that waits for a second coordinator, and what that one said."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlmodel import Field, SQLModel

from service.foundation.identity import make_id
from service.model.columns import Moment, Record, Sealed, code


class Verdict(StrEnum):
    """What became of an act that waited for a second coordinator."""

    APPROVED = "approved"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


class SecondLook(SQLModel, table=True):
    """One act on one letter that a single coordinator may not do alone.

    `thing` holds ids, codes and numbers, exactly what was asked for: what is approved is that and nothing else. It is
    done once, at `done_at`.
    """

    __tablename__ = "second_look"

    id: str = Field(default_factory=make_id, primary_key=True, max_length=32)
    campaign_id: str = Field(foreign_key="campaign.id", max_length=32, index=True)
    act: str = Field(max_length=48)
    thing: dict[str, Any] = Field(sa_type=Record)
    asked_by: str = Field(max_length=64)
    asked_at: datetime = Field(sa_type=Moment)
    expires_at: datetime = Field(sa_type=Moment)
    verdict: Verdict | None = Field(default=None, sa_type=code(Verdict))
    decided_by: str = Field(default="", max_length=64)
    decided_at: datetime | None = Field(default=None, sa_type=Moment)
    done_at: datetime | None = Field(default=None, sa_type=Moment)
    # What goes with what was asked for, in the words of whoever asked.
    words: bytes | None = Field(default=None, sa_type=Sealed)
    # Why it was refused, in the words of whoever did.
    reason: bytes | None = Field(default=None, sa_type=Sealed)
