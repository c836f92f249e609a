"""What follows from how a copy was handed over, and when it is tried or asked about again (pure)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from service.delivery.parcel import InDoubt, NotNow, NotTaken, Receipt
from service.model.states import DELIVERY, CarriageState, DeliveryState

Outcome = Receipt | NotNow | NotTaken | InDoubt

PAUSES = (
    timedelta(minutes=1),
    timedelta(minutes=5),
    timedelta(minutes=15),
    timedelta(hours=1),
    timedelta(hours=2),
    timedelta(hours=4),
)
"""How long is waited after each try that came to nothing; the last of them again and again."""

GIVES_UP_AFTER = timedelta(days=3)
"""So long a copy is tried: a house may be closed over a weekend, and then a person is to know."""

_LONGEST_WISH = timedelta(days=1)
_ASKED_EVERY = (
    (timedelta(days=2), timedelta(hours=1)),
    (timedelta(days=10), timedelta(hours=6)),
    (timedelta(days=60), timedelta(days=1)),
)
_ON_ITS_WAY = frozenset({DeliveryState.HANDED_OVER, DeliveryState.ACCEPTED})


@dataclass(frozen=True, kw_only=True)
class Decision:
    """What becomes of a handing over and of its delivery.

    `there` is None where the delivery stays as it is; `again_at` is when it is tried again; `alert` the word by which the
    secretariat is told, where it is.
    """

    state: CarriageState
    there: DeliveryState | None
    evidence: str
    again_at: datetime | None = None
    alert: str = ""


def decide_after(outcome: Outcome, *, tries: int, began_at: datetime, now: datetime) -> Decision:
    """Decide what follows from what the other side said, at the end of a try, counted from 1, of a copy first tried at `began_at`."""
    if isinstance(outcome, Receipt):
        return Decision(state=CarriageState.TAKEN, there=outcome.rung, evidence=outcome.said)
    said = str(outcome)
    if isinstance(outcome, InDoubt):
        return _in_doubt(said)
    if isinstance(outcome, NotTaken):
        return _not_taken(said)
    again_at = now + pause_after(tries, wish=outcome.again_after)
    if again_at > began_at + GIVES_UP_AFTER:
        return _not_taken(f"given up after {tries} tries. {said}")
    return Decision(state=CarriageState.NOT_NOW, there=None, evidence=said, again_at=again_at)


def decide_late(outcome: Outcome) -> Decision | None:
    """Decide what follows where the time of a try was over, so that it was called in doubt; None where nothing is known better."""
    if isinstance(outcome, Receipt):
        return Decision(state=CarriageState.TAKEN, there=outcome.rung, evidence=outcome.said)
    if isinstance(outcome, InDoubt):
        return None
    # Nothing of it arrived; as a person may have decided already, it does not go again by itself.
    return _not_taken(str(outcome))


def decide_lapsed(state: CarriageState, *, tries: int, began_at: datetime, now: datetime) -> Decision:
    """Decide what follows where whoever held a copy was not heard of again: before the fence it goes again, after it nobody knows."""
    if state is CarriageState.FENCED:
        return _in_doubt("handed over by a process that ended before it kept what was answered")
    again_at = now + pause_after(tries)
    if again_at > began_at + GIVES_UP_AFTER:
        return _not_taken(f"given up after {tries} tries, of which the last ended before anything left")
    return Decision(state=CarriageState.WAITING, there=None, evidence="", again_at=again_at)


def pause_after(tries: int, *, wish: timedelta | None = None) -> timedelta:
    """Give how long to wait after so many tries, and as long as the other side wishes, within a day."""
    own = PAUSES[min(max(tries, 1), len(PAUSES)) - 1]
    return max(own, min(wish or timedelta(0), _LONGEST_WISH))


def way_to(here: DeliveryState, there: DeliveryState) -> Sequence[DeliveryState]:
    """Give the steps from one state of a delivery to another, none where it stands there: what arrived was handed over before."""
    if here is there:
        return ()
    if DELIVERY.may_move(here, there) or here is DeliveryState.HANDED_OVER:
        return (there,)
    return (DeliveryState.HANDED_OVER, there)


def goes_to(here: DeliveryState, rung: DeliveryState | None, *, is_followed: bool) -> DeliveryState | None:
    """Say to which state something heard later brings a delivery; None where it is evidence and nothing more."""
    if rung is None or not is_followed:
        return None
    if rung is DeliveryState.ACCEPTED and here is DeliveryState.HANDED_OVER:
        return rung
    if rung is DeliveryState.DELIVERED and here in _ON_ITS_WAY:
        return rung
    if rung is DeliveryState.FAILED and here in _ON_ITS_WAY | {DeliveryState.DELIVERED}:
        return rung
    return None


def alert_of(here: DeliveryState, rung: DeliveryState | None, there: DeliveryState | None) -> str:
    """Say by which word the secretariat is told of something heard; "" where a person need do nothing about it."""
    if rung is DeliveryState.DELIVERED and here is DeliveryState.FAILED:
        return "contradicted"
    if there is DeliveryState.FAILED:
        return "contradicted" if here is DeliveryState.DELIVERED else "sent_back"
    return ""


def next_asked(taken_at: datetime, *, now: datetime) -> datetime | None:
    """Give when the other side is next asked what became of a copy; None once it is too old for any news."""
    age = now - taken_at
    return next((now + every for until, every in _ASKED_EVERY if age < until), None)


def _in_doubt(said: str) -> Decision:
    return Decision(
        state=CarriageState.IN_DOUBT, there=DeliveryState.UNCERTAIN, evidence=said, alert="uncertain"
    )


def _not_taken(said: str) -> Decision:
    return Decision(state=CarriageState.NOT_TAKEN, there=DeliveryState.FAILED, evidence=said, alert="failed")
