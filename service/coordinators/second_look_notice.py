"""Tell by mail those who may decide that an act waits for a second coordinator."""

from datetime import datetime

from sqlmodel import Session

from service.coordinators.accounts import actor, who_may
from service.coordinators.permissions import Act
from service.mail import outbox
from service.model.message import MessageKind
from service.model.second_look import SecondLook

NOTICE = "second_look"
"""What the occurrence of such a mail begins with; the id of the look follows."""


def tell_second(session: Session, look: SecondLook, act: Act, *, now: datetime) -> int:
    """Post the mail to each of the team who may decide and did not ask; gives how many mails were new."""
    team = who_may(session, look.campaign_id, Act.SECOND, act)
    others = [one for one in team if actor(one) != look.asked_by]
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
