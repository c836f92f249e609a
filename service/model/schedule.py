"""Schedule: what is to happen, to whom and when; Occurrence: that it was due once, and what came of it."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, SQLModel

from service.foundation.identity import make_id
from service.model.anchor import Late
from service.model.columns import Moment, Record, code
from service.model.states import OccurrenceState, ScheduleState


class Action(StrEnum):
    """What a schedule does when it is due."""

    REMIND = "remind"
    PROOF = "proof"
    UPDATE = "update"
    DIGEST = "digest"
    INVITE = "invite"


class Schedule(SQLModel, table=True):
    """What is planned for one letter; changing it changes only what is still to come.

    `timing` says when (service/schedules/due.py), `audience` to whom (service/schedules/audience.py); both hold
    no personal data. `answers` says until when a proof round may be answered (service/schedules/proof_round.py), empty
    where that follows from the letter's dates; `update_id` which update is sent, `words_id` the coalition's own words. `since` is from when on it applies and `of_deadline` the deadline it was reckoned with: where
    the letter gets another one, what is left is reckoned anew.
    """

    __tablename__ = "schedule"
    __table_args__ = (UniqueConstraint("campaign_id", "name"),)

    id: str = Field(default_factory=make_id, primary_key=True, max_length=32)
    campaign_id: str = Field(foreign_key="campaign.id", max_length=32)
    name: str = Field(max_length=60)
    action: Action = Field(sa_type=code(Action))
    state: ScheduleState = Field(default=ScheduleState.ACTIVE, sa_type=code(ScheduleState))
    is_built_in: bool = False
    timing: dict[str, Any] = Field(sa_type=Record)
    audience: dict[str, Any] = Field(sa_type=Record)
    answers: dict[str, Any] = Field(default_factory=dict, sa_type=Record)
    update_id: str | None = Field(default=None, max_length=32)
    words_id: str | None = Field(default=None, max_length=32)
    late: Late = Field(default=Late.ANYWAY, sa_type=code(Late))
    late_seconds: int = 0
    since: datetime | None = Field(default=None, sa_type=Moment)
    of_deadline: datetime | None = Field(default=None, sa_type=Moment)
    created_at: datetime = Field(sa_type=Moment)
    created_by: str = Field(max_length=64)
    approved_at: datetime | None = Field(default=None, sa_type=Moment)
    approved_by: str = Field(default="", max_length=64)


class Occurrence(SQLModel, table=True):
    """One time that a schedule was due; the unique moment makes it happen once, whoever looks.

    `cursor` is the last sign-on that was posted to, so that another process goes on where one has died; `posted`
    counts the mails. `local` is the time as its place reads it, with its zone. Up to `answers_until` the answers to a
    proof round count: what its mails say stays, whatever becomes of the letter's dates.
    """

    __tablename__ = "occurrence"
    __table_args__ = (UniqueConstraint("schedule_id", "due_at"),)

    id: str = Field(default_factory=make_id, primary_key=True, max_length=32)
    schedule_id: str = Field(foreign_key="schedule.id", max_length=32)
    campaign_id: str = Field(foreign_key="campaign.id", max_length=32, index=True)
    state: OccurrenceState = Field(sa_type=code(OccurrenceState), index=True)
    due_at: datetime = Field(sa_type=Moment)
    local: str = Field(max_length=100)
    cursor: str = Field(default="", max_length=32)
    posted: int = 0
    answers_until: datetime | None = Field(default=None, sa_type=Moment)
    began_at: datetime = Field(sa_type=Moment)
    ended_at: datetime | None = Field(default=None, sa_type=Moment)
    reason: str = Field(default="", max_length=200)
