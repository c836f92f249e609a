"""Signed, short-lived marks that show a form was opened here; no cookie is needed."""

import hashlib
from datetime import datetime, timedelta

from itsdangerous import BadSignature, TimestampSigner

from service.foundation.sealing import RootKey

LIVES = timedelta(hours=1)
_SEPARATOR = "."


def make_nonce(root: RootKey, *, place: str, now: datetime) -> str:
    """Make the mark of a form that is opened now at this place (its path); it says nothing of the place."""
    signed = _signer(root, now).sign(_name(place)).decode()
    return signed.removeprefix(_name(place) + _SEPARATOR)


def is_fresh(root: RootKey, nonce: str, *, place: str, now: datetime) -> bool:
    """Tell whether a mark was made here, for this place, and not more than an hour ago."""
    return age(root, nonce, place=place, now=now) is not None


def age(root: RootKey, nonce: str, *, place: str, now: datetime) -> timedelta | None:
    """Tell how long ago a mark was made, in whole seconds; None where it is not fresh."""
    signed = f"{_name(place)}{_SEPARATOR}{nonce}"
    try:
        _, made = _signer(root, now).unsign(
            signed.encode(), max_age=int(LIVES.total_seconds()), return_timestamp=True
        )
    except BadSignature:
        return None
    return now.replace(microsecond=0) - made


def opened_at(root: RootKey, nonce: str, *, place: str, now: datetime) -> datetime | None:
    """Give when a form with this mark was opened, to the second; None for a mark that was not made here."""
    signed = f"{_name(place)}{_SEPARATOR}{nonce}"
    try:
        _, made_at = _signer(root, now).unsign(signed.encode(), return_timestamp=True)
    except BadSignature:
        return None
    return made_at


def is_ours(root: RootKey, nonce: str, *, place: str, now: datetime) -> bool:
    """Tell whether a mark was made here for this place, however long ago."""
    try:
        _signer(root, now).unsign(f"{_name(place)}{_SEPARATOR}{nonce}".encode())
    except BadSignature:
        return False
    return True


class _SignerAt(TimestampSigner):
    """A signer that is told the time, as everything here is."""

    def __init__(self, key: bytes, *, now: datetime) -> None:
        super().__init__(key, salt=b"form", digest_method=hashlib.sha256)
        self._seconds = int(now.timestamp())

    def get_timestamp(self) -> int:
        return self._seconds


def _signer(root: RootKey, now: datetime) -> _SignerAt:
    return _SignerAt(root.derive("form-nonce"), now=now)


def _name(place: str) -> str:
    # A hash has one length and no separator in it, whatever the place is called.
    return hashlib.sha256(place.encode()).hexdigest()
