"""Remind, once, those who filled in the form and have not confirmed."""

from datetime import datetime, timedelta

from sqlalchemy import exists
from sqlmodel import Session, col, select

from service.mail import outbox
from service.model.campaign import Campaign
from service.model.message import Message, MessageKind
from service.model.signature import Signature
from service.model.states import CampaignState, SignatureState
from service.model.suppression import Suppression
from service.signing.sign import Desk, confirm_until, keep_confirm_links, keep_unsubscribe_link
from service.store.keyring import Keyring

_A_TICK = 200


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
    occurrence = _occurrence(campaign)
    reminded = select(Message.id).where(
        Message.recipient_ref == Signature.id,
        Message.kind == MessageKind.REMINDER,
        Message.occurrence == occurrence,
    )
    suppressed = select(Suppression.id).where(
        Suppression.campaign_id == campaign.id, Suppression.email_index == Signature.email_index
    )
    unconfirmed = (
        select(Signature)
        .where(
            Signature.campaign_id == campaign.id,
            Signature.state == SignatureState.PENDING,
            col(Signature.signed_at) < campaign.deadline_at - lead,
            ~exists(reminded),
            ~exists(suppressed),
        )
        .limit(_A_TICK)
    )
    desk = Desk(session=session, keys=keyring.of(session, campaign.id), campaign=campaign, now=now)
    return sum(_post(desk, row) for row in session.exec(unconfirmed).all())


def _occurrence(campaign: Campaign) -> str:
    # A letter that was reopened has a new deadline, and a new reminder of it.
    return f"deadline {campaign.deadline_at:%Y-%m-%dT%H:%M:%S}"


def _post(desk: Desk, row: Signature) -> bool:
    until = confirm_until(desk.campaign)
    keep_confirm_links(desk, row, expires_at=until)
    keep_unsubscribe_link(desk, row)
    return outbox.post(
        desk.session,
        kind=MessageKind.REMINDER,
        campaign_id=desk.campaign.id,
        recipient_ref=row.id,
        occurrence=_occurrence(desk.campaign),
        now=desk.now,
        expires_at=desk.campaign.deadline_at,
    )
