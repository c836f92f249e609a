"""Retention: how long a letter's personal data is kept, and how far its purge has come; UpkeepRound: a night's look at all."""

from datetime import datetime

from sqlalchemy import BigInteger
from sqlmodel import Field, SQLModel

from service.model.columns import Moment


class Retention(SQLModel, table=True):
    """What becomes of one letter's personal data once it was put away; made when that, or this, is first spoken of.

    It is kept `keep_days` from the answer or the archiving on; None keeps it until a person asks. `purge_at` is the
    moment that the notice of `notified_at` named, and `reminded_at` when it was said again; nothing goes before
    both. Whoever asked for it beside the plan is `asked_by`. At `shredded_at` the keys went, at `purged_at` the last row.
    """

    __tablename__ = "retention"

    campaign_id: str = Field(primary_key=True, foreign_key="campaign.id", max_length=32)
    keep_days: int | None = None
    archived_at: datetime | None = Field(default=None, sa_type=Moment)
    notified_at: datetime | None = Field(default=None, sa_type=Moment)
    purge_at: datetime | None = Field(default=None, sa_type=Moment)
    reminded_at: datetime | None = Field(default=None, sa_type=Moment)
    asked_by: str = Field(default="", max_length=64)
    asked_at: datetime | None = Field(default=None, sa_type=Moment)
    shredded_at: datetime | None = Field(default=None, sa_type=Moment)
    purged_at: datetime | None = Field(default=None, sa_type=Moment)


class UpkeepRound(SQLModel, table=True):
    """The last round of one piece of upkeep: when it began and ended, where it is, and what it found.

    `cursor` is the last thing that was looked at, so that another process goes on where one has stopped.
    """

    __tablename__ = "upkeep_round"

    name: str = Field(primary_key=True, max_length=48)
    began_at: datetime = Field(sa_type=Moment)
    ended_at: datetime | None = Field(default=None, sa_type=Moment)
    cursor: str = Field(default="", max_length=100)
    looked_at: int = Field(default=0, sa_type=BigInteger)
    differences: int = Field(default=0, sa_type=BigInteger)
