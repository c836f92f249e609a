"""Come in by two steps: address and password, then a code; each step is kept, lives for minutes and is used once."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import update
from sqlmodel import Session, col

from service.coordinators import audit
from service.coordinators.accounts import actor, find_coordinator
from service.coordinators.codes import use_code
from service.coordinators.notices import Told, tell
from service.foundation.addresses import normal_address
from service.foundation.errors import Refused
from service.foundation.sealing import CampaignKeys
from service.foundation.tokens import looks_like_token, token_digest
from service.model.coordinator import Coordinator
from service.model.sign_in import SignInStep

LIVES = timedelta(minutes=10)
MOST_TRIES = 5


class Waits(StrEnum):
    """What a step waits for."""

    CODE = "code"
    PASSKEY = "passkey"
    NEW_PASSKEY = "new_passkey"


@dataclass(frozen=True, kw_only=True)
class Claim:
    """Who somebody says to be, and what the password is compared with; both empty where nobody has that address."""

    coordinator_id: str = ""
    verifier: str = ""


def look_up(session: Session, keys: CampaignKeys, email: str) -> Claim:
    """Find what a password is to be compared with; the caller compares it after the session, for it takes time."""
    try:
        address = normal_address(email)
    except Refused:
        return Claim()
    row = find_coordinator(session, keys, address)
    if row is None or row.disabled_at is not None or row.totp is None:
        return Claim()
    return Claim(coordinator_id=row.id, verifier=row.password)


def begin_step(
    session: Session, *, waits: Waits, coordinator_id: str | None, challenge: bytes = b"", now: datetime
) -> str:
    """Keep that somebody is half way; gives the token that the next form brings: 43 characters, 256 bits."""
    token = secrets.token_urlsafe(32)
    session.add(
        SignInStep(
            digest=token_digest(token),
            coordinator_id=coordinator_id,
            purpose=waits.value,
            challenge=challenge,
            expires_at=now + LIVES,
        )
    )
    return token


def whose_step(session: Session, token: str) -> str:
    """Give whose a step is, "" where there is none."""
    row = session.get(SignInStep, token_digest(token)) if looks_like_token(token) else None
    return (row.coordinator_id or "") if row else ""


def try_step(session: Session, token: str, *, waits: Waits, now: datetime) -> SignInStep | None:
    """Count one more try of a step; None where there is none, it is over, used, or was tried too often."""
    if not looks_like_token(token):
        return None
    tried = session.execute(
        update(SignInStep)
        .where(
            col(SignInStep.digest) == token_digest(token),
            col(SignInStep.purpose) == waits.value,
            col(SignInStep.used_at).is_(None),
            col(SignInStep.expires_at) > now,
            col(SignInStep.tries) < MOST_TRIES,
        )
        .values(tries=col(SignInStep.tries) + 1)
        .returning(col(SignInStep.digest))
    )
    found = tried.first()
    return session.get(SignInStep, found[0], populate_existing=True) if found else None


def use_step(session: Session, step: SignInStep, *, now: datetime) -> bool:
    """End a step, once; tells whether nobody else has."""
    used = session.execute(
        update(SignInStep)
        .where(col(SignInStep.digest) == step.digest, col(SignInStep.used_at).is_(None))
        .values(used_at=now)
        .returning(col(SignInStep.digest))
        .execution_options(synchronize_session=False)
    )
    return used.first() is not None


def enter_by_code(
    session: Session, keys: CampaignKeys, *, token: str, code: str, now: datetime
) -> tuple[Coordinator | None, bool]:
    """Take the code of the second step; gives who may come in, and whether the step may be tried again if nobody may.

    Keep the transaction in any case: tries and codes are used up by it.
    """
    step = try_step(session, token, waits=Waits.CODE, now=now)
    row = session.get(Coordinator, step.coordinator_id) if step else None
    if step is None or row is None or row.disabled_at is not None:
        return None, False
    if not use_code(session, keys, row, code, now=now):
        audit.record(
            session, by=actor(row.id), act="sign_in.wrong_code", campaign_id=None, thing=row.id, now=now
        )
        if step.tries >= MOST_TRIES:
            tell(session, coordinator_id=row.id, told=Told.WRONG_CODES, thing=f"{now:%Y-%m-%d}", now=now)
        return None, step.tries < MOST_TRIES
    return (row, False) if use_step(session, step, now=now) else (None, False)
