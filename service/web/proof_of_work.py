"""Proof of work: a challenge that costs a browser a second and whoever sends thousands a lot; the only user of altcha."""

import hashlib
import json
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime

import altcha

from service.foundation.keyed import keyed_hash
from service.foundation.sealing import RootKey

ALGORITHM = "PBKDF2/SHA-256"
COST = 5000
"""Rounds of the key derivation for each try; a phone makes about a hundred tries a second."""
_FEWEST, _MOST = 300, 700
_LONGEST = 4000


@dataclass(frozen=True, kw_only=True)
class Challenge:
    """What a page gives to its script, as JSON."""

    data: str


def make_challenge(root: RootKey, *, place: str, until: datetime) -> Challenge:
    """Make a challenge for the form at one place, which is over at `until`."""
    made = altcha.create_challenge(
        ALGORITHM,
        COST,
        counter=_FEWEST + secrets.randbelow(_MOST - _FEWEST),
        data={"place": _name(place), "until": int(until.timestamp())},
        hmac_secret=_key(root, "challenge"),
        hmac_key_secret=_key(root, "solution"),
    )
    return Challenge(data=json.dumps(made.to_dict(), separators=(",", ":")))


def check_proof(root: RootKey, text: str, *, place: str, now: datetime) -> bytes | None:
    """Check what a form brought; gives the digest of a challenge that was solved, None for anything else.

    The same proof may come again: whoever takes it keeps its digest and takes it once.
    """
    if not text or len(text) > _LONGEST:
        return None
    try:
        payload = altcha.Payload.from_base64(text)
        parameters = payload.challenge.parameters
        told = dict(parameters.data or {})
        found = altcha.verify_solution(
            payload, _key(root, "challenge"), hmac_key_secret=_key(root, "solution")
        )
        if not found.verified or told["place"] != _name(place) or parameters.algorithm != ALGORITHM:
            return None
        is_over = datetime.fromtimestamp(told["until"], UTC) < now
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError, OverflowError, OSError):
        # A stranger wrote it; whatever it is, it is no proof.
        return None
    return None if is_over else hashlib.sha256(str(payload.challenge.signature).encode()).digest()


def _key(root: RootKey, purpose: str) -> bytes:
    return keyed_hash(root.derive("proof-of-work"), purpose.encode())


def _name(place: str) -> str:
    return hashlib.sha256(place.encode()).hexdigest()
