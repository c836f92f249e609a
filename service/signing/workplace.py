"""What every verb of this room works with: the campaign, its keys, the session and the moment."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session

from service.foundation.sealing import CampaignKeys
from service.model.campaign import Campaign

LINKS_LIVE = timedelta(days=400)
"""How long the links live by which a signatory looks after its sign-on and stops the mail."""


@dataclass(frozen=True, kw_only=True)
class Desk:
    """The campaign a verb of this room works on, its keys, and the moment."""

    session: Session
    keys: CampaignKeys
    campaign: Campaign
    now: datetime
