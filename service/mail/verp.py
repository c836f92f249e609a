"""Addresses of ours that name what they belong to: the mail that came back, or the sending a copy is to be filed with (pure)."""

import base64
import binascii
import hmac
import re

from service.foundation.keyed import keyed_hash

_MAC_BYTES = 10
_SHAPE = re.compile(r"([bf])\+([a-z2-7]{26})\.([a-z2-7]{16})", re.IGNORECASE | re.ASCII)
_RETURNED, _FILED = "b", "f"
# No dedupe key of a Message-ID, the other use of this key, begins like these.
_PURPOSES = {_RETURNED: b"return-path\0", _FILED: b"filing\0"}


def make_return_path(row_id: str, *, site_key: bytes, bounce_domain: str) -> str:
    """Make the envelope sender of one outbox row: `b+<id>.<mac>@<bounce_domain>`, 45 characters before the @.

    `row_id` is 32 hexadecimal digits; the mac is 80 bits of HMAC-SHA256 under the site's key, so that nobody can
    make up a bounce of a mail that was never seen. Base32 survives servers that change the case of letters.
    """
    return _make(_RETURNED, row_id, site_key, bounce_domain)


def read_return_path(address: str, *, site_key: bytes, bounce_domain: str) -> str | None:
    """Give the id of the row that a return path of ours belongs to; None for every other address, whatever it is."""
    return _read(_RETURNED, address, site_key, bounce_domain)


def make_filing_address(delivery_id: str, *, site_key: bytes, bounce_domain: str) -> str:
    """Make the address at which a copy of what a person sends is filed with its sending: `f+<id>.<mac>@<bounce_domain>`.

    It is made as a return path is, under a mac of its own: who knows the one can make up no other.
    """
    return _make(_FILED, delivery_id, site_key, bounce_domain)


def read_filing_address(address: str, *, site_key: bytes, bounce_domain: str) -> str | None:
    """Give the id of the sending that such an address belongs to; None for every other address, whatever it is."""
    return _read(_FILED, address, site_key, bounce_domain)


def _make(purpose: str, thing_id: str, site_key: bytes, bounce_domain: str) -> str:
    thing = bytes.fromhex(thing_id)
    return f"{purpose}+{_base32(thing)}.{_base32(_mac(purpose, thing, site_key))}@{bounce_domain}"


def _read(purpose: str, address: str, site_key: bytes, bounce_domain: str) -> str | None:
    local, _, domain = address.strip().rpartition("@")
    found = _SHAPE.fullmatch(local)
    if found is None or not bounce_domain or domain.casefold() != bounce_domain.casefold():
        return None
    thing, mac = _bytes(found.group(2)), _bytes(found.group(3))
    is_of_this_purpose = found.group(1).lower() == purpose
    if not is_of_this_purpose or thing is None or mac is None:
        return None
    return thing.hex() if hmac.compare_digest(mac, _mac(purpose, thing, site_key)) else None


def _mac(purpose: str, thing: bytes, site_key: bytes) -> bytes:
    return keyed_hash(site_key, _PURPOSES[purpose] + thing)[:_MAC_BYTES]


def _base32(data: bytes) -> str:
    return base64.b32encode(data).decode().rstrip("=").lower()


def _bytes(text: str) -> bytes | None:
    """Read base32 as we write it; None for a second spelling of the same bytes, which is not ours."""
    try:
        data = base64.b32decode(text.upper() + "=" * (-len(text) % 8))
    except binascii.Error:
        return None
    return data if _base32(data) == text.lower() else None
