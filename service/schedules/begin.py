"""What is due now: each schedule's times become occurrences, once, whoever looks."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import takewhile
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlmodel import Session, col

from service.campaigns.contents import open_file
from service.model.anchor import Anchor
from service.model.campaign import Campaign
from service.model.schedule import Action, Occurrence, Schedule
from service.model.states import OCCURRENCE, PUT_AWAY, CampaignState, OccurrenceState, ScheduleState
from service.schedules.digest import digest_ends
from service.schedules.due import Dates, Due, Timing, Verdict, due_times, judge
from service.schedules.proof_round import TOO_LITTLE_TIME, answers_until, has_time
from service.schedules.reach import ALONE, reach_of
from service.store.insert import insert_or
from service.store.keyring import Keyring

ENDS_WITH_SIGN_ONS = frozenset({Action.REMIND, Action.INVITE})
"""What nobody wants any more once the deadline has passed."""

_OVER = {
    Action.REMIND: "sign-ons are over",
    Action.INVITE: "sign-ons are over",
    Action.PROOF: "the letter has gone",
    Action.UPDATE: "the letter is archived",
    Action.DIGEST: "there is nothing more to tell",
}
_RUNNING = {
    Action.REMIND: (CampaignState.OPEN,),
    Action.INVITE: (CampaignState.OPEN,),
    Action.PROOF: (CampaignState.OPEN, CampaignState.CLOSED),
    # Of a letter that does not fit, the time comes all the same, and says why nothing was sent.
    Action.UPDATE: tuple(state for state in CampaignState if state not in PUT_AWAY),
    Action.DIGEST: (CampaignState.OPEN, CampaignState.CLOSED),
}
_BEGINS_AS = {
    Verdict.FIRE: OccurrenceState.FIRING,
    Verdict.SKIP: OccurrenceState.SKIPPED,
    Verdict.ASK: OccurrenceState.ASKING,
}
_TOO_LATE = "nobody saw it in time, and it was not to come later than it did"


def begin_due(session: Session, keyring: Keyring, *, now: datetime) -> int:
    """Begin every occurrence that is due and was not begun; gives how many.

    What comes late is begun, left out or put to a person, as its schedule says; who was asked and did not answer until
    the letter was over is not asked any more. Several may look at one moment, and again after a crash: each occurrence
    is begun once.
    """
    _stop_asking(session, now=now)
    return sum(
        begin_at(session, keyring, schedule, due, now=now)
        for schedule, due in due_now(session, keyring, now=now)
    )


def due_now(session: Session, keyring: Keyring, *, now: datetime) -> Sequence[tuple[Schedule, Due]]:
    """List what is due and was not begun, of all letters; it only reads."""
    begun: dict[str, set[datetime]] = {}
    running = [
        (schedule, campaign)
        for schedule, campaign in _active(session)
        if not why_over(schedule, campaign, now=now) and not is_tried(schedule, campaign)
    ]
    known = select(col(Occurrence.schedule_id), col(Occurrence.due_at)).where(
        col(Occurrence.campaign_id).in_({campaign.id for _, campaign in running})
    )
    for schedule_id, due_at in session.execute(known):
        begun.setdefault(schedule_id, set()).add(due_at)
    return [
        (schedule, due)
        for schedule, campaign in running
        for due in takewhile(
            lambda due: due.at <= now, times_of(schedule, dates_of(session, keyring, campaign, schedule))
        )
        if due.at not in begun.get(schedule.id, ())
    ]


def begin_at(session: Session, keyring: Keyring, schedule: Schedule, due: Due, *, now: datetime) -> int:
    """Begin one occurrence of a schedule, late as it may be, once; gives how many are new."""
    verdict = judge(schedule.late, schedule.late_seconds, due_at=due.at, now=now)
    reason, until = _TOO_LATE, None
    if verdict is Verdict.FIRE and _has_grown(session, keyring, schedule, due):
        verdict = Verdict.ASK
    if schedule.action is Action.PROOF:
        campaign = session.get_one(Campaign, schedule.campaign_id)
        until = answers_until(schedule, dates_of(session, keyring, campaign, schedule), due_at=due.at)
        if verdict is Verdict.FIRE and not has_time(schedule, until, now=now):
            verdict, reason = Verdict.SKIP, TOO_LITTLE_TIME
    occurrence = Occurrence(
        schedule_id=schedule.id,
        campaign_id=schedule.campaign_id,
        state=_BEGINS_AS[verdict],
        due_at=due.at,
        local=due.local,
        began_at=now,
        ended_at=now if verdict is Verdict.SKIP else None,
        reason=reason if verdict is Verdict.SKIP else "",
        answers_until=until,
    )
    adding = insert_or(session, occurrence).on_conflict_do_nothing(index_elements=["schedule_id", "due_at"])
    return len(session.execute(adding.returning(col(Occurrence.id))).all())


def is_firing(session: Session) -> bool:
    """Tell whether anything that has begun is still to be posted."""
    found = select(col(Occurrence.id)).where(col(Occurrence.state) == OccurrenceState.FIRING)
    return session.execute(found.limit(1)).first() is not None


def why_over(schedule: Schedule, campaign: Campaign, *, now: datetime) -> str:
    """Say why a schedule of a letter means nothing any more; empty where it does."""
    is_over = schedule.action in ENDS_WITH_SIGN_ONS and now >= campaign.deadline_at
    return _OVER[schedule.action] if is_over or not is_running(schedule, campaign) else ""


def end_occurrence(occurrence: Occurrence, there: OccurrenceState, *, reason: str, now: datetime) -> None:
    """Bring an occurrence to its end, with the reason where it is not the usual one."""
    OCCURRENCE.move(occurrence, there)
    occurrence.ended_at, occurrence.reason = now, reason


def is_running(schedule: Schedule, campaign: Campaign) -> bool:
    """Tell whether a schedule's letter is where it means something."""
    return campaign.state in _RUNNING[schedule.action]


