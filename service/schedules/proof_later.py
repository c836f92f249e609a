"""Put its printed line to whoever came to be printed after its letter's proof round had begun, while an answer counts."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy import ColumnElement, exists, or_, select
from sqlmodel import Session, col

from service.model.campaign import Campaign
from service.model.message import Message, MessageKind
from service.model.schedule import Action, Occurrence, Schedule
from service.model.signature import Signature
from service.model.states import OccurrenceState, ScheduleState
from service.schedules.audience import Audience, is_meant
from service.schedules.begin import why_over
from service.schedules.looking_up import A_PART
from service.schedules.proof_round import LEAST_TIME_AS_SAID
from service.signing.proof_answers import latest_round
from service.signing.proof_mail import post_proofs, why_nothing_to_proof
from service.store.keyring import Keyring


def rounds_with_later_ones(session: Session, keyring: Keyring, *, now: datetime) -> Sequence[str]:
    """List the proof rounds that are posted and in which somebody is to be asked later than the others; it only reads."""
    return [
        occurrence.id
        for occurrence, schedule, campaign in _open_rounds(session, now=now)
        if session.execute(
            select(col(Signature.id))
            .where(*_who(session, keyring, campaign, occurrence, schedule, now=now))
            .limit(1)
        ).first()
    ]


def ask_later_ones(session: Session, keyring: Keyring, occurrence_id: str, *, now: datetime) -> int:
    """Post its line to some of those who were not asked yet; gives how many mails are new, 0 where all were.

    Call it, each time in a transaction of its own, until it gives 0. Each is asked once in a round, whoever looks.
    """
    locked = (
        select(Occurrence)
        .where(col(Occurrence.id) == occurrence_id)
        .with_for_update(skip_locked=True, key_share=True)
    )
    if session.execute(locked).scalar_one_or_none() is None:
        return 0
    for occurrence, schedule, campaign in _open_rounds(session, now=now):
        if occurrence.id == occurrence_id:
            who = _who(session, keyring, campaign, occurrence, schedule, now=now)
            found = select(col(Signature.id)).where(*who).order_by(col(Signature.id)).limit(A_PART)
            some = col(Signature.id).in_(found)
            keys = keyring.of(session, campaign.id)
            posted = post_proofs(session, keys, campaign, occurrence, [some], now=now)
            occurrence.posted += posted
            session.add(occurrence)
            return posted
    return 0


def _open_rounds(session: Session, *, now: datetime) -> Iterator[tuple[Occurrence, Schedule, Campaign]]:
    """Give the newest round of each letter where it is posted and its answers count for an hour yet, or longer."""
    found = (
        select(Occurrence, Schedule, Campaign)
        .join(Schedule, col(Schedule.id) == col(Occurrence.schedule_id))
        .join(Campaign, col(Campaign.id) == col(Occurrence.campaign_id))
        .where(
            col(Occurrence.state) == OccurrenceState.FIRED,
            col(Schedule.action) == Action.PROOF,
            col(Schedule.state) == ScheduleState.ACTIVE,
            col(Occurrence.answers_until) >= now + LEAST_TIME_AS_SAID,
        )
    )
    for occurrence, schedule, campaign in session.execute(found).all():
        newest = latest_round(session, campaign.id)
        is_open = newest is not None and newest.id == occurrence.id
        if is_open and not (
            why_over(schedule, campaign, now=now)
            or why_nothing_to_proof(session, occurrence, campaign, now=now)
        ):
            yield occurrence, schedule, campaign


def _who(
    session: Session,
    keyring: Keyring,
    campaign: Campaign,
    occurrence: Occurrence,
    schedule: Schedule,
    *,
    now: datetime,
) -> Sequence[ColumnElement[bool]]:
    audience = replace(Audience.from_record(schedule.audience), printed=True)
    keys = keyring.of(session, campaign.id)
    was_asked = exists().where(
        col(Message.recipient_ref) == col(Signature.id),
        col(Message.kind) == MessageKind.PROOF,
        col(Message.occurrence) == occurrence.id,
    )
    began_at = occurrence.began_at
    return [
        *is_meant(audience, campaign, keys, due_at=now, day=now.date()),
        # All who were printed then were asked then.
        or_(col(Signature.confirmed_at) >= began_at, col(Signature.accepted_at) >= began_at),
        ~was_asked,
    ]
