"""Keyed hashes: what nobody can tell, make up or compare without the key."""

from functools import lru_cache

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.hmac import HMAC

_KEYS_READY = 64


def keyed_hash(key: bytes, message: bytes) -> bytes:
    """Give HMAC-SHA256 (RFC 2104) of a message: 32 bytes."""
    # The library's own short form lets other threads in at each call, and a sender would wait for them six times a mail.
    mac = _ready(key).copy()
    mac.update(message)
    return mac.finalize()


@lru_cache(maxsize=_KEYS_READY)
def _ready(key: bytes) -> HMAC:
    return HMAC(key, SHA256())
