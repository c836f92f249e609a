"""Let each delivery follow what became of the e-mail that carries it: the exact step, and never more."""

from datetime import datetime

from sqlmodel import Session, col, select

from service.delivery.steps import move_delivery, send_on_its_way
from service.mail import outbox
from service.model.campaign import Campaign
from service.model.delivery import Delivery
from service.model.message import Message, MessageKind
from service.model.recipient import Recipient, RecipientRole
from service.model.states import CAMPAIGN, CampaignState, DeliveryState, MessageState

_FOLLOWS = {
    MessageState.ACCEPTED: DeliveryState.HANDED_OVER,
    MessageState.UNCERTAIN: DeliveryState.UNCERTAIN,
    MessageState.REFUSED: DeliveryState.FAILED,
    MessageState.HELD: DeliveryState.FAILED,
    MessageState.EXPIRED: DeliveryState.FAILED,
    MessageState.CANCELLED: DeliveryState.CANCELLED,
}
_GONE_OUT = {
    DeliveryState.HANDED_OVER,
    DeliveryState.ACCEPTED,
    DeliveryState.DELIVERED,
    DeliveryState.ANSWERED,
}
_IN_FLIGHT = (DeliveryState.CARRYING, DeliveryState.UNCERTAIN)


def follow_deliveries(session: Session, *, now: datetime) -> int:
    """Move every delivery in flight whose e-mail has moved; gives how many.

    A letter becomes "sent" once every copy to its addressees that goes by e-mail was handed to our relay.
    """
    found = (
        select(Delivery, Message)
        .join(
            Message, (col(Message.recipient_ref) == Delivery.id) & (col(Message.kind) == MessageKind.DELIVERY)
        )
        .where(col(Delivery.state).in_(_IN_FLIGHT))
        .with_for_update()
    )
    moved = [
        delivery
        for delivery, message in session.exec(found).all()
        if _follow(session, delivery, message, now=now)
    ]
    session.flush()
    for campaign_id in {delivery.campaign_id for delivery in moved}:
        _finish(session, campaign_id)
    return len(moved)


def send_waiting_press(session: Session, *, now: datetime) -> int:
    """Send the copies that waited for publication on their way, once their letter is public; gives how many."""
    found = (
        select(Delivery)
        .join(Campaign, col(Campaign.id) == Delivery.campaign_id)
        .where(Delivery.state == DeliveryState.READY, col(Campaign.published_at).is_not(None))
        .with_for_update(of=Delivery)
    )
    waiting = session.exec(found).all()
    for delivery in waiting:
        send_on_its_way(session, delivery, due_at=now, now=now)
    return len(waiting)


def _follow(session: Session, delivery: Delivery, message: Message, *, now: datetime) -> bool:
    there = _FOLLOWS.get(message.state)
    if there is None or there is delivery.state:
        return False
    delivery.message_ref = message.id
    move_delivery(session, delivery, there, evidence=_evidence(message), now=now)
    if there in {DeliveryState.FAILED, DeliveryState.UNCERTAIN}:
        outbox.post(
            session,
            kind=MessageKind.ALERT,
            campaign_id=delivery.campaign_id,
            recipient_ref=delivery.campaign_id,
            occurrence=f"{there.value}:{delivery.id}",
            now=now,
        )
    return True


def _evidence(message: Message) -> str:
    parts = [f"Message-ID {message.message_id}"]
    if message.reply_code is not None:
        parts.append(f"relay answered {message.reply_code} {message.enhanced_code}".strip())
    if message.remote_queue_id:
        parts.append(f"queued as {message.remote_queue_id}")
    return "; ".join(parts)


def _finish(session: Session, campaign_id: str) -> None:
    campaign = session.exec(select(Campaign).where(Campaign.id == campaign_id).with_for_update()).one()
    addressed = (
        select(Delivery.state)
        .join(Recipient, col(Recipient.id) == Delivery.recipient_id)
        .where(
            Delivery.campaign_id == campaign_id,
            Recipient.role == RecipientRole.TO,
            col(Delivery.state) != DeliveryState.NOT_CONFIGURED,
        )
    )
    states = session.exec(addressed).all()
    if campaign.state is CampaignState.CLOSED and states and all(state in _GONE_OUT for state in states):
        CAMPAIGN.move(campaign, CampaignState.SENT)
        session.add(campaign)
