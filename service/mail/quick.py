"""Write the content of a mail without attachments as the standard library would, byte for byte, and many times faster.

The library builds a tree for every mail and encodes it character by character. Here a line is encoded once and
remembered: mails of one template differ in a few lines only, so all others are found ready.
"""

import binascii
from collections.abc import Iterator
from email.quoprimime import body_encode
from functools import lru_cache

from service.mail.cast import make_boundary
from service.mail.envelope import Draft

_WIDTH = 78
_BASE64_BYTES = _WIDTH // 4 * 3
_SNIFFED_LINES = 10
_REMEMBERED_LINES = 4096


def quick_content(draft: Draft, message_id: str) -> bytes:
    """Write the MIME headers and the body of a draft; the caller has made sure that it has no attachments.

    The bytes are those of `EmailMessage` with the policy SMTP and 7-bit encodings (RFC 2045, section 6): tests
    compare them.
    """
    if not draft.html:
        return b"".join(_text_part(draft.text, b"plain", version=True))
    boundary = make_boundary(message_id, 0).encode()
    return b"".join(
        (
            b'MIME-Version: 1.0\r\nContent-Type: multipart/alternative;\r\n boundary="',
            boundary,
            b'"\r\n\r\n--',
            boundary,
            b"\r\n",
            *_text_part(draft.text, b"plain", version=False),
            b"\r\n--",
            boundary,
            b"\r\n",
            *_text_part(draft.html, b"html", version=True),
            b"\r\n--",
            boundary,
            b"--\r\n",
        )
    )


def _text_part(text: str, subtype: bytes, *, version: bool) -> Iterator[bytes]:
    encoding, body = _encoded([*text.encode().splitlines()])
    yield b'Content-Type: text/%b; charset="utf-8"\r\nContent-Transfer-Encoding: %b\r\n' % (subtype, encoding)
    if version:
        yield b"MIME-Version: 1.0\r\n"
    yield b"\r\n"
    yield body


def _encoded(lines: list[bytes]) -> tuple[bytes, bytes]:
    """Choose an encoding and use it, by the rules of `email.contentmanager`."""
    whole = b"\r\n".join(lines) + b"\r\n"
    if whole.isascii() and max(map(len, lines), default=0) <= _WIDTH:
        return b"7bit", whole
    sniffed = lines[:_SNIFFED_LINES]
    if sum(len(_quoted(line).replace(b"\r\n", b"\n")) for line in sniffed) > _base64_length(sniffed):
        return b"base64", _base64(whole)
    return b"quoted-printable", b"".join(_quoted(line) + b"\r\n" for line in lines)


def _base64_length(lines: list[bytes]) -> int:
    # The library counts one end of line for each quoted line, and one for the whole of base64.
    whole = sum(len(line) + 2 for line in lines)
    return -(-whole // 3) * 4 + 1 - len(lines)


def _base64(data: bytes) -> bytes:
    return b"".join(
        binascii.b2a_base64(data[start : start + _BASE64_BYTES], newline=False) + b"\r\n"
        for start in range(0, len(data), _BASE64_BYTES)
    )


@lru_cache(maxsize=_REMEMBERED_LINES)
def _quoted(line: bytes) -> bytes:
    encoded = body_encode(line.decode("latin-1") + "\n", _WIDTH)
    return encoded[:-1].encode("ascii").replace(b"\n", b"\r\n")
