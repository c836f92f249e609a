"""Reminders of a letter's last day, by the schedules that every letter has."""

from datetime import datetime, timedelta

from sqlmodel import Session

from service.schedules.begin import begin_due
from service.schedules.built_in import keep_built_in
from service.schedules.fire import fire_part
from service.store.keyring import Keyring

_LONG_OPEN = timedelta(days=30)


def remind_due(session: Session, keyring: Keyring, *, lead: timedelta, now: datetime) -> int:
    """Remind whoever is due of open letters, as though each had been open for a month; gives how many mails are new."""
    keep_built_in(session, lead=lead, now=now - _LONG_OPEN)
    begin_due(session, keyring, now=now)
    posted = 0
    while (fired := fire_part(session, keyring, now=now)) is not None:
        posted += fired.posted
    return posted
