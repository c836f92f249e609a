"""Read the copy of a mail that a person sent to somebody else and to us: from whom, to whom, when, and what it holds (pure)."""

import email
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from email.message import Message as Part
from email.policy import compat32
from email.utils import getaddresses, parsedate_to_datetime
from typing import TypeVar

from service.foundation.addresses import comparable_address, normal_address
from service.foundation.errors import Refused
from service.foundation.written import clean_line
from service.mail.bounce import Report, came_to, is_from_a_mail_server
from service.mail.returned_parts import Parts, take_apart
from service.mail.verp import read_filing_address
from service.model.report_kind import ReportKind

_Read = TypeVar("_Read")
_MOST_PIECES = 40
_MOST_ADDRESSES = 100
_LONGEST_NAME = 80
# Some programs do not say what a file is.
_PAPERS = frozenset({"application/pdf", "application/octet-stream"})


@dataclass(frozen=True, kw_only=True, repr=False)
class SentCopy:
    """A mail that a person seems to have sent.

    `sender` is the one address in From, "" where there is not exactly one; `name` stands beside it, "" where it cannot be
    shown. `to` are those it says it went to, folded to compare them. `on` is the day that it gives itself, None where it
    gives none. `pieces` are its texts and PDFs, decoded, the texts first.
    """

    sender: str
    name: str
    to: frozenset[str]
    on: date | None
    pieces: tuple[bytes, ...]

    @property
    def domain(self) -> str:
        """The domain of its sender, in lower case."""
        return self.sender.rpartition("@")[2].casefold()


def read_sent_copy(data: bytes, report: Report) -> SentCopy | None:
    """Read a mail that is no report as the copy of one that a person sent; None for what a machine wrote.

    Never raises, as read_report() does not.
    """
    if report.kind is not ReportKind.UNKNOWN:
        return None
    return _or_none(lambda: _read(data))


def sending_it_names(data: bytes, *, recipient: str, site_key: bytes, bounce_domain: str) -> str | None:
    """Give the id of the sending with which a mail is to be filed, by the address that it came to; None for any other mail.

    `recipient` is "" where the envelope is not known: then what the mailbox has noted counts.
    """
    addresses = [recipient] if recipient else _or_none(lambda: list(came_to(take_apart(data)))) or []
    found = (read_filing_address(one, site_key=site_key, bounce_domain=bounce_domain) for one in addresses)
    return next((one for one in found if one is not None), None)


def _or_none(read: Callable[[], _Read]) -> _Read | None:
    try:
        return read()
    except Exception:  # noqa: BLE001 -- strangers write these bytes, and the library's reader has raised before
        return None


def _read(data: bytes) -> SentCopy | None:
    parts = take_apart(data)
    if is_from_a_mail_server(parts) or parts.header("Return-Path") == "<>" or parts.header("List-Id"):
        return None
    name, sender = _sender(parts)
    return SentCopy(sender=sender, name=name, to=_to(parts), on=_day(parts), pieces=_pieces(data))


def _sender(parts: Parts) -> tuple[str, str]:
    found = [(name, address) for name, address in getaddresses(parts.headers("From")) if address]
    if len(found) != 1 or len(parts.headers("From")) != 1:
        return "", ""
    try:
        address = normal_address(found[0][1])
    except Refused:
        return "", ""
    try:
        name = clean_line(found[0][0], what="The name", longest=_LONGEST_NAME)
    except Refused:
        return "", address
    # Many programs write the address in the place of a name, and an address is not shown.
    return "" if "@" in name else name, address


def _to(parts: Parts) -> frozenset[str]:
    named = getaddresses([*parts.headers("To"), *parts.headers("Cc")])[:_MOST_ADDRESSES]
    return frozenset(folded for _, address in named if (folded := _folded(address)))


def _folded(address: str) -> str:
    try:
        return comparable_address(normal_address(address))
    except Refused:
        return ""


def _day(parts: Parts) -> date | None:
    try:
        return parsedate_to_datetime(parts.header("Date")).date()
    except (ValueError, TypeError):
        return None


def _pieces(data: bytes) -> tuple[bytes, ...]:
    # A letter of many names is longer than what is read of a report, so the whole mail is looked through here.
    leaves = list(_leaves(email.message_from_bytes(data, policy=compat32)))
    texts = [one for one in leaves if one.get_content_maintype() == "text"]
    papers = [one for one in leaves if one.get_content_type() in _PAPERS]
    decoded = (part.get_payload(decode=True) for part in (*texts, *papers)[:_MOST_PIECES])
    return tuple(one for one in decoded if isinstance(one, bytes))


def _leaves(mail: Part) -> Iterator[Part]:
    return (part for part in mail.walk() if not part.is_multipart())
