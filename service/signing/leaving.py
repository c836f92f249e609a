"""When a name leaves a letter that is about to go out, the letter stops."""

from datetime import datetime

from sqlmodel import Session

from service.mail import outbox
from service.model.campaign import Campaign
from service.model.message import MessageKind
from service.model.signature import Signature, Standing, standing


def stop_letter_that_names(
    session: Session, signature: Signature, campaign: Campaign, *, now: datetime
) -> None:
    """Hold back the copies that still wait in the outbox, before a counted signature stops to count.

    What a sender already has in hand does not pass its fence any more. The secretariat is told by the sendings that
    then failed, and proposes the letter again.
    """
    if standing(signature, campaign) is Standing.COUNTED:
        outbox.hold_for(
            session, campaign_id=campaign.id, kind=MessageKind.DELIVERY, reason="a signatory left", now=now
        )
