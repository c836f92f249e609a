"""Read an SPF record with all that it includes, and tell which addresses it lets send (RFC 7208)."""

import ipaddress
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from service.mail.dns import Address, Resolver

MOST_LOOKUPS = 10
"""So many questions to the DNS may a record cost a receiver (RFC 7208, section 4.6.4); beyond it counts as none."""

_MOST_MAIL_HOSTS = 10
# A record that includes itself is followed no further than this.
_ENOUGH = 3 * MOST_LOOKUPS
_MECHANISMS = {"all", "include", "a", "mx", "ptr", "ip4", "ip6", "exists"}
_TERM = re.compile(
    r"(?P<sign>[+?~-]?)(?P<name>[a-z0-9]+)(?::(?P<target>\S*?))?(?P<sizes>(/\d{1,3})?(//\d{1,3})?)",
    re.IGNORECASE,
)
_MODIFIER = re.compile(r"[a-z][a-z0-9._-]*=\S*", re.IGNORECASE)


class Verdict(StrEnum):
    """What a record says of an address."""

    ALLOWED = "pass"
    FAIL = "fail"
    SOFT_FAIL = "softfail"
    NEUTRAL = "neutral"
    UNKNOWN = "unknown"


_SIGNS = {
    "": Verdict.ALLOWED,
    "+": Verdict.ALLOWED,
    "-": Verdict.FAIL,
    "~": Verdict.SOFT_FAIL,
    "?": Verdict.NEUTRAL,
}

_Network = ipaddress.IPv4Network | ipaddress.IPv6Network
_Matches = Callable[[Address], bool | None]
"""Tells whether an address is meant; None where only a receiver with the mail in hand can know (macros)."""


@dataclass(frozen=True, kw_only=True)
class SpfRecord:
    """A record, read to its end: its faults are clauses; with any, receivers treat it as broken."""

    is_there: bool
    lookups: int
    faults: tuple[str, ...]
    terms: Sequence[tuple[Verdict, _Matches]]

    def verdict(self, address: Address) -> Verdict:
        """Tell what the record says of mail that comes from this address."""
        return _verdict(self.terms, address)


def read_spf(domain: str, resolver: Resolver) -> SpfRecord:
    """Read the record of a domain with everything it includes; raises Unanswered."""
    walk = _Walk(resolver=resolver)
    terms = walk.read(domain)
    if walk.lookups > MOST_LOOKUPS:
        walk.faults.append(f"costs more than {MOST_LOOKUPS} questions to the DNS, so receivers give up on it")
    return SpfRecord(
        is_there=terms is not None,
        lookups=walk.lookups,
        faults=tuple(dict.fromkeys(walk.faults)),
        terms=terms or (),
    )


def _verdict(terms: Sequence[tuple[Verdict, _Matches]], address: Address) -> Verdict:
    for verdict, matches in terms:
        is_meant = matches(address)
        if is_meant is None:
            return Verdict.UNKNOWN
        if is_meant:
            return verdict
    return Verdict.NEUTRAL


@dataclass(kw_only=True)
class _Walk:
    """One reading of a tree of records: what it cost, and what is wrong with it."""

    resolver: Resolver
    lookups: int = 0
    faults: list[str] = field(default_factory=list)

    def read(self, domain: str) -> list[tuple[Verdict, _Matches]] | None:
        """Read the record of one domain; None where it has none."""
        found = [
            text for text in self.resolver.texts(domain) if re.match(r"v=spf1( |$)", text, re.IGNORECASE)
        ]
        if len(found) > 1:
            self.faults.append(f"is one of {len(found)} at {domain}, and only one may be there")
        if not found:
            return None
        words = found[0].split()[1:]
        terms = [term for word in words if (term := self._term(word, domain)) is not None]
        return terms + self._redirected(words)

    def _term(self, word: str, domain: str) -> tuple[Verdict, _Matches] | None:
        parts = _TERM.fullmatch(word)
        if parts is None or parts["name"].lower() not in _MECHANISMS:
            if not _MODIFIER.fullmatch(word):
                self.faults.append(f"holds {word!r}, which SPF does not know")
            return None
        matches = self._matcher(parts["name"].lower(), parts["target"] or "", parts["sizes"], domain)
        return (_SIGNS[parts["sign"]], matches) if matches is not None else None

    def _matcher(self, name: str, target: str, sizes: str, domain: str) -> _Matches | None:
        if name == "all":
            return lambda _: True
        if name in {"ip4", "ip6"}:
            return self._network(target + sizes)
        if name in {"include", "exists"} and not target:
            self.faults.append(f"holds {name!r} without a name")
            return None
        self.lookups += 1
        if "%" in target or name == "ptr" or self.lookups > _ENOUGH:
            return lambda _: None
        return self._asked(name, target or domain, sizes)

    def _asked(self, name: str, target: str, sizes: str) -> _Matches:
        if name == "include":
            return self._included(target)
        if name == "exists":
            is_there = bool(self.resolver.addresses(target))
            return lambda _: is_there
        hosts = [target] if name == "a" else self._mail_hosts(target)
        addresses = [address for host in hosts for address in self.resolver.addresses(host)]
        networks = [network for address in addresses for network in self._around(address, sizes)]
        return lambda address: any(address in network for network in networks)

    def _included(self, target: str) -> _Matches:
        terms = self.read(target)
        if terms is None:
            self.faults.append(f"includes {target}, which has no SPF record")
            return lambda _: False
        inner = terms

        def passes(address: Address) -> bool | None:
            verdict = _verdict(inner, address)
            return None if verdict is Verdict.UNKNOWN else verdict is Verdict.ALLOWED

        return passes

    def _mail_hosts(self, target: str) -> list[str]:
        hosts = [one.host for one in self.resolver.mail_hosts(target) if one.host]
        if len(hosts) > _MOST_MAIL_HOSTS:
            self.faults.append(f"names the mail servers of {target}, which are more than {_MOST_MAIL_HOSTS}")
        return hosts[:_MOST_MAIL_HOSTS]

    def _around(self, address: Address, sizes: str) -> list[_Network]:
        four, _, six = sizes.partition("//")
        size = four.removeprefix("/") if address.version == 4 else six
        return self._networks(f"{address}/{size or address.max_prefixlen}")

    def _network(self, text: str) -> _Matches:
        networks = self._networks(text)
        return lambda address: any(address in network for network in networks)

    def _networks(self, text: str) -> list[_Network]:
        try:
            return [ipaddress.ip_network(text, strict=False)]
        except ValueError:
            self.faults.append(f"holds {text!r}, which is no network")
            return []

    def _redirected(self, words: Sequence[str]) -> list[tuple[Verdict, _Matches]]:
        targets = [word.partition("=")[2] for word in words if word.lower().startswith("redirect=")]
        # Beside `all` it is ignored (RFC 7208, section 6.1).
        if not targets or any(re.fullmatch(r"[+?~-]?all", word, re.IGNORECASE) for word in words):
            return []
        self.lookups += 1
        if "%" in targets[0] or self.lookups > _ENOUGH:
            return [(Verdict.UNKNOWN, lambda _: None)]
        terms = self.read(targets[0])
        if terms is None:
            self.faults.append(f"redirects to {targets[0]}, which has no SPF record")
        return terms or []
