"""What the secretariat can do with a sign-on where it stands, and which way leads back (pure)."""

from collections.abc import Mapping, Sequence
from enum import StrEnum

from service.model.campaign import Campaign
from service.model.signature import HeldReason, Kind, Signature, Standing, standing
from service.model.states import SignatureState


class Does(StrEnum):
    """One thing to do; by its value forms and records know it."""

    ACCEPT = "accept"
    RELEASE = "release"
    SETTLE = "settle"
    HOLD = "hold"
    ANOTHER = "another"
    DECLINE = "decline"
    INVALIDATE = "invalidate"
    RESTORE = "restore"


IN_A_BATCH = (Does.ACCEPT, Does.RELEASE, Does.HOLD, Does.DECLINE, Does.INVALIDATE, Does.RESTORE, Does.SETTLE)
"""What can be done with many at once."""

AUDITED_AS: Mapping[Does, str] = {
    Does.ACCEPT: "signature.accept",
    Does.RELEASE: "signature.release",
    Does.SETTLE: "signature.settle",
    Does.HOLD: "signature.hold",
    Does.DECLINE: "signature.decline",
    Does.INVALIDATE: "signature.invalidate",
    Does.RESTORE: "signature.restore",
}
"""By which act the audit knows each thing that can be done with many."""

_MAY_BE_DECLINED = frozenset(
    {SignatureState.INVITED, SignatureState.INTENDS, SignatureState.PENDING, SignatureState.CONFIRMED}
)
# Of these somebody has to say, one by one, which it is.
_ONE_BY_ONE = frozenset({HeldReason.LOOK_ALIKE})


def possible(row: Signature, campaign: Campaign, *, looks_like_another: bool = False) -> tuple[Does, ...]:
    """List what can be done with a sign-on now, what is needed most first."""
    if row.erased_at is not None:
        return ()
    word = standing(row, campaign)
    can: Mapping[Does, bool] = {
        Does.ACCEPT: word is Standing.AWAITING_ACCEPTANCE,
        Does.RELEASE: row.held_reason is not None
        and row.held_reason not in _ONE_BY_ONE
        and row.state in {SignatureState.CONFIRMED, SignatureState.PENDING},
        Does.SETTLE: row.condition is not None and row.state is SignatureState.CONFIRMED,
        Does.ANOTHER: row.kind is Kind.ORGANIZATION and (row.joined_to is not None or looks_like_another),
        Does.HOLD: row.held_reason is None and row.state is SignatureState.CONFIRMED,
        Does.RESTORE: row.state is SignatureState.DECLINED and row.confirmed_at is not None,
        Does.DECLINE: row.state in _MAY_BE_DECLINED,
        Does.INVALIDATE: row.state in {SignatureState.PENDING, SignatureState.CONFIRMED},
    }
    return tuple(does for does, is_possible in can.items() if is_possible)


def stamp(row: Signature) -> str:
    """Say in codes where a sign-on stands, so that what is decided later can tell whether it still does (pure)."""
    held = row.held_reason.value if row.held_reason is not None else ""
    marks = "".join(
        "y" if one is not None else "n" for one in (row.accepted_at, row.condition, row.joined_to)
    )
    return f"{row.state.value} {held} {marks} {row.revision_id or ''}"


def way_back(does: Does, row: Signature) -> Does | None:
    """Give what takes an act on this sign-on back; None where nothing does. Who was declined then needs a check."""
    if does is Does.HOLD and row.accepted_at is not None:
        return Does.RELEASE
    is_declining = does in {Does.DECLINE, Does.INVALIDATE}
    return Does.RESTORE if is_declining and row.confirmed_at is not None else None


def all_ways_back(does: Does, rows: Sequence[Signature]) -> Does | None:
    """Give what takes an act on all of these back; None where it would not do for one of them."""
    ways = {way_back(does, row) for row in rows}
    return ways.pop() if len(ways) == 1 else None
