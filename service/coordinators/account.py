"""What coordinators say of themselves: a name, the language of their pages, and their clock."""

from datetime import datetime
from zoneinfo import available_timezones

from sqlmodel import Session

from service.coordinators import audit
from service.coordinators.accounts import actor
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


def time_zones() -> tuple[str, ...]:
    """Give the places by whose clock one may read, by name (pure)."""
    return tuple(sorted(zone for zone in available_timezones() if "/" in zone and not zone.startswith(_ODD)))


_ODD = ("Etc/", "SystemV/", "posix/", "right/")
