"""Ask the domain name system; the only user of dnspython."""

import ipaddress
from dataclasses import dataclass
from typing import Any, Protocol

import dns.exception
import dns.nameserver
import dns.resolver
import dns.reversename

from service.foundation.errors import Transient

SECONDS = 4.0
"""How long one question may take, over all servers that are asked."""

# Names that no public server knows (RFC 6761, RFC 6762, RFC 7686): to ask would tell strangers of a rehearsal.
_NEVER_PUBLIC = {"example", "test", "invalid", "localhost", "local", "onion", "internal"}

Address = ipaddress.IPv4Address | ipaddress.IPv6Address


class Unanswered(Transient):
    """No server answered: nothing can be said of the name. The message is a clause without a full stop."""


@dataclass(frozen=True, kw_only=True)
class MailHost:
    """One MX record; a host of "" is the null MX, by which a domain refuses all mail (RFC 7505)."""

    preference: int
    host: str


class Resolver(Protocol):
    """Answers questions about names.

    An implementation promises: names are taken and given in ASCII without the last dot, in lower case where they
    are given; what does not exist is an empty tuple; raises Unanswered where nobody can be asked.
    """

    def texts(self, name: str) -> tuple[str, ...]:
        """Give the TXT records of a name, the pieces of each joined."""
        ...

    def mail_hosts(self, name: str) -> tuple[MailHost, ...]:
        """Give the MX records of a name, the preferred first."""
        ...

    def addresses(self, name: str) -> tuple[Address, ...]:
        """Give the addresses of a name, of either family."""
        ...

    def names_of(self, address: Address) -> tuple[str, ...]:
        """Give the names of an address (PTR)."""
        ...


class SystemResolver:
    """Asks the name servers of this machine, or the given one; it keeps the promises of Resolver.

    Before the first question it asks for the root servers: name servers that do not know these (a closed network)
    would call every name missing. Once nobody answered in time it asks no more: what follows is Unanswered at once.
    """

    def __init__(self, *, server: tuple[str, int] | None = None, seconds: float = SECONDS) -> None:
        """Take the address and port of a server to ask; without one the machine's own are read when needed."""
        self._server = server
        self._seconds = seconds
        self._opened: dns.resolver.Resolver | None = None
        self._silence = ""

    def texts(self, name: str) -> tuple[str, ...]:
        """Give the TXT records of a name, the pieces of each joined."""
        return tuple(b"".join(record.strings).decode("ascii", "replace") for record in self._ask(name, "TXT"))

    def mail_hosts(self, name: str) -> tuple[MailHost, ...]:
        """Give the MX records of a name, the preferred first."""
        found = [
            MailHost(preference=int(record.preference), host=_bare(record.exchange))
            for record in self._ask(name, "MX")
        ]
        return tuple(sorted(found, key=lambda one: (one.preference, one.host)))

    def addresses(self, name: str) -> tuple[Address, ...]:
        """Give the addresses of a name, of either family."""
        return tuple(
            ipaddress.ip_address(record.address) for kind in ("A", "AAAA") for record in self._ask(name, kind)
        )

    def names_of(self, address: Address) -> tuple[str, ...]:
        """Give the names of an address (PTR)."""
        name = dns.reversename.from_address(str(address)).to_text(omit_final_dot=True)
        return tuple(sorted(_bare(record.target) for record in self._ask(name, "PTR")))

    def _ask(self, name: str, kind: str) -> list[Any]:
        if name.rpartition(".")[2] in _NEVER_PUBLIC:
            raise Unanswered("its name is one that is never in the DNS")
        resolver = self._opened or self._open()
        return self._resolve(resolver, name, kind)

    def _resolve(self, resolver: dns.resolver.Resolver, name: str, kind: str) -> list[Any]:
        if self._silence:
            raise Unanswered(self._silence)
        try:
            return list(resolver.resolve(name, kind, search=False))
        except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer, dns.resolver.YXDOMAIN):
            return []
        except dns.exception.Timeout as error:
            self._silence = "no name server answers"
            raise Unanswered(self._silence) from error
        except dns.exception.DNSException as error:
            raise Unanswered("the name servers asked give no answer to it") from error

    def _open(self) -> dns.resolver.Resolver:
        try:
            resolver = dns.resolver.Resolver(configure=self._server is None)
        except dns.exception.DNSException as error:
            raise Unanswered("this machine names no name server") from error
        if self._server is not None:
            resolver.nameservers = [dns.nameserver.Do53Nameserver(*self._server)]
        resolver.lifetime = self._seconds
        # Keys are long: without this an answer would be cut, and asked for again by TCP.
        resolver.use_edns(0, payload=1232)
        self._opened = resolver
        if not self._resolve(resolver, ".", "NS"):
            self._silence = "the name servers of this machine do not know the public DNS"
        return resolver


def _bare(name: Any) -> str:
    return str(name.to_text(omit_final_dot=True)).lower().removesuffix(".")
