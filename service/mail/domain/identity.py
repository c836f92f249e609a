"""Identity: the names under which receivers look our mail up (pure)."""

import ipaddress
from dataclasses import dataclass

from service.mail.dkim import DkimKey
from service.mail.relay import Relay


@dataclass(frozen=True, kw_only=True)
class Identity:
    """All that receivers may ask the DNS about our mail; names are ASCII, in lower case, without a last dot.

    `domain` is that of From and of our signatures. `bounce_domain` is that of the return path where it is
    another; `web_host` the host of our pages.
    """

    domain: str
    keys: tuple[DkimKey, ...]
    relays: tuple[Relay, ...]
    web_host: str
    bounce_domain: str = ""

    @property
    def return_path(self) -> str:
        """The domain of the envelope's sender, for which SPF is asked (RFC 7208, section 2.4)."""
        return self.bounce_domain or self.domain

    @property
    def outside_relays(self) -> tuple[str, ...]:
        """The hosts of the relays that are other machines, each once."""
        return tuple(dict.fromkeys(relay.host for relay in self.relays if not relay.is_loopback))


def literal_address(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    """Read a host that is written as an address; gives None for a name."""
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        return None
