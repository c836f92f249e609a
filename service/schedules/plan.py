"""Plan, change, pause, resume and cancel a schedule, and say what becomes of what came late."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session, select

from service.campaigns.queries import lock_campaign
from service.coordinators import audit
from service.coordinators.voices import refuse_one_voice
from service.foundation.errors import Refused
from service.foundation.sentence import Sentence
from service.model.anchor import Late
from service.model.campaign import Campaign
from service.model.schedule import Action, Occurrence, Schedule
from service.model.states import OCCURRENCE, SCHEDULE, CampaignState, OccurrenceState, ScheduleState
from service.schedules.audience import Audience
from service.schedules.begin import dates_of, end_occurrence, times_of
from service.schedules.built_in import schedules_of, schedules_or_built_in
from service.schedules.due import Timing
from service.schedules.invitations import TO_OPEN
from service.store.keyring import Keyring

_WITHOUT_AUDIENCE = frozenset({Action.UPDATE, Action.DIGEST})
_BY_READER = frozenset({Action.REMIND})
"""What may go at a time of each reader's own zone."""
_ALREADY: Mapping[ScheduleState, Sentence] = {
    ScheduleState.ACTIVE: Sentence("“{name}” is not paused."),
    ScheduleState.PAUSED: Sentence("“{name}” is paused already."),
    ScheduleState.CANCELLED: Sentence("“{name}” is cancelled already."),
}
_NAME = re.compile(r"[a-z0-9][a-z0-9-]{1,58}[a-z0-9]")


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What is planned: its name, when, to whom, and what becomes of it when it comes late.

    Of a proof round, `answers` is until when an answer counts, None for what proof_round.py says.
    """

    name: str
    timing: Timing
    audience: Audience
    late: Late = Late.ANYWAY
    late_within: timedelta = timedelta(0)
    action: Action = Action.REMIND
    answers: Timing | None = None


def add_schedule(
    session: Session,
    keyring: Keyring,
    slug: str,
    plan: Plan,
    *,
    by: str,
    now: datetime,
    update_id: str | None = None,
) -> Schedule:
    """Plan reminders or a proof round for a letter, or an update that was kept for it; they wait for an approval by somebody else, unless the letter is of one person alone.

    Raises Refused for a name that is taken or malformed, for an audience of nobody, and where the time never comes.
    """
    campaign = lock_campaign(session, slug)
    if not _NAME.fullmatch(plan.name):
        raise Refused(
            Sentence(
                "The name must be 3 to 60 lower-case letters (a to z), digits and hyphens, with no hyphen at "
                "either end."
            )
        )
    if any(schedule.name == plan.name for schedule in schedules_of(session, campaign)):
        raise Refused(
            Sentence(
                "“{slug}” has a schedule called “{name}” already: change it, or choose another name.",
                slug=slug,
                name=plan.name,
            )
        )
    schedule = Schedule(
        campaign_id=campaign.id,
        name=plan.name,
        action=Action.UPDATE if update_id else plan.action,
        update_id=update_id,
        state=ScheduleState.ACTIVE if campaign.solo else ScheduleState.PROPOSED,
        timing=plan.timing.as_record(),
        answers=plan.answers.as_record() if plan.answers is not None else {},
        audience=plan.audience.as_record(),
        late=plan.late,
        late_seconds=int(plan.late_within.total_seconds()),
        since=now,
        created_at=now,
        created_by=by,
        approved_at=now if campaign.solo else None,
        approved_by=by if campaign.solo else "",
    )
    refuse_what_never_comes(session, keyring, campaign, schedule, now=now)
    session.add(schedule)
    audit.record(session, by=by, act="schedule.add", campaign_id=campaign.id, thing=schedule.id, now=now)
    return schedule


def change_schedule(
    session: Session,
    keyring: Keyring,
    slug: str,
    name: str,
    *,
    timing: Timing,
    by: str,
    now: datetime,
) -> Schedule:
    """Give a schedule another time; what was begun stays as it is. Raises Refused as add_schedule() does.

    One that every letter has needs no approval; any other waits for one again, as add_schedule() says.
    """
    campaign, schedule = lock_schedule(session, slug, name)
    if schedule.state is ScheduleState.CANCELLED:
        raise Refused(Sentence("“{name}” was cancelled; plan a new one.", name=name))
    schedule.timing = timing.as_record()
    # What the new time has behind it was never planned, and is not caught up with.
    schedule.since = now
    wait_for_approval(campaign, schedule, by=by)
    refuse_what_never_comes(session, keyring, campaign, schedule, now=now)
    session.add(schedule)
    audit.record(session, by=by, act="schedule.change", campaign_id=campaign.id, thing=schedule.id, now=now)
    return schedule


def let_answer_until(session: Session, slug: str, name: str, until: Timing) -> None:
    """Say until when a proof round may be answered; the caller gives it its time anew, which tells whether any is left.

    Raises Refused for a schedule that asks for no answer.
    """
    _, schedule = lock_schedule(session, slug, name)
    if schedule.action is not Action.PROOF:
        raise Refused(
            Sentence(
                "“{name}” asks for no answer, so there is no time until which it could be given.", name=name
            )
        )
    schedule.answers = until.as_record()
    session.add(schedule)


def approve_schedule(
    session: Session, keyring: Keyring, slug: str, name: str, *, by: str, now: datetime
) -> Schedule:
    """Let a proposed schedule happen; raises Refused for one's own proposal, for what is not proposed, and where its time is past."""
    campaign, schedule = lock_schedule(session, slug, name)
    if schedule.state is not ScheduleState.PROPOSED:
        raise Refused(
            Sentence(
                "Only what waits for an approval can be approved; “{name}” does not.",
                name=name,
            )
        )
    if schedule.created_by == by:
        raise Refused(Sentence("You planned “{name}” yourself; somebody else has to approve it.", name=name))
    refuse_one_voice(session, campaign.id, schedule.created_by, by, now=now)
    SCHEDULE.move(schedule, ScheduleState.ACTIVE)
    schedule.approved_at, schedule.approved_by, schedule.since = now, by, now
    refuse_what_never_comes(session, keyring, campaign, schedule, now=now)
    session.add(schedule)
    audit.record(session, by=by, act="schedule.approve", campaign_id=campaign.id, thing=schedule.id, now=now)
    return schedule


