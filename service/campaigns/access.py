"""Who may see a letter's page before it is published."""

import hmac

from sqlmodel import Session

from service.campaigns.queries import find_campaign
from service.foundation.errors import NotFound
from service.foundation.sealing import RootKey
from service.foundation.tokens import derive_token
from service.model.campaign import Access, Campaign
from service.model.states import CampaignState

NOTHING_HERE = "There is nothing at this address."


def letter_key(root: RootKey, campaign: Campaign) -> str:
    """Give the key of a letter's unlisted address; it can always be made again, and ends with its generation."""
    return key_of_row(link_secret(root), campaign.id, campaign.link_generation)


def link_secret(root: RootKey) -> bytes:
    """Give the secret from which the keys of all unlisted addresses are derived."""
    return root.derive("letter-link")


def key_of_row(secret: bytes, campaign_id: str, generation: int) -> str:
    """Give the key of a letter's unlisted address from the letter's row."""
    return derive_token(secret, purpose="view", row=campaign_id, generation=generation)


def seen_campaign(session: Session, root: RootKey, *, slug: str, key: str) -> Campaign:
    """Get the campaign whose page this viewer may see.

    Raises NotFound, always with the same words, for a slug that never was, a draft, a letter that was purged, and one that is neither
    public nor opened by its key.
    """
    campaign = find_campaign(session, slug)
    # The comparison is made for every slug, so that its time tells nothing.
    expected = (
        letter_key(root, campaign)
        if campaign
        else derive_token(root.secret, purpose="none", row="", generation=0)
    )
    has_key = hmac.compare_digest(expected.encode(), key.encode())
    if campaign is None or campaign.state in {CampaignState.DRAFT, CampaignState.PURGED}:
        raise NotFound(NOTHING_HERE)
    opens = has_key and campaign.emergency_at is None
    if not (opens or is_public(campaign)):
        raise NotFound(NOTHING_HERE)
    return campaign


def is_public(campaign: Campaign) -> bool:
    """Tell whether anyone may see the page."""
    return campaign.published_at is not None or campaign.access is Access.PUBLIC
