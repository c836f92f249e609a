"""Read a returned mail: what it tells, and of which of our mails (pure).

Formal reports first (RFC 3464 and 6533, 5965, 8098), then what servers write of their own, cautiously.
"""

import hashlib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from service.mail.autoreply import is_auto_reply
from service.mail.failure_code import (
    find_code,
    find_reply,
    kind_of_failure,
    says_failed,
    says_no_mailbox,
)
from service.mail.returned_parts import Fields, Parts, take_apart
from service.mail.verp import read_return_path
from service.model.report_kind import ReportKind

_PATH_HEADERS = ("Delivered-To", "X-Original-To", "Envelope-To", "X-Envelope-To", "X-Delivered-To", "To")
_ADDRESS = re.compile(r"[^\s<>,;:\"@]{1,64}@[^\s<>,;:\"@]{1,254}")
# Ours are printable ASCII; a NUL in one would be refused by the database.
_ID = re.compile(r"<[!-;=?-~]{1,190}>")
_ID_FIELD = re.compile(
    r"^[ \t>]*(?:X-)?(?:Original-)?Message-ID:\s*(<[!-;=?-~]{1,190}>)", re.MULTILINE | re.IGNORECASE
)
_ID_HEADERS = (
    "In-Reply-To",
    "References",
    "X-Original-Message-ID",
    "Original-Message-ID",
    "X-MS-Exchange-Original-Message-Id",
)
_XTEXT = re.compile(r"\+([0-9A-F]{2})")
_MOST_IDS = 20
_MOST_HEADER = 2000
_MOST_WORDS = 16_000

_A_MACHINE = re.compile(
    r"mailer-daemon|mail-daemon|postmaster|mail delivery (?:sub)?system|mail delivery service|mdaemon@|microsoftexchange\w*@",
    re.IGNORECASE,
)
# From here on a server's own format quotes the mail that it brings back.
_COPY_BEGINS = re.compile(
    r"^[ \t>]*(?:-+ ?(?:below this line|this is a copy of|original message|the (?:header|body) of|returned message|"
    r"message header|transcript of the original|forwarded message|unsent message|"
    r"the original message)|original message (?:headers|follows)|return-path:|received: )",
    re.MULTILINE | re.IGNORECASE,
)
_COMPLAINTS = frozenset({"abuse", "fraud", "opt-out", "opt-out-list", "other", "miscategorized"})
# What was relayed names by this field the server that took it (RFC 3464, section 2.3.5).
_REMOTE = re.compile(
    r"dns\s*;\s*\[?([a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)+)", re.IGNORECASE
)
_LONGEST_HOST = 253
_BY_ACTION = {
    "delivered": ReportKind.DELIVERED,
    "expanded": ReportKind.DELIVERED,
    "relayed": ReportKind.RELAYED,
    "delayed": ReportKind.DELAYED,
}
_DELAY = re.compile(
    r"\b(?:warning|delayed|will (?:continue to|keep) (?:try|be tried)|not yet been delivered|no action is required)",
    re.IGNORECASE,
)
_JUNK_REPORTERS = re.compile(r"^staff@(?:hotmail|outlook)\.com$", re.IGNORECASE)


@dataclass(frozen=True, kw_only=True)
class Report:
    """What a returned mail tells.

    `code` is the enhanced status code (RFC 3463), or "". The mail it is about is `row_id`, proven by its return
    path, or one of `message_ids`, most trusted first. `fingerprint` (32 bytes) is the same whenever the same mail
    comes again. `taken_by` is the host that took over what was relayed, in lower case, "" where the report names none; it
    is the report's word and nothing more. No address and no word of the mail is in it.
    """

    kind: ReportKind
    code: str
    row_id: str | None
    message_ids: tuple[str, ...]
    fingerprint: bytes
    taken_by: str = ""


