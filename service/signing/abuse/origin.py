"""Where a request came from, as limits and lists understand it (pure)."""

import ipaddress
from dataclasses import dataclass

from service.foundation.errors import Refused
from service.foundation.sentence import Sentence

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network

# Who comes from here came by a proxy that nobody told us of, or by our onion service: an address of many is nobody's.
_SHARED = tuple(
    ipaddress.ip_network(text)
    for text in (
        *("0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16"),
        *("172.16.0.0/12", "192.168.0.0/16", "::/127", "fc00::/7", "fe80::/10"),
    )
)
# RFC 6177: a subscriber is given a whole /64 at least, often a /48, and can take a new address for each request.
_ONE_SUBSCRIBER = {4: 32, 6: 64}
_ONE_NETWORK = {4: 24, 6: 48}
_NARROWEST_RULE = {4: 8, 6: 16}


@dataclass(frozen=True, kw_only=True)
class Origin:
    """One address as it is limited: `subscriber` is it, or its /64; `network` is its /24, or its /48."""

    address: Address
    subscriber: Network
    network: Network

    def wider(self) -> tuple[Network, ...]:
        """Give every network that a rule may name and that holds this address, the narrowest first."""
        most = self.address.max_prefixlen
        lengths = range(most, _NARROWEST_RULE[self.address.version] - 1, -1)
        return tuple(ipaddress.ip_network((self.address, length), strict=False) for length in lengths)


def origin_of(text: str | None) -> Origin | None:
    """Read the address of a request; None where there is none, or many people share it and nobody can tell them apart."""
    try:
        address: Address = ipaddress.ip_address((text or "").partition("%")[0])
    except ValueError:
        return None
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped:
        address = address.ipv4_mapped
    if any(address in network for network in _SHARED if network.version == address.version):
        return None
    version = address.version
    return Origin(
        address=address,
        subscriber=ipaddress.ip_network((address, _ONE_SUBSCRIBER[version]), strict=False),
        network=ipaddress.ip_network((address, _ONE_NETWORK[version]), strict=False),
    )


def read_network(text: str) -> Network:
    """Read a network, or an address as the smallest one, from what an operator typed; raises Refused."""
    try:
        network = ipaddress.ip_network(text.strip(), strict=False)
    except ValueError as error:
        raise Refused(
            Sentence("“{text}” is no address or network like 203.0.113.0/24 or 2001:db8::/48.", text=text)
        ) from error
    if network.prefixlen < _NARROWEST_RULE[network.version]:
        raise Refused(
            Sentence(
                "{network} is too wide: /{value} is the widest that can be listed.",
                network=network,
                value=_NARROWEST_RULE[network.version],
            )
        )
    return network
