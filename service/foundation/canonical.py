"""One byte form of a record, for hashing and keeping."""

import hashlib
import unicodedata

import rfc8785

_NOT_A_RECORD = "only text, whole numbers, truth values, nothing, lists and mappings have a canonical form"

Json = None | bool | int | str | list["Json"] | dict[str, "Json"]


def canonical(value: object) -> bytes:
    """Write a record as the one byte string it has.

    JSON by RFC 8785, every string first brought to Unicode NFC with line ends as LF. Floats have no place in
    our records and raise TypeError.
    """
    return rfc8785.dumps(_settle(value))


def digest(value: object) -> str:
    """Give the SHA-256 of the canonical bytes, as 64 hexadecimal digits."""
    return hashlib.sha256(canonical(value)).hexdigest()


def _settle(value: object) -> Json:
    if isinstance(value, str):
        return unicodedata.normalize("NFC", value.replace("\r\n", "\n").replace("\r", "\n"))
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, list | tuple):
        return [_settle(item) for item in value]
    if isinstance(value, dict):
        return {str(_settle(key)): _settle(item) for key, item in value.items()}
    raise TypeError(_NOT_A_RECORD)
