"""Fire what has begun: post its mails part by part, so that another process goes on where one has died."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import ColumnElement, select
from sqlmodel import Session, col

from service.foundation.errors import Permanent, Refused
from service.mail import outbox
from service.model.campaign import Campaign
from service.model.message import MessageKind
from service.model.schedule import Action, Occurrence, Schedule
from service.model.signature import Signature
from service.model.states import OccurrenceState, ScheduleState
from service.schedules.audience import Audience, is_meant
from service.schedules.begin import end_occurrence, why_over
from service.schedules.digest import A_DAY, happened_in, is_worth_a_mail, window_of
from service.schedules.digest_readers import digest_readers
from service.schedules.looking_up import A_PART, Part, due_of, look_up_part
from service.schedules.planned_updates import post_planned_update
from service.signing.invite import FIRST_INVITATION
from service.signing.proof_mail import post_proofs, why_nothing_to_proof
from service.signing.remind import post_reminders
from service.signing.remind_stretch import post_stretch
from service.store.keyring import Keyring

_LONGEST_REASON = 200


@dataclass(frozen=True, kw_only=True)
class Fired:
    """A part of an occurrence that was fired: how many mails are new, and whether that was the last part.

    `occurrence_id` and `last` are for looking the next part up.
    """

    occurrence_id: str
    posted: int
    last: str | None

    @property
    def is_over(self) -> bool:
        """Whether nothing is left of the occurrence."""
        return self.last is None


def fire_part(
    session: Session, keyring: Keyring, *, now: datetime, most: int = A_PART, ahead: Part | None = None
) -> Fired | None:
    """Post the next part of the oldest occurrence that has begun; None where there is none that nobody else is at.

    Call it, each time in a transaction of its own, until it gives None. The unique key of a mail makes each go once.
    What was looked up `ahead` is used where it is that part.
    """
    occurrence = _take(session)
    if occurrence is None:
        return None
    return fire_part_of(session, keyring, occurrence, now=now, most=most, ahead=ahead)


def fire_part_of(
    session: Session,
    keyring: Keyring,
    occurrence: Occurrence,
    *,
    now: datetime,
    most: int = A_PART,
    ahead: Part | None = None,
) -> Fired:
    """Post the next part of an occurrence that the caller holds, as fire_part() does of the oldest."""
    schedule = session.get_one(Schedule, occurrence.schedule_id)
    campaign = session.get_one(Campaign, occurrence.campaign_id)
    reason = _why_not(session, schedule, occurrence, campaign, now=now)
    if reason:
        end_occurrence(occurrence, OccurrenceState.CANCELLED, reason=reason, now=now)
        session.add(occurrence)
        return Fired(occurrence_id=occurrence.id, posted=0, last=None)
    try:
        posted, last = _ACTIONS[schedule.action](
            _Firing(
                session=session,
                keyring=keyring,
                schedule=schedule,
                occurrence=occurrence,
                campaign=campaign,
                now=now,
                most=most,
                ahead=ahead,
            )
        )
    except (Refused, Permanent) as refusal:
        # What was done of it until now stays: mails that are posted are stopped by their own verbs.
        end_occurrence(occurrence, OccurrenceState.SKIPPED, reason=str(refusal)[:_LONGEST_REASON], now=now)
        session.add(occurrence)
        return Fired(occurrence_id=occurrence.id, posted=0, last=None)
    occurrence.posted += posted
    if last is None:
        end_occurrence(occurrence, OccurrenceState.FIRED, reason="", now=now)
    else:
        occurrence.cursor = last
    session.add(occurrence)
    return Fired(occurrence_id=occurrence.id, posted=posted, last=last)


@dataclass(frozen=True, kw_only=True)
class _Firing:
    session: Session
    keyring: Keyring
    schedule: Schedule
    occurrence: Occurrence
    campaign: Campaign
    now: datetime
    most: int
    ahead: Part | None


def _take(session: Session) -> Occurrence | None:
    """Take the oldest occurrence that fires and that no other process is just at."""
    found = (
        select(Occurrence)
        .join(Schedule, col(Schedule.id) == col(Occurrence.schedule_id))
        .where(
            col(Occurrence.state) == OccurrenceState.FIRING,
            # What was given another time while it was posted goes on once that is approved.
            col(Schedule.state).not_in((ScheduleState.PAUSED, ScheduleState.PROPOSED)),
            col(Schedule.action).in_(list(Action)),
        )
        .order_by(col(Occurrence.due_at), col(Occurrence.id))
        .limit(1)
        # Who answers what was posted keeps a row that leads to this one, and is not to wait.
        .with_for_update(of=Occurrence, skip_locked=True, key_share=True)
    )
    taken: Occurrence | None = session.execute(found).scalar_one_or_none()
    return taken


def _why_not(
    session: Session, schedule: Schedule, occurrence: Occurrence, campaign: Campaign, *, now: datetime
) -> str:
    if schedule.state is ScheduleState.CANCELLED:
        return "the schedule was cancelled"
    if schedule.action is Action.PROOF and (
        settled := why_nothing_to_proof(session, occurrence, campaign, now=now)
    ):
        return settled
    return why_over(schedule, campaign, now=now)


def _remind(firing: _Firing) -> tuple[int, str | None]:
    session, occurrence, campaign = firing.session, firing.occurrence, firing.campaign
    part = firing.ahead
    if part is None or not part.is_that(occurrence.id, occurrence.cursor):
        part = look_up_part(
            session,
            firing.keyring,
            occurrence.id,
            after=occurrence.cursor,
            now=firing.now,
            most=firing.most,
        )
    assert part is not None
    # An invitation goes once for ever, by whatever way it is posted; a reminder once each time that it is due.
    of = FIRST_INVITATION if firing.schedule.action is Action.INVITE else occurrence.id
    keys = firing.keyring.of(session, campaign.id)
    if part.stretch is not None:
        posted = post_stretch(
            session,
            keys,
            campaign,
            part.stretch,
            moment=part.moment,
            occurrence=of,
            now=firing.now,
        )
        return posted, part.last
    posted = post_reminders(
        session,
        keys,
        campaign,
        part.reminded,
        moments=part.moments,
        occurrence=of,
        now=firing.now,
    )
    return posted, part.last


def _proof(firing: _Firing) -> tuple[int, str | None]:
    """Ask the next part of those who are printed. Whatever its audience says, nobody else is asked."""
    session, occurrence, campaign = firing.session, firing.occurrence, firing.campaign
    keys, audience = firing.keyring.of(session, campaign.id), Audience.from_record(firing.schedule.audience)
    due = due_of(occurrence)
    meant = is_meant(replace(audience, printed=True), campaign, keys, due_at=due.at, day=due.clock.date())
    part, last = _part(firing, meant)
    return post_proofs(session, keys, campaign, occurrence, part, now=firing.now), last


def _part(
    firing: _Firing, meant: Sequence[ColumnElement[bool]]
) -> tuple[Sequence[ColumnElement[bool]], str | None]:
    """Say in SQL which of those meant are posted to in this transaction, and give the last of them; None where all are."""
    rest = (*meant, col(Signature.id) > firing.occurrence.cursor)
    end = select(col(Signature.id)).where(*rest).order_by(col(Signature.id)).offset(firing.most - 1).limit(1)
    last: str | None = firing.session.execute(end).scalar_one_or_none()
    return (rest if last is None else (*rest, col(Signature.id) <= last)), last


def _update(firing: _Firing) -> tuple[int, str | None]:
    return post_planned_update(
        firing.session,
        firing.keyring,
        firing.campaign,
        firing.schedule,
        firing.occurrence,
        now=firing.now,
    )


def _digest(firing: _Firing) -> tuple[int, str | None]:
    session, occurrence, campaign = firing.session, firing.occurrence, firing.campaign
    happened = happened_in(session, campaign, window_of(session, occurrence))
    if not is_worth_a_mail(happened, deadline_at=campaign.deadline_at, at=occurrence.due_at):
        return 0, None
    posted = sum(
        outbox.post(
            session,
            kind=MessageKind.DIGEST,
            campaign_id=campaign.id,
            recipient_ref=reader,
            occurrence=occurrence.id,
            now=firing.now,
            # By then the next one tells more.
            expires_at=occurrence.due_at + A_DAY,
        )
        for reader in digest_readers(session, firing.keyring, campaign)
    )
    return posted, None


_ACTIONS = {
    Action.REMIND: _remind,
    Action.INVITE: _remind,
    Action.PROOF: _proof,
    Action.UPDATE: _update,
    Action.DIGEST: _digest,
}
