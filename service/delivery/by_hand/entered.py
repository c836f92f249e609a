"""What a person enters at somebody else's site of a copy, as its page at the desk shows it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from service.campaigns.halt import refuse_if_hidden
from service.delivery.by_hand.packet import copy_to_bring
from service.delivery.packed import Entry
from service.delivery.registry import PACKED
from service.delivery.rules import Finding
from service.foundation.errors import Refused
from service.model.campaign import Campaign
from service.model.delivery import Delivery
from service.store.keyring import Keyring


@dataclass(frozen=True, kw_only=True)
class Entered:
    """Where it is entered, what goes into each field, and what of it somebody should look at first.

    `refused` says why nothing can be entered, and is "" where all can.
    """

    address: str = ""
    entries: Sequence[Entry] = ()
    findings: Sequence[Finding] = ()
    refused: str = ""


def entered_of(
    session: Session, keyring: Keyring, campaign: Campaign, delivery: Delivery, *, now: datetime
) -> Entered | None:
    """Give what is entered of a sending's very copy; None where it goes a way on which nothing is entered."""
    way = PACKED.get(delivery.channel)
    if way is None:
        return None
    try:
        refuse_if_hidden(campaign)
        copy, details = copy_to_bring(session, keyring, campaign, delivery)
        return Entered(
            address=way.address(details),
            entries=way.entries(copy, details),
            findings=way.examine(copy, details, now=now),
        )
    except Refused as refused:
        return Entered(refused=str(refused))
