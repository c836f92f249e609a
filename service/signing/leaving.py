"""Take a name off; when it leaves a letter that is about to go out, the letter stops."""

from datetime import datetime

from sqlmodel import Session

from service.mail import outbox
from service.model.campaign import Campaign
from service.model.message import MessageKind
from service.model.signature import Signature, Standing, standing
from service.model.states import SIGNATURE, SignatureState
from service.signing.constituents import forget_constituent


def take_off(session: Session, signature: Signature, campaign: Campaign, *, now: datetime) -> None:
    """Withdraw a sign-on, and cancel the mail that still waits for it; the caller has locked campaign and signature.

    What was asked of a Member of Congress is deleted. When it was confirmed and accepted stays known, for its owner may undo this for a while.
    """
    stop_letter_that_names(session, signature, campaign, now=now)
    SIGNATURE.move(signature, SignatureState.WITHDRAWN)
    signature.left_at = now
    session.add(signature)
    forget_constituent(session, signature.id)
    outbox.cancel_for(session, recipient_ref=signature.id, now=now)


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
