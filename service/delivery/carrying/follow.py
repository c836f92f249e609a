"""Ask the other side, now and then, what became of a copy that it took: not everybody can tell us by itself."""

from datetime import datetime

from sqlmodel import Session, col, select

from service.delivery.carrying.carry import Cart
from service.delivery.carrying.decide import next_asked
from service.delivery.carrying.hear import take_in
from service.delivery.parcel import NotNow, NotTaken
from service.delivery.receipts import keep_receipt
from service.delivery.registry import FOLLOWED
from service.delivery.way_settings import settings_of
from service.foundation.errors import Refused
from service.model.campaign import Campaign
from service.model.carriage import Carriage
from service.model.delivery import Delivery
from service.model.states import DeliveryState
from service.store.transaction import reading, transaction

_ASKED_ABOUT = frozenset({DeliveryState.HANDED_OVER, DeliveryState.ACCEPTED})
_AT_ONCE = 50


def ask_after(cart: Cart) -> int:
    """Ask after the copies that it is time to ask about; gives how many things were newly heard.

    When it is asked next is kept first, so that a house that is slow or away is not asked by everybody at once.
    """
    with reading(cart.engine) as session:
        waiting = _to_ask(session, now=cart.clock())
    heard = 0
    for carriage_id in waiting:
        with transaction(cart.engine) as session:
            is_ours = _take_turn(session, carriage_id, now=cart.clock())
        if is_ours:
            heard += _ask(cart, carriage_id)
    return heard


def _to_ask(session: Session, *, now: datetime) -> list[str]:
    found = select(Carriage.id).where(col(Carriage.ask_at).is_not(None), col(Carriage.ask_at) <= now)
    return list(session.exec(found.order_by(col(Carriage.ask_at)).limit(_AT_ONCE)).all())


def _take_turn(session: Session, carriage_id: str, *, now: datetime) -> bool:
    found = select(Carriage).where(Carriage.id == carriage_id)
    row = session.exec(found.with_for_update().execution_options(populate_existing=True)).one_or_none()
    if row is None or row.ask_at is None or row.ask_at > now:
        return False
    delivery = session.get_one(Delivery, row.delivery_id)
    is_open = row.is_followed and delivery.state in _ASKED_ABOUT
    can_be_asked = delivery.channel in FOLLOWED
    row.ask_at = next_asked(row.settled_at or row.created_at, now=now) if is_open and can_be_asked else None
    session.add(row)
    return is_open and can_be_asked


def _ask(cart: Cart, carriage_id: str) -> int:
    with reading(cart.engine) as session:
        row = session.get_one(Carriage, carriage_id)
        delivery = session.get_one(Delivery, row.delivery_id)
        campaign = session.get_one(Campaign, row.campaign_id)
        settings = settings_of(session, cart.keyring, campaign).get(delivery.channel, {})
    if row.receipt is None:
        return 0
    way = FOLLOWED[delivery.channel]
    try:
        told = way.follow(row.receipt, settings=settings, asking=cart.asking, now=cart.clock())
    except (NotNow, NotTaken, Refused):
        # It is asked again in a while; that nothing was heard is no news.
        return 0
    new = 0
    for one in told:
        with transaction(cart.engine) as session:
            is_new = take_in(session, row.campaign_id, delivery.channel, one, now=cart.clock())
            if is_new and one.receipt is not None:
                keep_receipt(session, cart.keyring, delivery, one.receipt, now=cart.clock())
            new += is_new
    return new
