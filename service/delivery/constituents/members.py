"""The Members of Congress whom the signatories of a letter can ask to raise it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import Session

from service.campaigns.queries import present_recipients
from service.delivery.congress.carrier import OFFICE
from service.delivery.registry import OF_PEOPLE, PEOPLE
from service.delivery.way_settings import lists_now, settings_of
from service.foundation.errors import Refused
from service.model.campaign import Campaign
from service.store.keyring import Keyring
from service.store.sealed import open_record


@dataclass(frozen=True, kw_only=True)
class Member:
    """One Member: the code of the office, the name as the letter writes it, the way there, the forms of address it takes."""

    office: str
    name: str
    channel: str
    prefixes: Sequence[str]


def members_to_ask(
    session: Session, keyring: Keyring, campaign: Campaign, *, now: datetime
) -> Sequence[Member]:
    """List those of members_of() whose offices are known to take messages now: for no other is anybody asked for an address."""
    members = members_of(session, keyring, campaign)
    if not members:
        return ()
    lists = lists_now(session, settings_of(session, keyring, campaign), now=now)
    return tuple(one for one in members if one.channel in lists and lists[one.channel].takes(one.office))


def members_of(session: Session, keyring: Keyring, campaign: Campaign) -> Sequence[Member]:
    """List those to whom a letter is written by a way that it has set up and that reaches offices.

    What reaches nobody asks nobody for a home address, but for those who sign a letter in trial.
    """
    if campaign.revision_id is None:
        return ()
    settings = settings_of(session, keyring, campaign)
    reaches = {name for name in OF_PEOPLE & settings.keys() if _asks(name, settings[name], campaign)}
    if not reaches:
        return ()
    keys = keyring.of(session, campaign.id)
    rows = present_recipients(session, campaign)
    offices = [(row.channels, open_record(keys, row, "details")) for row in rows]
    found = (one for channels, details in offices for one in _members(channels, details, reaches))
    return tuple({one.office: one for one in found}.values())


def _asks(name: str, settings: Mapping[str, str], campaign: Campaign) -> bool:
    try:
        return PEOPLE[name].is_live(settings) or campaign.trial_since is not None
    except Refused:
        return False


def _members(channels: Sequence[str], details: Mapping[str, Any], reaches: set[str]) -> Iterator[Member]:
    code = str(details.get(OFFICE) or "")
    for name in channels:
        if name in reaches and PEOPLE[name].has_office(code):
            yield Member(office=code, name=str(details["name"]), channel=name, prefixes=PEOPLE[name].prefixes)
