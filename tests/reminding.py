"""Let the time of planned reminders come, as a worker does."""

from datetime import datetime, timedelta

from sqlalchemy import Engine
from sqlmodel import Session, select

from service.mail import outbox
from service.model.campaign import Campaign
from service.model.message import MessageKind
from service.model.schedule import Occurrence, Schedule
from service.model.states import OccurrenceState
from service.schedules.begin import begin_due
from service.schedules.built_in import DIGEST, keep_built_in
from service.schedules.fire import A_PART, fire_part
from service.store.keyring import Keyring
from service.store.transaction import transaction

_LONG_OPEN = timedelta(days=30)


def pass_time(engine: Engine, keyring: Keyring, *, lead: timedelta, now: datetime, most: int = A_PART) -> int:
    """Do all that is due, each step in a transaction of its own; gives how many mails are new."""
    with transaction(engine) as session:
        keep_built_in(session, lead=lead, now=now)
        begin_due(session, keyring, now=now)
    return post_all_parts(engine, keyring, now=now, most=most)


def post_all_parts(engine: Engine, keyring: Keyring, *, now: datetime, most: int = A_PART) -> int:
    """Post all that has begun; gives how many mails are new."""
    posted = 0
    while True:
        with transaction(engine) as session:
            fired = fire_part(session, keyring, now=now, most=most)
        if fired is None:
            return posted
        posted += fired.posted


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
