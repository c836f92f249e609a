"""Tell whether a mail really comes from the domain in its From: by its DKIM signature, or by what our mail server found.

The only user of dkimpy.
"""

import re
from collections.abc import Iterator

import dkim

from service.mail.dns import Resolver, Unanswered
from service.mail.returned_parts import take_apart

MOST_SIGNATURES = 4
"""Signatures of a mail that are looked at: each costs a question to the DNS."""

_RESULT = re.compile(r"(dkim|spf)\s*=\s*pass\b")
_PROPERTY = re.compile(r"\b(header\.d|header\.i|smtp\.mailfrom)\s*=\s*([^\s;]+)")
_PROPERTIES = {"dkim": {"header.d", "header.i"}, "spf": {"smtp.mailfrom"}}
_QUOTED = re.compile(r'"(?:[^"\\]|\\.)*"')
_COMMENT = re.compile(r"\((?:[^()\\]|\\.)*\)")
_MOST_COMMENTS = 20


def proves_domain(data: bytes, domain: str, *, resolver: Resolver, trusted_host: str = "") -> bool:
    """Tell whether a mail is proven to come from this domain, the one of its From.

    By the topmost Authentication-Results of our own mail server (RFC 8601), where `trusted_host` is the name it
    writes them under: DKIM or SPF passed for this domain or one above it. Or by a DKIM signature that we check
    ourselves. Where the DNS does not answer, nothing is proven.
    """
    if not domain:
        return False
    if trusted_host and _was_found(data, domain, trusted_host=trusted_host):
        return True
    return any(_holds(data, place, domain, resolver) for place in range(_signatures(data)))


def is_aligned(domain: str, proven: str) -> bool:
    """Tell whether what was proven speaks for a domain: the domain itself, or one above it that is no top-level one.

    A domain below it does not: there, somebody else may rule.
    """
    domain, proven = domain.casefold().rstrip("."), proven.casefold().rstrip(".")
    return domain == proven or ("." in proven and domain.endswith(f".{proven}"))


def _was_found(data: bytes, domain: str, *, trusted_host: str) -> bool:
    for value in take_apart(data).headers("Authentication-Results"):
        host, _, results = _plain(value).partition(";")
        if host.split()[:1] == [trusted_host.casefold()]:
            # Our own server writes above all that was there before: only the topmost is its word.
            return any(is_aligned(domain, proven) for proven in _proven(results))
    return False


def _plain(value: str) -> str:
    """Leave out comments and quoted texts: strangers may have a say in both."""
    text = _QUOTED.sub("", value)
    for _ in range(_MOST_COMMENTS):
        shorter = _COMMENT.sub(" ", text)
        if shorter == text:
            break
        text = shorter
    return text.casefold()


def _proven(results: str) -> Iterator[str]:
    for result in results.split(";"):
        method = _RESULT.match(result.strip())
        if method is None:
            continue
        for name, value in _PROPERTY.findall(result):
            if name in _PROPERTIES[method[1]]:
                yield value.rpartition("@")[2]


def _signatures(data: bytes) -> int:
    head = data.replace(b"\r\n", b"\n").partition(b"\n\n")[0]
    return min(len(re.findall(rb"^DKIM-Signature:", head, re.IGNORECASE | re.MULTILINE)), MOST_SIGNATURES)


def _holds(data: bytes, place: int, domain: str, resolver: Resolver) -> bool:
    def record(name: bytes, timeout: int = 5) -> bytes | None:
        del timeout
        texts = resolver.texts(name.decode("ascii").rstrip(".").lower())
        return texts[0].encode() if len(texts) == 1 else None

    try:
        checked = dkim.DKIM(data)
        is_valid = checked.verify(idx=place, dnsfunc=record)
    except (dkim.DKIMException, Unanswered, ValueError):
        return False
    # A signature over the beginning only lets anybody write on below it.
    is_whole = b"l" not in checked.signature_fields
    return (
        bool(is_valid) and is_whole and is_aligned(domain, (checked.domain or b"").decode("ascii", "replace"))
    )
