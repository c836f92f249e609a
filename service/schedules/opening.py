"""Invite as a letter opens or is switched live: at once, or when its schedule says."""

from dataclasses import dataclass
from datetime import UTC, datetime

from sqlmodel import Session, select

from service.model.anchor import Anchor
from service.model.campaign import Campaign
from service.model.schedule import Occurrence, Schedule
from service.model.states import OccurrenceState, ScheduleState
from service.schedules.begin import begin_at, dates_of, is_tried, times_of
from service.schedules.built_in import BY, applies_from, schedules_of
from service.schedules.due import Due, Timing
from service.schedules.fire import fire_part_of
from service.schedules.forecast import coming_times
from service.schedules.invitations import TO_OPEN, free_name, invitation, invites
from service.schedules.looking_up import A_PART
from service.schedules.reach import reach_of
from service.signing.queries import invited_number
from service.store.keyring import Keyring

_ALL = 10_000_000


@dataclass(frozen=True, kw_only=True)
class Inviting:
    """How many are invited, and when: None for now, and then the first of them are posted already."""

    number: int
    at: datetime | None = None


NOBODY = Inviting(number=0)
"""What is told where no invitation goes out."""


def invite_at_opening(
    session: Session, keyring: Keyring, campaign: Campaign, *, now: datetime, most: int = A_PART
) -> Inviting:
    """Settle when those are invited who wait for it, in the transaction that opens a letter or ends its trial.

    What is due is posted at once: its first part here, so that a page tells what is so, and the others by a worker. While
    the letter is tried, and where the schedule is paused or cancelled, nobody is invited.
    """
    schedules = schedules_of(session, campaign)
    since = applies_from(campaign, now=now)
    schedule = invites(schedules)
    if schedule is None:
        schedule = invitation(campaign, since=since, by=BY, now=now, name=free_name(schedules))
    schedule.since, schedule.of_deadline = since, campaign.deadline_at
    session.add(schedule)
    session.flush()
    if is_tried(schedule, campaign) or schedule.state is not ScheduleState.ACTIVE:
        return NOBODY
    due = _first_time(session, keyring, campaign, schedule, since=since)
    keys = keyring.of(session, campaign.id)
    reach = reach_of(session, keys, campaign, schedule, due, most=_ALL)
    number = reach.number if reach is not None else 0
    if due.at > now:
        return Inviting(number=number, at=due.at)
    begin_at(session, keyring, schedule, due, now=now)
    begun = select(Occurrence).where(Occurrence.schedule_id == schedule.id, Occurrence.due_at == due.at)
    occurrence = session.exec(begun).one()
    if occurrence.state is OccurrenceState.FIRING:
        fire_part_of(session, keyring, occurrence, now=now, most=most)
    return Inviting(number=number)


def invited_from(session: Session, keyring: Keyring, campaign: Campaign, *, now: datetime) -> Inviting:
    """Tell how many the opening of a letter would invite, and when, were it opened now; nobody once it is open."""
    if campaign.state not in TO_OPEN:
        return NOBODY
    schedules = schedules_of(session, campaign)
    since = applies_from(campaign, now=now)
    schedule = invites(schedules) or invitation(campaign, since=since, by=BY, now=now)
    if schedule.state is not ScheduleState.ACTIVE:
        return NOBODY
    coming = coming_times(session, keyring, campaign, schedule, now=now)
    at = next((due.at for due in coming), since)
    return Inviting(number=invited_number(session, campaign), at=at if at > now else None)


def _first_time(
    session: Session, keyring: Keyring, campaign: Campaign, schedule: Schedule, *, since: datetime
) -> Due:
    """Give when they are invited; once the letter takes sign-ons where the time that was planned does not come any more."""
    coming = times_of(schedule, dates_of(session, keyring, campaign, schedule))
    due = next(coming, None)
    if due is not None:
        return due
    there = since.astimezone(UTC).replace(tzinfo=None)
    # In that zone no hour is shown twice, of which the second would never come.
    schedule.timing = Timing(anchor=Anchor.AT, local=there.isoformat(), zone="UTC").as_record()
    session.add(schedule)
    return Due(at=since, clock=there, zone="UTC")
