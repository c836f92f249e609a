"""Tokens that open a link: 256 bits, one purpose each, kept only as digests."""

import base64
import hashlib
import re

from service.foundation.keyed import keyed_hash

_SHAPE = re.compile(r"[A-Za-z0-9_-]{43}")


def derive_token(key: bytes, *, purpose: str, row: str, generation: int) -> str:
    """Derive the token of a row: 43 characters of base64url that carry 256 bits.

    The same four always give the same token, so that a mail can be made again without its link being kept.
    A higher generation makes every earlier link worthless.
    """
    mac = keyed_hash(key, f"{purpose}|{row}|{generation}".encode())
    return base64.urlsafe_b64encode(mac).rstrip(b"=").decode()


def token_digest(token: str) -> bytes:
    """Give the digest under which a token is kept: SHA-256, 32 bytes."""
    return hashlib.sha256(token.encode()).digest()


def looks_like_token(text: str) -> bool:
    """Tell whether a text has the shape of a token at all."""
    return _SHAPE.fullmatch(text) is not None
