"""What coordinators do about their own account: a name, the language of their pages, their clock, and sessions that end."""

from datetime import datetime
from zoneinfo import available_timezones

from sqlmodel import Session

from service.coordinators import audit
from service.coordinators.accounts import actor
from service.coordinators.sessions import end_session, end_sessions
from service.foundation.sealing import CampaignKeys
from service.model.coordinator import Coordinator
from service.store.sealed import open_record, seal_record


def change_account(
    session: Session,
    keys: CampaignKeys,
    row: Coordinator,
    *,
    name: str,
    language: str,
    time_zone: str,
    now: datetime,
) -> None:
    """Keep what a coordinator says of itself; the address stays, for by it the account is found."""
    row.details = seal_record(keys, row, "details", {**open_record(keys, row, "details"), "name": name})
    row.language, row.time_zone, row.changed_at = language, time_zone, now
    session.add(row)
    audit.record(session, by=actor(row.id), act="account.change", campaign_id=None, thing=row.id, now=now)


def end_own_session(session: Session, session_id: str, *, coordinator_id: str, now: datetime) -> bool:
    """End one session of a coordinator's own, as it asks; tells whether it stood."""
    ended = end_session(session, session_id, coordinator_id=coordinator_id, now=now)
    if ended:
        _keep_end(session, coordinator_id, session_id, now=now)
    return ended


def end_own_sessions(session: Session, *, coordinator_id: str, but: str = "", now: datetime) -> int:
    """End every session of a coordinator but one, as it asks; gives how many stood."""
    number = end_sessions(session, coordinator_id=coordinator_id, but=but, now=now)
    if number:
        _keep_end(session, coordinator_id, str(number), now=now)
    return number


def _keep_end(session: Session, coordinator_id: str, thing: str, *, now: datetime) -> None:
    audit.record(session, by=actor(coordinator_id), act="session.end", campaign_id=None, thing=thing, now=now)


def time_zones() -> tuple[str, ...]:
    """Give the places by whose clock one may read, by name (pure)."""
    return tuple(sorted(zone for zone in available_timezones() if "/" in zone and not zone.startswith(_ODD)))


_ODD = ("Etc/", "SystemV/", "posix/", "right/")
