"""The steps of one delivery, each kept with what proves it."""

from datetime import datetime

from sqlmodel import Session

from service.mail import outbox
from service.model.delivery import Delivery, DeliveryEvent
from service.model.message import MessageKind
from service.model.states import DELIVERY, DeliveryState

_LONGEST_EVIDENCE = 400


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
    """Post the e-mail that carries a delivery which is ready."""
    outbox.post(
        session,
        kind=MessageKind.DELIVERY,
        campaign_id=delivery.campaign_id,
        recipient_ref=delivery.id,
        occurrence="1",
        now=now,
        due_at=due_at,
    )
    move_delivery(session, delivery, DeliveryState.CARRYING, evidence="in the outbox", now=now)