def move_schedule(
    session: Session, slug: str, name: str, there: ScheduleState, *, by: str, now: datetime
) -> Schedule:
    """Pause, resume or cancel a schedule; raises Refused where that means nothing.

    What is being posted when it is paused stops at the next part, and goes on when it is resumed. What was due
    meanwhile comes then as its policy for what is late says.
    """
    campaign, schedule = lock_schedule(session, slug, name)
    if there is ScheduleState.ACTIVE and schedule.state is ScheduleState.PROPOSED:
        raise Refused(
            Sentence("This planned sending waits for an approval first."),
            command=f"undersigned schedule approve {slug} {name}",
        )
    if there is schedule.state:
        raise Refused(_ALREADY[there].with_values(name=name))
    SCHEDULE.move(schedule, there)
    session.add(schedule)
    if there is ScheduleState.CANCELLED:
        for occurrence in _asking(session, schedule):
            end_occurrence(
                occurrence, OccurrenceState.CANCELLED, reason="the schedule was cancelled", now=now
            )
            session.add(occurrence)
    act = f"schedule.{there.value}"
    audit.record(session, by=by, act=act, campaign_id=campaign.id, thing=schedule.id, now=now)
    return schedule


def settle_late(session: Session, slug: str, name: str, *, fire: bool, by: str, now: datetime) -> int:
    """Say whether what came late, and asked, still happens; gives how many times of it. Raises Refused where nothing asks."""
    campaign, schedule = lock_schedule(session, slug, name)
    asking = _asking(session, schedule)
    if not asking:
        raise Refused(Sentence("Nothing of “{name}” came late and waits for your word.", name=name))
    for occurrence in asking:
        if fire:
            OCCURRENCE.move(occurrence, OccurrenceState.FIRING)
            occurrence.began_at = now
        else:
            reason = "it came late, and was left out"
            end_occurrence(occurrence, OccurrenceState.SKIPPED, reason=reason, now=now)
        session.add(occurrence)
    act = "schedule.fire" if fire else "schedule.skip"
    audit.record(session, by=by, act=act, campaign_id=campaign.id, thing=schedule.id, now=now)
    return len(asking)


