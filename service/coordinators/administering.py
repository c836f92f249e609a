"""Look after the accounts of the service: who can come in and by what, and shut somebody out or let somebody in again."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import Session, col, func, select

from service.coordinators.accounts import Person, actor, list_coordinators, person_of
from service.coordinators.factors import NOBODY, disable, enable, recover
from service.coordinators.sessions import standing_at
from service.foundation.errors import NotFound, Refused
from service.foundation.sealing import CampaignKeys
from service.foundation.sentence import Sentence
from service.model.coordinator import Coordinator, Membership, Role
from service.model.sign_in import DeskSession, KnownDevice, Passkey, RecoveryCode

NOT_ONESELF = Sentence("You cannot do this to your own account; ask another one who administers the service.")


@dataclass(frozen=True, kw_only=True)
class Account:
    """An account as whoever administers the service sees it: how many letters, and none of them by name.

    `seen_at` is when it last opened a page, `sessions` how many browsers are signed in; `has_code` tells of the device
    that shows codes. `alone_in` counts the letters that nobody else owns who can come in.
    """

    person: Person
    letters: int
    alone_in: int
    seen_at: datetime | None
    sessions: int
    has_password: bool
    has_code: bool
    passkeys: int
    recovery_codes: int


def accounts_of(session: Session, keys: CampaignKeys, *, now: datetime) -> Sequence[Account]:
    """List every account of the service, those that came first, first; `keys` are those of the desk."""
    rows = {row.id: row for row in session.exec(select(Coordinator)).all()}
    seen, passkeys = _last_seen(session), _count(session, Passkey.coordinator_id)
    codes = _count(session, RecoveryCode.coordinator_id, col(RecoveryCode.used_at).is_(None))
    open_sessions = _count(session, DeskSession.coordinator_id, *standing_at(now))
    alone = _alone_in(session)
    return [
        Account(
            person=one.person,
            letters=one.letters,
            alone_in=alone.get(one.person.id, 0),
            seen_at=seen.get(one.person.id),
            sessions=open_sessions.get(one.person.id, 0),
            has_password=bool(rows[one.person.id].password),
            has_code=rows[one.person.id].totp is not None,
            passkeys=passkeys.get(one.person.id, 0),
            recovery_codes=codes.get(one.person.id, 0),
        )
        for one in list_coordinators(session, keys)
    ]


def shut_out(session: Session, keys: CampaignKeys, coordinator_id: str, *, by: str, now: datetime) -> None:
    """Shut somebody else out; raises NotFound for nobody, and Refused for oneself."""
    disable(session, keys, _other(session, keys, coordinator_id, by=by), by=by, now=now)


def let_in(session: Session, keys: CampaignKeys, coordinator_id: str, *, by: str, now: datetime) -> None:
    """Let somebody in again who was shut out; raises NotFound for nobody, and Refused for oneself."""
    enable(session, keys, _other(session, keys, coordinator_id, by=by), by=by, now=now)


def begin_anew(session: Session, keys: CampaignKeys, coordinator_id: str, *, by: str, now: datetime) -> None:
    """End all that lets somebody else in, and invite that one anew; raises NotFound for nobody, and Refused for oneself."""
    recover(session, keys, _other(session, keys, coordinator_id, by=by), by=by, now=now)


def _other(session: Session, keys: CampaignKeys, coordinator_id: str, *, by: str) -> str:
    row = session.get(Coordinator, coordinator_id)
    if row is None:
        raise NotFound(NOBODY)
    if by == actor(row.id):
        raise Refused(NOT_ONESELF)
    return person_of(keys, row).email


def _last_seen(session: Session) -> Mapping[str, datetime]:
    """Give when each was last here; a session is forgotten after a while, a browser that signed in is not."""
    last: dict[str, datetime] = {}
    for owner, at in (
        (col(KnownDevice.coordinator_id), col(KnownDevice.last_at)),
        (col(DeskSession.coordinator_id), col(DeskSession.seen_at)),
    ):
        for one, moment in session.exec(select(owner, func.max(at)).group_by(owner)).all():
            last[one] = max(moment, last.get(one, moment))
    return last


def _count(session: Session, owner: Any, *which: Any) -> Mapping[str, int]:
    found = select(owner, func.count()).where(*which).group_by(owner)
    return dict(session.exec(found).all())


def _alone_in(session: Session) -> Mapping[str, int]:
    """Count the letters of which each is the one owner who can come in."""
    owners = (
        select(Membership.campaign_id, func.min(col(Membership.coordinator_id)))
        .join(Coordinator, col(Coordinator.id) == col(Membership.coordinator_id))
        .where(Membership.role == Role.OWNER, col(Coordinator.disabled_at).is_(None))
        .group_by(col(Membership.campaign_id))
        .having(func.count() == 1)
    )
    alone: dict[str, int] = {}
    for _, owner in session.exec(owners).all():
        alone[owner] = alone.get(owner, 0) + 1
    return alone
