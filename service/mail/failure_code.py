"""Tell from a status code and a server's words what kind of failure a bounce reports (pure)."""

import re
from collections.abc import Sequence

from service.model.report_kind import ReportKind

_ENHANCED = re.compile(r"(?<![\d.])([245]\.\d{1,3}\.\d{1,3})(?!\.?\d)")
_REPLY = re.compile(r"(?<![\d.-])([45]\d\d)[ -]")
_NOT_WORDS = re.compile(r"<[^<>\s]{0,254}>|[^\s@]{1,64}@[^\s@]{1,254}|https?:\S{1,1000}")
_MOST_WORDS = 16_000

# RFC 3463: no such mailbox, no such domain, bad syntax, moved, null MX (RFC 7505); 5.2.1: mailbox disabled.
_NO_MAILBOX = frozenset({"5.1.1", "5.1.2", "5.1.3", "5.1.6", "5.1.10", "5.2.1"})
# The sender's address or domain was not liked; 5.7.x are added in the code below.
_OUR_FAULT = frozenset({"5.1.7", "5.1.8", "5.1.9"})

_POLICY_WORDS = re.compile(
    r"\b(spam\w*|black ?list\w*|block ?list\w*|deny ?list\w*|dnsbl|rbl|spamhaus|barracuda|proofpoint|reputation|"
    r"dmarc|dkim|spf|unauthenticated|not authenticated|policy|blocked|banned|poor[- ]reputation|unsolicited|"
    r"content (?:filter|reject)\w*|message rejected as|access denied|reverse dns|ptr record)\b",
    re.IGNORECASE,
)
_PASSING_WORDS = re.compile(
    r"(?:mailbox|inbox|quota|storage|account)\W+(?:\w+\W+){0,4}(?:full|exceeded|over|out of)|over ?quota|"
    r"quota exceeded|exceeded (?:\w+ ){0,3}quota|insufficient (?:system )?storage|out of storage|"
    r"(?:at a rate|too quickly|too many|try again|temporar|timed? ?out|greylist|deferred|delivery time expired|"
    r"too large|too big|exceeds (?:\w+ ){0,3}size)",
    re.IGNORECASE,
)
_NO_MAILBOX_WORDS = re.compile(
    r"user (?:is )?unknown|unknown (?:user|recipient|mailbox|local part)|no such (?:user|mailbox|recipient|person|address)|"
    r"no mailbox here|(?:user|mailbox|recipient|account|address) (?:\S+ )?(?:does not|doesn.t|not|no longer) "
    r"(?:exist|found|available|have an? \w+ account)|invalid (?:recipient|mailbox)|"
    r"address (?:couldn.t|could not) be found|recipient address rejected: (?:user|undeliverable)|"
    r"doesn.t have a \w+(?:\.\w+)? account|account (?:has been|is) (?:disabled|closed|deactivated|inactive)|"
    r"(?:mailbox|user) (?:is )?(?:disabled|inactive)|unrouteable address|unroutable address",
    re.IGNORECASE,
)


def find_code(texts: Sequence[str]) -> str:
    """Find the most telling enhanced status code (RFC 3463) in texts, in order of trust; "" where there is none.

    A code that says no more than "failed" (x.0.0) is taken only where nothing better is found.
    """
    found = [code for text in texts for code in _ENHANCED.findall(text) if not code.startswith("2")]
    telling = [code for code in found if not code.endswith(".0.0")]
    return next(iter(telling or found), "")


def find_reply(text: str) -> str:
    """Find an SMTP reply code of failure (RFC 5321, section 4.2) in a text, or ""."""
    found = _REPLY.search(text)
    return found.group(1) if found else ""


def kind_of_failure(code: str, words: str) -> ReportKind:
    """Classify a final failure by its enhanced code and what was said; addresses and links in the words say nothing.

    In doubt the milder kind is given: only what certainly means "no such mailbox" is HARD.
    """
    said = _words_alone(words)
    if code.startswith("5.7.") or code in _OUR_FAULT or _POLICY_WORDS.search(said):
        return ReportKind.POLICY
    if code.startswith("4.") or _PASSING_WORDS.search(said):
        return ReportKind.SOFT
    if code in _NO_MAILBOX:
        return ReportKind.HARD
    is_open = code in {"", "5.0.0", "5.1.0", "5.2.0", "5.5.0"}
    return ReportKind.HARD if is_open and _NO_MAILBOX_WORDS.search(said) else ReportKind.SOFT


def says_no_mailbox(words: str) -> bool:
    """Tell whether the words of a bounce without any code say that there is no such mailbox."""
    return _NO_MAILBOX_WORDS.search(_words_alone(words)) is not None


def says_failed(words: str) -> bool:
    """Tell whether a text without any code speaks of a mail that was not delivered at all."""
    said = _words_alone(words)
    return any(pattern.search(said) for pattern in (_NO_MAILBOX_WORDS, _PASSING_WORDS, _POLICY_WORDS))


def _words_alone(words: str) -> str:
    return _NOT_WORDS.sub(" ", words[:_MOST_WORDS])
