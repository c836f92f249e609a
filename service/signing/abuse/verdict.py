"""Decide whether a sign-on is taken in at once or waits for a person's look (pure)."""

from dataclasses import dataclass
from datetime import timedelta

from service.model.quarantine_reason import QuarantineReason


@dataclass(frozen=True, kw_only=True)
class Facts:
    """What is known of one form that was sent."""

    trapped: bool
    blocked: bool
    open_for: timedelta
    quickest: timedelta
    asks_proof: bool
    proven: bool
    over_limit: bool


def quarantine_reason(facts: Facts) -> QuarantineReason | None:
    """Give the weightiest reason to hold a sign-on for a look; None where there is none."""
    reasons = (
        (facts.trapped, QuarantineReason.TRAP),
        (facts.blocked, QuarantineReason.BLOCKED),
        (facts.open_for < facts.quickest, QuarantineReason.TOO_QUICK),
        (facts.asks_proof and not facts.proven, QuarantineReason.NO_PROOF),
        (facts.over_limit, QuarantineReason.OVER_LIMIT),
    )
    return next((reason for holds, reason in reasons if holds), None)
