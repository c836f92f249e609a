"""The letters of one coordinator, as its desk lists them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from service.campaigns.contents import open_file
from service.model.campaign import Campaign
from service.model.coordinator import Membership, Role
from service.model.states import CampaignState
from service.store.keyring import Keyring


@dataclass(frozen=True, kw_only=True)
class MyLetter:
    """One letter of a coordinator; its title is its slug once its personal data was purged."""

    slug: str
    title: str
    coalition: str
    state: CampaignState
    role: Role
    deadline_at: datetime
    time_zone: str


def letters_of(session: Session, keyring: Keyring, coordinator_id: str) -> Sequence[MyLetter]:
    """List the letters in which a coordinator has a role, those whose deadline comes last first."""
    rows = session.exec(
        select(Campaign, Membership.role)
        .join(Membership, col(Membership.campaign_id) == col(Campaign.id))
        .where(Membership.coordinator_id == coordinator_id)
        .order_by(col(Campaign.deadline_at).desc(), col(Campaign.id))
    ).all()
    return [_my_letter(session, keyring, campaign, Role(role)) for campaign, role in rows]


def _my_letter(session: Session, keyring: Keyring, campaign: Campaign, role: Role) -> MyLetter:
    is_purged = campaign.state is CampaignState.PURGED
    file = None if is_purged else open_file(session, keyring, campaign)
    return MyLetter(
        slug=campaign.slug,
        title=file.letter.title if file else campaign.slug,
        coalition=file.coalition if file else "",
        state=campaign.state,
        role=role,
        deadline_at=campaign.deadline_at,
        time_zone=campaign.time_zone,
    )