def make_built_in(session: Session, slug: str, *, lead: timedelta, now: datetime) -> None:
    """Give a letter the schedules that it will have from its opening on, so that they can be changed before."""
    campaign = lock_campaign(session, slug)
    if campaign.state not in (*TO_OPEN, CampaignState.OPEN):
        return
    known = {schedule.id for schedule in schedules_of(session, campaign)}
    for schedule in schedules_or_built_in(session, campaign, lead=lead, now=now):
        if schedule.id in known:
            continue
        if campaign.state is not CampaignState.OPEN:
            # Reckoned anew once it is seen to be open.
            schedule.of_deadline = None
        session.add(schedule)
    session.flush()


def _asking(session: Session, schedule: Schedule) -> Sequence[Occurrence]:
    found = select(Occurrence).where(
        Occurrence.schedule_id == schedule.id, Occurrence.state == OccurrenceState.ASKING
    )
    return session.exec(found.with_for_update()).all()


def wait_for_approval(campaign: Campaign, schedule: Schedule, *, by: str) -> None:
    """Let what somebody has changed wait for another's approval, but for what every letter has and a letter of one person."""
    if schedule.is_built_in or campaign.solo:
        return
    if schedule.state is not ScheduleState.PROPOSED:
        SCHEDULE.move(schedule, ScheduleState.PROPOSED)
    schedule.created_by, schedule.approved_at, schedule.approved_by = by, None, ""


def lock_schedule(session: Session, slug: str, name: str) -> tuple[Campaign, Schedule]:
    """Lock a letter and its schedule of that name; raises Refused where there is none."""
    campaign = lock_campaign(session, slug)
    found = select(Schedule).where(Schedule.campaign_id == campaign.id, Schedule.name == name)
    # What it had before is written first: whoever waited for the lock must not go on with what it had read before.
    session.flush()
    fresh = found.with_for_update().execution_options(populate_existing=True)
    schedule = session.exec(fresh).one_or_none()
    if schedule is None:
        names = ", ".join(one.name for one in schedules_of(session, campaign))
        if not names:
            raise Refused(
                Sentence("“{slug}” has no schedule called “{name}”, and no other.", slug=slug, name=name)
            )
        raise Refused(
            Sentence(
                "“{slug}” has no schedule called “{name}”; it has: {names}.",
                slug=slug,
                name=name,
                names=names,
            )
        )
    return campaign, schedule


def refuse_what_never_comes(
    session: Session, keyring: Keyring, campaign: Campaign, schedule: Schedule, *, now: datetime
) -> None:
    """Raise Refused for a schedule of which no time is still to come, one that goes to nobody, and one that has no readers' times."""
    if schedule.timing.get("by_reader") and schedule.action not in _BY_READER:
        raise Refused(
            Sentence(
                "“{name}” goes to all at once, and not at a time of each reader’s own: only a reminder does.",
                name=schedule.name,
            )
        )
    if schedule.action not in _WITHOUT_AUDIENCE and not schedule.audience.get("states"):
        raise Refused(Sentence("Say to whom it goes: at least one of the states of a sign-on."))
    dates = dates_of(session, keyring, campaign, schedule)
    if not any(due.at > now for due in times_of(schedule, dates)):
        raise Refused(
            Sentence(
                "At that time it would never come: it is past, or leaves no time for answers before the letter is sent."
            )
            if schedule.action is Action.PROOF
            else Sentence(
                "At that time it would never come: it is past, after the deadline, or the letter has no such day."
            )
        )
