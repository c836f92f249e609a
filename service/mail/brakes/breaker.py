"""When the sending of one kind of mail of a letter stops by itself (pure)."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from service.mail.failure_code import kind_of_failure
from service.model.report_kind import ReportKind

WINDOW = timedelta(hours=24)
"""Only mails handed over so lately are counted: bounces of older ones say little of the list in use."""


@dataclass(frozen=True, kw_only=True)
class Limit:
    """How much trouble of one kind is too much: a share of what was handed over, and never fewer than `least`.

    Fewer mails handed over than `of` decide nothing.
    """

    share: float
    least: int
    of: int = 0


LIMITS: Mapping[ReportKind, Limit] = {
    # No such mailbox: a list gone stale, or one that was bought. Large providers warn at 5 % and shut out at 10 %;
    # ten of fifty, for in a list of thirty friends three old addresses are no danger to anybody.
    ReportKind.HARD: Limit(share=0.05, least=10, of=50),
    # Gmail and Yahoo: never reach 0.3 %. One person who presses the wrong button stops nothing, nor do two.
    ReportKind.COMPLAINT: Limit(share=0.003, least=3),
    # Refused for how or by whom it was sent (5.7.x): each mail more makes our name worse, so few are enough; but a
    # strict filter here and there, about one in a hundred, answers so to everybody.
    ReportKind.POLICY: Limit(share=0.02, least=5),
}
"""What stops the sending of a kind of mail, each with its reason."""

CANARY_LIMITS: Mapping[ReportKind, Limit] = {
    # Of some thirty mails: two bad addresses may be chance, three in thirty mean thousands in the rest.
    ReportKind.HARD: Limit(share=0.1, least=3),
    # In the first minutes nobody complains but somebody who really means it.
    ReportKind.COMPLAINT: Limit(share=0.0, least=1),
    ReportKind.POLICY: Limit(share=0.05, least=2),
}
"""What keeps the rest of a send from following its canary."""


@dataclass(frozen=True, kw_only=True)
class Trip:
    """The sending must stop: how many mails came to which trouble, of at most how many handed over."""

    cause: ReportKind
    troubles: int
    handed_over: int

    def __str__(self) -> str:
        """Say it in one clause, for the event of each mail that is held."""
        return f"stopped by itself: of {self.handed_over} mails {self.troubles} {_WORDS[self.cause]}"


@dataclass(frozen=True, kw_only=True)
class Tally:
    """What became of the mails of one kind and letter that were handed over lately, and how many those were.

    `handed_over` need not be exact where it is as high as `worth_counting` says.
    """

    handed_over: int
    troubles: Mapping[ReportKind, int] = field(default_factory=dict)


def worth_counting(
    troubles: Mapping[ReportKind, int], limits: Mapping[ReportKind, Limit] = LIMITS
) -> int | None:
    """Give up to which number it is worth counting what was handed over; None where no limit can be reached at all."""
    enough = [
        max(limit.of, math.floor(troubles[kind] / limit.share) if limit.share else 1) + 1
        for kind, limit in limits.items()
        if troubles.get(kind, 0) >= limit.least
    ]
    return max(enough, default=None)


def judge(tally: Tally, limits: Mapping[ReportKind, Limit] = LIMITS) -> Trip | None:
    """Decide whether the sending must stop; of several causes the first in the table is given."""
    for cause, limit in limits.items():
        number = tally.troubles.get(cause, 0)
        enough = number >= limit.least and tally.handed_over >= limit.of
        if enough and number >= limit.share * tally.handed_over:
            return Trip(cause=cause, troubles=number, handed_over=tally.handed_over)
    return None


def trouble_of_refusal(enhanced: str) -> ReportKind | None:
    """Tell as what a refusal by the relay counts; a refusal without a code is most often of an unknown mailbox."""
    kind = kind_of_failure(enhanced, "") if enhanced else ReportKind.HARD
    return kind if kind in LIMITS else None


_WORDS = {
    ReportKind.HARD: "went to mailboxes that do not exist",
    ReportKind.COMPLAINT: "were complained of",
    ReportKind.POLICY: "were refused for how or by whom they were sent",
}
