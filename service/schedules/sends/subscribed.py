"""The calendar of a coordinator's letters as other programs subscribe to it: dates and titles, no number and no name."""

import hashlib
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from sqlmodel import Session, col, select

from service.foundation.calendar_file import CalendarEvent, write_calendar
from service.foundation.sentence import Sentence
from service.i18n.catalogue import Catalogue, catalogue
from service.i18n.languages import mail_language
from service.model.campaign import Campaign
from service.model.coordinator import Coordinator
from service.schedules.sends.days import Moment, moments_of_letters
from service.store.keyring import Keyring

_AHEAD = timedelta(days=400)
_RENEWED = timedelta(hours=1)
_NAME = Sentence("Open letters")


def subscribed_calendar(
    session: Session,
    keyring: Keyring,
    reader: Coordinator,
    *,
    public_url: str,
    lead: timedelta,
    now: datetime,
) -> bytes:
    """Write what happens with a coordinator's letters in the next thirteen months, those left out that are hidden in an emergency."""
    spoken = catalogue(mail_language(reader=reader.language, letter=""))
    hidden = set(session.exec(select(Campaign.slug).where(col(Campaign.emergency_at).is_not(None))).all())
    found = moments_of_letters(session, keyring, reader.id, lead=lead, until=now + _AHEAD, now=now)
    events = [_event(one, spoken, public_url=public_url) for one in found if one.slug not in hidden]
    return write_calendar(events, name=str(spoken.say(_NAME)), renewed_every=_RENEWED, now=now)


def _event(one: Moment, spoken: Catalogue, *, public_url: str) -> CalendarEvent:
    what = spoken.say(one.what)
    said = f"{what} ({spoken.say(one.note)})" if one.note is not None else what
    return CalendarEvent(
        uid=f"{_code(one)}@{urlsplit(public_url).hostname}",
        at=one.at,
        summary=f"{said}: {one.title}",
        address=f"{public_url.rstrip('/')}/desk/letters/{one.slug}/",
    )


def _code(one: Moment) -> str:
    # A deadline that moves is the same event at another time; each time of a planned sending is one of its own.
    which = f"{one.schedule}|{one.at.isoformat()}" if one.schedule else one.what.message
    return hashlib.sha256(f"{one.slug}|{which}".encode()).hexdigest()[:32]