def read_report(data: bytes, *, recipient: str, site_key: bytes, bounce_domain: str) -> Report:
    """Read a returned mail that came to `recipient` ("" where the envelope is not known); never raises.

    Whatever cannot be understood is UNKNOWN. In doubt the milder kind is given.
    """
    unknown = Report(
        kind=ReportKind.UNKNOWN,
        code="",
        row_id=read_return_path(recipient, site_key=site_key, bounce_domain=bounce_domain),
        message_ids=(),
        fingerprint=hashlib.sha256(data).digest(),
    )
    try:
        parts = take_apart(data)
        kind, code = _tell(parts)
        row_id = unknown.row_id or _row_in_headers(parts, site_key=site_key, bounce_domain=bounce_domain)
        ids = _ids_in(parts)
    except Exception:  # noqa: BLE001 -- strangers write these bytes, and the library's reader has raised before
        return unknown
    return Report(
        kind=kind,
        code=code,
        row_id=row_id,
        message_ids=ids,
        fingerprint=_fingerprint(data, parts, row_id=row_id, kind=kind),
        taken_by=_taken_by(parts) if kind is ReportKind.RELAYED else "",
    )


def _tell(parts: Parts) -> tuple[ReportKind, str]:
    if parts.feedback is not None:
        return _feedback(parts.feedback), ""
    told = [found for block in parts.statuses if (found := _status(block, parts.text)) is not None]
    if told:
        return _together(told)
    if parts.disposition is not None:
        return _disposition(parts.disposition), ""
    if _is_junk_report(parts):
        return ReportKind.COMPLAINT, ""
    if is_from_a_mail_server(parts):
        return _own_words(parts)
    if is_auto_reply(parts.header):
        return ReportKind.AUTO_REPLY, ""
    # A server that nobody knows by its name shows by its empty return path that it wrote this itself.
    return _own_words(parts) if parts.header("Return-Path") == "<>" else (ReportKind.UNKNOWN, "")


def _feedback(fields: Fields) -> ReportKind:
    kind = fields.get("feedback-type", "").split(";")[0].strip().lower()
    if kind in _COMPLAINTS:
        return ReportKind.COMPLAINT
    # RFC 6591, and machines that found something: no person has complained.
    return ReportKind.POLICY if kind in {"auth-failure", "virus"} else ReportKind.UNKNOWN


def _disposition(fields: Fields) -> ReportKind:
    """Tell whether a mail was shown to somebody (RFC 8098, section 3.2.6); deleted or passed on, it need not have been.

    What a program did by itself (section 3.2.6.1) shows no reader either, as where a filter opened it.
    """
    mode, _, done = fields.get("disposition", "").rpartition(";")
    is_by_hand = mode.partition("/")[0].strip().lower() == "manual-action"
    is_displayed = done.partition("(")[0].strip().lower() == "displayed"
    return ReportKind.DISPLAYED if is_by_hand and is_displayed else ReportKind.AUTO_REPLY


def _taken_by(parts: Parts) -> str:
    """Name the one host that took over what was relayed; "" where there is none, or more than one."""
    named = {
        found.group(1).lower()
        for block in parts.statuses
        if (found := _REMOTE.match(block.get("remote-mta", "")))
    }
    host = named.pop() if len(named) == 1 else ""
    return host if len(host) <= _LONGEST_HOST else ""


def _status(block: Fields, text: str) -> tuple[ReportKind, str] | None:
    """Read what became of one recipient (RFC 3464, section 2.3); None for a block about the mail as a whole."""
    action = block.get("action", "").partition(" ")[0].strip(";,.").lower()
    status, said = block.get("status", ""), block.get("diagnostic-code", "")
    if not action and not status:
        return None
    if action in _BY_ACTION:
        return _BY_ACTION[action], status.partition(" ")[0][:12]
    code = find_code([status, said]) if said else find_code([status, _words_of(text)])
    words = said if find_code([said]) or find_reply(said) else f"{said} {_words_of(text)}"
    return kind_of_failure(code, words), code


def _together(told: Sequence[tuple[ReportKind, str]]) -> tuple[ReportKind, str]:
    """Join what became of several recipients, such as the members of a list behind our one.

    Where they fared differently nothing final can be said of the address we wrote to.
    """
    kinds = {kind for kind, _ in told}
    if len(kinds) == 1:
        return told[0]
    failed = kinds - {ReportKind.DELIVERED, ReportKind.RELAYED, ReportKind.DELAYED}
    if not failed:
        return (ReportKind.DELAYED if ReportKind.DELAYED in kinds else ReportKind.RELAYED), ""
    return (ReportKind.POLICY if failed == {ReportKind.POLICY} else ReportKind.SOFT), ""


