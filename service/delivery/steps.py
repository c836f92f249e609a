"""The steps of one delivery, each kept with what proves it."""

from datetime import datetime

from sqlalchemy import func
from sqlmodel import Session, col, select

from service.mail import outbox
from service.model.delivery import Delivery, DeliveryEvent
from service.model.message import Message, MessageKind
from service.model.states import DELIVERY, DeliveryState

_LONGEST_EVIDENCE = 400
GONE_OUT = frozenset(
    {DeliveryState.HANDED_OVER, DeliveryState.ACCEPTED, DeliveryState.DELIVERED, DeliveryState.ANSWERED}
)
"""The states in which a copy has left the house."""


def move_delivery(
    session: Session, delivery: Delivery, there: DeliveryState, *, evidence: str, now: datetime
) -> None:
    """Move a delivery and keep the step with its evidence; raises Refused where the move is not allowed."""
    here = delivery.state
    DELIVERY.move(delivery, there)
    delivery.settled_at = now
    session.add(delivery)
    session.add(
        DeliveryEvent(
            delivery_id=delivery.id,
            at=now,
            was=here.value,
            became=there.value,
            evidence=evidence[:_LONGEST_EVIDENCE],
        )
    )


def send_on_its_way(session: Session, delivery: Delivery, *, due_at: datetime, now: datetime) -> None:
    """Post the e-mail that carries a delivery, the first or a further one that a person has decided on."""
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
