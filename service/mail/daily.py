"""Warn a secretariat, and owners of a letter beside it, by mail: once a day of each thing: whoever looks again, or beside us, warns of it no second time."""

from collections.abc import Sequence
from datetime import datetime

from sqlmodel import Session

from service.mail import outbox
from service.model.message import MessageKind


def warn_once_a_day(
    session: Session,
    *,
    campaign_id: str,
    about: str,
    thing: str = "",
    owners: Sequence[str] = (),
    now: datetime,
) -> bool:
    """Post the warning to a letter's secretariat unless it went on this day (UTC) already; tells whether it is new.

    `about` is the word by which the mail's words are found (service/delivery/messages.py), `thing` an id. `owners` are
    coordinators, by their ids, who get it beside the secretariat: each once a day as well.
    """
    occurrence = ":".join(filter(None, (about, thing, f"{now:%Y-%m-%d}")))
    posted = [
        outbox.post(
            session,
            kind=MessageKind.ALERT,
            campaign_id=campaign_id,
            recipient_ref=reader,
            occurrence=occurrence,
            now=now,
        )
        for reader in (campaign_id, *owners)
    ]
    return any(posted)