def _is_junk_report(parts: Parts) -> bool:
    sender = _ADDRESS.search(parts.header("From"))
    return bool(parts.returned) and sender is not None and _JUNK_REPORTERS.match(sender.group()) is not None


def is_from_a_mail_server(parts: Parts) -> bool:
    """Tell by its sender whether a mail server wrote a mail."""
    if parts.header("X-Failed-Recipients"):
        return True
    return _A_MACHINE.search(parts.header("From")[:_MOST_HEADER]) is not None


def came_to(parts: Parts) -> Iterator[str]:
    """Give the addresses that a mail came to, as a mailbox notes them."""
    for name in _PATH_HEADERS:
        for value in parts.headers(name)[:_MOST_IDS]:
            yield from _ADDRESS.findall(value[:_MOST_HEADER])


def _own_words(parts: Parts) -> tuple[ReportKind, str]:
    """Read a bounce in a server's own words; only what certainly speaks of a failure is one."""
    words = f"{parts.header('Subject')[:_MOST_HEADER]}\n{_words_of(parts.text)}"
    code, reply = find_code([words]), find_reply(words)
    if not parts.header("X-Failed-Recipients") and _DELAY.search(words):
        return ReportKind.DELAYED, code
    if not (code or reply or says_failed(words)):
        return ReportKind.UNKNOWN, ""
    kind = kind_of_failure(code or ("4.0.0" if reply.startswith("4") else ""), words)
    # A code that one line of many holds may belong to another: the words must agree before an address is given up.
    if kind is ReportKind.HARD and not (says_no_mailbox(words) or _one_code(words, code)):
        return ReportKind.SOFT, code
    return kind, code


def _one_code(words: str, code: str) -> bool:
    return bool(code) and words.count(code) == len(
        re.findall(r"(?<![\d.])[45]\.\d{1,3}\.\d{1,3}(?!\.?\d)", words)
    )


def _words_of(text: str) -> str:
    begins = _COPY_BEGINS.search(text)
    return (text[: begins.start()] if begins else text)[:_MOST_WORDS]


def _row_in_headers(parts: Parts, *, site_key: bytes, bounce_domain: str) -> str | None:
    """Find a return path of ours among the addresses that this mail came to."""
    for address in came_to(parts):
        row_id = read_return_path(address, site_key=site_key, bounce_domain=bounce_domain)
        if row_id is not None:
            return row_id
    return None


def _ids_in(parts: Parts) -> tuple[str, ...]:
    return tuple(dict.fromkeys(_all_ids(parts)))[:_MOST_IDS]


def _all_ids(parts: Parts) -> Iterator[str]:
    for text in parts.returned:
        yield from _ID_FIELD.findall(text)
    for fields in (parts.disposition, parts.feedback):
        if fields:
            yield from _ID.findall(fields.get("original-message-id", ""))
    for block in parts.statuses:
        # ENVID as we gave it to the relay: the Message-ID without its brackets (RFC 3464, section 2.2.1).
        yield from _ID.findall(f"<{_XTEXT.sub(_character, block.get('original-envelope-id', ''))}>")
    for name in _ID_HEADERS:
        yield from _ID.findall(parts.header(name))
    yield from _ID_FIELD.findall(parts.text)


def _character(hexadecimal: re.Match[str]) -> str:
    return chr(int(hexadecimal.group(1), 16))


def _fingerprint(data: bytes, parts: Parts, *, row_id: str | None, kind: ReportKind) -> bytes:
    """Recognise a mail that comes again by its own Message-ID, for a relay's second try may differ in its trace."""
    own = parts.header("Message-ID")
    if not own:
        return hashlib.sha256(data).digest()
    return hashlib.sha256(f"{own}\0{row_id or ''}\0{kind.value}".encode()).digest()
