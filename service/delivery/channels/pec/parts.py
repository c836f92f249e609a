"""Take the mail of a receipt apart: its headers, the very bytes that are signed, and the signature (pure)."""

import base64
import binascii
import email
import re
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import Message as Part
from email.policy import compat32
from email.utils import parseaddr

from service.delivery.channels.pec.daticert import bare_id
from service.delivery.channels.pec.unproven import Unproven
from service.foundation.sentence import Sentence

MOST_READ = 64 * 1024 * 1024
"""Bytes of a receipt that are looked at: a whole one holds the message, of 30 MB at most, in base64."""

_MOST_HEADERS = 256 * 1024
_LINE_END = re.compile(rb"\r?\n")
_SIGNATURES = frozenset({"application/x-pkcs7-signature", "application/pkcs7-signature"})


@dataclass(frozen=True, kw_only=True)
class Head:
    """What the headers of a mail say of it: nobody has signed them.

    `kind` is that of a receipt, "" where the mail is none; `about` the message that it says it is about; `sender` its address.
    """

    kind: str
    about: str
    sender: str


@dataclass(frozen=True, kw_only=True)
class Signed:
    """The bytes that are signed, as they were when they were signed, and the signature over them."""

    content: bytes
    signature: bytes


def read_head(raw: bytes) -> Head:
    """Read the headers that matter; one that stands there twice counts for nothing."""
    mail = _headers(_halves(raw[:_MOST_HEADERS])[0])
    # A message that came to us by certified mail, and is no receipt, says how it was carried.
    is_carried = bool(_once(mail, "X-Trasporto"))
    return Head(
        kind="" if is_carried else _once(mail, "X-Ricevuta").lower(),
        about=bare_id(_once(mail, "X-Riferimento-Message-ID")),
        sender=parseaddr(_once(mail, "From"))[1].lower(),
    )


def take_apart(raw: bytes) -> Signed:
    """Give what is signed of a receipt, and the signature; raises Unproven where the mail is not signed as a whole."""
    if len(raw) > MOST_READ:
        raise Unproven(Sentence("The receipt is too large to be looked at: it proves nothing."))
    head, body = _halves(raw)
    mail = _headers(head)
    boundary = mail.get_boundary() or ""
    kinds = (mail.get_content_type(), str(mail.get_param("protocol") or "").lower())
    if len(mail.get_all("Content-Type", [])) != 1 or kinds[0] != "multipart/signed" or not boundary:
        raise _unsigned()
    parts = list(_between(body, boundary.encode("ascii", "replace")))
    if kinds[1] not in _SIGNATURES or len(parts) != 2:
        raise _unsigned()
    return Signed(content=parts[0], signature=_signature(parts[1]))


def certified_data(content: bytes) -> bytes:
    """Give the daticert.xml of what was signed: the one that the provider put there itself.

    What stands in a message that is carried is its sender's, and may be anything: it is not looked into. Raises Unproven where
    there is not exactly one.
    """
    whole = email.message_from_bytes(content, policy=compat32)
    inside = whole.get_payload() if whole.get_content_type() == "multipart/mixed" else []
    found = [
        part
        for part in inside
        if isinstance(part, Part) and (part.get_filename() or "").lower() == "daticert.xml"
    ]
    data = found[0].get_payload(decode=True) if len(found) == 1 else None
    if not isinstance(data, bytes):
        raise Unproven(Sentence("The receipt certifies nothing: it proves nothing."))
    return data


def _halves(raw: bytes) -> tuple[bytes, bytes]:
    """Give the headers and the body with the line ends that mail has, whatever a mailbox made of them."""
    head, _, body = _LINE_END.sub(b"\r\n", raw).partition(b"\r\n\r\n")
    return head, body


def _headers(head: bytes) -> Part:
    return email.message_from_bytes(head + b"\r\n\r\n", policy=compat32)


def _once(mail: Part, name: str) -> str:
    values = mail.get_all(name, [])
    return str(values[0]).strip() if len(values) == 1 else ""


def _between(body: bytes, boundary: bytes) -> Iterator[bytes]:
    """Give what stands between the lines of a boundary (RFC 2046, 5.1.1); nothing at all where its end is missing."""
    line = re.compile(rb"(?:\A|\r\n)--" + re.escape(boundary) + rb"(--)?[ \t]*(?=\r\n|\Z)")
    marks = list(line.finditer(body))
    ends = [place for place, mark in enumerate(marks) if mark[1]]
    for mark, following in zip(marks, marks[1 : ends[0] + 1] if ends else [], strict=False):
        yield body[mark.end() + 2 : following.start()]


def _signature(part: bytes) -> bytes:
    head, body = _halves(part)
    mail = _headers(head)
    encoding = str(mail.get("Content-Transfer-Encoding") or "").strip().lower()
    if mail.get_content_type() not in _SIGNATURES or encoding != "base64":
        raise _unsigned()
    try:
        return base64.b64decode(b"".join(body.split()), validate=True)
    except binascii.Error:
        raise _unsigned() from None


def _unsigned() -> Unproven:
    return Unproven(Sentence("The receipt is not signed: it proves nothing."))
