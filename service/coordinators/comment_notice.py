"""Tell by mail those who edit a letter that comments on its draft wait: gathered, one mail in half an hour."""

from datetime import datetime, timedelta

from sqlmodel import Session

from service.coordinators.accounts import who_may
from service.coordinators.permissions import Act
from service.mail import outbox
from service.model.message import MessageKind

NOTICE = "comments"
"""What the occurrence of such a mail begins with; its half-hour follows."""
GATHERED = timedelta(minutes=30)


def gathered(now: datetime) -> tuple[str, datetime]:
    """Give the half-hour that a moment falls into, and when the mail is due that gathers it: at its end (pure)."""
    begins = now.replace(minute=now.minute // 30 * 30, second=0, microsecond=0)
    return f"{begins:%Y%m%dT%H%M}", begins + GATHERED


def tell_editors(session: Session, campaign_id: str, *, now: datetime) -> int:
    """Post the mail of this half-hour to each of the team who may edit the text; gives how many mails were new."""
    half_hour, due_at = gathered(now)
    return sum(
        outbox.post(
            session,
            kind=MessageKind.DESK_NOTICE,
            campaign_id=campaign_id,
            recipient_ref=one,
            occurrence=f"{NOTICE}:{half_hour}",
            now=now,
            due_at=due_at,
        )
        for one in who_may(session, campaign_id, Act.EDIT_TEXT)
    )
