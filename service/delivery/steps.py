"""The steps of one delivery, each kept with what proves it."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import func
from sqlmodel import Session, col, select

from service.delivery.carriages import begin_carriage
from service.delivery.milestones import tell_milestone
from service.delivery.registry import CARRIED, OF_PEOPLE
from service.mail import outbox
from service.model.campaign import Campaign
from service.model.carriage import Carriage
from service.model.delivery import Delivery, DeliveryEvent, Proof
from service.model.message import Message, MessageKind
from service.model.recipient import Recipient, RecipientRole
from service.model.states import DELIVERY, GONE_OUT, DeliveryState, MessageState

_LONGEST_EVIDENCE = 400
IN_FLIGHT = frozenset({DeliveryState.CARRYING, DeliveryState.UNCERTAIN})
"""The states in which the e-mail of a copy has not come to its end, or nobody knows to which."""
_OF_AN_EARLIER = frozenset({DeliveryState.FAILED, DeliveryState.UNCERTAIN})
_OUT = select(DeliveryEvent.id).where(
    col(DeliveryEvent.became).in_([state.value for state in GONE_OUT | {DeliveryState.UNCERTAIN}])
)
# A letter may have a message of each of its constituents, and no database takes as many values in one question.
_AT_ONCE = 1000


def move_delivery(
    session: Session,
    delivery: Delivery,
    there: DeliveryState,
    *,
    evidence: str,
    now: datetime,
    heard_ref: str | None = None,
    proof: Proof | None = None,
) -> None:
    """Move a delivery and keep the step with its evidence; raises Refused where the move is not allowed."""
    here = delivery.state
    DELIVERY.move(delivery, there)
    delivery.settled_at = now
    session.add(delivery)
    # What a constituent wrote to a Member is no copy of the letter, and told only in numbers.
    if delivery.channel not in OF_PEOPLE:
        tell_milestone(session, delivery.campaign_id, there.value, delivery.id, now=now)
    _keep(session, delivery, here, evidence=evidence, heard_ref=heard_ref, proof=proof, now=now)


def note_delivery(
    session: Session,
    delivery: Delivery,
    *,
    evidence: str,
    heard_ref: str | None,
    now: datetime,
    proof: Proof | None = None,
) -> None:
    """Keep evidence that moves nothing: heard of the delivery's e-mail, or (None) what goes along with it."""
    _keep(session, delivery, delivery.state, evidence=evidence, heard_ref=heard_ref, proof=proof, now=now)


def alert_about(
    session: Session, delivery: Delivery, carried_by: Message | Carriage, word: str, *, now: datetime
) -> None:
    """Tell the secretariat about a delivery, once for each e-mail or handing over and word of service/delivery/messages.py."""
    outbox.post(
        session,
        kind=MessageKind.ALERT,
        campaign_id=delivery.campaign_id,
        recipient_ref=delivery.campaign_id,
        occurrence=f"{word}:{carried_by.id}",
        now=now,
    )


def waits_for_publication(session: Session, delivery: Delivery, office: Recipient) -> bool:
    """Tell whether a copy is the press's and its letter is not public yet: publication is the embargo."""
    return is_embargoed(office, session.get_one(Campaign, delivery.campaign_id))


def is_embargoed(office: Recipient, campaign: Campaign) -> bool:
    """Tell the same of an office and a letter that are at hand (pure)."""
    return office.role is RecipientRole.PRESS and campaign.published_at is None


def may_have_left(session: Session, deliveries: Iterable[Delivery]) -> bool:
    """Tell whether any of these copies has ever left the house or may have, even if it came back."""
    ids = [delivery.id for delivery in deliveries]
    parts = (ids[at : at + _AT_ONCE] for at in range(0, len(ids), _AT_ONCE))
    return any(
        session.exec(_OUT.where(col(DeliveryEvent.delivery_id).in_(part)).limit(1)).first() is not None
        for part in parts
    )


