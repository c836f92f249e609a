"""One normal form of an e-mail address, and of a web address; the only user of email-validator."""

from dataclasses import dataclass
from urllib.parse import urlsplit

import email_validator

from service.foundation.errors import Refused
from service.foundation.sentence import Sentence

email_validator.SPECIAL_USE_DOMAIN_NAMES.clear()
"""Reserved names (.example, .test, .invalid) are for the relay to refuse: demonstrations and tests use them."""


_THE_ADDRESS = Sentence("The e-mail address")


def normal_address(text: str, *, what: str = _THE_ADDRESS) -> str:
    """Give the address as it is written to: one address, Unicode NFC, domain in lower case.

    Raises Refused, in a sentence naming `what`, for anything else than exactly one address.
    """
    candidate = text.strip()
    if not candidate:
        raise Refused(Sentence("{what} is missing.", what=what))
    if len(candidate) > 254:
        raise Refused(Sentence("{what} is too long to be one.", what=what))
    if (
        any(mark in candidate for mark in ",;\r\n\N{REPLACEMENT CHARACTER}")
        or candidate.count("@") > 1
        or "<" in candidate
    ):
        raise Refused(Sentence("{what} must be a single address, like name@example.org.", what=what))
    try:
        found = email_validator.validate_email(
            candidate, check_deliverability=False, allow_smtputf8=True, strict=True
        )
    except email_validator.EmailNotValidError as error:
        raise Refused(
            Sentence("{what} is not one that mail can be sent to; write it like name@example.org.", what=what)
        ) from error
    return found.normalized


def web_address(text: str, *, what: str) -> str:
    """Give the address of a page as it was written, trimmed; it is shown to people, and nothing of ours ever opens it.

    Raises Refused, in a sentence naming `what`, for what is no http or https address of a host.
    """
    written = text.strip()
    try:
        parts = urlsplit(written)
        is_one = (
            parts.scheme in {"https", "http"} and "." in (parts.hostname or "") and "@" not in parts.netloc
        )
    except ValueError:
        is_one = False
    if not is_one or any(mark.isspace() or not mark.isprintable() for mark in written):
        raise Refused(Sentence("{what} must be a web address, like https://www.example.org.", what=what))
    return written


def comparable_address(address: str) -> str:
    """Fold a normal address to the form under which two spellings reach one mailbox (its letters' case aside)."""
    return address.casefold()


def similar_address(address: str) -> str:
    """Fold a normal address further, to one form for all that its provider brings to one mailbox; never to write to.

    Tags go everywhere (`name+tag`); what else a provider does not read goes where it is known to: dots at Gmail,
    dots, hyphens and underscores at Proton, what follows a hyphen at Yahoo; and names of one provider are one.
    """
    local, _, domain = comparable_address(address).rpartition("@")
    bare = local.partition("+")[0] or local
    provider = _PROVIDERS.get(domain)
    if provider is None:
        return f"{bare}@{domain}"
    if provider.tag:
        bare = bare.partition(provider.tag)[0] or bare
    unread = bare.translate(str.maketrans("", "", provider.unread))
    return f"{unread or bare}@{provider.name}"


@dataclass(frozen=True, kw_only=True)
class _Provider:
    """What a mailbox provider does not read of a local part (its own help pages say so), and its first name."""

    name: str
    unread: str = ""
    tag: str = ""


_PROVIDERS = {
    domain: provider
    for provider, domains in (
        (_Provider(name="gmail.com", unread="."), ("gmail.com", "googlemail.com")),
        (
            _Provider(name="proton.me", unread=".-_"),
            ("proton.me", "protonmail.com", "protonmail.ch", "pm.me"),
        ),
        (_Provider(name="icloud.com"), ("icloud.com", "me.com", "mac.com")),
        (_Provider(name="yahoo.com", tag="-"), ("yahoo.com", "ymail.com", "rocketmail.com")),
        (_Provider(name="yandex.ru"), ("yandex.ru", "yandex.com", "ya.ru", "yandex.by", "yandex.kz")),
        (_Provider(name="fastmail.com"), ("fastmail.com", "fastmail.fm")),
    )
    for domain in domains
}


def ascii_address(address: str) -> str:
    """Write a normal address for the wire with its domain in ASCII (RFC 5891); the local part stays as it is."""
    local, domain = address.rsplit("@", 1)
    return f"{local}@{domain.encode('idna').decode() if domain.isascii() else _idna(domain)}"


def masked_address(address: str) -> str:
    """Show an address so that its owner would know it and a stranger would not: `a…@example.org`."""
    local, domain = address.rsplit("@", 1)
    return f"{local[:1]}…@{domain}"


def veiled_address(address: str) -> str:
    """Show an address so that who knows it may recognize it and nobody can read it: `a…@l…s.example`.

    Of a short name less is shown, for its ends would be all of it; only the last label of the domain stays.
    """
    local, domain = address.rsplit("@", 1)
    host, dot, last = domain.rpartition(".")
    return f"{_veil(local, ends=1)}@{_veil(host, ends=2)}{dot}{last}" if dot else f"{_veil(local, ends=1)}@…"


def _veil(text: str, *, ends: int) -> str:
    shown = min(ends, (len(text) - 1) // 2)
    return f"{text[:1] if shown else ''}…{text[-1:] if shown > 1 else ''}"


def _idna(domain: str) -> str:
    found = email_validator.validate_email(f"a@{domain}", check_deliverability=False)
    return str(found.ascii_domain)
