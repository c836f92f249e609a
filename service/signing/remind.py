"""Remind, once, those who filled in the form and have not confirmed."""

from datetime import datetime, timedelta

from sqlmodel import Session, col, select

from service.mail import outbox
from service.model.campaign import Campaign
from service.model.link_token import Purpose
from service.model.message import MessageKind
from service.model.signature import Signature
from service.model.states import CampaignState, SignatureState
from service.signing.sign import Desk, confirm_until, keep_unsubscribe_link
from service.signing.unsubscribe import is_suppressed
from service.store.keyring import Keyring
from service.store.links import Link, keep_link


def remind_due(session: Session, keyring: Keyring, *, lead: timedelta, now: datetime) -> int:
    """Post the reminders of every open letter whose deadline is nearer than `lead`; gives how many were new.

    Who signed after that moment has just had the confirming mail and is not reminded.
    """
    nearing = select(Campaign).where(
        Campaign.state == CampaignState.OPEN,
        col(Campaign.deadline_at) > now,
        col(Campaign.deadline_at) <= now + lead,
    )
    return sum(
        _remind(session, keyring, campaign, lead=lead, now=now) for campaign in session.exec(nearing).all()
    )


def _remind(session: Session, keyring: Keyring, campaign: Campaign, *, lead: timedelta, now: datetime) -> int:
    unconfirmed = select(Signature).where(
        Signature.campaign_id == campaign.id,
        Signature.state == SignatureState.PENDING,
        col(Signature.signed_at) < campaign.deadline_at - lead,
    )
    desk = Desk(session=session, keys=keyring.of(session, campaign.id), campaign=campaign, now=now)
    return sum(_post(desk, row) for row in session.exec(unconfirmed).all() if not is_suppressed(session, row))


def _post(desk: Desk, row: Signature) -> bool:
    until = confirm_until(desk.campaign)
    confirm = Link(purpose=Purpose.CONFIRM, row_id=row.id, generation=row.generation)
    keep_link(desk.session, desk.keys, confirm, expires_at=until, now=desk.now)
    keep_unsubscribe_link(desk, row)
    return outbox.post(
        desk.session,
        kind=MessageKind.REMINDER,
        campaign_id=desk.campaign.id,
        recipient_ref=row.id,
        occurrence="deadline",
        now=desk.now,
        expires_at=desk.campaign.deadline_at,
    )
