"""Write the headers of a mail, byte by byte: the same mail always has the same ones (pure)."""

import base64
import textwrap
from collections.abc import Iterator
from email.headerregistry import Address
from functools import lru_cache

from service.foundation.addresses import ascii_address
from service.foundation.keyed import keyed_hash

_WIDTH = 76
# In base64, with its twelve characters around and "Subject: " before it, an encoded word stays below RFC 2047's 76.
_ENCODED_BYTES = 39
_MESSAGE_ID_CHARACTERS = 26
_MESSAGE_ID_BYTES, _MESSAGE_ID_SPARE_BITS = 17, 6
_BASE32 = "abcdefghijklmnopqrstuvwxyz234567"
_PAIRS = [first + second for first in _BASE32 for second in _BASE32]


def make_message_id(site_key: bytes, dedupe_key: str, domain: str) -> str:
    """Make the Message-ID of an outbox row, with its angle brackets: 130 bits of HMAC-SHA256 in base32.

    The same row always gets the same one, so that a second copy can be recognised; without the site's key
    nobody can tell from it what the mail was.
    """
    mac = keyed_hash(site_key, dedupe_key.encode())
    name = _base32_pairs(int.from_bytes(mac[:_MESSAGE_ID_BYTES]) >> _MESSAGE_ID_SPARE_BITS)
    return f"<{name}@{_ascii_domain(domain)}>"


def _base32_pairs(number: int) -> str:
    """Write 130 bits in base32 (RFC 4648), lower case; the library takes ten times as long."""
    shifts = range(5 * (_MESSAGE_ID_CHARACTERS - 2), -1, -10)
    return "".join([_PAIRS[number >> shift & 1023] for shift in shifts])


@lru_cache(maxsize=16)
def _ascii_domain(domain: str) -> str:
    return ascii_address(f"id@{domain}").rpartition("@")[2]


def list_headers(unsubscribe_url: str) -> Iterator[tuple[str, str]]:
    """Give the headers by which a mail program offers to unsubscribe with one click (RFC 8058)."""
    yield "List-Unsubscribe", f"<{unsubscribe_url}>"
    yield "List-Unsubscribe-Post", "List-Unsubscribe=One-Click"


def bulk_headers(list_label: str, domain: str) -> Iterator[tuple[str, str]]:
    """Give the headers of a mail to a letter's list: which list it is (RFC 2919), and that it came to many.

    The label must say nothing of the letter; `domain` is our own, in ASCII.
    """
    yield "List-Id", f"<{list_label}.{domain}>"
    yield "Precedence", "bulk"


def auto_headers() -> Iterator[tuple[str, str]]:
    """Give the headers by which machines know not to answer (RFC 3834, and what Exchange reads)."""
    yield "Auto-Submitted", "auto-generated"
    yield "X-Auto-Response-Suppress", "All"


def mailbox(address: str, name: str = "") -> Address:
    """Make a mailbox of a normal address and the name to show; its domain is written in ASCII (RFC 5891)."""
    local, _, domain = ascii_address(address).rpartition("@")
    return Address(display_name=name, username=local, domain=domain)


def write_words(name: str, text: str) -> str:
    """Write a header of free words (Subject): folded, and encoded only where it must be (RFC 2047)."""
    return f"{name}: {_words(text, taken=len(name) + 2)}\r\n"


def write_mailbox(name: str, box: Address) -> str:
    """Write a header of one mailbox: its name quoted or encoded, its address never encoded and never broken."""
    return f"{name}: {_mailbox(box, taken=len(name) + 2)}\r\n"


def write_plain(name: str, value: str) -> str:
    """Write a structured header in one line, exactly as it is; raises ValueError for anything but printable ASCII.

    URLs and ids must neither be folded nor encoded, or programs that read them find nothing.
    """
    if not (value.isascii() and value.isprintable()):
        raise ValueError(f"{name} takes printable ASCII only.")
    return f"{name}: {value}\r\n"


def _words(text: str, *, taken: int) -> str:
    return _folded(text, taken=taken) if _is_plain(text) and _folds(text) else _encoded(text)


def _is_plain(text: str) -> bool:
    # Plain text that looks like an encoded word would be decoded by the reader, so it is encoded as well.
    return text.isascii() and text.isprintable() and "=?" not in text


def _folds(text: str) -> bool:
    return "  " not in text and all(len(word) < _WIDTH // 2 for word in text.split(" "))


def _folded(text: str, *, taken: int) -> str:
    first = " " * taken
    lines = textwrap.wrap(first + text, _WIDTH, break_long_words=False, break_on_hyphens=False)
    return "\r\n ".join(lines).lstrip(" ")


def _encoded(text: str) -> str:
    return "\r\n ".join(_encoded_words(text))


def _encoded_words(text: str) -> Iterator[str]:
    chunk = b""
    for character in text:
        letter = character.encode()
        if len(chunk) + len(letter) > _ENCODED_BYTES:
            yield _encoded_word(chunk)
            chunk = b""
        chunk += letter
    yield _encoded_word(chunk)


def _encoded_word(chunk: bytes) -> str:
    return f"=?utf-8?b?{base64.b64encode(chunk).decode()}?="


def _mailbox(box: Address, *, taken: int) -> str:
    if not box.display_name:
        return box.addr_spec
    written = _name(box.display_name, taken=taken)
    last_line = len(written.rpartition("\r\n")[2]) + (0 if "\r\n" in written else taken)
    glue = " " if last_line + len(box.addr_spec) + 3 <= _WIDTH else "\r\n "
    return f"{written}{glue}<{box.addr_spec}>"


def _name(name: str, *, taken: int) -> str:
    quoted = '"' + name.replace("\\", "\\\\").replace('"', '\\"') + '"'
    if _is_plain(name) and taken + len(quoted) <= _WIDTH:
        return quoted
    return _folded(quoted, taken=taken) if _is_plain(name) and _folds(quoted) else _encoded(name)
