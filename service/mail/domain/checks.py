"""Look our mail up in the DNS as receivers do, and say in a sentence each what is right and what is to do."""

import ipaddress
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from service.mail.dkim import DkimKey
from service.mail.dns import Address, Resolver, Unanswered
from service.mail.domain import spf
from service.mail.domain.identity import Identity, literal_address
from service.mail.domain.publish import key_name

_POLICIES = {"none", "quarantine", "reject"}
_PUBLISH = "publish the record printed above"
# Nobody sends from this address (RFC 1112, section 4), so who allows it allows everybody.
_A_STRANGER = ipaddress.ip_address("240.0.0.1")


class Weight(StrEnum):
    """What a finding asks for."""

    GOOD = "good"
    ADVICE = "advice"
    """Worth a look; it may be as the operator wants it."""
    WRONG = "wrong"
    UNKNOWN = "unknown"
    """It could not be checked, which is no fault of the set-up."""


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One sentence about the DNS; where something is to do, it says what."""

    weight: Weight
    sentence: str


_Check = Callable[[Identity, Resolver], Iterator[Finding]]


def check_domain(identity: Identity, resolver: Resolver) -> tuple[Finding, ...]:
    """Check SPF, DKIM, DMARC, MX and reverse DNS; asks the network, so no transaction may be open.

    Never raises for what the DNS says or fails to say.
    """
    checks: list[tuple[str, _Check]] = [
        (f"SPF of {identity.return_path}", _spf),
        *((f"The DKIM record {key_name(key, identity.domain)}", _dkim(key)) for key in identity.keys),
        (f"DMARC of {identity.domain}", _dmarc),
        (f"The mail servers of {identity.domain}", _mail_hosts),
        *((f"The reverse DNS of {host}", _reverse(host)) for host in identity.outside_relays),
    ]
    if identity.bounce_domain:
        checks.append((f"The mail server of {identity.bounce_domain}", _return_path))
    findings = [] if identity.keys else [_unsigned(identity)]
    for subject, check in checks:
        findings += _answered(subject, check(identity, resolver))
    return tuple(findings)


def _answered(subject: str, found: Iterator[Finding]) -> Iterator[Finding]:
    try:
        yield from found
    except Unanswered as silence:
        yield Finding(weight=Weight.UNKNOWN, sentence=f"{subject} could not be checked: {silence}.")


def _unsigned(identity: Identity) -> Finding:
    return _advise(
        "Our mail is not signed: set UNDERSIGNED_DKIM_SELECTOR and run `undersigned init`, unless the relay signs"
        f" it for {identity.domain}"
    )


def _spf(identity: Identity, resolver: Resolver) -> Iterator[Finding]:
    domain = identity.return_path
    record = spf.read_spf(domain, resolver)
    if not record.is_there:
        yield _wrong(f"{domain} has no SPF record: {_PUBLISH}")
        return
    for fault in record.faults:
        yield _wrong(f"The SPF record of {domain} {fault}; correct it, since receivers take it for none")
    if record.faults:
        return
    if record.verdict(_A_STRANGER) is spf.Verdict.ALLOWED:
        yield _wrong(f"The SPF record of {domain} lets everybody send in its name: end it with ~all or -all")
    if not identity.outside_relays:
        yield _unknown(
            "The relay is this machine, so whether SPF allows the address it sends from could not be checked"
        )
    for host in identity.outside_relays:
        yield _allowed(record, host, domain, _addresses(host, resolver))


def _allowed(record: spf.SpfRecord, host: str, domain: str, addresses: tuple[Address, ...]) -> Finding:
    if not addresses:
        return _wrong(f"The relay {host} has no address in the DNS: correct UNDERSIGNED_SMTP_URL")
    verdicts = {record.verdict(address) for address in addresses}
    if verdicts == {spf.Verdict.ALLOWED}:
        return _good(f"SPF of {domain} allows {host}")
    if spf.Verdict.UNKNOWN in verdicts:
        return _unknown(
            f"Whether SPF of {domain} allows {host} could not be checked: it asks for more than an address"
        )
    return _advise(
        f"SPF of {domain} does not allow {host}: add a:{host}, or the include: that the relay's operator names,"
        " unless it sends from other addresses"
    )


def _dkim(key: DkimKey) -> _Check:
    def check(identity: Identity, resolver: Resolver) -> Iterator[Finding]:
        name = key_name(key, identity.domain)
        found = resolver.texts(name)
        if len(found) != 1:
            what = "holds more than one text" if found else "is not published"
            yield _wrong(f"The DKIM record {name} {what}: {_PUBLISH}, alone")
            return
        tags, ours = _tags(found[0]), _tags(key.record)
        if tags.get("p") != ours["p"] or tags.get("k", "rsa") != ours["k"]:
            yield _wrong(f"The DKIM record {name} holds another key than ours: {_PUBLISH} in its place")
        elif "y" in tags.get("t", "").split(":"):
            yield _advise(f"The DKIM record {name} says that it is a test: take t=y out of it")
        else:
            yield _good(f"The DKIM record {name} holds our key")

    return check


def _dmarc(identity: Identity, resolver: Resolver) -> Iterator[Finding]:
    domain = identity.domain
    where, records = _dmarc_records(domain, resolver)
    if len(records) != 1:
        what = "more than one DMARC record" if records else "no DMARC record"
        yield _wrong(f"{domain} has {what}: {_PUBLISH}, alone")
        return
    tags = _tags(records[0])
    policy = tags.get("p" if where == domain else "sp", tags.get("p", ""))
    if policy not in _POLICIES:
        yield _wrong(
            f"The DMARC record of {where} says no policy that receivers know: write p=none or stricter"
        )
    elif not identity.keys and not _is_aligned(identity, tags):
        yield _wrong(
            f"DMARC of {domain} will not pass: our mail is unsigned, and its return path {identity.return_path} is"
            " not aligned; set UNDERSIGNED_DKIM_SELECTOR"
        )
    else:
        yield _good(f"DMARC of {where} says p={policy}, and our mail is aligned with it")


def _dmarc_records(domain: str, resolver: Resolver) -> tuple[str, list[str]]:
    """Find the DMARC records of a domain, or of the nearest domain above it that has any."""
    labels = domain.split(".")
    for place in range(max(len(labels) - 1, 1)):
        where = ".".join(labels[place:])
        found = [text for text in resolver.texts(f"_dmarc.{where}") if _tags(text).get("v") == "DMARC1"]
        if found:
            return where, found
    return domain, []


def _is_aligned(identity: Identity, tags: dict[str, str]) -> bool:
    """Tell whether SPF's domain stands for that of From (RFC 7489, section 3.1.2); relaxed, as far as names tell."""
    path = identity.return_path
    if path == identity.domain:
        return True
    strict = tags.get("aspf", "r") == "s"
    return not strict and (path.endswith(f".{identity.domain}") or identity.domain.endswith(f".{path}"))


