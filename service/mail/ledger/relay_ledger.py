"""What a relay's own ledger can say of a mail in doubt: it has it, it certainly never had it, or it cannot tell (pure)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol


class Fate(StrEnum):
    """What became of a mail that the relay took."""

    QUEUED = "queued"
    DEFERRED = "deferred"
    SENT = "sent"
    BOUNCED = "bounced"


@dataclass(frozen=True, kw_only=True)
class Question:
    """One mail in doubt: its Message-ID, and the moment of each submission of which nobody knows how it ended."""

    message_id: str
    submitted: tuple[datetime, ...]


@dataclass(frozen=True, kw_only=True)
class Found:
    """The relay took the mail over."""

    queue_id: str
    fate: Fate
    enhanced_code: str = ""


@dataclass(frozen=True)
class Absent:
    """The relay took none of these submissions, and none of them can reach it any more."""


@dataclass(frozen=True)
class Unknown:
    """The ledger cannot tell."""


Finding = Found | Absent | Unknown


class RelayLedger(Protocol):
    """Answers from the books that a relay keeps itself.

    An implementation promises: every question gets an answer; Found and Absent are said only where the ledger
    proves them, for Absent each submission by itself; whatever is missing, damaged or out of reach makes Unknown
    and raises nothing; the time and memory of one look are bounded. No address leaves it, in an answer or a log.
    """

    def look_up(self, questions: Sequence[Question]) -> Mapping[str, Finding]:
        """Answer each question, by its Message-ID."""
        ...

    def fault(self) -> str | None:
        """Say in a sentence why the ledger cannot be read; None where it can."""
        ...
