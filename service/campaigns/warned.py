"""Which owners of a letter are warned beside its secretariat, and where each is written to."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlmodel import Session

from service.campaigns.contents import open_file
from service.coordinators.accounts import owner_ids, person_of
from service.foundation.addresses import comparable_address
from service.model.campaign import Campaign
from service.model.coordinator import Coordinator
from service.model.states import CampaignState
from service.store.keyring import Keyring


@dataclass(frozen=True, kw_only=True, repr=False)
class Warned:
    """An owner who is warned: the mailbox, and the language, "" for the letter's."""

    address: str
    language: str


def owners_beside(session: Session, keyring: Keyring, campaign_id: str) -> Sequence[str]:
    """List the owners of a letter, by their ids, who read another mailbox than its secretariat's: so nobody is warned twice."""
    campaign = session.get(Campaign, campaign_id)
    if campaign is None or campaign.state is CampaignState.PURGED:
        return ()
    owners = owner_ids(session, campaign_id)
    if not owners:
        return ()
    shared = comparable_address(open_file(session, keyring, campaign).reply_to)
    return [one for one in owners if comparable_address(_warned(session, keyring, one).address) != shared]


def warned_owner(session: Session, keyring: Keyring, campaign_id: str, coordinator_id: str) -> Warned | None:
    """Give where an owner is written to; None for whoever is no owner of the letter, or no more."""
    if coordinator_id not in owner_ids(session, campaign_id):
        return None
    return _warned(session, keyring, coordinator_id)


def _warned(session: Session, keyring: Keyring, coordinator_id: str) -> Warned:
    row = session.get_one(Coordinator, coordinator_id)
    return Warned(address=person_of(keyring.desk, row).email, language=row.language)
