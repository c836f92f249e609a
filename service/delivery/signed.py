"""Tells whether what was heard was signed by the one who knows the secret (pure)."""

import hmac

from service.foundation.keyed import keyed_hash


def is_signed(message: bytes, *, secret: str, signature: str) -> bool:
    """Compare a signature, HMAC-SHA256 in hexadecimal digits, with ours in constant time; never right without a secret."""
    made = keyed_hash(secret.encode(), message).hex().encode()
    return hmac.compare_digest(made, signature.strip().lower().encode(errors="replace")) and bool(secret)
