"""The person behind one sending to a Member of Congress, for as long as that person wants it."""

from collections.abc import Mapping
from datetime import datetime

from sqlmodel import Session, select

from service.delivery.carriages import stop_carriage
from service.delivery.steps import may_have_left, move_delivery
from service.foundation.errors import Transient
from service.model.campaign import Campaign
from service.model.constituent import Constituent
from service.model.delivery import Delivery
from service.model.signature import ConfirmedBy, Signature, Standing, standing
from service.model.states import DELIVERY, DeliveryState
from service.signing.constituents import forget_address, open_address
from service.signing.party import read_party
from service.store.keyring import Keyring

_BY_MAIL = frozenset({ConfirmedBy.BUTTON, ConfirmedBy.CODE})


class TakenBack(Transient):
    """Whoever asked for a message does not want it any more, or does not count any more: it does not leave."""


def person_behind(
    session: Session, keyring: Keyring, campaign: Campaign, delivery: Delivery
) -> Mapping[str, str]:
    """Give what a person gave for the own Member, with the e-mail address of the sign-on; raises TakenBack.

    Nothing may print it.
    """
    row, signature = _behind(session, campaign, delivery.id)
    keys = keyring.of(session, campaign.id)
    return {
        **{name: str(value) for name, value in open_address(session, keyring, row).items()},
        "email": read_party(keys, signature).email,
        "is_email_confirmed": "yes" if signature.confirmed_by in _BY_MAIL else "",
    }


def refuse_if_taken_back(session: Session, delivery: Delivery) -> None:
    """Raise TakenBack where nobody stands behind a sending any more; until the transaction ends nobody can take it back."""
    _behind(session, session.get_one(Campaign, delivery.campaign_id), delivery.id, locks=True)


def stop_taken_back(session: Session, delivery_id: str, *, now: datetime) -> None:
    """Stop a sending behind which nobody stands any more; its evidence names nobody."""
    found = select(Delivery).where(Delivery.id == delivery_id).with_for_update()
    delivery = session.exec(found.execution_options(populate_existing=True)).one()
    stopped = stop_carriage(session, delivery.id, now=now)
    # Of one that may have arrived nothing is known better for it.
    there = DeliveryState.UNCERTAIN if may_have_left(session, [delivery]) else DeliveryState.CANCELLED
    if stopped and DELIVERY.may_move(delivery.state, there):
        move_delivery(
            session, delivery, there, evidence="stopped before leaving: the signatory took it back", now=now
        )
    forget_address(session, delivery.id, now=now)


def _behind(
    session: Session, campaign: Campaign, delivery_id: str, *, locks: bool = False
) -> tuple[Constituent, Signature]:
    found = select(Constituent).where(Constituent.delivery_id == delivery_id)
    found = found.with_for_update() if locks else found
    row = session.exec(found.execution_options(populate_existing=True)).one_or_none()
    signature = session.get(Signature, row.signature_id) if row is not None else None
    if row is None or signature is None or not row.details:
        raise TakenBack("Nobody asks for that message any more.")
    if standing(signature, campaign) is not Standing.COUNTED:
        raise TakenBack("Whoever asked for that message does not count any more.")
    return row, signature
