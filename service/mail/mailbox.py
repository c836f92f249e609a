"""Read a mailbox by IMAP: what came back, which is taken out, or what is looked for and left; the only user of imap-tools."""

import contextlib
import imaplib
import ipaddress
import logging
import re
import ssl
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from email.utils import parsedate_to_datetime
from urllib.parse import unquote, urlsplit

import imap_tools

from service.foundation.errors import Refused, Transient
from service.mail.receiver import LARGEST

_log = logging.getLogger(__name__)

MOST_AT_ONCE = 500
"""Mails that are read in one go; the rest waits for the next."""

_MOST_BYTES = 1_000_000
_SECONDS = 60.0
_NOT_SEEN_TO = "UNFLAGGED UNDELETED"
_EXAMPLE = "write imaps://user:password@host/mailbox"
_PORTS = {"imap": 143, "imaps": 993}
_ARRIVED = re.compile(rb'INTERNALDATE "([^"]*)"')

Keep = Callable[[bytes], bool]
"""Takes a mail into account and returns when that is committed; tells whether it was understood and may be removed."""


@dataclass(frozen=True, kw_only=True)
class Mailbox:
    """A mailbox; off the loopback interface it is spoken to by verified TLS only."""

    host: str
    port: int
    tls: bool
    folder: str
    user: str = field(repr=False)
    password: str = field(repr=False)


@dataclass(frozen=True, kw_only=True)
class Found:
    """A mail that lies in a mailbox, and when its server got it, None where it does not say."""

    data: bytes
    at: datetime | None


def parse_mailbox_url(text: str) -> Mailbox:
    """Read BOUNCE_IMAP_URL; raises Refused with a sentence that holds no password."""
    try:
        parts = urlsplit(text.strip())
        port = parts.port
    except ValueError:
        # The library's sentence repeats what it could not read, and that may be the password.
        raise Refused(f"BOUNCE_IMAP_URL cannot be read; {_EXAMPLE}.") from None
    host, user, password = parts.hostname or "", unquote(parts.username or ""), unquote(parts.password or "")
    if parts.scheme not in _PORTS or not host or port == 0 or parts.query or parts.fragment:
        raise Refused(f"BOUNCE_IMAP_URL is not the address of a mailbox; {_EXAMPLE}.")
    if not user or not password or not (user + password).isascii():
        raise Refused(f"BOUNCE_IMAP_URL needs a user and a password in ASCII; {_EXAMPLE}.")
    if parts.scheme == "imap" and not _is_loopback(host):
        raise Refused("BOUNCE_IMAP_URL must begin with imaps:// unless the host is this machine.")
    return Mailbox(
        host=host,
        port=port or _PORTS[parts.scheme],
        tls=parts.scheme == "imaps",
        folder=unquote(parts.path.strip("/")) or "INBOX",
        user=user,
        password=password,
    )


def read_mailbox(
    mailbox: Mailbox,
    *,
    keep: Keep,
    wants_whole: Callable[[bytes], bool] = lambda _: False,
    context: ssl.SSLContext | None = None,
) -> int:
    """Read what has come, oldest first, and give how many mails were removed; raises Transient.

    A mail is removed only after `keep` has said so. One that is not understood, or at which `keep` fails, is
    flagged and stays for a person; it never blocks the others. Where `keep` raises Transient, everything stays.
    Of a long mail the beginning is read, and all of it where `wants_whole` says so of that beginning.
    """
    removed = 0
    try:
        with _opened(mailbox, context or ssl.create_default_context()) as box:
            for uid in box.uids(_NOT_SEEN_TO)[:MOST_AT_ONCE]:
                removed += _read_one(box, uid, keep, wants_whole)
    except (imap_tools.ImapToolsError, imaplib.IMAP4.error, OSError) as error:
        raise Transient("The mailbox of returned mail cannot be read.") from error
    return removed


