"""What a campaign's file says, sealed in its row."""

from sqlmodel import Session

from service.campaigns.file import CampaignFile
from service.foundation.sealing import CampaignKeys
from service.model.campaign import Campaign
from service.store.keyring import Keyring
from service.store.sealed import open_record, seal_record


def open_file(session: Session, keyring: Keyring, campaign: Campaign) -> CampaignFile:
    """Open the campaign file that this letter was last loaded from."""
    return CampaignFile.from_record(open_record(keyring.of(session, campaign.id), campaign, "source"))


def seal_file(keys: CampaignKeys, campaign: Campaign, file: CampaignFile) -> None:
    """Keep a campaign file in its row."""
    campaign.source = seal_record(keys, campaign, "source", file.as_record())
