"""Tell by mail those who may decide that an act waits for a second coordinator."""

from datetime import datetime

from sqlmodel import Session, col, select

from service.coordinators.accounts import actor
from service.coordinators.permissions import ROLES_OF, Act
from service.mail import outbox
from service.model.coordinator import Coordinator, Membership
from service.model.message import MessageKind
from service.model.second_look import SecondLook

NOTICE = "second_look"
"""What the occurrence of such a mail begins with; the id of the look follows."""


def tell_second(session: Session, look: SecondLook, act: Act, *, now: datetime) -> int:
    """Post the mail to each of the team who may decide and did not ask; gives how many mails were new."""
    roles = ROLES_OF[Act.SECOND] & ROLES_OF[act]
    found = (
        select(Membership.coordinator_id)
        .join(Coordinator, col(Coordinator.id) == col(Membership.coordinator_id))
        .where(
            Membership.campaign_id == look.campaign_id,
            col(Membership.role).in_(roles),
            col(Coordinator.disabled_at).is_(None),
        )
    )
    others = [one for one in session.exec(found).all() if actor(one) != look.asked_by]
    return sum(
        outbox.post(
            session,
            kind=MessageKind.DESK_NOTICE,
            campaign_id=look.campaign_id,
            recipient_ref=one,
            occurrence=f"{NOTICE}:{look.id}",
            now=now,
            expires_at=look.expires_at,
        )
        for one in others
    )
