"""What is due now: each schedule's times become occurrences, once, whoever looks."""

from collections.abc import Iterator
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlmodel import Session, col

from service.campaigns.contents import open_file
from service.model.anchor import Anchor
from service.model.campaign import Campaign
from service.model.schedule import Action, Occurrence, Schedule
from service.model.states import CampaignState, OccurrenceState, ScheduleState
from service.schedules.due import Dates, Due, Timing, Verdict, due_times, judge
from service.store.insert import insert_or
from service.store.keyring import Keyring

ENDS_WITH_SIGN_ONS = frozenset({Action.REMIND})
"""What nobody wants any more once the deadline has passed."""

_RUNNING = {Action.REMIND: (CampaignState.OPEN,)}
_BEGINS_AS = {
    Verdict.FIRE: OccurrenceState.FIRING,
    Verdict.SKIP: OccurrenceState.SKIPPED,
    Verdict.ASK: OccurrenceState.ASKING,
}
_TOO_LATE = "nobody saw it in time, and it was not to come later than it did"


def begin_due(session: Session, keyring: Keyring, *, now: datetime) -> int:
    """Begin every occurrence that is due and was not begun; gives how many.

    What comes late is begun, left out or put to a person, as its schedule says. Several may look at one moment, and
    again after a crash: each occurrence is begun once.
    """
    return sum(
        _begin(session, schedule, due, now=now)
        for schedule, campaign in _running(session)
        for due in _not_begun(session, schedule, dates_of(session, keyring, campaign, schedule), now=now)
    )


def is_running(schedule: Schedule, campaign: Campaign) -> bool:
    """Tell whether a schedule's letter is where it means something."""
    return campaign.state in _RUNNING[schedule.action]


def dates_of(
    session: Session,
    keyring: Keyring,
    campaign: Campaign,
    schedule: Schedule,
    *,
    since: datetime | None = None,
) -> Dates:
    """Give the moments that a schedule hangs on; `since` is for one that does not apply yet."""
    timing = Timing.from_record(schedule.timing)
    event = open_file(session, keyring, campaign).event if timing.anchor is Anchor.EVENT else None
    return Dates(
        zone=ZoneInfo(campaign.time_zone),
        since=since or schedule.since or schedule.created_at,
        deadline_at=campaign.deadline_at,
        send_at=campaign.send_at,
        publish_at=campaign.publish_at,
        event_on=event.starts if event is not None else None,
    )


def times_of(schedule: Schedule, dates: Dates) -> Iterator[Due]:
    """Give every time that a schedule is due, the earliest first."""
    return due_times(Timing.from_record(schedule.timing), dates, ends=schedule.action in ENDS_WITH_SIGN_ONS)


def _running(session: Session) -> Iterator[tuple[Schedule, Campaign]]:
    found = (
        select(Schedule, Campaign)
        .join(Campaign, col(Campaign.id) == col(Schedule.campaign_id))
        .where(col(Schedule.state) == ScheduleState.ACTIVE, col(Campaign.state) != CampaignState.ARCHIVED)
        .order_by(col(Schedule.id))
    )
    for schedule, campaign in session.execute(found).all():
        if is_running(schedule, campaign):
            yield schedule, campaign


def _not_begun(session: Session, schedule: Schedule, dates: Dates, *, now: datetime) -> Iterator[Due]:
    if schedule.action in ENDS_WITH_SIGN_ONS and now >= dates.deadline_at:
        return
    known: set[datetime] | None = None
    for due in times_of(schedule, dates):
        if due.at > now:
            return
        if known is None:
            begun = select(col(Occurrence.due_at)).where(col(Occurrence.schedule_id) == schedule.id)
            known = set(session.execute(begun).scalars())
        if due.at not in known:
            yield due


def _begin(session: Session, schedule: Schedule, due: Due, *, now: datetime) -> int:
    verdict = judge(schedule.late, schedule.late_seconds, due_at=due.at, now=now)
    occurrence = Occurrence(
        schedule_id=schedule.id,
        campaign_id=schedule.campaign_id,
        state=_BEGINS_AS[verdict],
        due_at=due.at,
        local=due.local,
        began_at=now,
        ended_at=now if verdict is Verdict.SKIP else None,
        reason=_TOO_LATE if verdict is Verdict.SKIP else "",
    )
    adding = insert_or(session, occurrence).on_conflict_do_nothing(index_elements=["schedule_id", "due_at"])
    return len(session.execute(adding.returning(col(Occurrence.id))).all())
