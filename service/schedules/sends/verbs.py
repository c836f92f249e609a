"""What coordinators do with a planned sending: approve, give another moment, pause, resume, leave out, cancel."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlmodel import Session, col, select

from service.campaigns.queries import lock_campaign_of
from service.coordinators import audit
from service.coordinators.voices import refuse_one_voice
from service.foundation.errors import Refused
from service.foundation.sentence import Sentence
from service.mail.brakes.canaries import end_canary
from service.model.anchor import Anchor
from service.model.campaign import Campaign
from service.model.schedule import Action, Occurrence, Schedule
from service.model.states import OccurrenceState, ScheduleState
from service.model.update import Update
from service.schedules.due import Timing
from service.schedules.forecast import coming_times
from service.schedules.plan import approve_schedule, change_schedule, move_schedule, settle_late
from service.schedules.reach import ON_THE_WAY
from service.schedules.sends.mails import is_under_way
from service.schedules.sends.moving import at_clock, at_moment, comes_again
from service.signing.updates import KINDS
from service.store.insert import insert_or
from service.store.keyring import Keyring
from service.store.one_moment import has_had_its_moment, has_one_moment

LEFT_OUT = "a coordinator left this time out"

_NOT_YOUR_OWN = Sentence("You planned this yourself: another coordinator has to look at it and approve it.")
_NOT_WAITING = Sentence("This does not wait for an approval any more; look at where it stands now.")
_PAST = Sentence("That moment has passed already: choose a later one.")
_NEVER = Sentence(
    "At that time it would never go: it is after the deadline for sign-ons, or leaves no time for answers."
)
_CANNOT = Sentence("This cannot be done with it where it stands now; look at where it stands.")


def approve_sending(
    session: Session, keyring: Keyring, campaign: Campaign, schedule: Schedule, *, by: str, now: datetime
) -> None:
    """Let a sending that somebody else planned happen; where its one moment has passed meanwhile it goes in a minute.

    Raises Refused for one's own, for what does not wait for an approval, and for what went at its one moment.
    """
    if schedule.state is not ScheduleState.PROPOSED:
        raise Refused(_NOT_WAITING)
    if schedule.created_by == by:
        raise Refused(_NOT_YOUR_OWN)
    timing = Timing.from_record(schedule.timing)
    if has_one_moment(schedule) and moment_of_timing(timing, campaign) <= now:
        # Whoever got it, or is just getting it, would get it once more.
        if has_had_its_moment(session, schedule, now=now):
            raise Refused(_CANNOT)
        schedule.timing = in_a_minute(campaign, now=now).as_record()
        session.add(schedule)
        session.flush()
    approve_schedule(session, keyring, campaign.slug, schedule.name, by=by, now=now)


def move_sending(
    session: Session,
    keyring: Keyring,
    campaign: Campaign,
    schedule: Schedule,
    timing: Timing,
    *,
    by: str,
    now: datetime,
) -> None:
    """Give a sending another moment; raises Refused where it would never go, where it is past, and in mid-send.

    Its quiet hours, its days of rest and the zone they are read in stay. What comes again would come once and never
    again: for that there is move_clock().
    """
    planned = _to_be_moved(session, schedule)
    if comes_again(planned) or planned.by_reader:
        raise Refused(_CANNOT)
    moment = moment_of_timing(timing, campaign)
    if moment <= now:
        raise Refused(_PAST)
    moved = at_moment(planned, moment, zone=ZoneInfo(campaign.time_zone))
    _give_time(session, keyring, campaign, schedule, moved, by=by, now=now)


def move_clock(
    session: Session,
    keyring: Keyring,
    campaign: Campaign,
    schedule: Schedule,
    clock: time,
    *,
    by: str,
    now: datetime,
) -> None:
    """Give what comes again another time of the day, as its own zone reads it; raises Refused as move_sending() does."""
    planned = _to_be_moved(session, schedule)
    if not comes_again(planned):
        raise Refused(_CANNOT)
    _give_time(session, keyring, campaign, schedule, at_clock(planned, clock), by=by, now=now)


def pause_sending(
    session: Session, campaign: Campaign, schedule: Schedule, *, by: str, now: datetime
) -> None:
    """Let a sending rest, in mid-send too; said twice it rests as after the first time."""
    _move(session, campaign, schedule, ScheduleState.PAUSED, by=by, now=now)


def resume_sending(
    session: Session, campaign: Campaign, schedule: Schedule, *, by: str, now: datetime
) -> None:
    """Let a sending that rests go on; said twice it goes on as after the first time."""
    _move(session, campaign, schedule, ScheduleState.ACTIVE, by=by, now=now)


def cancel_sending(
    session: Session, campaign: Campaign, schedule: Schedule, *, by: str, now: datetime
) -> None:
    """Take a sending out for good; of one that is under way, what has not gone does not go."""
    _hold(session, schedule)
    was = schedule.state
    _move(session, campaign, schedule, ScheduleState.CANCELLED, by=by, now=now)
    if was is ScheduleState.CANCELLED or schedule.update_id is None:
        return
    update = session.get_one(Update, schedule.update_id)
    if update.recipients and update.stopped_at is None:
        update.stopped_at = now
        session.add(update)
        kind = KINDS[update.audience]
        end_canary(session, campaign_id=campaign.id, kind=kind, occurrence=update.id, now=now)
        audit.record(session, by=by, act="update.stop", campaign_id=campaign.id, thing=update.id, now=now)


def settle_sending(
    session: Session, campaign: Campaign, schedule: Schedule, *, fire: bool, by: str, now: datetime
) -> None:
    """Say whether what came late, and asked, still goes; Refused for one's own that has grown too large for one alone."""
    was_alone = schedule.approved_by == schedule.created_by and not is_alone(campaign, schedule)
    if fire and was_alone and schedule.created_by == by:
        raise Refused(_NOT_YOUR_OWN)
    if fire and was_alone:
        refuse_one_voice(session, campaign.id, schedule.created_by, by, now=now)
    settle_late(session, campaign.slug, schedule.name, fire=fire, by=by, now=now)


