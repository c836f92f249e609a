"""The private address of a coordinator's calendar: made, made anew, ended, and who it belongs to."""

from datetime import datetime

from sqlmodel import Session, select

from service.coordinators import audit
from service.coordinators.accounts import actor
from service.foundation.errors import NotFound
from service.foundation.sealing import CampaignKeys
from service.foundation.sentence import Sentence
from service.foundation.tokens import derive_token, looks_like_token, token_digest
from service.model.calendar_link import CalendarLink
from service.model.coordinator import Coordinator

_PURPOSE = "calendar"
NO_CALENDAR = Sentence("This link does not open anything.")


def make_calendar_link(session: Session, keys: CampaignKeys, coordinator_id: str, *, now: datetime) -> str:
    """Make the token of a coordinator's calendar, this once; one that was made before opens nothing any more.

    `keys` are those of the desk.
    """
    row = _lock(session, coordinator_id)
    generation = row.generation + 1 if row is not None else 1
    token = derive_token(keys.token, purpose=_PURPOSE, row=coordinator_id, generation=generation)
    if row is None:
        row = CalendarLink(coordinator_id=coordinator_id, digest=b"", made_at=now)
    row.digest, row.generation, row.made_at, row.ended_at = token_digest(token), generation, now, None
    session.add(row)
    session.flush()
    by = actor(coordinator_id)
    audit.record(session, by=by, act="account.calendar", campaign_id=None, thing=coordinator_id, now=now)
    return token


def end_calendar_link(session: Session, coordinator_id: str, *, by: str, now: datetime) -> bool:
    """End the address of a coordinator's calendar; tells whether there was one."""
    row = _lock(session, coordinator_id)
    if row is None or row.ended_at is not None:
        return False
    row.ended_at = now
    session.add(row)
    audit.record(session, by=by, act="account.calendar_end", campaign_id=None, thing=coordinator_id, now=now)
    return True


def calendar_link_since(session: Session, coordinator_id: str) -> datetime | None:
    """Say since when a coordinator's calendar has the address that it has; None where it has none."""
    row = session.get(CalendarLink, coordinator_id)
    return row.made_at if row is not None and row.ended_at is None else None


def calendar_reader(session: Session, token: str) -> Coordinator:
    """Find whose calendar a token opens; raises NotFound for any other, and for who may not come in any more."""
    found = (
        select(Coordinator, CalendarLink).join(CalendarLink).where(CalendarLink.digest == token_digest(token))
    )
    pair = session.exec(found).one_or_none() if looks_like_token(token) else None
    if pair is None or pair[1].ended_at is not None or pair[0].disabled_at is not None:
        raise NotFound(NO_CALENDAR)
    return pair[0]


def _lock(session: Session, coordinator_id: str) -> CalendarLink | None:
    found = select(CalendarLink).where(CalendarLink.coordinator_id == coordinator_id).with_for_update()
    return session.exec(found).one_or_none()
