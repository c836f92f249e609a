"""Write the DNS records that an operator publishes for our mail (pure)."""

from collections.abc import Iterator
from dataclasses import dataclass

from service.mail.dkim import DkimKey
from service.mail.domain.identity import Identity, literal_address

STRING_BYTES = 255
"""What one string of a TXT record holds at most (RFC 1035, section 3.3.14)."""


@dataclass(frozen=True, kw_only=True)
class Record:
    """One record to publish; `data` is as a zone file has it, `note` a clause for the operator or ""."""

    name: str
    kind: str
    data: str
    note: str = ""

    def __str__(self) -> str:
        """Write it as a line of a zone file."""
        return f"{self.name}. {self.kind} {self.data}" + (f" ; {self.note}" if self.note else "")


def records_to_publish(identity: Identity) -> tuple[Record, ...]:
    """Give every record that receivers will ask for, DKIM first."""
    return tuple(_records(identity))


def key_name(key: DkimKey, domain: str) -> str:
    """Name the record of a DKIM key (RFC 6376, section 3.6.2.1)."""
    return f"{key.selector}._domainkey.{domain}"


def quoted(text: str) -> str:
    """Write a text of ASCII as the strings of a TXT record, 255 bytes each at most."""
    pieces = [text[start : start + STRING_BYTES] for start in range(0, len(text), STRING_BYTES)]
    return " ".join(f'"{piece}"' for piece in pieces or [""])


def _records(identity: Identity) -> Iterator[Record]:
    for key in identity.keys:
        yield Record(name=key_name(key, identity.domain), kind="TXT", data=quoted(key.record))
    yield Record(
        name=identity.return_path,
        kind="TXT",
        data=quoted(f"v=spf1 {' '.join(_senders(identity))} ~all"),
        note="SPF: if there is one already, add to it; two are none",
    )
    yield Record(
        name=f"_dmarc.{identity.domain}",
        kind="TXT",
        data=quoted(f"v=DMARC1; p=none; rua=mailto:postmaster@{identity.domain}"),
        note="DMARC: say p=quarantine once the reports are clean",
    )
    if identity.bounce_domain:
        yield Record(
            name=identity.bounce_domain,
            kind="MX",
            # An MX names a host; an address cannot stand there (RFC 1035, section 3.3.9).
            data=f"10 {identity.web_host if _is_a_name(identity.web_host) else f'mail.{identity.domain}'}.",
            note="the host at which bounces come in",
        )


def _senders(identity: Identity) -> Iterator[str]:
    # Mail that is handed to a relay on this machine leaves from this machine, or from the domain's own servers.
    hosts = identity.outside_relays or tuple(host for host in (identity.web_host,) if _is_public(host))
    for host in hosts:
        address = literal_address(host)
        yield f"ip{address.version}:{address}" if address is not None else f"a:{host}"
    if not hosts:
        yield "mx"


def _is_a_name(host: str) -> bool:
    return literal_address(host) is None and "." in host


def _is_public(host: str) -> bool:
    address = literal_address(host)
    return address.is_global if address is not None else "." in host
