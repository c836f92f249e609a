"""Who gets the daily digest of a letter: its secretariat, and each of its owners, who alone are told the end of its history."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlmodel import Session

from service.campaigns.contents import open_file
from service.coordinators.accounts import owner_ids, person_of
from service.foundation.addresses import comparable_address
from service.model.campaign import Campaign
from service.model.coordinator import Coordinator
from service.store.keyring import Keyring


@dataclass(frozen=True, kw_only=True, repr=False)
class Reader:
    """Who reads a digest, in which language ("" for the letter's), and whether it holds the end of the letter's history."""

    address: str
    language: str
    gets_head: bool


def digest_readers(session: Session, keyring: Keyring, campaign: Campaign) -> Sequence[str]:
    """List to whom a digest goes: the letter's id stands for its secretariat, the others are owners, by their ids.

    Where an owner reads the secretariat's mailbox, that is one mail.
    """
    owners = owner_ids(session, campaign.id)
    if not owners:
        return [campaign.id]
    own = {comparable_address(_address(session, keyring, one)) for one in owners}
    shared = comparable_address(open_file(session, keyring, campaign).reply_to)
    return owners if shared in own else [campaign.id, *owners]


def reader_of(session: Session, keyring: Keyring, campaign: Campaign, reader: str) -> Reader | None:
    """Give who one of a letter's readers is; None for whoever is no owner any more."""
    owners = owner_ids(session, campaign.id)
    if reader == campaign.id:
        # Of a letter that is kept by the command line alone nobody is an owner at the desk: the secretariat keeps the head.
        address = open_file(session, keyring, campaign).reply_to
        return Reader(address=address, language="", gets_head=not owners)
    if reader not in owners:
        return None
    row = session.get_one(Coordinator, reader)
    return Reader(address=person_of(keyring.desk, row).email, language=row.language, gets_head=True)


def _address(session: Session, keyring: Keyring, coordinator_id: str) -> str:
    return person_of(keyring.desk, session.get_one(Coordinator, coordinator_id)).email
