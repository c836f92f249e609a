"""Keep what became of a copy that was handed over: its delivery moves as far as is proved, and no further."""

from datetime import datetime

from sqlmodel import Session, select

from service.delivery.carrying.claim import Claim
from service.delivery.carrying.decide import (
    Decision,
    Outcome,
    decide_after,
    decide_lapsed,
    decide_late,
    next_asked,
    way_to,
)
from service.delivery.parcel import NotTaken, Receipt
from service.delivery.steps import alert_about, move_delivery, note_delivery
from service.model.carriage import Carriage
from service.model.delivery import Delivery
from service.model.states import CARRIAGE, DELIVERY, CarriageState
from service.store.keyring import Keyring
from service.store.sealed import open_record, seal_record

_IN_HAND = frozenset({CarriageState.HELD, CarriageState.FENCED})
_MOST_KEPT = 12


def settle_carriage(
    session: Session, keyring: Keyring, claim: Claim, outcome: Outcome, *, now: datetime
) -> None:
    """Keep what a taker was told, whatever became of the copy meanwhile: what cannot move it any more is kept as evidence."""
    delivery, row = _hold(session, claim.carriage_id)
    _keep(session, keyring, row, outcome, now=now)
    if row.state in _IN_HAND and row.tries == claim.tries:
        decision = decide_after(outcome, tries=row.tries, began_at=claim.began_at, now=now)
        _apply(session, delivery, row, decision, outcome, now=now)
        return
    late = decide_late(outcome) if row.state is CarriageState.IN_DOUBT and row.tries == claim.tries else None
    if late is not None and row.is_followed:
        _apply(session, delivery, row, late, outcome, now=now)
        return
    if isinstance(outcome, Receipt):
        row.receipt = row.receipt or outcome.number
        session.add(row)
    said = outcome.said if isinstance(outcome, Receipt) else str(outcome)
    note_delivery(session, delivery, evidence=f"an earlier try: {said}", heard_ref=None, now=now)


def settle_lapsed(session: Session, carriage_id: str, *, now: datetime) -> bool:
    """Settle a copy whose taker was not heard of again; tells whether there was anything to settle."""
    delivery, row = _hold(session, carriage_id)
    if row.state not in _IN_HAND or row.lease_until is None or row.lease_until > now:
        return False
    decision = decide_lapsed(row.state, tries=row.tries, began_at=row.began_at or row.created_at, now=now)
    _apply(session, delivery, row, decision, None, now=now)
    return True


def _apply(
    session: Session,
    delivery: Delivery,
    row: Carriage,
    decision: Decision,
    outcome: Outcome | None,
    *,
    now: datetime,
) -> None:
    CARRIAGE.move(row, decision.state)
    row.lease_until = None
    if decision.again_at is not None:
        row.due_at = decision.again_at
    else:
        row.settled_at = now
    if isinstance(outcome, Receipt):
        row.receipt, row.ask_at = outcome.number, next_asked(now, now=now)
    session.add(row)
    if decision.there is None:
        if decision.evidence:
            note_delivery(session, delivery, evidence=decision.evidence, heard_ref=None, now=now)
        return
    steps = way_to(delivery.state, decision.there)
    if not steps or not DELIVERY.may_move(delivery.state, steps[0]):
        note_delivery(session, delivery, evidence=decision.evidence, heard_ref=None, now=now)
        return
    for there in steps:
        move_delivery(session, delivery, there, evidence=decision.evidence, now=now)
    if decision.alert:
        alert_about(session, delivery, row, decision.alert, now=now)


def _keep(session: Session, keyring: Keyring, row: Carriage, outcome: Outcome, *, now: datetime) -> None:
    """Keep, sealed, what was asked and answered: it may be too much for a line of evidence, and faults may name a person."""
    keys = keyring.of(session, row.campaign_id)
    told = {
        "at": now.isoformat(),
        "outcome": type(outcome).__name__,
        "said": str(outcome.said if isinstance(outcome, Receipt) else outcome),
        "asked": outcome.exchange.asked,
        "status": outcome.exchange.status,
        "answered": outcome.exchange.answered,
        "faults": [str(fault) for fault in outcome.faults] if isinstance(outcome, NotTaken) else [],
    }
    kept = open_record(keys, row, "details").get("tries", [])
    row.details = seal_record(keys, row, "details", {"tries": [*kept, told][-_MOST_KEPT:]})
    session.add(row)


def _hold(session: Session, carriage_id: str) -> tuple[Delivery, Carriage]:
    """Lock a delivery and then its handing over, in the order in which a stop does."""
    fresh = {"populate_existing": True}
    of = select(Carriage.delivery_id).where(Carriage.id == carriage_id).scalar_subquery()
    delivery = session.exec(
        select(Delivery).where(Delivery.id == of).with_for_update().execution_options(**fresh)
    ).one()
    row = session.exec(
        select(Carriage).where(Carriage.id == carriage_id).with_for_update().execution_options(**fresh)
    ).one()
    return delivery, row
