"""Find planned sendings that are late: begun long ago and not all posted, not begun at all, or waiting for a person's word."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import select
from sqlmodel import Session, col

from service.campaigns.warned import owners_beside
from service.mail.daily import warn_once_a_day
from service.mail.sending import sending_state
from service.model.campaign import Campaign
from service.model.schedule import Action, Occurrence, Schedule
from service.model.states import OccurrenceState, ScheduleState
from service.schedules.begin import due_now, why_over
from service.schedules.due import ON_TIME
from service.store.keyring import Keyring


class Why(StrEnum):
    """Why a planned sending is late."""

    ASKS = "asks"
    UNBEGUN = "unbegun"
    UNFINISHED = "unfinished"


@dataclass(frozen=True, kw_only=True)
class Overdue:
    """One schedule that is late: why, and since when; of several times that were due, the first."""

    schedule_id: str
    campaign_id: str
    slug: str
    name: str
    why: Why
    since: datetime


def overdue(session: Session, keyring: Keyring, *, now: datetime) -> Sequence[Overdue]:
    """List the schedules that are late, the longest first; none that rests, and none while all sending is held.

    It only reads. What waits for a person's word is late at once: nobody else can let it go on.
    """
    if sending_state(session).reason is not None:
        return ()
    found = sorted((*_begun(session, now=now), *_unbegun(session, keyring, now=now)), key=_since)
    # Of one schedule the first is enough: what to do about it is the same.
    return tuple({one.schedule_id: one for one in reversed(found)}.values())[::-1]


def warn_of_overdue(session: Session, keyring: Keyring, found: Sequence[Overdue], *, now: datetime) -> int:
    """Warn the secretariat and the owners of each letter of which a schedule is late, once a day; gives of how many it is new."""
    return sum(
        warn_once_a_day(
            session,
            campaign_id=one.campaign_id,
            about="late",
            thing=one.schedule_id,
            owners=owners_beside(session, keyring, one.campaign_id),
            now=now,
        )
        for one in found
    )


def why_late(state: OccurrenceState, *, due_at: datetime, began_at: datetime, now: datetime) -> Why | None:
    """Say why a time that was begun is late, None where it is not (pure).

    One that was seen late and goes all the same has its time from then on.
    """
    if state is OccurrenceState.ASKING:
        return Why.ASKS
    is_late = state is OccurrenceState.FIRING and now - max(due_at, began_at) > ON_TIME
    return Why.UNFINISHED if is_late else None


def _since(one: Overdue) -> tuple[datetime, str]:
    return one.since, one.schedule_id


def _begun(session: Session, *, now: datetime) -> Iterator[Overdue]:
    found = (
        select(Occurrence, Schedule, Campaign)
        .join(Schedule, col(Schedule.id) == col(Occurrence.schedule_id))
        .join(Campaign, col(Campaign.id) == col(Occurrence.campaign_id))
        .where(
            col(Occurrence.state).in_((OccurrenceState.ASKING, OccurrenceState.FIRING)),
            col(Schedule.state) != ScheduleState.PAUSED,
            col(Schedule.action).in_(list(Action)),
        )
    )
    for occurrence, schedule, campaign in session.execute(found).all():
        why = why_late(occurrence.state, due_at=occurrence.due_at, began_at=occurrence.began_at, now=now)
        if why is not None and not why_over(schedule, campaign, now=now):
            yield _overdue(schedule, campaign, why, since=occurrence.due_at)


def _unbegun(session: Session, keyring: Keyring, *, now: datetime) -> Iterator[Overdue]:
    for schedule, due in due_now(session, keyring, now=now):
        if now - due.at > ON_TIME:
            campaign = session.get_one(Campaign, schedule.campaign_id)
            yield _overdue(schedule, campaign, Why.UNBEGUN, since=due.at)


def _overdue(schedule: Schedule, campaign: Campaign, why: Why, *, since: datetime) -> Overdue:
    return Overdue(
        schedule_id=schedule.id,
        campaign_id=campaign.id,
        slug=campaign.slug,
        name=schedule.name,
        why=why,
        since=since,
    )
