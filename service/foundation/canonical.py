"""One byte form of a record, for hashing and keeping."""

import hashlib
import json
import unicodedata

import rfc8785

# Beyond it a number has no exact form in JSON (RFC 8785, section 3.2.2.3).
_LARGEST = 2**53 - 1
_NOT_A_RECORD = "only text, whole numbers, truth values, nothing, lists and mappings have a canonical form"

Json = None | bool | int | str | list["Json"] | dict[str, "Json"]


def canonical(value: object) -> bytes:
    """Write a record as the one byte string it has.

    JSON by RFC 8785, every string first brought to Unicode NFC with line ends as LF. Floats have no place in
    our records and raise TypeError.
    """
    odd: list[object] = []
    settled = _settle(value, odd)
    if odd:
        return rfc8785.dumps(settled)
    # Without odd keys and numbers the standard library writes the same bytes, in a tenth of the time.
    return json.dumps(settled, ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode()


def digest(value: object) -> str:
    """Give the SHA-256 of the canonical bytes, as 64 hexadecimal digits."""
    return hashlib.sha256(canonical(value)).hexdigest()


def _settle(value: object, odd: list[object]) -> Json:
    """Bring every string to its one form; what the standard library would order or write in another way goes into `odd`."""
    if isinstance(value, str):
        if type(value) is str and value.isascii() and "\r" not in value:
            return value
        return unicodedata.normalize("NFC", value.replace("\r\n", "\n").replace("\r", "\n"))
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, int):
        if abs(value) > _LARGEST:
            odd.append(value)
        return value
    if isinstance(value, list | tuple):
        return [_settle(item, odd) for item in value]
    if isinstance(value, dict):
        settled = {str(_settle(key, odd)): _settle(item, odd) for key, item in value.items()}
        # By RFC 8785 keys are ordered as UTF-16, and here as code points: in ASCII that is the same.
        odd.extend(key for key in settled if not key.isascii())
        return settled
    raise TypeError(_NOT_A_RECORD)
