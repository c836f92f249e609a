"""Set, change and take away what a coordinator comes in by; each change ends its other sessions and is told by mail."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete
from sqlmodel import Session, col, select

from service.coordinators import audit
from service.coordinators.accounts import actor, find_coordinator, make_coordinator
from service.coordinators.backing import end_ways_back
from service.coordinators.calendar_link import end_calendar_link
from service.coordinators.codes import make_recovery_codes
from service.coordinators.invitations import (
    Offer,
    end_all_invitations_by,
    end_invitations,
    invite,
    take_up,
)
from service.coordinators.notices import Told, tell
from service.coordinators.sessions import end_sessions
from service.foundation.errors import NotFound, Refused
from service.foundation.sealing import CampaignKeys
from service.foundation.sentence import Sentence
from service.model.coordinator import Coordinator, Membership
from service.model.sign_in import CoordinatorInvitation, KnownDevice, Passkey, RecoveryCode
from service.store.sealed import open_record, seal_record, seal_text

NOBODY = Sentence("There is no coordinator with this address.")


@dataclass(frozen=True, kw_only=True)
class Enrolment:
    """What a new coordinator has chosen and proved: its name, its password's verifier, its device's secret and step."""

    name: str
    verifier: str
    secret: str
    step: int
    language: str = ""


def has_factors(row: Coordinator | None) -> bool:
    """Tell whether a coordinator has what it needs to come in (pure)."""
    return row is not None and bool(row.password) and row.totp is not None


def enrol(
    session: Session,
    keys: CampaignKeys,
    invitation: CoordinatorInvitation,
    chosen: Enrolment,
    *,
    now: datetime,
) -> tuple[Coordinator, Sequence[str]]:
    """Take up an invitation with a new account, or one that was recovered; gives the ten recovery codes, this once.

    Raises Refused where the invitation is used, or the account has its factors: those are changed by who comes in.
    """
    email = str(open_record(keys, invitation, "details")["email"])
    row = find_coordinator(session, keys, email)
    if row is None:
        row = make_coordinator(
            session, keys, name=chosen.name, email=email, now=now, language=chosen.language
        )
    elif has_factors(row) or row.disabled_at is not None:
        raise Refused(NOBODY)
    take_up(session, invitation, row, now=now)
    row.details = seal_record(keys, row, "details", {"name": chosen.name, "email": email})
    row.password, row.totp = chosen.verifier, seal_text(keys, row, "totp", chosen.secret)
    row.totp_step, row.changed_at = chosen.step, now
    session.add(row)
    return row, make_recovery_codes(session, keys, row.id)


def set_password(session: Session, row: Coordinator, verifier: str, *, keep: str, now: datetime) -> None:
    """Change a coordinator's password; `keep` is the session that stays."""
    row.password = verifier
    _changed(session, row, Told.PHRASE, keep=keep, now=now)


def set_totp(
    session: Session,
    keys: CampaignKeys,
    row: Coordinator,
    *,
    secret: str,
    step: int,
    keep: str,
    now: datetime,
) -> None:
    """Give a coordinator's codes to another device, whose first code was used; the old device's are worthless."""
    row.totp, row.totp_step = seal_text(keys, row, "totp", secret), step
    _changed(session, row, Told.TOTP, keep=keep, now=now)


def renew_recovery_codes(
    session: Session, keys: CampaignKeys, row: Coordinator, *, keep: str, now: datetime
) -> Sequence[str]:
    """Give ten new recovery codes; the old ones are worthless."""
    codes = make_recovery_codes(session, keys, row.id)
    _changed(session, row, Told.RECOVERY_CODES, keep=keep, now=now)
    return codes


def disable(session: Session, keys: CampaignKeys, email: str, *, by: str, now: datetime) -> Coordinator:
    """Shut a coordinator out: no session of its stands any more, none begins, and its ways back end.

    Raises NotFound for nobody.
    """
    row = _known(session, keys, email)
    row.disabled_at = row.disabled_at or now
    session.add(row)
    end_sessions(session, coordinator_id=row.id, now=now)
    end_calendar_link(session, row.id, by=by, now=now)
    end_invitations(session, keys, email=email, campaign_id=None, now=now)
    end_all_invitations_by(session, by=actor(row.id), now=now)
    for letter in session.exec(
        select(Membership.campaign_id).where(Membership.coordinator_id == row.id)
    ).all():
        end_ways_back(session, campaign_id=letter, coordinator_id=row.id, now=now)
    audit.record(session, by=by, act="coordinator.disable", campaign_id=None, thing=row.id, now=now)
    return row


def enable(session: Session, keys: CampaignKeys, email: str, *, by: str, now: datetime) -> Coordinator:
    """Let a coordinator in again that was shut out, by what it came in by before; raises NotFound for nobody."""
    row = _known(session, keys, email)
    if row.disabled_at is not None:
        row.disabled_at, row.changed_at = None, now
        session.add(row)
        end_sessions(session, coordinator_id=row.id, now=now)
        audit.record(session, by=by, act="coordinator.enable", campaign_id=None, thing=row.id, now=now)
    return row


def recover(
    session: Session, keys: CampaignKeys, email: str, *, by: str, now: datetime
) -> CoordinatorInvitation:
    """End a coordinator's sessions and factors, and whom it has invited, and invite it anew; its roles stay.

    Raises NotFound for nobody.
    """
    row = _known(session, keys, email)
    for table in (RecoveryCode, Passkey, KnownDevice):
        session.execute(delete(table).where(col(table.coordinator_id) == row.id))
    row.password, row.totp, row.disabled_at, row.changed_at = "", None, None, now
    session.add(row)
    end_sessions(session, coordinator_id=row.id, now=now)
    # Whoever had got hold of the account may have invited an address of its own.
    end_all_invitations_by(session, by=actor(row.id), now=now)
    end_calendar_link(session, row.id, by=by, now=now)
    audit.record(session, by=by, act="coordinator.recover", campaign_id=None, thing=row.id, now=now)
    return invite(session, keys, email=email, offer=Offer(), by=by, now=now)


def _known(session: Session, keys: CampaignKeys, email: str) -> Coordinator:
    row = find_coordinator(session, keys, email)
    if row is None:
        raise NotFound(NOBODY)
    return row


def _changed(session: Session, row: Coordinator, told: Told, *, keep: str, now: datetime) -> None:
    row.changed_at = now
    session.add(row)
    end_sessions(session, coordinator_id=row.id, but=keep, now=now)
    tell(session, coordinator_id=row.id, told=told, now=now)
    by = actor(row.id)
    audit.record(session, by=by, act=f"account.{told.value}", campaign_id=None, thing=row.id, now=now)
