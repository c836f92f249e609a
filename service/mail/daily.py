"""Warn a secretariat by mail, once a day of each thing: whoever looks again, or beside us, warns of it no second time."""

from datetime import datetime

from sqlmodel import Session

from service.mail import outbox
from service.model.message import MessageKind


def warn_once_a_day(
    session: Session, *, campaign_id: str, about: str, thing: str = "", now: datetime
) -> bool:
    """Post the warning to a letter's secretariat unless it went on this day (UTC) already; tells whether it is new.

    `about` is the word by which the mail's words are found (service/delivery/messages.py), `thing` an id.
    """
    occurrence = ":".join(filter(None, (about, thing, f"{now:%Y-%m-%d}")))
    return outbox.post(
        session,
        kind=MessageKind.ALERT,
        campaign_id=campaign_id,
        recipient_ref=campaign_id,
        occurrence=occurrence,
        now=now,
    )
