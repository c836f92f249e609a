"""The mail servers that take our mail, read from SMTP_URL."""

import ipaddress
import re
from dataclasses import dataclass, field
from urllib.parse import SplitResult, unquote, urlsplit

from service.foundation.errors import Refused

_PORTS = {"smtp": 25, "smtps": 465}
_SUBMISSION_PORT = 587
_HOST = re.compile(r"[A-Za-z0-9-]{1,63}(\.[A-Za-z0-9-]{1,63})*\.?|[0-9a-fA-F:.]*:[0-9a-fA-F:.]*")
_EXAMPLE = "write smtp://host:port or smtps://user:password@host:465"


@dataclass(frozen=True, kw_only=True)
class Relay:
    """One server that takes our mail. Off the loopback interface it is spoken to by verified TLS only."""

    host: str
    port: int
    implicit_tls: bool
    user: str = field(default="", repr=False)
    password: str = field(default="", repr=False)

    @property
    def name(self) -> str:
        """Name the relay as evidence does: host and port."""
        return f"{self.host}:{self.port}"

    @property
    def is_loopback(self) -> bool:
        """Tell whether it is this machine, by the address itself or the name that cannot mean another (RFC 6761)."""
        if self.host == "localhost":
            return True
        try:
            return ipaddress.ip_address(self.host).is_loopback
        except ValueError:
            return False


def parse_smtp_urls(text: str) -> tuple[Relay, ...]:
    """Read the relays of SMTP_URL, separated by spaces, in the order in which they fail over.

    Raises Refused with a sentence that holds no password.
    """
    relays = tuple(_parse(url) for url in text.split())
    if not relays:
        raise Refused(f"SMTP_URL names no mail server; {_EXAMPLE}.")
    return relays


def _parse(url: str) -> Relay:
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        # The library's sentence repeats what it could not read, and that may be the password.
        raise Refused(f"SMTP_URL holds an address that cannot be read; {_EXAMPLE}.") from None
    host = parts.hostname or ""
    if parts.scheme not in _PORTS or not _HOST.fullmatch(host) or port == 0:
        raise Refused(f"SMTP_URL holds an address that is not one of a mail server; {_EXAMPLE}.")
    if parts.path.strip("/") or parts.query or parts.fragment:
        raise Refused(
            f"SMTP_URL has something behind the port; {_EXAMPLE}, with / ? # @ in a password as %2F %3F %23 %40."
        )
    user, password = _credentials(parts)
    usual = _SUBMISSION_PORT if parts.scheme == "smtp" and user else _PORTS[parts.scheme]
    return Relay(
        host=host, port=port or usual, implicit_tls=parts.scheme == "smtps", user=user, password=password
    )


def _credentials(parts: SplitResult) -> tuple[str, str]:
    user, password = unquote(parts.username or ""), unquote(parts.password or "")
    if bool(user) != bool(password):
        raise Refused(f"SMTP_URL has a user without a password, or a password without a user; {_EXAMPLE}.")
    if not (user + password).isascii():
        raise Refused(
            "SMTP_URL has a user or password beyond ASCII, which SMTP cannot carry safely; choose another."
        )
    return user, password
