"""Let the time of planned reminders come, as a worker does."""

from datetime import datetime, timedelta

from sqlalchemy import Engine
from sqlmodel import Session, select

from service.campaigns.queries import get_campaign
from service.mail import outbox
from service.model.anchor import Anchor
from service.model.campaign import Campaign
from service.model.message import MessageKind
from service.model.schedule import Occurrence, Schedule
from service.model.states import OccurrenceState
from service.schedules.begin import begin_due
from service.schedules.built_in import DIGEST, keep_built_in
from service.schedules.due import Timing
from service.schedules.fire import fire_part
from service.schedules.looking_up import A_PART
from service.schedules.proof_round import proof_round
from service.store.keyring import Keyring
from service.store.transaction import transaction
from service.worker.firing import post_all_parts

_LONG_OPEN = timedelta(days=30)


def pass_time(engine: Engine, keyring: Keyring, *, lead: timedelta, now: datetime, most: int = A_PART) -> int:
    """Do all that is due, each step in a transaction of its own; gives how many mails are new."""
    with transaction(engine) as session:
        keep_built_in(session, lead=lead, now=now)
        begin_due(session, keyring, now=now)
    return post_all_parts(engine, keyring, clock=lambda: now, most=most)


def ask_for_proofs(session: Session, keyring: Keyring, slug: str, *, hours: int = 24, now: datetime) -> int:
    """Put its printed line to each who is printed, to be answered for so many hours; gives how many mails are new."""
    campaign = get_campaign(session, slug)
    schedule = proof_round(campaign, since=now, by="test", now=now)
    schedule.name, schedule.is_built_in, schedule.of_deadline = f"proof-{now:%d-%H-%M}", False, None
    schedule.timing, schedule.answers = (
        Timing(anchor=Anchor.AT, local=f"{at:%Y-%m-%dT%H:%M:%S}", zone="UTC").as_record()
        for at in (now, now + timedelta(hours=hours))
    )
    session.add(schedule)
    begin_due(session, keyring, now=now)
    posted = 0
    while (fired := fire_part(session, keyring, now=now)) is not None:
        posted += fired.posted
    return posted


def post_digest(session: Session, campaign: Campaign, *, now: datetime) -> None:
    """Post the digest of an open letter, as though it were morning and there were something to tell."""
    schedule = session.exec(
        select(Schedule).where(Schedule.campaign_id == campaign.id, Schedule.name == DIGEST)
    ).one()
    occurrence = Occurrence(
        schedule_id=schedule.id,
        campaign_id=campaign.id,
        state=OccurrenceState.FIRED,
        due_at=now,
        local=f"{now:%Y-%m-%dT%H:%M:%S} UTC",
        began_at=now,
    )
    session.add(occurrence)
    session.flush()
    outbox.post(
        session,
        kind=MessageKind.DIGEST,
        campaign_id=campaign.id,
        recipient_ref=campaign.id,
        occurrence=occurrence.id,
        now=now,
    )


def remind_due(session: Session, keyring: Keyring, *, lead: timedelta, now: datetime) -> int:
    """Remind whoever is due of open letters, as though each had been open for a month; gives how many mails are new."""
    keep_built_in(session, lead=lead, now=now - _LONG_OPEN)
    begin_due(session, keyring, now=now)
    posted = 0
    while (fired := fire_part(session, keyring, now=now)) is not None:
        posted += fired.posted
    return posted
