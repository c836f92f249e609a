"""Return paths that name the mail they belong to, so that a bounce tells which one came back (pure)."""

import base64
import binascii
import hmac
import re

from service.foundation.keyed import keyed_hash

_MAC_BYTES = 10
_SHAPE = re.compile(r"b\+([a-z2-7]{26})\.([a-z2-7]{16})", re.IGNORECASE | re.ASCII)


def make_return_path(row_id: str, *, site_key: bytes, bounce_domain: str) -> str:
    """Make the envelope sender of one outbox row: `b+<id>.<mac>@<bounce_domain>`, 45 characters before the @.

    `row_id` is 32 hexadecimal digits; the mac is 80 bits of HMAC-SHA256 under the site's key, so that nobody can
    make up a bounce of a mail that was never seen. Base32 survives servers that change the case of letters.
    """
    row = bytes.fromhex(row_id)
    return f"b+{_base32(row)}.{_base32(_mac(row, site_key))}@{bounce_domain}"


def read_return_path(address: str, *, site_key: bytes, bounce_domain: str) -> str | None:
    """Give the id of the row that a return path of ours belongs to; None for every other address, whatever it is."""
    local, _, domain = address.strip().rpartition("@")
    found = _SHAPE.fullmatch(local)
    if found is None or not bounce_domain or domain.casefold() != bounce_domain.casefold():
        return None
    row, mac = _bytes(found.group(1)), _bytes(found.group(2))
    if row is None or mac is None or not hmac.compare_digest(mac, _mac(row, site_key)):
        return None
    return row.hex()


def _mac(row: bytes, site_key: bytes) -> bytes:
    # No dedupe key of a Message-ID, the other use of this key, begins like this.
    return keyed_hash(site_key, b"return-path\0" + row)[:_MAC_BYTES]


def _base32(data: bytes) -> str:
    return base64.b32encode(data).decode().rstrip("=").lower()


def _bytes(text: str) -> bytes | None:
    """Read base32 as we write it; None for a second spelling of the same bytes, which is not ours."""
    try:
        data = base64.b32decode(text.upper() + "=" * (-len(text) % 8))
    except binascii.Error:
        return None
    return data if _base32(data) == text.lower() else None
