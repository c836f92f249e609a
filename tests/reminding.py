"""Let the time of planned reminders come, as a worker does."""

from datetime import datetime, timedelta

from sqlalchemy import Engine
from sqlmodel import Session

from service.schedules.begin import begin_due
from service.schedules.built_in import keep_built_in
from service.schedules.fire import A_PART, fire_part
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


def remind_due(session: Session, keyring: Keyring, *, lead: timedelta, now: datetime) -> int:
    """Remind whoever is due of open letters, as though each had been open for a month; gives how many mails are new."""
    keep_built_in(session, lead=lead, now=now - _LONG_OPEN)
    begin_due(session, keyring, now=now)
    posted = 0
    while (fired := fire_part(session, keyring, now=now)) is not None:
        posted += fired.posted
    return posted
