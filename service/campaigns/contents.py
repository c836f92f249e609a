"""What a campaign's file says, sealed in its row."""

from sqlmodel import Session

from service.campaigns.file import CampaignFile
from service.foundation.sealing import CampaignKeys
from service.model.campaign import Campaign
from service.store.keyring import Keyring
from service.store.sealed import open_record, seal_record

_FILES_READY = 32
# To check a file takes two milliseconds, and every page and mail of a letter asks for it; what is sealed anew differs.
_opened: dict[str, tuple[tuple[bytes, bytes], CampaignFile]] = {}


def open_file(session: Session, keyring: Keyring, campaign: Campaign) -> CampaignFile:
    """Open the campaign file that this letter was last loaded from."""
    keys = keyring.of(session, campaign.id)
    known = _opened.get(campaign.id)
    if known is not None and known[0] == (keys.data, campaign.source):
        return known[1]
    file = CampaignFile.from_record(open_record(keys, campaign, "source"))
    if len(_opened) >= _FILES_READY:
        _opened.clear()
    _opened[campaign.id] = (keys.data, campaign.source), file
    return file


def forget_file(campaign_id: str) -> None:
    """Forget in this process what the file of a letter says."""
    _opened.pop(campaign_id, None)


def seal_file(keys: CampaignKeys, campaign: Campaign, file: CampaignFile) -> None:
    """Keep a campaign file in its row."""
    campaign.source = seal_record(keys, campaign, "source", file.as_record())
