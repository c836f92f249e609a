"""One normal form of an e-mail address; the only user of email-validator."""

import email_validator

from service.foundation.errors import Refused

email_validator.SPECIAL_USE_DOMAIN_NAMES.clear()
"""Reserved names (.example, .test, .invalid) are for the relay to refuse: demonstrations and tests use them."""


def normal_address(text: str, *, what: str = "The e-mail address") -> str:
    """Give the address as it is written to: one address, Unicode NFC, domain in lower case.

    Raises Refused, in a sentence naming `what`, for anything else than exactly one address.
    """
    candidate = text.strip()
    if not candidate:
        raise Refused(f"{what} is missing.")
    if len(candidate) > 254:
        raise Refused(f"{what} is too long to be one.")
    if any(mark in candidate for mark in ",;\r\n") or candidate.count("@") > 1 or "<" in candidate:
        raise Refused(f"{what} must be a single address, like name@example.org.")
    try:
        found = email_validator.validate_email(candidate, check_deliverability=False, allow_smtputf8=True)
    except email_validator.EmailNotValidError as error:
        raise Refused(
            f"{what} is not one that mail can be sent to; write it like name@example.org."
        ) from error
    return found.normalized


def comparable_address(address: str) -> str:
    """Fold a normal address to the form under which two spellings reach one mailbox (its letters' case aside)."""
    return address.casefold()


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
