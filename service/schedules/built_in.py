"""The schedules that every letter has from its opening on; a coordinator may change, pause or cancel each."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import and_, exists
from sqlmodel import Session, col, select

from service.model.anchor import Anchor, Late
from service.model.campaign import Campaign
from service.model.schedule import Action, Occurrence, Schedule
from service.model.states import CampaignState, OccurrenceState, SignatureState
from service.schedules.audience import Audience
from service.schedules.due import Timing
from service.schedules.invitations import TO_OPEN, free_name, invitation, invites
from service.schedules.proof_round import PROOF, proof_round
from service.store.insert import insert_or

BY = "built-in"
DIGEST = "digest"
"""The name of what tells the secretariat each morning."""

# A letter that was open before there were these gets its own.
_CAME_LATER = (DIGEST, PROOF)
_LONGEST_SPARE, _PARTS = 48, 3
_DIGEST_MAY_BE_LATE = 6 * 3600
_QUIET_FROM, _QUIET_UNTIL = "21:00", "08:00"
_UNDECIDED = (SignatureState.PENDING, SignatureState.INTENDS)
_MISSING = (SignatureState.PENDING, SignatureState.INVITED, SignatureState.INTENDS)


def built_in(campaign: Campaign, *, lead: timedelta, since: datetime, now: datetime) -> tuple[Schedule, ...]:
    """Make the schedules of a letter that takes sign-ons from `since` on; nothing is kept of them yet (pure).

    Two reminders stand at the thirds of its time, where that is a day or more, to who has not confirmed or intends to
    sign; one on the morning of an organization's own decision; and one `lead` before the deadline to all who are missing.
    Whoever is to be invited is so as it opens (service/schedules/opening.py). After the deadline comes the proof round, where the letter's sending leaves time for it.
    A digest tells the secretariat each morning.
    """
    window = campaign.deadline_at - since
    spare = min(_LONGEST_SPARE, window // timedelta(hours=2 * _PARTS))
    thirds = [
        (
            f"reminder-{part}",
            Timing(
                anchor=Anchor.WINDOW,
                part=part,
                parts=_PARTS,
                quiet_from=_QUIET_FROM,
                quiet_until=_QUIET_UNTIL,
            ),
            Audience(states=_UNDECIDED, spare_hours=spare),
        )
        for part in range(1, _PARTS)
    ]
    others = [
        (
            "decision-day",
            Timing(anchor=Anchor.OPENING, clock="09:00", every_days=1, times=0),
            Audience(states=(SignatureState.INTENDS,), decides_today=True, spare_hours=min(12, spare)),
        ),
        (
            "last-day",
            Timing(anchor=Anchor.DEADLINE, seconds=-int(lead.total_seconds())),
            Audience(states=_MISSING, spare_hours=min(12, lead // timedelta(hours=2))),
        ),
    ]
    reminders = [(name, Action.REMIND, timing, audience) for name, timing, audience in (*thirds, *others)]
    digest = Timing(anchor=Anchor.OPENING, clock="08:00", every_days=1, times=0)
    scheduled = tuple(
        Schedule(
            campaign_id=campaign.id,
            name=name,
            action=action,
            is_built_in=True,
            late=Late.WITHIN if action is Action.DIGEST else Late.ANYWAY,
            late_seconds=_DIGEST_MAY_BE_LATE if action is Action.DIGEST else 0,
            timing=timing.as_record(),
            audience=audience.as_record(),
            since=since,
            of_deadline=campaign.deadline_at,
            created_at=now,
            created_by=BY,
            approved_at=now,
            approved_by=BY,
        )
        for name, action, timing, audience in (*reminders, (DIGEST, Action.DIGEST, digest, Audience()))
    )
    return (*scheduled, proof_round(campaign, since=since, by=BY, now=now))


def keep_built_in(session: Session, *, lead: timedelta, now: datetime) -> int:
    """Give every open letter its schedules, and reckon anew those whose letter has another deadline; gives how many.

    Several may do this at one moment: each schedule is made once.
    """
    return sum(_keep(session, campaign, lead=lead, now=now) for campaign in without_own(session, now=now))


def without_own(session: Session, *, now: datetime) -> Sequence[Campaign]:
    """List the open letters that have no schedules of their own yet, or have them for another deadline; it only reads."""
    settled = exists().where(
        col(Schedule.campaign_id) == col(Campaign.id),
        col(Schedule.is_built_in),
        # Settled by whoever opened the letter, and not by what this finds.
        col(Schedule.action) != Action.INVITE,
        col(Schedule.of_deadline) == col(Campaign.deadline_at),
    )
    has_all = (
        exists().where(col(Schedule.campaign_id) == col(Campaign.id), col(Schedule.name) == name)
        for name in _CAME_LATER
    )
    found = select(Campaign).where(
        Campaign.state == CampaignState.OPEN, col(Campaign.deadline_at) > now, ~and_(settled, *has_all)
    )
    return session.exec(found).all()


def schedules_of(session: Session, campaign: Campaign) -> Sequence[Schedule]:
    """List what is planned for a letter, by name; what only a later version knows how to do is left out."""
    found = select(Schedule).where(
        Schedule.campaign_id == campaign.id, col(Schedule.action).in_(list(Action))
    )
    return session.exec(found.order_by(col(Schedule.name))).all()


def schedules_or_built_in(
    session: Session, campaign: Campaign, *, lead: timedelta, now: datetime
) -> Sequence[Schedule]:
    """Give what is planned for a letter, and what will be once it opens."""
    known = schedules_of(session, campaign)
    since, invited = applies_from(campaign, now=now), invites(known)
    is_to_open = campaign.state in (*TO_OPEN, CampaignState.OPEN)
    if campaign.state in TO_OPEN and invited is None:
        invited = invitation(campaign, since=since, by=BY, now=now, name=free_name(known))
        known = (*known, invited)
    if is_to_open and not any(one.is_built_in and one is not invited for one in known):
        known = (*known, *built_in(campaign, lead=lead, since=since, now=now))
    return known


def applies_from(campaign: Campaign, *, now: datetime) -> datetime:
    """Give from when on the schedules of a letter apply that is open now, or that opens as it is planned."""
    return max(now, campaign.opens_at) if campaign.opens_at is not None else now


def is_reckoned_anew(schedule: Schedule, campaign: Campaign) -> bool:
    """Tell whether a schedule that every letter has was reckoned for another deadline, or for no opening yet.

    Another deadline does not move the invitations: they came, or are still to come.
    """
    if schedule.action is Action.INVITE:
        return schedule.of_deadline is None
    return schedule.of_deadline != campaign.deadline_at


def _keep(session: Session, campaign: Campaign, *, lead: timedelta, now: datetime) -> int:
    known = schedules_of(session, campaign)
    since = applies_from(campaign, now=now)
    own = built_in(campaign, lead=lead, since=since, now=now)
    if not any(schedule.is_built_in and schedule.action is not Action.INVITE for schedule in known):
        added = sum(_add(session, schedule) for schedule in own)
    else:
        added = sum(_add(session, schedule) for schedule in own if schedule.name in _CAME_LATER)
    moved = [one for one in known if one.is_built_in and one.of_deadline != campaign.deadline_at]
    for schedule in moved:
        if is_reckoned_anew(schedule, campaign) or _was_ended(session, schedule):
            schedule.since = since
        schedule.of_deadline = campaign.deadline_at
        session.add(schedule)
    return added + len(moved)


def _was_ended(session: Session, schedule: Schedule) -> bool:
    """Tell whether an early close broke something off, which begins anew once the letter is open again."""
    ended = select(Occurrence.id).where(
        Occurrence.schedule_id == schedule.id, Occurrence.state == OccurrenceState.CANCELLED
    )
    return session.exec(ended.limit(1)).first() is not None


def _add(session: Session, schedule: Schedule) -> int:
    adding = insert_or(session, schedule).on_conflict_do_nothing(index_elements=["campaign_id", "name"])
    return len(session.execute(adding.returning(col(Schedule.id))).all())
