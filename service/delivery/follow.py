"""Let each delivery follow what became of the e-mail that carries it: the exact step, and never more."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import exists
from sqlmodel import Session, col, select

from service.campaigns.queries import lock_campaign_of, released_edition
from service.delivery.copies import copy_for, letter_today
from service.delivery.hear import hear_of_deliveries
from service.delivery.issue import issue_copy
from service.delivery.milestones import LEFT, tell_milestone
from service.delivery.registry import BY_HAND, OF_PEOPLE
from service.delivery.steps import IN_FLIGHT, alert_about, call_back, move_delivery, send_on_its_way
from service.model.campaign import Campaign
from service.model.delivery import Delivery
from service.model.edition import Edition
from service.model.message import Message, MessageEvent
from service.model.recipient import Recipient, RecipientRole
from service.model.show import ShowStep, Step
from service.model.states import CAMPAIGN, GONE_OUT, CampaignState, DeliveryState, MessageState, ShowState
from service.store.keyring import Keyring

_FOLLOWS = {
    MessageState.ACCEPTED: DeliveryState.HANDED_OVER,
    MessageState.UNCERTAIN: DeliveryState.UNCERTAIN,
    MessageState.REFUSED: DeliveryState.FAILED,
    MessageState.HELD: DeliveryState.FAILED,
    MessageState.EXPIRED: DeliveryState.FAILED,
    MessageState.CANCELLED: DeliveryState.CANCELLED,
}
_ON_THEIR_WAY = {DeliveryState.PLANNED, DeliveryState.READY, DeliveryState.CARRYING}


def follow_deliveries(session: Session, *, now: datetime) -> int:
    """Move every delivery in flight whose e-mail has moved, and take in what came back of the others; gives how many.

    A letter becomes "sent" once a copy has left to each of its addressees and none is on its way; what a person is still to
    bring to one who has it by another way is not waited for. It stays so when one comes back later: the letter has left, and
    the sending says what became of it.
    """
    # Of a copy that was sent again only the latest e-mail carries it.
    found = (
        select(Delivery, Message)
        .join(Message, col(Message.id) == Delivery.message_ref)
        .where(col(Delivery.state).in_(IN_FLIGHT))
        .with_for_update(of=Delivery)
    )
    moved = [
        delivery
        for delivery, message in session.exec(found).all()
        if _follow(session, delivery, message, now=now)
    ]
    session.flush()
    heard = hear_of_deliveries(session, now=now)
    session.flush()
    leaving = (
        select(Campaign)
        .join(Edition, col(Edition.campaign_id) == Campaign.id)
        .where(
            Campaign.state == CampaignState.CLOSED,
            col(Edition.released_at).is_not(None),
            col(Edition.voided_at).is_(None),
        )
    )
    for campaign in session.exec(leaving).all():
        _finish(session, campaign, now=now)
    return len(moved) + heard


def send_waiting_press(session: Session, keyring: Keyring, *, now: datetime) -> int:
    """Send the copies that waited for publication on their way, once their letter is public; gives how many.

    Where a run of show has not come to the press yet, its copies go on waiting for that.
    """
    waits_for_show = exists(select(ShowStep.id)).where(
        col(ShowStep.edition_id) == Delivery.edition_id,
        col(ShowStep.step) == Step.PRESS,
        col(ShowStep.state) != ShowState.DONE,
    )
    found = (
        select(Delivery)
        .join(Campaign, col(Campaign.id) == Delivery.campaign_id)
        .where(
            Delivery.state == DeliveryState.READY,
            col(Delivery.channel).not_in(BY_HAND),
            col(Campaign.published_at).is_not(None),
            ~waits_for_show,
        )
        .with_for_update(of=Delivery)
    )
    return _send(session, keyring, session.exec(found).all(), now=now)


def send_press(session: Session, keyring: Keyring, edition: Edition, *, now: datetime) -> int:
    """Send the copies of an edition that wait for publication on their way now; gives how many."""
    return _send(session, keyring, _waiting_press(session, edition), now=now)


def leave_press_out(session: Session, edition: Edition, *, now: datetime) -> int:
    """Cancel the copies of an edition that wait for publication; gives how many."""
    waiting = _waiting_press(session, edition)
    for delivery in waiting:
        move_delivery(
            session, delivery, DeliveryState.CANCELLED, evidence="left out by a person's word", now=now
        )
    return len(waiting)


def _waiting_press(session: Session, edition: Edition) -> Sequence[Delivery]:
    found = select(Delivery).where(
        Delivery.edition_id == edition.id,
        Delivery.state == DeliveryState.READY,
        col(Delivery.channel).not_in(BY_HAND),
    )
    return session.exec(found.with_for_update()).all()


def _send(session: Session, keyring: Keyring, waiting: Sequence[Delivery], *, now: datetime) -> int:
    for delivery in waiting:
        _renew(session, keyring, delivery, now=now)
        send_on_its_way(session, delivery, due_at=now, now=now)
    return len(waiting)


def _renew(session: Session, keyring: Keyring, delivery: Delivery, *, now: datetime) -> None:
    """Let a copy that waited be the one of today: somebody may have left since the release."""
    campaign = session.get(Campaign, delivery.campaign_id)
    edition = session.get(Edition, delivery.edition_id)
    recipient = session.get(Recipient, delivery.recipient_id)
    assert campaign is not None
    assert edition is not None
    assert recipient is not None
    letter = letter_today(session, keyring, campaign, edition)
    copy = copy_for(letter, recipient)
    issue_copy(session, keyring, edition, copy, recipient_id=recipient.id, now=now)
    delivery.check_code = copy.check_code


def _follow(session: Session, delivery: Delivery, message: Message, *, now: datetime) -> bool:
    there = _FOLLOWS.get(message.state)
    if there is None or there is delivery.state:
        return False
    if there is DeliveryState.CANCELLED:
        # Somebody has cancelled the e-mail itself: of an earlier one the office may have a copy.
        call_back(session, delivery, evidence=_evidence(session, message), now=now)
        return True
    move_delivery(session, delivery, there, evidence=_evidence(session, message), now=now)
    if there in {DeliveryState.FAILED, DeliveryState.UNCERTAIN}:
        alert_about(session, delivery, message, there.value, now=now)
    return True


def _evidence(session: Session, message: Message) -> str:
    parts = [f"Message-ID {message.message_id}"]
    if message.reply_code is not None:
        parts.append(f"relay answered {message.reply_code} {message.enhanced_code}".strip())
    if message.remote_queue_id:
        parts.append(f"queued as {message.remote_queue_id}")
    if message.state is MessageState.HELD:
        # It was not even tried: only what held it says why.
        held = select(MessageEvent.reason).where(
            MessageEvent.message_id == message.id, MessageEvent.became == MessageState.HELD.value
        )
        parts += session.exec(held.order_by(col(MessageEvent.id).desc()).limit(1)).all()
    return "; ".join(parts)


def _finish(session: Session, campaign: Campaign, *, now: datetime) -> None:
    """Call a letter sent once a copy to each addressee has left and none that leaves by itself is still on its way."""
    edition = released_edition(session, campaign)
    assert edition is not None
    found = (
        select(Delivery)
        .join(Recipient, col(Recipient.id) == Delivery.recipient_id)
        .where(Delivery.edition_id == edition.id, Recipient.role == RecipientRole.TO)
    )
    # Who takes a message to a Member back leaves nobody without a letter.
    deliveries = [
        one
        for one in session.exec(found).all()
        if not (one.channel in OF_PEOPLE and one.state is DeliveryState.CANCELLED)
    ]
    if any(one.state in _ON_THEIR_WAY and one.channel not in BY_HAND for one in deliveries):
        return
    gone_out = {delivery.recipient_id for delivery in deliveries if delivery.state in GONE_OUT}
    if gone_out and gone_out == {delivery.recipient_id for delivery in deliveries}:
        locked = lock_campaign_of(session, campaign.id)
        CAMPAIGN.move(locked, CampaignState.SENT)
        session.add(locked)
        tell_milestone(session, campaign.id, LEFT, edition.id, now=now)
