"""QuarantineReason: why a sign-on waits for a person's look before it is taken in."""

from enum import StrEnum


class QuarantineReason(StrEnum):
    """The one thing that spoke against it; where there were several, the weightiest."""

    TRAP = "trap"
    BLOCKED = "blocked"
    TOO_QUICK = "too_quick"
    NO_PROOF = "no_proof"
    OVER_LIMIT = "over_limit"
    TOO_LATE = "too_late"
    FAILED = "failed"
