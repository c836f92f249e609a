"""What whoever opens an invitation to the secretariat sees: which letter, which role, and whether there is an account."""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from service.campaigns.contents import open_file
from service.coordinators.accounts import find_coordinator, person_of
from service.coordinators.factors import has_factors
from service.coordinators.invitations import Invited, find_invitation, opened, take_up
from service.foundation.errors import Refused
from service.foundation.sentence import Sentence
from service.model.campaign import Campaign
from service.model.states import CampaignState
from service.store.keyring import Keyring

SHUT = Sentence("This account is shut; the people who run this service can open it again.")


@dataclass(frozen=True, kw_only=True)
class Seen:
    """An invitation as its reader sees it; `slug` and `title` are empty where it is to no letter."""

    invited: Invited
    name: str
    has_account: bool
    slug: str = ""
    title: str = ""
    coalition: str = ""
    language: str = ""


def look_at(session: Session, keyring: Keyring, token: str, *, now: datetime) -> Seen:
    """Look at an invitation; raises NotFound where there is none, and Refused with why it is over."""
    row = find_invitation(session, token, now=now)
    invited = opened(keyring.desk, row)
    known = find_coordinator(session, keyring.desk, invited.email)
    campaign = session.get(Campaign, row.campaign_id) if row.campaign_id else None
    seen = Seen(
        invited=invited,
        name=person_of(keyring.desk, known).name if known else "",
        has_account=has_factors(known),
    )
    if campaign is None or campaign.state is CampaignState.PURGED:
        return seen
    file = open_file(session, keyring, campaign)
    return Seen(
        invited=invited,
        name=seen.name,
        has_account=seen.has_account,
        slug=campaign.slug,
        title=file.letter.title,
        coalition=file.coalition,
        language=campaign.language,
    )


def accept(session: Session, keyring: Keyring, token: str, *, now: datetime) -> None:
    """Take up an invitation with the account that is there; raises as look_at() does."""
    row = find_invitation(session, token, now=now)
    known = find_coordinator(session, keyring.desk, opened(keyring.desk, row).email)
    if known is None or known.disabled_at is not None:
        raise Refused(SHUT)
    take_up(session, row, known, now=now)
