"""Take a returned mail apart, whatever state it is in: headers, readable text, status fields, the mail it brings back (pure)."""

import base64
import binascii
import email
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from email.header import decode_header, make_header
from email.message import Message as Part
from email.policy import compat32

MOST_READ = 512 * 1024
"""Bytes of a returned mail that are looked at; what it says of itself stands before the copy of ours."""

_MOST_PARTS = 50
_MOST_TEXT = 64 * 1024
_MOST_BLOCKS = 200
_MOST_HEADER = 4000
_STATUS = frozenset({"message/delivery-status", "message/global-delivery-status"})
_RETURNED = frozenset(
    {
        "message/rfc822",
        "message/global",
        "text/rfc822-headers",
        "message/global-headers",
        "message/rfc822-headers",
    }
)
_BASE64 = re.compile(r"[A-Za-z0-9+/=\s]+")
_FIELD = re.compile(r"^([A-Za-z][A-Za-z0-9-]{1,60}):[ \t]*(.*(?:\n[ \t]+.*)*)", re.MULTILINE)
_BLOCK_END = re.compile(r"\n[ \t]*\n")

Fields = Mapping[str, str]
"""One block of `Name: value` lines, by names in lower case."""


@dataclass(frozen=True, kw_only=True)
class Parts:
    """What stands in a returned mail.

    `texts` are its own words, without those of the mail it brings back; `statuses` the blocks of delivery-status
    parts (RFC 3464, RFC 6533) in order; `feedback` the fields of a complaint (RFC 5965); `returned` the headers of
    the mail brought back, as text.
    """

    head: Part
    texts: Sequence[str]
    statuses: Sequence[Fields]
    feedback: Fields | None
    disposition: Fields | None
    returned: Sequence[str]

    def header(self, name: str) -> str:
        """Give a header of the mail itself, decoded, or ""."""
        return next(iter(self.headers(name)), "")

    def headers(self, name: str) -> Sequence[str]:
        """Give every header of this name, decoded."""
        return [_decoded(value) for key, value in self.head.raw_items() if key.lower() == name.lower()]

    @property
    def text(self) -> str:
        """All its own words."""
        return "\n".join(self.texts)


def take_apart(data: bytes) -> Parts:
    """Take the bytes of a mail apart; what cannot be read is left out."""
    head = email.message_from_bytes(data[:MOST_READ], policy=compat32)
    texts: list[str] = []
    statuses: list[Fields] = []
    reports: dict[str, Fields] = {}
    returned: list[str] = []
    for part in _own_parts(head):
        kind = part.get_content_type()
        if kind in _STATUS:
            statuses += _blocks(_raw_text(part))
        elif kind in _RETURNED:
            returned.append(_head_text(part))
        elif kind in {"message/feedback-report", "message/disposition-notification"}:
            reports[kind] = _all_fields(_raw_text(part))
        elif part.get_content_maintype() == "text" and not part.is_multipart():
            texts.append(_text(part))
    return Parts(
        head=head,
        texts=texts,
        statuses=statuses,
        feedback=reports.get("message/feedback-report"),
        disposition=reports.get("message/disposition-notification"),
        returned=returned,
    )


def _own_parts(part: Part, *, deep: int = 0) -> Iterator[Part]:
    """Walk through the mail's own parts, never into the mail that it brings back."""
    if not part.get_content_type().startswith("multipart/"):
        yield part
        return
    inside = part.get_payload()
    if not isinstance(inside, list) or deep > 8:
        # A multipart without a boundary, or cut before the first one: its words may still be read.
        yield _as_plain(part)
        return
    for child in inside[:_MOST_PARTS]:
        if isinstance(child, Part):
            yield from _own_parts(child, deep=deep + 1)


def _as_plain(part: Part) -> Part:
    plain = Part(policy=compat32)
    payload = part.get_payload()
    plain.set_payload(payload if isinstance(payload, str) else "")
    return plain


def _raw_text(part: Part) -> str:
    """Give the text of a part of type message/…, which the library has taken for mails inside it."""
    payload = part.get_payload()
    text = payload if isinstance(payload, str) else ""
    if isinstance(payload, list):
        text = "\n\n".join(_joined(child) for child in payload[:_MOST_BLOCKS] if isinstance(child, Part))
    if str(part.get("Content-Transfer-Encoding", "")).strip().lower() == "base64":
        text = _unbase64(text)
    return text


def _joined(block: Part) -> str:
    lines = "\n".join(f"{name}: {_plain(str(value))}" for name, value in block.items())
    payload = block.get_payload()
    if isinstance(payload, list):
        payload = "\n\n".join(_joined(child) for child in payload[:_MOST_BLOCKS] if isinstance(child, Part))
    return f"{lines}\n\n{payload}" if payload else lines


def _unbase64(text: str) -> str:
    if not _BASE64.fullmatch(text):
        return text
    try:
        return base64.b64decode("".join(text.split())).decode("utf-8", "replace")
    except binascii.Error:
        return text


def _head_text(part: Part) -> str:
    """Give the headers of the mail that a part brings back."""
    text = _text(part) if part.get_content_maintype() == "text" else _raw_text(part)
    return _BLOCK_END.split(text.replace("\r\n", "\n").lstrip("\n"), maxsplit=1)[0][:_MOST_TEXT]


def _blocks(text: str) -> list[Fields]:
    pieces = _BLOCK_END.split(text.replace("\r\n", "\n"))[:_MOST_BLOCKS]
    return [found for piece in pieces if (found := fields_in(piece))]


def _all_fields(text: str) -> Fields:
    return fields_in(text.replace("\r\n", "\n")[:_MOST_TEXT])


def fields_in(text: str) -> Fields:
    """Read `Name: value` lines; of a name that stands twice, the first counts."""
    found: dict[str, str] = {}
    for match in _FIELD.finditer(text):
        found.setdefault(match.group(1).lower(), " ".join(match.group(2).split()))
    return found


def _text(part: Part) -> str:
    """Decode a text part as far as possible, by its charset or else as UTF-8, with marks for what is broken."""
    payload = part.get_payload(decode=True)
    if not isinstance(payload, bytes):
        return ""
    payload = payload[:_MOST_TEXT]
    charset = str(part.get_param("charset") or "utf-8")
    try:
        text = payload.decode(charset, "replace")
    except (LookupError, ValueError):
        text = payload.decode("utf-8", "replace")
    if part.get_content_subtype() == "html":
        text = re.sub(r"<(?:br|/p|/div|/tr)[^<>]{0,200}>", "\n", text, flags=re.IGNORECASE)
        text = re.sub(r"<[a-z/!][^<>@]{0,2000}>", " ", text, flags=re.IGNORECASE)
    return text.replace("\r\n", "\n")


def _decoded(value: object) -> str:
    text = _plain(str(value))[:_MOST_HEADER]
    try:
        return " ".join(str(make_header(decode_header(text))).split())
    except (LookupError, ValueError):
        # ValueError is also what a broken base64 word and a broken charset raise.
        return " ".join(text.split())


def _plain(text: str) -> str:
    """Replace the surrogates by which the library keeps bytes beyond ASCII."""
    return text.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
