"""The proof round: when every printed line is put to its signatory, and until when an answer counts (pure)."""

from dataclasses import replace
from datetime import datetime, timedelta

from service.model.anchor import Anchor
from service.model.campaign import Campaign
from service.model.schedule import Action, Schedule
from service.model.states import SignatureState
from service.schedules.audience import Audience
from service.schedules.due import ON_TIME, Dates, Timing, due_times

PROOF = "proof"
TOO_LITTLE_TIME = "too little time was left for an answer"

_BEFORE_SENDING = timedelta(hours=1)
"""So long before the sending the answers end: the secretariat looks at them, and proposes the letter."""
LEAST_TIME_AS_SAID = timedelta(hours=1)
"""So long there must be for an answer at least, where a person says when the round is, or somebody is asked later."""
ASKED = Audience(states=(SignatureState.CONFIRMED,), printed=True)
"""Whom every round asks: who counts and is printed."""

_LEAST_TIME = timedelta(hours=5)
_QUIET_FROM, _QUIET_UNTIL = "21:00", "08:00"


def proof_round(campaign: Campaign, *, since: datetime, by: str, now: datetime) -> Schedule:
    """Make the proof round that every letter has; it is due at the deadline for sign-ons, and not in the night.

    It comes only where six hours lie between that and the sending, so that it never makes the letter late.
    """
    timing = Timing(anchor=Anchor.DEADLINE, quiet_from=_QUIET_FROM, quiet_until=_QUIET_UNTIL)
    return Schedule(
        campaign_id=campaign.id,
        name=PROOF,
        action=Action.PROOF,
        is_built_in=True,
        timing=timing.as_record(),
        audience=ASKED.as_record(),
        since=since,
        of_deadline=campaign.deadline_at,
        created_at=now,
        created_by=by,
        approved_at=now,
        approved_by=by,
    )


def answers_until(schedule: Schedule, dates: Dates, *, due_at: datetime) -> datetime | None:
    """Give until when the answers to a proof round count that is due at a moment; None where no time is left for any.

    That is what the schedule says; else an hour before the sending, or the deadline where no sending is planned. It is
    never later than an hour before the sending.
    """
    ends = dates.send_at - _BEFORE_SENDING if dates.send_at is not None else None
    if schedule.answers:
        said = next(due_times(Timing.from_record(schedule.answers), dates, ends=False), None)
        until = min(filter(None, (said.at, ends))) if said is not None else None
    else:
        until = ends or dates.deadline_at
    return until if until is not None and until - due_at >= _least(schedule) else None


def why_never(schedule: Schedule, dates: Dates) -> str:
    """Say why a proof round that has its time never comes; empty where it comes, or has no time at all."""
    timing = Timing.from_record(schedule.timing)
    due = next(due_times(timing, dates, ends=False), None)
    if due is None or answers_until(schedule, dates, due_at=due.at) is not None:
        return ""
    wanted = next(
        due_times(replace(timing, quiet_from="", quiet_until="", rest_days=()), dates, ends=False), None
    )
    if (
        wanted is not None
        and wanted.at < due.at
        and answers_until(schedule, dates, due_at=wanted.at) is not None
    ):
        return f"its quiet hours end at {due.local}, and {TOO_LITTLE_TIME} before the letter is sent"
    return f"{TOO_LITTLE_TIME} before the letter is sent"


def has_time(schedule: Schedule, until: datetime | None, *, now: datetime) -> bool:
    """Tell whether who is asked now, and not before, has still the time to answer."""
    return until is not None and until - now >= _least(schedule) - ON_TIME


def _least(schedule: Schedule) -> timedelta:
    return LEAST_TIME_AS_SAID if schedule.answers else _LEAST_TIME
