"""Tell a coordinator by mail what happened to its account: a new device, a factor that changed, a session shown out."""

from datetime import datetime
from enum import StrEnum

from sqlmodel import Session

from service.foundation.identity import make_id
from service.mail.outbox import post
from service.model.message import MessageKind


class Told(StrEnum):
    """What a coordinator is told of its account; the words are in service/campaigns/coordinator_mail.py."""

    NEW_DEVICE = "new_device"
    OTHER_BROWSER = "other_browser"
    RECOVERY_CODE = "recovery_code"
    WRONG_CODES = "wrong_codes"
    PHRASE = "password"
    TOTP = "totp"
    RECOVERY_CODES = "recovery_codes"
    PASSKEY_ADDED = "passkey_added"
    PASSKEY_REMOVED = "passkey_removed"
    PASSKEY_BACKWARDS = "passkey_backwards"
    SHEET = "sheet"


def tell(session: Session, *, coordinator_id: str, told: Told, now: datetime, thing: str = "") -> None:
    """Post the notice; of the same `thing` (an id) it is told once, without one each time."""
    post(
        session,
        kind=MessageKind.DESK_NOTICE,
        campaign_id=None,
        recipient_ref=coordinator_id,
        occurrence=f"{told.value}:{thing or make_id()}",
        now=now,
    )
