"""Let a coordinator in who has proved who it is: a new session, and its browser remembered or told of."""

import secrets
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, update
from sqlmodel import Session, col, select

from service.coordinators import audit
from service.coordinators.accounts import actor
from service.coordinators.notices import Told, tell
from service.coordinators.sessions import SignedIn, begin_session, end_session
from service.foundation.sealing import CampaignKeys
from service.foundation.tokens import looks_like_token, token_digest
from service.model.sign_in import DeskSession, KnownDevice


@dataclass(frozen=True, kw_only=True)
class Browser:
    """What comes in: what a browser calls itself, in a few words, and the two cookies it brought, or ""."""

    words: str
    device: str = ""
    session: str = ""


@dataclass(frozen=True, kw_only=True)
class Entered:
    """The two cookies that the browser gets."""

    secret: str
    device: str


def enter(
    session: Session, keys: CampaignKeys, *, coordinator_id: str, browser: Browser, how: str, now: datetime
) -> Entered:
    """Begin a session for whoever has just proved who it is; `how` says by what, for the audit.

    The session that the browser had before ends. A browser from which this coordinator never came in is told by mail.
    """
    _end_earlier(session, browser.session, now=now)
    device = browser.device if looks_like_token(browser.device) else secrets.token_urlsafe(32)
    if not _meet(session, coordinator_id, device, now=now) and _has_others(session, coordinator_id, device):
        tell(session, coordinator_id=coordinator_id, told=Told.NEW_DEVICE, now=now)
    secret = begin_session(
        session,
        keys,
        coordinator_id=coordinator_id,
        device=browser.words,
        device_index=device_index(keys, browser.words),
        now=now,
    )
    audit.record(
        session,
        by=actor(coordinator_id),
        act=f"sign_in:{how}",
        campaign_id=None,
        thing=coordinator_id,
        now=now,
    )
    return Entered(secret=secret, device=device)


def device_index(keys: CampaignKeys, words: str) -> bytes:
    """Give the keyed hash by which a session knows its kind of browser again."""
    return keys.blind("browser", words)


def show_out(session: Session, found: SignedIn, *, now: datetime) -> None:
    """End a session that a clearly different browser used, and tell its coordinator."""
    mine = found.coordinator.id
    if end_session(session, found.session_id, coordinator_id=mine, now=now):
        tell(session, coordinator_id=mine, told=Told.OTHER_BROWSER, thing=found.session_id, now=now)
        act = "session.other_browser"
        audit.record(session, by=actor(mine), act=act, campaign_id=None, thing=found.session_id, now=now)


def is_known_device(session: Session, *, coordinator_id: str, device: str) -> bool:
    """Tell whether a coordinator has come in from this browser before."""
    if not looks_like_token(device):
        return False
    # Asked for nobody as well: how long the answer takes tells nothing.
    return session.get(KnownDevice, (token_digest(device), coordinator_id)) is not None


def _meet(session: Session, coordinator_id: str, device: str, *, now: datetime) -> bool:
    """Remember a browser; tells whether it was known."""
    row = session.get(KnownDevice, (token_digest(device), coordinator_id))
    if row is None:
        digest = token_digest(device)
        session.add(KnownDevice(digest=digest, coordinator_id=coordinator_id, first_at=now, last_at=now))
        session.flush()
        return False
    row.last_at = now
    session.add(row)
    return True


def _has_others(session: Session, coordinator_id: str, device: str) -> bool:
    others = (
        select(func.count())
        .select_from(KnownDevice)
        .where(KnownDevice.coordinator_id == coordinator_id, KnownDevice.digest != token_digest(device))
    )
    return session.exec(others).one() > 0


def _end_earlier(session: Session, secret: str, *, now: datetime) -> None:
    if looks_like_token(secret):
        session.execute(
            update(DeskSession)
            .where(col(DeskSession.digest) == token_digest(secret), col(DeskSession.ended_at).is_(None))
            .values(ended_at=now)
        )