def is_tried(schedule: Schedule, campaign: Campaign) -> bool:
    """Tell whether a schedule waits since its letter is in trial: each is invited once, when it is switched live."""
    return schedule.action is Action.INVITE and campaign.trial_since is not None


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
    opens_at = campaign.opens_at or campaign.created_at
    applies = since or schedule.since or schedule.created_at
    starts = applies if schedule.action is Action.UPDATE else max(applies, opens_at)
    return Dates(
        zone=ZoneInfo(campaign.time_zone),
        since=starts,
        # Nobody knows before when a person opens the letter, and who is to be invited is invited then.
        opens_at=starts if schedule.action is Action.INVITE else opens_at,
        deadline_at=campaign.deadline_at,
        send_at=campaign.send_at,
        publish_at=campaign.publish_at,
        event_on=event.starts if event is not None else None,
    )


def times_of(schedule: Schedule, dates: Dates) -> Iterator[Due]:
    """Give every time that a schedule is due, the earliest first."""
    times = due_times(Timing.from_record(schedule.timing), dates, ends=schedule.action in ENDS_WITH_SIGN_ONS)
    if schedule.action is Action.DIGEST:
        return takewhile(lambda due: due.at < digest_ends(dates), times)
    if schedule.action is not Action.PROOF:
        return times
    return (due for due in times if answers_until(schedule, dates, due_at=due.at) is not None)


def _active(session: Session) -> Sequence[tuple[Schedule, Campaign]]:
    found = (
        select(Schedule, Campaign)
        .join(Campaign, col(Campaign.id) == col(Schedule.campaign_id))
        .where(
            col(Schedule.state) == ScheduleState.ACTIVE,
            # A later version that works beside this one may plan what only it can do.
            col(Schedule.action).in_(list(Action)),
            col(Campaign.state).not_in(PUT_AWAY),
        )
        .order_by(col(Schedule.id))
    )
    return [(schedule, campaign) for schedule, campaign in session.execute(found).all()]


def _has_grown(session: Session, keyring: Keyring, schedule: Schedule, due: Due) -> bool:
    """Tell whether what one coordinator planned alone, for a few, would now go to more than one may write to alone."""
    if schedule.is_built_in or not schedule.approved_by or schedule.approved_by != schedule.created_by:
        return False
    campaign = session.get_one(Campaign, schedule.campaign_id)
    if campaign.solo:
        return False
    keys = keyring.of(session, campaign.id)
    reach = reach_of(session, keys, campaign, schedule, due, most=2 * ALONE)
    return reach is not None and reach.is_more


def _stop_asking(session: Session, *, now: datetime) -> None:
    found = (
        select(Occurrence, Schedule, Campaign)
        .join(Schedule, col(Schedule.id) == col(Occurrence.schedule_id))
        .join(Campaign, col(Campaign.id) == col(Occurrence.campaign_id))
        .where(col(Occurrence.state) == OccurrenceState.ASKING, col(Schedule.action).in_(list(Action)))
    )
    for occurrence, schedule, campaign in session.execute(found).all():
        if reason := why_over(schedule, campaign, now=now):
            end_occurrence(occurrence, OccurrenceState.CANCELLED, reason=reason, now=now)
            session.add(occurrence)
