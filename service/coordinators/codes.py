"""One-time codes of a coordinator's device, and the recovery codes for whoever has lost it; the only user of pyotp."""

import hmac
import secrets
from collections.abc import Sequence
from datetime import datetime

import pyotp
from sqlalchemy import delete, func, update
from sqlmodel import Session, col, select

from service.coordinators.notices import Told, tell
from service.foundation.sealing import CampaignKeys
from service.model.coordinator import Coordinator
from service.model.sign_in import RecoveryCode
from service.store.sealed import open_text

STEP_SECONDS = 30
RECOVERY_CODES = 10
_DIGITS, _DRIFT = 6, 1
# Without letters that look like others; 16 of them carry 79 bits.
_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
_LENGTH, _GROUP = 16, 4


def make_secret() -> str:
    """Make the secret that a device and we share: 160 bits in base32 (RFC 4226, section 4)."""
    return pyotp.random_base32()


def enrolment_address(secret: str, *, email: str, issuer: str) -> str:
    """Give the otpauth: address that a device reads from a picture."""
    return pyotp.TOTP(secret).provisioning_uri(name=email, issuer_name=issuer)


def matching_step(secret: str, code: str, *, now: datetime) -> int | None:
    """Find the step of 30 seconds whose code this is: the present one, the last or the next; None for any other (pure).

    Spaces do not matter (RFC 6238; clocks differ a little). No code is that of a secret that is damaged.
    """
    typed = "".join(code.split())
    if len(typed) != _DIGITS or not (typed.isascii() and typed.isdigit()):
        return None
    present = int(now.timestamp()) // STEP_SECONDS
    found = None
    for step in range(present - _DRIFT, present + _DRIFT + 1):
        # All are compared, however early one matches.
        if hmac.compare_digest(_code_of(secret, step), typed):
            found = step
    return found


def use_code(session: Session, keys: CampaignKeys, row: Coordinator, code: str, *, now: datetime) -> bool:
    """Take the code of a coordinator's device, each once; tells whether it is good.

    What was typed may be a recovery code as well.
    """
    secret = open_text(keys, row, "totp")
    step = matching_step(secret, code, now=now) if secret else None
    if step is None:
        return _use_recovery_code(session, keys, row.id, code, now=now)
    used = session.execute(
        update(Coordinator)
        .where(col(Coordinator.id) == row.id, col(Coordinator.totp_step) < step)
        .values(totp_step=step)
        .returning(col(Coordinator.id))
        .execution_options(synchronize_session=False)
    )
    return used.first() is not None


def make_recovery_codes(session: Session, keys: CampaignKeys, coordinator_id: str) -> Sequence[str]:
    """Make ten new recovery codes in place of all earlier ones; only their keyed hashes are kept."""
    session.execute(delete(RecoveryCode).where(col(RecoveryCode.coordinator_id) == coordinator_id))
    made = [_make_code() for _ in range(RECOVERY_CODES)]
    for code in made:
        session.add(RecoveryCode(coordinator_id=coordinator_id, digest=_digest(keys, coordinator_id, code)))
    return made


def recovery_codes_left(session: Session, coordinator_id: str) -> int:
    """Count the recovery codes that were not used."""
    return session.exec(
        select(func.count())
        .select_from(RecoveryCode)
        .where(RecoveryCode.coordinator_id == coordinator_id, col(RecoveryCode.used_at).is_(None))
    ).one()


def _code_of(secret: str, step: int) -> str:
    """Give the code of a step; "", which nobody can type, where the secret is none: a recovery code still helps its owner."""
    try:
        return str(pyotp.TOTP(secret).generate_otp(step))
    except ValueError:
        return ""


def _use_recovery_code(
    session: Session, keys: CampaignKeys, coordinator_id: str, code: str, *, now: datetime
) -> bool:
    used = session.execute(
        update(RecoveryCode)
        .where(
            col(RecoveryCode.coordinator_id) == coordinator_id,
            col(RecoveryCode.digest) == _digest(keys, coordinator_id, code),
            col(RecoveryCode.used_at).is_(None),
        )
        .values(used_at=now)
        .returning(col(RecoveryCode.id))
    ).first()
    if used is not None:
        tell(session, coordinator_id=coordinator_id, told=Told.RECOVERY_CODE, thing=str(used[0]), now=now)
    return used is not None


def _make_code() -> str:
    letters = "".join(secrets.choice(_LETTERS) for _ in range(_LENGTH))
    return "-".join(letters[at : at + _GROUP] for at in range(0, _LENGTH, _GROUP))


def _digest(keys: CampaignKeys, coordinator_id: str, code: str) -> bytes:
    typed = "".join(filter(str.isalnum, code[:100].lower()))
    return keys.blind("recovery code", f"{coordinator_id}\0{typed}")
