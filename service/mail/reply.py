"""Read a person's answer to one of our mails: from whom, to which, and whether it says yes and nothing else (pure)."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from email.utils import getaddresses

from service.foundation.addresses import comparable_address, normal_address
from service.foundation.errors import Refused
from service.mail.bounce import Report, is_from_a_mail_server
from service.mail.returned_parts import Parts, take_apart
from service.model.report_kind import ReportKind

LONGEST = 2000
"""Characters of an answer that are passed on."""

_YES = frozenset(
    {
        *("yes", "i confirm", "yes i confirm", "confirm", "confirmed"),
        *("oui", "je confirme", "oui je confirme", "sí", "si", "confirmo", "sí confirmo", "ja", "sim", "da"),
        *(
            "نعم",
            "أؤكد",
            "نعم أؤكد",
            "ھەئە",
            "جەزملەشتۈرىمەن",
            "ཡིན",
            "རེད",
            "是",
            "是的",
            "确认",
            "是的 确认",
            "да",
            "evet",
        ),
    }
)
# Where the words of the mail that is answered begin, as mail programs of many languages write it.
_QUOTE_BEGINS = re.compile(
    r"^(?:[ \t]*>|-{2,} ?(?:original|forwarded|ursprüngliche|message d)|_{10,}|(?:from|von|de|发件人|من) ?[:：]|"
    r".{0,200}(?:wrote|schrieb|a écrit|escribió|写道|كتب|пишет|написал)\b.{0,80}[:：]\s*$)",
    re.IGNORECASE,
)
_SIGNATURE_BEGINS = re.compile(
    r"^(?:-- ?$|(?:sent|gesendet|envoyé|enviado|отправлено) (?:from|von|de|desde|mit|with|с)\b|get outlook for\b|发自)",
    re.IGNORECASE,
)


@dataclass(frozen=True, kw_only=True, repr=False)
class Reply:
    """An answer that a person seems to have written.

    `row_id` is the mail that its return path names, `message_ids` those it says it answers. `sender` is the one
    address in From, "" where there is not exactly one. `words` are its own, without what it quotes.
    """

    row_id: str
    message_ids: tuple[str, ...]
    sender: str
    words: str
    begins_with_yes: bool
    is_only_yes: bool

    @property
    def sender_domain(self) -> str:
        """The domain of its sender, in lower case."""
        return self.sender.rpartition("@")[2].casefold()

    def is_from(self, address: str) -> bool:
        """Tell whether it says to come from this mailbox."""
        return bool(self.sender) and comparable_address(self.sender) == comparable_address(address)


def read_reply(data: bytes, report: Report) -> Reply | None:
    """Read a mail that is no report as an answer; None for what a machine wrote and what names no mail of ours.

    Never raises, as read_report() does not.
    """
    if report.kind is not ReportKind.UNKNOWN or report.row_id is None:
        return None
    try:
        parts = take_apart(data)
        if is_from_a_mail_server(parts) or parts.header("Return-Path") == "<>" or parts.header("List-Id"):
            return None
        words = _own_words(parts)
        lines = [line for line in words.split("\n") if line.strip()]
        return Reply(
            row_id=report.row_id,
            message_ids=report.message_ids,
            sender=_sender(parts),
            words=words[:LONGEST],
            begins_with_yes=bool(lines) and _is_yes(lines[0]),
            is_only_yes=len(lines) == 1 and _is_yes(lines[0]),
        )
    except Exception:  # noqa: BLE001 -- strangers write these bytes, and the library's reader has raised before
        return None


def _sender(parts: Parts) -> str:
    found = [address for _, address in getaddresses(parts.headers("From")) if address]
    if len(found) != 1 or len(parts.headers("From")) != 1:
        return ""
    try:
        return normal_address(found[0])
    except Refused:
        return ""


def _own_words(parts: Parts) -> str:
    # The first text is the plain one, where there are two of them.
    text = next(iter(parts.texts), "")
    return "\n".join(_before_the_quote(_visible(text).split("\n"))).strip()


def _before_the_quote(lines: list[str]) -> Iterator[str]:
    for line in lines:
        if _QUOTE_BEGINS.match(line) or _SIGNATURE_BEGINS.match(line.strip()):
            return
        yield line.rstrip()


def _visible(text: str) -> str:
    """Leave out what cannot be seen, so that what is passed on is what was written."""
    kept = "\n\t\u200c\u200d"
    return "".join(c for c in text if c in kept or unicodedata.category(c) not in {"Cc", "Cf", "Cs", "Co"})


def _is_yes(line: str) -> bool:
    letters = (c if unicodedata.category(c)[0] in "LMN" else " " for c in unicodedata.normalize("NFC", line))
    return " ".join("".join(letters).casefold().split()) in _YES
