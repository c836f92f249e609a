"""What comes next of the planned sendings of all letters: of each its next time, and nobody is counted."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlmodel import Session, col

from service.campaigns.queries import campaigns_by_slug
from service.model.campaign import Campaign
from service.model.schedule import Occurrence
from service.model.states import PUT_AWAY, ScheduleState
from service.schedules.built_in import schedules_or_built_in
from service.schedules.due import Due
from service.schedules.forecast import coming_times
from service.store.keyring import Keyring


@dataclass(frozen=True, kw_only=True)
class NextTime:
    """The next time of one schedule, that is still to come, and the schedule's state: only an active one happens by itself."""

    slug: str
    name: str
    state: ScheduleState
    due: Due


def next_times(session: Session, keyring: Keyring, *, lead: timedelta, now: datetime) -> Sequence[NextTime]:
    """List for each schedule of all letters when it comes next, the earliest first; what was left out ahead is passed over."""
    found = select(col(Occurrence.schedule_id), col(Occurrence.due_at)).where(col(Occurrence.due_at) > now)
    begun = {(schedule_id, due_at) for schedule_id, due_at in session.execute(found)}
    times = [
        one
        for campaign in campaigns_by_slug(session)
        if campaign.state not in PUT_AWAY
        for one in _of_letter(session, keyring, campaign, begun, lead=lead, now=now)
    ]
    return sorted(times, key=lambda one: (one.due.at, one.slug, one.name))


def _of_letter(
    session: Session,
    keyring: Keyring,
    campaign: Campaign,
    begun: set[tuple[str, datetime]],
    *,
    lead: timedelta,
    now: datetime,
) -> Iterator[NextTime]:
    for schedule in schedules_or_built_in(session, campaign, lead=lead, now=now):
        if schedule.state is ScheduleState.CANCELLED:
            continue
        coming = coming_times(session, keyring, campaign, schedule, now=now)
        due = next((one for one in coming if one.at > now and (schedule.id, one.at) not in begun), None)
        if due is not None:
            yield NextTime(slug=campaign.slug, name=schedule.name, state=schedule.state, due=due)
