"""How a send to many begins: with a few of them, the rest following when those went well (pure)."""

import math
from dataclasses import dataclass
from datetime import datetime, timedelta

LARGE = 500
"""Above so many, a few go first; up to so many, all are held for a moment in which the send can be undone."""

SHARE = 0.01
LEAST_FIRST = 30
"""Drawn by lot, so that hardly ever fewer than 20 come of it; fewer would show no trouble that is there."""

LONGEST_WAIT = timedelta(minutes=10)
UNDO = timedelta(seconds=60)

PROVES_WELL = timedelta(minutes=3)
"""After so long without trouble the rest follows: receivers that refuse do so within seconds, most bounces within
a minute or two."""

LOT_DIGITS = 6
"""How many of the last hexadecimal digits of an id the lot is drawn by; they are random (RFC 9562, version 7)."""

_LOTS = 16**LOT_DIGITS


@dataclass(frozen=True, kw_only=True)
class CanaryPlan:
    """How many of an audience go first, and when the rest is due at the latest.

    `first` is 0 where all wait for a moment. Whose recipient's id ends in less than `below` goes first.
    """

    first: int
    rest_due_at: datetime
    below: str


def canary_plan(audience: int, *, start: datetime, expires_at: datetime) -> CanaryPlan:
    """Plan a send to so many that may begin at `start`; a mail never waits beyond half of the time that it has."""
    half = max(timedelta(0), (expires_at - start) / 2)
    if audience <= LARGE:
        return CanaryPlan(first=0, rest_due_at=start + min(UNDO, half), below=_lot(0))
    first = max(LEAST_FIRST, math.ceil(audience * SHARE))
    return CanaryPlan(
        first=first,
        rest_due_at=start + min(LONGEST_WAIT, half),
        below=_lot(math.ceil(_LOTS * first / audience)),
    )


def goes_first(recipient_id: str, plan: CanaryPlan) -> bool:
    """Tell whether a recipient is one of the first; in SQL: `due_at_of` (service/mail/brakes/canaries.py)."""
    return recipient_id[-LOT_DIGITS:] < plan.below


def may_follow(*, gone_at: datetime | None, now: datetime) -> bool:
    """Tell whether the rest may go before its time: all of the first went, long enough ago to have come back."""
    return gone_at is not None and now - gone_at >= PROVES_WELL


def _lot(number: int) -> str:
    return f"{number:0{LOT_DIGITS}x}"