def _mail_hosts(identity: Identity, resolver: Resolver) -> Iterator[Finding]:
    domain = identity.domain
    hosts = resolver.mail_hosts(domain)
    if not hosts:
        has_address = bool(resolver.addresses(domain))
        say = _advise if has_address else _wrong
        yield say(
            f"{domain} has no MX record, so answers to our mail may not arrive: publish one for its mail server"
        )
    elif not any(one.host for one in hosts):
        yield _wrong(
            f"{domain} says that it takes no mail (null MX): receivers refuse mail that nobody can answer"
        )
    elif not any(one.host and resolver.addresses(one.host) for one in hosts):
        yield _wrong(f"No mail server of {domain} has an address: correct its MX record")
    else:
        yield _good(f"{domain} takes mail")


def _reverse(host: str) -> _Check:
    def check(_: Identity, resolver: Resolver) -> Iterator[Finding]:
        for address in _addresses(host, resolver):
            yield _named(host, address, resolver)

    return check


def _named(host: str, address: Address, resolver: Resolver) -> Finding:
    if not address.is_global:
        return _unknown(f"The reverse DNS of {host} could not be checked: {address} is not seen from outside")
    names = resolver.names_of(address)
    if any(address in resolver.addresses(name) for name in names):
        return _good(f"{address} of {host} has a name that leads back to it")
    what = "a name that does not lead back to it" if names else "no name in the reverse DNS"
    return _advise(
        f"{address} of {host} has {what}, and large receivers refuse mail from such an address: ask its operator,"
        " unless the relay sends from another"
    )


def _return_path(identity: Identity, resolver: Resolver) -> Iterator[Finding]:
    domain = identity.bounce_domain
    if not any(one.host for one in resolver.mail_hosts(domain)):
        yield _wrong(f"Bounces to {domain} will not come back: {_PUBLISH} (MX)")
    else:
        yield _good(f"{domain} takes bounces")


def _addresses(host: str, resolver: Resolver) -> tuple[Address, ...]:
    literal = literal_address(host)
    return (literal,) if literal is not None else resolver.addresses(host)


def _tags(text: str) -> dict[str, str]:
    """Read a list of tags (RFC 6376, section 3.2), without the spaces that may stand in values."""
    pairs = (tag.partition("=") for tag in text.split(";") if "=" in tag)
    return {name.strip(): "".join(value.split()) for name, _, value in pairs}


def _good(sentence: str) -> Finding:
    return Finding(weight=Weight.GOOD, sentence=f"{sentence}.")


def _advise(sentence: str) -> Finding:
    return Finding(weight=Weight.ADVICE, sentence=f"{sentence}.")


def _wrong(sentence: str) -> Finding:
    return Finding(weight=Weight.WRONG, sentence=f"{sentence}.")


def _unknown(sentence: str) -> Finding:
    return Finding(weight=Weight.UNKNOWN, sentence=f"{sentence}.")
