"""Codes of six digits that confirm a sign-on: made, kept as keyed digests, and tried a few times at most."""

import hmac
import secrets
import unicodedata
from datetime import datetime, timedelta

from sqlalchemy import delete, or_, update
from sqlmodel import Session, col, select

from service.foundation.keyed import keyed_hash
from service.foundation.sealing import CampaignKeys
from service.model.confirming_code import CodeChannel, ConfirmingCode
from service.model.signature import Signature
from service.store.insert import insert_quickly

DIGITS = 6
LIVES = {CodeChannel.MAIL: timedelta(minutes=90), CodeChannel.READ_OUT: timedelta(hours=24)}
"""How long a code works: a mail comes within an hour or so, a message to be answered by Signal may take a day."""

MOST_TRIES = 5
# Whoever has confirmed and sends the same page once more is told so; yet nobody may guess for ever.
_MOST_AFTER_USE = 15
_ALL = 10**DIGITS
_ANEW = (
    "(signature_id, channel) DO UPDATE SET generation = excluded.generation, digest = excluded.digest,"
    " tries = 0, expires_at = excluded.expires_at, used_at = NULL"
)
# No one's row: where there is no sign-on, the same statements run for it.
_NOBODY = ""


def mail_code(keys: CampaignKeys, signature_id: str, occurrence: str) -> str:
    """Make the code of one confirming mail; the same mail always has the same, so that it can be made again."""
    mac = keyed_hash(keys.token, f"code|{signature_id}|{occurrence}".encode())
    return f"{int.from_bytes(mac) % _ALL:0{DIGITS}}"


def random_code() -> str:
    """Make a code that cannot be made again."""
    return f"{secrets.randbelow(_ALL):0{DIGITS}}"


def spaced(code: str) -> str:
    """Write a code as people read it: in two groups."""
    return f"{code[:3]} {code[3:]}"


def typed_code(text: str) -> str:
    """Read what was typed or pasted into the field, in the digits of any script; "" where it is no code (pure)."""
    if len(text) > 40:
        return ""
    digits = "".join(
        str(unicodedata.digit(character)) if character.isdigit() else character
        for character in text
        if not (character.isspace() or unicodedata.category(character) in {"Pd", "Cf"})
    )
    return digits if len(digits) == DIGITS and digits.isdecimal() else ""


def keep_code(
    session: Session, keys: CampaignKeys, row: Signature, code: str, *, channel: CodeChannel, now: datetime
) -> None:
    """Keep a code's digest in place of the one before in its channel; its tries begin anew."""
    kept = ConfirmingCode(
        signature_id=row.id,
        channel=channel,
        generation=row.generation,
        digest=_digest(keys, row.id, row.generation, code),
        expires_at=now + LIVES[channel],
    )
    insert_quickly(session, kept, conflict=_ANEW)


def try_code(
    session: Session, keys: CampaignKeys, row: Signature | None, code: str, *, now: datetime
) -> CodeChannel | None:
    """Take one try off each code of a sign-on, and tell whose it is; None for a wrong or useless one.

    The caller holds the row. The try is counted even where the code is right, and by one statement, so that many
    guesses at one moment are no more than many guesses one after another.
    """
    mine = col(ConfirmingCode.signature_id) == (row.id if row else _NOBODY)
    is_left = or_(
        col(ConfirmingCode.tries) < MOST_TRIES,
        col(ConfirmingCode.used_at).is_not(None) & (col(ConfirmingCode.tries) < _MOST_AFTER_USE),
    )
    trying = update(ConfirmingCode).where(mine, is_left, col(ConfirmingCode.expires_at) > now)
    trying = trying.values(tries=col(ConfirmingCode.tries) + 1)
    tried = session.execute(
        trying.returning(
            col(ConfirmingCode.channel), col(ConfirmingCode.generation), col(ConfirmingCode.digest)
        )
    ).all()
    right = None
    for channel, generation, digest in tried:
        given = _digest(keys, row.id if row else _NOBODY, generation, code)
        if hmac.compare_digest(given, digest) and row is not None and generation == row.generation:
            right = CodeChannel(channel)
    return right


def use_code(session: Session, row: Signature, channel: CodeChannel, *, now: datetime) -> None:
    """Mark a code as the one that confirmed."""
    mine = (col(ConfirmingCode.signature_id) == row.id, col(ConfirmingCode.channel) == channel)
    session.execute(update(ConfirmingCode).where(*mine).values(used_at=now))


def end_codes(session: Session, row: Signature) -> None:
    """Make every code of a sign-on worthless."""
    session.execute(delete(ConfirmingCode).where(col(ConfirmingCode.signature_id) == row.id))


def forget_codes(session: Session, *, now: datetime) -> int:
    """Delete the codes whose time is over; gives how many."""
    over = session.exec(select(ConfirmingCode).where(col(ConfirmingCode.expires_at) <= now).limit(1000)).all()
    for row in over:
        session.delete(row)
    return len(over)


def _digest(keys: CampaignKeys, signature_id: str, generation: int, code: str) -> bytes:
    return keys.blind("confirming-code", f"{signature_id}|{generation}|{code}")
