"""What is planned for a letter, a line each: when it comes next, and what came of it so far."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlmodel import Session, col

from service.model.campaign import Campaign
from service.model.schedule import Action, Occurrence
from service.model.states import OccurrenceState, ScheduleState
from service.schedules.begin import dates_of
from service.schedules.built_in import schedules_or_built_in
from service.schedules.due import Due
from service.schedules.forecast import coming_times
from service.schedules.proof_round import why_never
from service.signing.proof_status import count_proof
from service.store.keyring import Keyring


@dataclass(frozen=True, kw_only=True)
class Line:
    """One schedule: its state, when it comes next, its mails so far, and how often it came late and asks.

    `why_never` says of a proof round why its time never comes. `last` says what came of the last time that it was due; empty before the first. `answers` counts what was said in
    the newest round of a proof, in words of service/signing/proof_status.py.
    """

    name: str
    state: str
    is_built_in: bool
    next_due: Due | None
    posted: int
    asking: int
    last: str
    why_never: str
    answers: Mapping[str, int]


def list_schedules(
    session: Session, keyring: Keyring, campaign: Campaign, *, lead: timedelta, now: datetime
) -> Sequence[Line]:
    """List the schedules of a letter by name, those that it gets with its opening too."""
    asking = func.count().filter(col(Occurrence.state) == OccurrenceState.ASKING)
    counted = (
        select(col(Occurrence.schedule_id), func.sum(col(Occurrence.posted)), asking)
        .where(col(Occurrence.campaign_id) == campaign.id)
        .group_by(col(Occurrence.schedule_id))
    )
    sums = {row[0]: (int(row[1] or 0), int(row[2])) for row in session.execute(counted)}
    begun = (
        select(Occurrence).where(col(Occurrence.campaign_id) == campaign.id).order_by(col(Occurrence.due_at))
    )
    last = {one.schedule_id: one for one in session.execute(begun).scalars()}
    lines = []
    for schedule in schedules_or_built_in(session, campaign, lead=lead, now=now):
        posted, asks = sums.get(schedule.id, (0, 0))
        is_over = schedule.state is ScheduleState.CANCELLED
        coming = coming_times(session, keyring, campaign, schedule, now=now) if not is_over else iter(())
        lines.append(
            Line(
                name=schedule.name,
                state=schedule.state.value,
                is_built_in=schedule.is_built_in,
                next_due=next((due for due in coming if due.at > now), None),
                posted=posted,
                asking=asks,
                last=_told(last.get(schedule.id)),
                why_never=(
                    why_never(schedule, dates_of(session, keyring, campaign, schedule))
                    if schedule.action is Action.PROOF and not is_over and schedule.id not in last
                    else ""
                ),
                answers=(
                    count_proof(session, keyring, campaign, now=now)
                    if schedule.action is Action.PROOF and schedule.id in last
                    else {}
                ),
            )
        )
    return sorted(lines, key=lambda line: line.name)


def _told(occurrence: Occurrence | None) -> str:
    if occurrence is None:
        return ""
    reason = f", for {occurrence.reason}" if occurrence.reason else f", {occurrence.posted} mails"
    return f"{occurrence.local}: {occurrence.state.value}{reason}"
