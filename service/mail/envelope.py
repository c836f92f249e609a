"""What goes into the post: a Draft that a room hands over, and the Envelope that a transport carries."""

import copy
import re
from dataclasses import dataclass

LONGEST_LINE = 998
"""Bytes of a line before its CRLF (RFC 5322, section 2.1.1)."""

_ADDRESS = re.compile(r"[^\s@<>()\[\]\\,;:\"\x00-\x1f\x7f]+@[^\s@<>()\[\]\\,;:\"\x00-\x1f\x7f]+")
_MEDIA_TYPE = re.compile(r"[a-z0-9.+-]+/[a-z0-9.+-]+")
_LANGUAGE = re.compile(r"[A-Za-z0-9]{1,8}(-[A-Za-z0-9]{1,8})*")
_URL = re.compile(r"https?://[!-;=?-~]+")
_NOTIFY = re.compile(r"(?:NEVER|(?:SUCCESS|FAILURE|DELAY)(?:,(?:SUCCESS|FAILURE|DELAY))*)?")
_LIST_LABEL = re.compile(r"[a-z0-9]{1,63}")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")


@dataclass(frozen=True, kw_only=True, repr=False)
class Attachment:
    """A file that goes with a mail; `media_type` is in lower case and without parameters."""

    filename: str
    media_type: str
    data: bytes

    def __post_init__(self) -> None:
        """Refuse, by ValueError, what could not stand in a header."""
        _one_line(self.filename, what="file name")
        if not self.filename or "/" in self.filename or "\\" in self.filename:
            raise ValueError("A file name is a name, not a path.")
        if not _MEDIA_TYPE.fullmatch(self.media_type):
            raise ValueError("A media type looks like application/pdf.")


@dataclass(frozen=True, kw_only=True, repr=False)
class Draft:
    """One mail to one mailbox, in words; `to` and `reply_to` are normal addresses (foundation/addresses.py).

    `sender_name` is the name shown as From, `list_label` names the list that a mail to many belongs to, `receipt_to` is
    where its reader's program is asked to say that it was displayed (RFC 8098). What could break out of a header raises ValueError: it is a bug of
    the room, whose texts were checked at the door.
    """

    to: str
    subject: str
    text: str
    html: str
    sender_name: str
    reply_to: str | None
    language: str
    unsubscribe_url: str | None
    attachments: tuple[Attachment, ...] = ()
    list_label: str = ""
    receipt_to: str | None = None

    def __post_init__(self) -> None:
        """Refuse, by ValueError, what could not stand in a header or in a text."""
        _one_address(self.to)
        for address in (self.reply_to, self.receipt_to):
            if address is not None:
                _one_address(address)
        for what, line in (("subject", self.subject), ("sender's name", self.sender_name)):
            _one_line(line, what=what)
        for what, body in (("text", self.text), ("HTML", self.html)):
            _no_controls(body, what=what)
        if not _LANGUAGE.fullmatch(self.language):
            raise ValueError("A language is a BCP 47 tag.")
        if self.unsubscribe_url is not None and not _URL.fullmatch(self.unsubscribe_url):
            raise ValueError("The address to unsubscribe at is not a plain web address.")
        if self.list_label and not _LIST_LABEL.fullmatch(self.list_label):
            raise ValueError("The label of a list is made of small letters and digits.")


@dataclass(frozen=True, kw_only=True, repr=False)
class Envelope:
    """One mail as it goes over the wire: from one mailbox to exactly one, with its bytes.

    `message_id` has its angle brackets. Every line of `data` ends in CRLF and holds at most 998 bytes; dots are
    not doubled yet. `notify` says of what the relay is asked to report (RFC 3461, section 4.1), "" leaves it to the
    relay. Anything else raises ValueError, so that nothing can be smuggled behind an end of data.
    """

    mail_from: str
    rcpt_to: str
    message_id: str
    data: bytes
    notify: str = ""

    def __post_init__(self) -> None:
        """Refuse, by ValueError, what is not exactly one mail to exactly one mailbox."""
        _one_address(self.mail_from)
        _one_address(self.rcpt_to)
        if not _NOTIFY.fullmatch(self.notify):
            raise ValueError("A relay reports NEVER, or some of SUCCESS, FAILURE and DELAY.")
        check_lines(self.data)

    @classmethod
    def of_checked(
        cls, *, mail_from: str, rcpt_to: str, message_id: str, data: bytes, notify: str
    ) -> "Envelope":
        """Make one of bytes that check_lines() has passed, and of addresses as they stand in an outbox's mould."""
        _one_address(mail_from)
        _one_address(rcpt_to)
        envelope = object.__new__(cls)
        envelope.__dict__.update(
            mail_from=mail_from, rcpt_to=rcpt_to, message_id=message_id, data=data, notify=notify
        )
        return envelope

    def signed(self, signatures: bytes) -> "Envelope":
        """Give the mail with whole header lines before its first one."""
        check_lines(signatures)
        signed = copy.copy(self)
        # What was checked is not checked again: a mail is made thousands of times a minute.
        object.__setattr__(signed, "data", signatures + self.data)
        return signed

    @property
    def needs_smtputf8(self) -> bool:
        """Tell whether only a relay with SMTPUTF8 can carry it (RFC 6531): an address has a local part beyond ASCII."""
        return not (self.mail_from.isascii() and self.rcpt_to.isascii() and self.data.isascii())


def _one_address(address: str) -> None:
    # The address stays out of the sentence: it may end in a log.
    if not _ADDRESS.fullmatch(address):
        raise ValueError("Mail goes to and from exactly one plain address.")


def check_lines(data: bytes) -> None:
    """Check the lines of a mail; raises ValueError where one does not end in CRLF, is too long or holds a NUL."""
    lines = data.split(b"\r\n")
    ends = len(lines) - 1
    if not data or lines[-1] or data.count(b"\r") != ends or data.count(b"\n") != ends or b"\0" in data:
        raise ValueError("A line of a mail ends in CRLF and holds no NUL.")
    if max(map(len, lines)) > LONGEST_LINE:
        raise ValueError(f"A line of a mail holds at most {LONGEST_LINE} bytes.")


def _one_line(text: str, *, what: str) -> None:
    _no_controls(text, what=what)
    if len(f"{text}.".splitlines()) != 1 or "\t" in text:
        raise ValueError(f"A {what} is one line.")


def _no_controls(text: str, *, what: str) -> None:
    if _CONTROL.search(text):
        raise ValueError(f"A {what} holds a character that does not belong into a mail.")