def edition_may_have_left(session: Session, edition_id: str) -> bool:
    """Tell the same of all copies of an edition, without reading them."""
    out = _OUT.join(Delivery, col(Delivery.id) == col(DeliveryEvent.delivery_id))
    return session.exec(out.where(Delivery.edition_id == edition_id).limit(1)).first() is not None


def send_on_its_way(session: Session, delivery: Delivery, *, due_at: datetime, now: datetime) -> None:
    """Set a copy on its way, the first time or once more by a person's word: by an e-mail, or for a way that leaves by itself."""
    if delivery.channel in CARRIED:
        begin_carriage(session, delivery, due_at=due_at, now=now)
        move_delivery(session, delivery, DeliveryState.CARRYING, evidence="waits to be handed over", now=now)
        return
    mine = (col(Message.recipient_ref) == delivery.id) & (col(Message.kind) == MessageKind.DELIVERY)
    occurrence = str(session.exec(select(func.count()).select_from(Message).where(mine)).one() + 1)
    outbox.post(
        session,
        kind=MessageKind.DELIVERY,
        campaign_id=delivery.campaign_id,
        recipient_ref=delivery.id,
        occurrence=occurrence,
        now=now,
        due_at=due_at,
    )
    posted = select(Message.id).where(mine, Message.occurrence == occurrence)
    delivery.message_ref = session.exec(posted).one()
    move_delivery(session, delivery, DeliveryState.CARRYING, evidence="in the outbox", now=now)


def call_back(session: Session, delivery: Delivery, *, evidence: str, now: datetime) -> None:
    """Say that what was about to leave was stopped; where an earlier copy has left, or may have, what is known of that one holds.

    So nothing is called "never on its way" of which the office may have a copy. An e-mail before carries the delivery again.
    """
    there = _before_it_was_set_out(session, delivery)
    if there is not DeliveryState.CANCELLED and delivery.channel not in CARRIED:
        before = select(Message.id).where(
            Message.recipient_ref == delivery.id,
            Message.kind == MessageKind.DELIVERY,
            Message.state != MessageState.CANCELLED,
        )
        delivery.message_ref = session.exec(before.order_by(col(Message.id).desc()).limit(1)).first()
    if there is delivery.state:
        note_delivery(session, delivery, evidence=evidence, heard_ref=None, now=now)
    else:
        move_delivery(session, delivery, there, evidence=evidence, now=now)


def _before_it_was_set_out(session: Session, delivery: Delivery) -> DeliveryState:
    """Give where a delivery stood before it was last set on its way, CANCELLED where nothing of it can have left."""
    if not may_have_left(session, [delivery]):
        return DeliveryState.CANCELLED
    set_out = select(DeliveryEvent.was).where(
        DeliveryEvent.delivery_id == delivery.id,
        DeliveryEvent.became == DeliveryState.CARRYING.value,
        DeliveryEvent.was != DeliveryState.CARRYING.value,
    )
    was = DeliveryState(session.exec(set_out.order_by(col(DeliveryEvent.id).desc()).limit(1)).one())
    # Where it waited for the first time, the only copy there was did not leave: what was in doubt of it is settled.
    return was if was in _OF_AN_EARLIER else DeliveryState.CANCELLED


def _keep(
    session: Session,
    delivery: Delivery,
    was: DeliveryState,
    *,
    evidence: str,
    heard_ref: str | None,
    proof: Proof | None,
    now: datetime,
) -> None:
    if proof is Proof.DISPLAYED:
        tell_milestone(session, delivery.campaign_id, proof.value, delivery.id, now=now)
    session.add(
        DeliveryEvent(
            delivery_id=delivery.id,
            at=now,
            was=was.value,
            became=delivery.state.value,
            evidence=evidence[:_LONGEST_EVIDENCE],
            heard_ref=heard_ref,
            proof=proof,
        )
    )