def skip_time(
    session: Session,
    keyring: Keyring,
    campaign: Campaign,
    schedule: Schedule,
    at: datetime,
    *,
    by: str,
    now: datetime,
) -> None:
    """Leave the next time of a sending out, which somebody saw to be `at`; said twice only that one is left out.

    Raises Refused where the next is another, and for invitations, which have one time only.
    """
    _hold(session, schedule)
    if schedule.action is Action.INVITE or schedule.state is ScheduleState.CANCELLED:
        raise Refused(_CANNOT)
    known = session.exec(select(Occurrence).where(Occurrence.schedule_id == schedule.id)).all()
    if any(one.due_at == at and one.reason == LEFT_OUT for one in known):
        return
    begun = {one.due_at for one in known}
    coming = coming_times(session, keyring, campaign, schedule, now=now)
    due = next((one for one in coming if one.at not in begun), None)
    if due is None or due.at != at:
        raise Refused(_CANNOT)
    row = Occurrence(
        schedule_id=schedule.id,
        campaign_id=schedule.campaign_id,
        state=OccurrenceState.SKIPPED,
        due_at=due.at,
        local=due.local,
        began_at=now,
        ended_at=now,
        reason=LEFT_OUT,
    )
    session.execute(insert_or(session, row).on_conflict_do_nothing(index_elements=["schedule_id", "due_at"]))
    audit.record(session, by=by, act="schedule.skip", campaign_id=campaign.id, thing=schedule.id, now=now)


def put_back(
    session: Session, campaign: Campaign, schedule: Schedule, at: datetime, *, by: str, now: datetime
) -> None:
    """Take back that one time, still to come, was left out; what was left out besides stays so."""
    found = select(Occurrence).where(
        Occurrence.schedule_id == schedule.id,
        Occurrence.state == OccurrenceState.SKIPPED,
        Occurrence.reason == LEFT_OUT,
        Occurrence.due_at == at,
        col(Occurrence.due_at) > now,
    )
    for row in session.exec(found).all():
        session.delete(row)
    audit.record(session, by=by, act="schedule.put_back", campaign_id=campaign.id, thing=schedule.id, now=now)


def in_a_minute(campaign: Campaign, *, now: datetime) -> Timing:
    """Give the time of what goes now: a minute later, in which it can be undone before the first mail leaves."""
    at = (now + ON_THE_WAY).astimezone(ZoneInfo(campaign.time_zone))
    # The next whole second: a moment is kept to the second, and never lies before the minute is over.
    local = (at + timedelta(seconds=1)).replace(tzinfo=None, microsecond=0)
    return Timing(anchor=Anchor.AT, local=local.isoformat(timespec="seconds"))


def moment_of_timing(timing: Timing, campaign: Campaign) -> datetime:
    """Give the moment of a time that was written down."""
    zone = ZoneInfo(timing.zone or campaign.time_zone)
    return datetime.fromisoformat(timing.local).replace(tzinfo=zone)


def is_alone(campaign: Campaign, schedule: Schedule) -> bool:
    """Tell whether a sending needs nobody else: the letter is of one person, or every letter has it."""
    return campaign.solo or schedule.is_built_in or schedule.action is Action.DIGEST


def _to_be_moved(session: Session, schedule: Schedule) -> Timing:
    """Give the time that a sending has now; raises Refused where it can get no other."""
    _hold(session, schedule)
    if schedule.state in {ScheduleState.CANCELLED, ScheduleState.DRAFT}:
        raise Refused(_CANNOT)
    # At another moment everybody is written to anew, besides those whose mail still waits.
    if schedule.action in {Action.REMIND, Action.INVITE, Action.PROOF} and is_under_way(session, schedule):
        raise Refused(_CANNOT)
    return Timing.from_record(schedule.timing)


def _give_time(
    session: Session,
    keyring: Keyring,
    campaign: Campaign,
    schedule: Schedule,
    timing: Timing,
    *,
    by: str,
    now: datetime,
) -> None:
    try:
        change_schedule(session, keyring, campaign.slug, schedule.name, timing=timing, by=by, now=now)
    except Refused as refusal:
        raise Refused(_NEVER) from refusal


def _move(
    session: Session, campaign: Campaign, schedule: Schedule, there: ScheduleState, *, by: str, now: datetime
) -> None:
    _hold(session, schedule)
    if schedule.state is there:
        return
    if there is ScheduleState.ACTIVE and schedule.state is not ScheduleState.PAUSED:
        raise Refused(_CANNOT)
    if there is ScheduleState.PAUSED and schedule.state is not ScheduleState.ACTIVE:
        raise Refused(_CANNOT)
    if schedule.state is ScheduleState.CANCELLED:
        raise Refused(_CANNOT)
    move_schedule(session, campaign.slug, schedule.name, there, by=by, now=now)


def _hold(session: Session, schedule: Schedule) -> None:
    """Lock the letter of a sending, as all who change one do, and see where the sending stands now."""
    lock_campaign_of(session, schedule.campaign_id)
    session.refresh(schedule)
