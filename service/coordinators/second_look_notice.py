"""Tell by mail that an act waits for a second coordinator, and that the second was invited by the first."""

from datetime import datetime

from sqlmodel import Session

from service.coordinators.accounts import actor, owner_ids, who_may
from service.coordinators.permissions import Act
from service.coordinators.voices import spoken_by, voices_of
from service.mail import outbox
from service.model.message import MessageKind
from service.model.second_look import SecondLook

NOTICE = "second_look"
"""What the occurrence of such a mail begins with; the id of the look follows."""
BY_THE_INVITED = "by_the_invited"
"""The same, of a mail that one of the two who did something had invited the other."""


def tell_second(session: Session, look: SecondLook, act: Act, *, now: datetime) -> int:
    """Post the mail to each of the team who may decide, and who does not count as one with whoever asked.

    Gives how many mails were new.
    """
    voices = voices_of(session, look.campaign_id, now=now)
    asked = spoken_by(voices, look.asked_by)
    team = who_may(session, look.campaign_id, Act.SECOND, act)
    others = [one for one in team if spoken_by(voices, actor(one)) != asked]
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


def tell_of_the_invited(session: Session, look: SecondLook, *, now: datetime) -> None:
    """Post the mail to each owner who was neither the first nor the second of a look."""
    for owner in owner_ids(session, look.campaign_id):
        if actor(owner) not in {look.asked_by, look.decided_by}:
            outbox.post(
                session,
                kind=MessageKind.DESK_NOTICE,
                campaign_id=look.campaign_id,
                recipient_ref=owner,
                occurrence=f"{BY_THE_INVITED}:{look.id}",
                now=now,
            )
