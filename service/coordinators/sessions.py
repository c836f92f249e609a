"""Sessions at the desk: one for each browser that is signed in; half an hour idle, twelve hours in all."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, update
from sqlmodel import Session, col, select

from service.foundation.sealing import CampaignKeys, Place
from service.foundation.tokens import looks_like_token, token_digest
from service.model.coordinator import Coordinator
from service.model.sign_in import DeskSession

IDLE = timedelta(minutes=30)
LONGEST = timedelta(hours=12)
FRESH_FOR = timedelta(minutes=5)
"""How long a proof of who one is stays good for the acts that ask for a fresh one."""
_SEEN_EVERY = timedelta(minutes=1)
_FORMS_LIVE = LONGEST + timedelta(days=1)
_MOST_EARLIER = 30


@dataclass(frozen=True, kw_only=True)
class SignedIn:
    """A session that stands, and whose it is."""

    session_id: str
    coordinator: Coordinator
    proved_at: datetime
    seen_at: datetime
    device_index: bytes

    def is_fresh(self, *, now: datetime) -> bool:
        """Tell whether its coordinator has proved to be there within the last minutes."""
        return now - self.proved_at <= FRESH_FOR


@dataclass(frozen=True, kw_only=True)
class Open:
    """A session as its own coordinator sees it."""

    id: str
    device: str
    began_at: datetime
    seen_at: datetime


def begin_session(
    session: Session,
    keys: CampaignKeys,
    *,
    coordinator_id: str,
    device: str,
    device_index: bytes = b"",
    now: datetime,
) -> str:
    """Begin a session for whoever has just proved who it is; gives the secret of its cookie: 43 characters, 256 bits.

    `keys` are those of the desk; `device` is what the browser says of itself, in a few words.
    """
    secret = secrets.token_urlsafe(32)
    row = DeskSession(
        digest=token_digest(secret),
        coordinator_id=coordinator_id,
        began_at=now,
        seen_at=now,
        proved_at=now,
        device=b"",
        device_index=device_index,
    )
    row.device = keys.seal(device, place=_place(row))
    session.add(row)
    session.flush()
    return secret


def find_session(session: Session, secret: str, *, now: datetime) -> SignedIn | None:
    """Find the session of a cookie; None where it has ended in any way, or its coordinator may not come in any more."""
    row = session.get(DeskSession, token_digest(secret)) if looks_like_token(secret) else None
    if row is None or not _stands(row, now=now):
        return None
    coordinator = session.get(Coordinator, row.coordinator_id)
    if coordinator is None or coordinator.disabled_at is not None:
        return None
    return SignedIn(
        session_id=row.id,
        coordinator=coordinator,
        proved_at=row.proved_at,
        seen_at=row.seen_at,
        device_index=row.device_index,
    )


def owner_of(session: Session, secret: str) -> str:
    """Give whose the session of a cookie is or was, however it ended; "" where there was none."""
    row = session.get(DeskSession, token_digest(secret)) if looks_like_token(secret) else None
    return row.coordinator_id if row else ""


def earlier_digests(session: Session, coordinator_id: str, *, now: datetime) -> Sequence[bytes]:
    """Give the digests of a coordinator's last sessions, those that stand and those that ended within a day."""
    found = (
        select(DeskSession.digest)
        .where(DeskSession.coordinator_id == coordinator_id, col(DeskSession.began_at) > now - _FORMS_LIVE)
        .order_by(col(DeskSession.began_at).desc())
    )
    return session.exec(found.limit(_MOST_EARLIER)).all()


def wants_a_note(signed_in: SignedIn, *, now: datetime) -> bool:
    """Tell whether it is time to write down that a session was seen; not at every page (pure)."""
    return now - signed_in.seen_at >= _SEEN_EVERY


def note_seen(session: Session, session_id: str, *, now: datetime) -> None:
    """Write down that a session was used."""
    session.execute(
        update(DeskSession)
        .where(col(DeskSession.id) == session_id, col(DeskSession.ended_at).is_(None))
        .values(seen_at=now)
    )


def note_proof(session: Session, session_id: str, *, now: datetime) -> None:
    """Write down that whoever uses a session has proved anew who it is."""
    session.execute(
        update(DeskSession)
        .where(col(DeskSession.id) == session_id, col(DeskSession.ended_at).is_(None))
        .values(proved_at=now, seen_at=now)
    )


def end_session(session: Session, session_id: str, *, coordinator_id: str, now: datetime) -> bool:
    """End one session of a coordinator's own; tells whether it stood."""
    ended = session.execute(
        update(DeskSession)
        .where(
            col(DeskSession.id) == session_id,
            col(DeskSession.coordinator_id) == coordinator_id,
            col(DeskSession.ended_at).is_(None),
        )
        .values(ended_at=now)
        .returning(col(DeskSession.id))
    )
    return ended.first() is not None


def end_sessions(session: Session, *, coordinator_id: str, but: str = "", now: datetime) -> int:
    """End every session of a coordinator but one, as a change of factor or role does; gives how many stood."""
    ended = session.execute(
        update(DeskSession)
        .where(
            col(DeskSession.coordinator_id) == coordinator_id,
            col(DeskSession.id) != but,
            col(DeskSession.ended_at).is_(None),
        )
        .values(ended_at=now)
        .returning(col(DeskSession.id))
    )
    return len(ended.all())


def standing_at(now: datetime) -> tuple[ColumnElement[bool], ...]:
    """Say in SQL which sessions stand."""
    return (
        col(DeskSession.ended_at).is_(None),
        col(DeskSession.seen_at) > now - IDLE,
        col(DeskSession.began_at) > now - LONGEST,
    )


def sessions_of(
    session: Session, keys: CampaignKeys, coordinator_id: str, *, now: datetime
) -> Sequence[Open]:
    """List the sessions of a coordinator that stand, the last used first."""
    rows = session.exec(
        select(DeskSession)
        .where(DeskSession.coordinator_id == coordinator_id, col(DeskSession.ended_at).is_(None))
        .order_by(col(DeskSession.seen_at).desc(), col(DeskSession.id))
    ).all()
    return [
        Open(
            id=row.id,
            device=keys.open(row.device, place=_place(row)),
            began_at=row.began_at,
            seen_at=row.seen_at,
        )
        for row in rows
        if _stands(row, now=now)
    ]


def _stands(row: DeskSession, *, now: datetime) -> bool:
    return row.ended_at is None and now - row.seen_at < IDLE and now - row.began_at < LONGEST


def _place(row: DeskSession) -> Place:
    return Place(table="desk_session", column="device", row=row.id)
