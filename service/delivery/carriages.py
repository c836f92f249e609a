"""The handings over of a delivery by a way that leaves by itself: begin one, stop one, and know by which key each goes."""

import hashlib
from collections.abc import Sequence
from datetime import datetime

from sqlmodel import Session, col, select

from service.foundation.sealing import CampaignKeys
from service.model.carriage import Carriage
from service.model.delivery import Delivery
from service.model.states import CARRIAGE, CarriageState
from service.store.sealed import open_record

_BEFORE_IT_LEAVES = frozenset({CarriageState.WAITING, CarriageState.NOT_NOW, CarriageState.HELD})
_KEY_DIGITS = 32


def begin_carriage(session: Session, delivery: Delivery, *, due_at: datetime, now: datetime) -> Carriage:
    """Set a copy on its way, to be handed over once it is due; what is heard of an earlier handing over moves it no more."""
    earlier = carriages_of(session, delivery.id)
    for one in earlier:
        one.is_followed = False
        session.add(one)
    key, generation = key_for(delivery, earlier)
    carriage = Carriage(
        campaign_id=delivery.campaign_id,
        delivery_id=delivery.id,
        number=len(earlier) + 1,
        key=key,
        generation=generation,
        due_at=due_at,
        created_at=now,
    )
    session.add(carriage)
    session.flush()
    return carriage


def stop_carriage(session: Session, delivery_id: str, *, now: datetime) -> bool:
    """Stop what has not left yet; tells whether there was such. Who holds it does not get past its fence."""
    found = carriages_of(session, delivery_id)
    if not found or found[-1].state not in _BEFORE_IT_LEAVES:
        return False
    CARRIAGE.move(found[-1], CarriageState.STOPPED)
    found[-1].settled_at, found[-1].lease_until = now, None
    session.add(found[-1])
    return True


def let_go(session: Session, delivery_id: str) -> None:
    """Let a person's word take the place of whatever may still be heard of a copy."""
    for one in carriages_of(session, delivery_id):
        one.is_followed = False
        session.add(one)


def carriages_of(session: Session, delivery_id: str) -> Sequence[Carriage]:
    """Get the handings over of a delivery to change them, the first one first."""
    found = select(Carriage).where(Carriage.delivery_id == delivery_id).order_by(col(Carriage.number))
    return session.exec(found.with_for_update().execution_options(populate_existing=True)).all()


def faults_in(keys: CampaignKeys, last: Carriage) -> Sequence[str]:
    """Give why a copy was not taken when it was last tried, and each fault that was named: they may hold the office's address."""
    # What came back later was taken at first.
    if last.receipt is not None:
        return ()
    tries = open_record(keys, last, "details").get("tries", [])
    return (tries[-1]["said"], *tries[-1]["faults"]) if tries else ()


def key_for(delivery: Delivery, earlier: Sequence[Carriage]) -> tuple[str, int]:
    """Give the key by which a copy goes next, and its generation (pure).

    While one of the same copy may have arrived it goes by the same key: the other side is asked first whether it has it.
    Where the last one was taken, or all were certainly not, another key makes another letter. The key is made of what a
    backup of the database knows as well, so that what is sent again after a restore is known at the other side.
    """
    generation = max((one.generation for one in earlier), default=1)
    if earlier and earlier[-1].key != _key(delivery, generation):
        # Somebody has left since: it is another copy, and another letter.
        return _key(delivery, generation + 1), generation + 1
    by_this = [one for one in earlier if one.generation == generation]
    if by_this and _is_known(by_this):
        generation += 1
    return _key(delivery, generation), generation


def _is_known(tried: Sequence[Carriage]) -> bool:
    if tried[-1].state is CarriageState.TAKEN:
        return True
    return all(one.state in {CarriageState.NOT_TAKEN, CarriageState.STOPPED} for one in tried)


def _key(delivery: Delivery, generation: int) -> str:
    named = (
        delivery.check_code,
        delivery.recipient_id,
        delivery.channel,
        str(delivery.destination),
        str(generation),
    )
    return hashlib.sha256("\0".join(("carriage", *named)).encode()).hexdigest()[:_KEY_DIGITS]