def find_mails(
    mailbox: Mailbox, *, header: str, value: str, most_bytes: int, context: ssl.SSLContext | None = None
) -> tuple[Found, ...]:
    """Find the mails in which a header holds a value, oldest first, and change nothing in the mailbox; raises Transient.

    Of each the first `most_bytes` are given.
    """
    wanted = imap_tools.AND(header=imap_tools.Header(header, value))
    try:
        with _opened(mailbox, context or ssl.create_default_context(), read_only=True) as box:
            found = [_found(box, uid, most_bytes) for uid in box.uids(wanted)[:MOST_AT_ONCE]]
    except (imap_tools.ImapToolsError, imaplib.IMAP4.error, OSError):
        # The library's exception may hold what the server said, and that the user's name.
        raise Transient("The mailbox cannot be read.") from None
    return tuple(one for one in found if one is not None)


@contextlib.contextmanager
def _opened(
    mailbox: Mailbox, context: ssl.SSLContext, *, read_only: bool = False
) -> Iterator[imap_tools.BaseMailBox]:
    box: imap_tools.BaseMailBox
    if mailbox.tls:
        box = imap_tools.MailBox(mailbox.host, mailbox.port, timeout=_SECONDS, ssl_context=context)
    else:
        box = imap_tools.MailBoxUnencrypted(mailbox.host, mailbox.port, timeout=_SECONDS)
    try:
        box.login(mailbox.user, mailbox.password, initial_folder=None)
        box.folder.set(mailbox.folder, readonly=read_only)
        yield box
    finally:
        with contextlib.suppress(imap_tools.ImapToolsError, imaplib.IMAP4.error, OSError):
            box.logout()
        # Where the good-bye failed, the socket is still open.
        with contextlib.suppress(OSError):
            box.client.shutdown()


def _read_one(
    box: imap_tools.BaseMailBox, uid: str, keep: Keep, wants_whole: Callable[[bytes], bool]
) -> bool:
    data = _bytes_of(box, uid, most=_MOST_BYTES)
    if data is not None and len(data) == _MOST_BYTES and wants_whole(data):
        data = _bytes_of(box, uid, most=LARGEST)
    if data is None:
        # Another program has taken it away in the meantime.
        return False
    try:
        is_done = keep(data)
    except Transient:
        raise
    except Exception as error:  # noqa: BLE001 -- one mail's trouble must never stop the others
        _log.error("a returned mail could not be read: %s", type(error).__name__)
        is_done = False
    if is_done:
        box.delete(uid)
    else:
        box.flag(uid, imap_tools.MailMessageFlags.FLAGGED, value=True)
    return is_done


def _bytes_of(box: imap_tools.BaseMailBox, uid: str, *, most: int) -> bytes | None:
    """Fetch the beginning of a mail without marking it as read; what is told of ours stands there."""
    status, answer = box.client.uid("FETCH", uid, f"(BODY.PEEK[]<0.{most}>)")
    if status != "OK":
        return None
    return next((piece[1] for piece in answer if isinstance(piece, tuple) and len(piece) > 1), None)


def _found(box: imap_tools.BaseMailBox, uid: str, most_bytes: int) -> Found | None:
    """Fetch a mail, and when it came, without marking it as read; None where it is gone meanwhile."""
    status, answer = box.client.uid("FETCH", uid, f"(INTERNALDATE BODY.PEEK[]<0.{most_bytes}>)")
    wholes = [piece for piece in answer if isinstance(piece, tuple) and len(piece) > 1]
    if status != "OK" or not wholes:
        return None
    # It stands before the mail or behind it, as the server likes.
    said = _ARRIVED.search(b" ".join([wholes[0][0], *(one for one in answer if isinstance(one, bytes))]))
    return Found(data=wholes[0][1], at=_moment(said[1].decode("ascii", "replace")) if said else None)


def _moment(written: str) -> datetime | None:
    try:
        moment = parsedate_to_datetime(written)
    except ValueError:
        return None
    return moment if moment.tzinfo else None


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
