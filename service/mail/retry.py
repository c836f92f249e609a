"""What follows when a mail did not get through: again at a moment, give up, or leave it to a person (pure)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

STEPS: Sequence[timedelta] = (
    timedelta(minutes=1),
    timedelta(minutes=5),
    timedelta(minutes=15),
    timedelta(minutes=45),
    timedelta(hours=2),
    timedelta(hours=4),
)
"""How long to wait after the first, second … try; the last goes on until the mail expires.

A greylisting relay takes a mail that comes again after some five minutes: the second or third try finds it open.
"""

GRACE = timedelta(minutes=15)
"""How long a mail in doubt waits for evidence before it may go once more."""


class WhenUncertain(StrEnum):
    """What may happen to a mail of which nobody knows whether it arrived."""

    ONCE_MORE = "once_more"
    NEVER = "never"
    PERSON = "person"


@dataclass(frozen=True, kw_only=True)
class RetryAt:
    """Try again at this moment."""

    at: datetime


@dataclass(frozen=True, kw_only=True)
class GiveUp:
    """Do not try again: no moment is left before it expires."""


@dataclass(frozen=True, kw_only=True)
class Wait:
    """Do not try again by itself: only evidence or a person can settle it."""


def after_deferral(*, tries: int, now: datetime, expires_at: datetime) -> RetryAt | GiveUp:
    """Decide when a mail that certainly did not arrive is tried again, after so many tries (1 and more).

    Near its end the wait shrinks to the longest step that still ends before `expires_at`.
    """
    possible = (step for step in reversed(STEPS[: max(1, tries)]) if now + step < expires_at)
    step = next(possible, None)
    return RetryAt(at=now + step) if step is not None else GiveUp()


def after_doubt(
    *, when_uncertain: WhenUncertain, went_twice: bool, now: datetime, expires_at: datetime
) -> RetryAt | Wait:
    """Decide whether a mail that may have arrived goes once more: only where its kind allows it, and never a third time."""
    if when_uncertain is WhenUncertain.ONCE_MORE and not went_twice and now + GRACE < expires_at:
        return RetryAt(at=now + GRACE)
    return Wait()
