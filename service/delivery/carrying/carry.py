"""Hand over every copy that is due by a way that leaves by itself: claim, fence, carry, settle; nothing goes twice unknowingly."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field

from sqlalchemy import Engine
from sqlmodel import Session

from service.campaigns.queries import lock_campaign_of
from service.delivery.asking import Asking
from service.delivery.carrying.claim import (
    Claim,
    NotToLeave,
    claim_carriage,
    give_back,
    is_carriage_due,
    lapsed_carriages,
    pass_fence,
)
from service.delivery.carrying.decide import Outcome
from service.delivery.carrying.errand import make_parcel, read_errand, refuse_if_somebody_left
from service.delivery.carrying.lists import refuse_unless_listed
from service.delivery.carrying.own_errand import make_own_parcel, read_own_errand
from service.delivery.carrying.settle import settle_carriage, settle_lapsed
from service.delivery.constituents.person import TakenBack, refuse_if_taken_back, stop_taken_back
from service.delivery.letter_mail import Making
from service.delivery.parcel import Carrier, InDoubt, NotNow, NotTaken, Parcel
from service.delivery.registry import CARRIERS, PEOPLE
from service.foundation.clock import Clock
from service.foundation.errors import Transient
from service.model.carriage import Carriage
from service.model.delivery import Delivery
from service.store.keyring import Keyring
from service.store.transaction import reading, transaction

_TRIED_AGAIN_AFTER = (0.2, 1.0, 5.0, 15.0, 30.0)


@dataclass(frozen=True, kw_only=True)
class Cart:
    """With what copies are handed over: `owner` names this process among all that do; `wait` waits so many seconds."""

    engine: Engine
    keyring: Keyring
    clock: Clock
    making: Making
    owner: str
    asking: Asking = field(default_factory=Asking)
    wait: Callable[[float], None] = time.sleep


def carry_due(cart: Cart, *, is_stopping: Callable[[], bool] = lambda: False) -> int:
    """Hand over what is due, one copy after the other; gives how many were taken in hand or found left behind.

    No transaction is open while documents are made or the other side is asked. Who dies before the fence leaves a copy that
    goes again; who dies behind it leaves one in doubt, which goes only by a person's word.
    """
    done = settle_left_behind(cart)
    while not is_stopping():
        claim = _claim(cart)
        if claim is None:
            break
        _carry(cart, claim)
        done += 1
    return done


def settle_left_behind(cart: Cart) -> int:
    """Settle the copies whose taker was not heard of again; gives how many."""
    with reading(cart.engine) as session:
        lapsed = lapsed_carriages(session, now=cart.clock())
    done = 0
    for carriage_id in lapsed:
        with transaction(cart.engine) as session:
            done += settle_lapsed(session, carriage_id, now=cart.clock())
    return done


def _claim(cart: Cart) -> Claim | None:
    with reading(cart.engine) as session:
        if not is_carriage_due(session, now=cart.clock()):
            return None
    with transaction(cart.engine) as session:
        return claim_carriage(session, owner=cart.owner, now=cart.clock())


def _carry(cart: Cart, claim: Claim) -> None:
    try:
        outcome = _hand_over(cart, claim)
    except NotToLeave:
        with transaction(cart.engine) as session:
            give_back(session, claim, now=cart.clock())
        return
    except TakenBack:
        with transaction(cart.engine) as session:
            stop_taken_back(session, _delivery(session, claim).id, now=cart.clock())
        return
    _keep(cart, claim, outcome)


def _hand_over(cart: Cart, claim: Claim) -> Outcome:
    def fence() -> None:
        with transaction(cart.engine) as session:
            if not is_of_person:
                # The campaign first, as with whoever leaves and whoever stops: one of the two sees the other.
                lock_campaign_of(session, _delivery(session, claim).campaign_id)
            pass_fence(session, claim, now=cart.clock())
            if is_of_person:
                refuse_if_taken_back(session, _delivery(session, claim))
            else:
                refuse_if_somebody_left(session, cart.keyring, claim)

    with reading(cart.engine) as session:
        is_of_person = _delivery(session, claim).channel in PEOPLE
    make = _make_of_person if is_of_person else _make_copy
    try:
        parcel, carrier = make(cart, claim)
        return carrier.carry(parcel, fence=fence)
    except (NotNow, NotTaken, InDoubt) as told:
        return told


def _make_copy(cart: Cart, claim: Claim) -> tuple[Parcel, Carrier]:
    with reading(cart.engine) as session:
        errand = read_errand(session, cart.keyring, claim)
    parcel = make_parcel(errand, cart.making)
    return parcel, CARRIERS[errand.channel].carrier(cart.asking, now=cart.clock())


def _make_of_person(cart: Cart, claim: Claim) -> tuple[Parcel, Carrier]:
    with reading(cart.engine) as session:
        errand = read_own_errand(session, cart.keyring, claim)
    refuse_unless_listed(cart.engine, cart.asking, errand, clock=cart.clock)
    return make_own_parcel(errand), PEOPLE[errand.channel].carrier(cart.asking, now=cart.clock())


def _delivery(session: Session, claim: Claim) -> Delivery:
    row = session.get_one(Carriage, claim.carriage_id)
    return session.get_one(Delivery, row.delivery_id)


def _keep(cart: Cart, claim: Claim, outcome: Outcome) -> None:
    """Keep what was told, and try again where the database is away: what is lost now nobody will know any more."""
    for pause in _TRIED_AGAIN_AFTER:
        try:
            with transaction(cart.engine) as session:
                settle_carriage(session, cart.keyring, claim, outcome, now=cart.clock())
        except Transient:
            cart.wait(pause)
        else:
            return
    with transaction(cart.engine) as session:
        settle_carriage(session, cart.keyring, claim, outcome, now=cart.clock())
