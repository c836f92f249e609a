"""Whose messages are part of a release, and what becomes of them where it is stopped."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlmodel import Session

from service.delivery.asked import waiting_for
from service.delivery.check import Line
from service.delivery.congress.carrier import OFFICE
from service.delivery.registry import OF_PEOPLE
from service.model.campaign import Campaign
from service.model.constituent import Constituent
from service.model.delivery import Delivery
from service.model.edition import Edition
from service.model.states import DeliveryState
from service.signing.constituents import forget_address, wait_again
from service.store.keyring import Keyring
from service.store.sealed import open_record


def people_for(session: Session, keyring: Keyring, edition: Edition, line: Line) -> Sequence[Constituent]:
    """Get those who asked the Member of a line that can go, each for a sending of its own; nobody for any other line."""
    if line.channel not in OF_PEOPLE or not line.verdict.can:
        return ()
    campaign = session.get_one(Campaign, edition.campaign_id)
    details = open_record(keyring.of(session, campaign.id), line.recipient, "details")
    return waiting_for(session, campaign, str(details[OFFICE]))


def let_go_of_people(
    session: Session, stopped: Iterable[Delivery], *, goes_again: bool, now: datetime
) -> None:
    """Let the messages of stopped sendings wait for the next release; where there will be none, delete their addresses."""
    for delivery in stopped:
        # What may have arrived of one in doubt a person still decides.
        if delivery.channel not in OF_PEOPLE or delivery.state is not DeliveryState.CANCELLED:
            continue
        if goes_again:
            wait_again(session, delivery.id)
        else:
            forget_address(session, delivery.id, now=now)
