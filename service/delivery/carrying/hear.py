"""Take in what is heard later of a copy that was handed over: proof moves it, anything else is noted, nothing twice."""

import hashlib
from collections.abc import Mapping
from datetime import datetime

from sqlmodel import Session, col, select

from service.campaigns.queries import find_campaign
from service.delivery.carrying.decide import alert_of, goes_to
from service.delivery.parcel import Heard
from service.delivery.registry import HEARING
from service.delivery.steps import alert_about, move_delivery, note_delivery
from service.delivery.way_settings import settings_of
from service.foundation.errors import Permanent, Refused
from service.foundation.sentence import Sentence
from service.model.carriage import Carriage
from service.model.delivery import Delivery, DeliveryEvent
from service.store.keyring import Keyring

NOT_SIGNED = Sentence("This was not signed for anything here.")
_REF_DIGITS = 32


def read_heard(
    session: Session,
    keyring: Keyring,
    channel: str,
    slug: str,
    *,
    body: bytes,
    headers: Mapping[str, str],
    now: datetime,
) -> tuple[str, Heard | None]:
    """Read what a way's other side tells by itself, as the letter's settings prove it; gives the letter's id with it.

    `headers` have small names. Raises Refused for whatever is not signed, and in the same way where there is no such letter,
    no such way, or nothing set up for it.
    """
    way = HEARING.get(channel)
    campaign = find_campaign(session, slug)
    if campaign is None or way is None:
        raise Refused(NOT_SIGNED)
    try:
        settings = settings_of(session, keyring, campaign).get(channel, {})
        return campaign.id, way.heard(body, headers, settings=settings, now=now)
    except (Refused, Permanent):
        raise Refused(NOT_SIGNED) from None


def take_in(session: Session, campaign_id: str, channel: str, heard: Heard, *, now: datetime) -> bool:
    """Let a delivery follow something heard of it; tells whether it was new. What is of no copy of this letter is let be."""
    row = _carriage(session, campaign_id, channel, heard.number)
    if row is None:
        return False
    held = select(Delivery).where(Delivery.id == row.delivery_id).with_for_update()
    delivery = session.exec(held.execution_options(populate_existing=True)).one()
    # While this waited a person's word may have taken the place of all that is heard.
    session.refresh(row)
    # Asked once nobody else can be taking in the same.
    ref = _reference(channel, heard)
    if session.exec(select(DeliveryEvent.id).where(DeliveryEvent.heard_ref == ref)).first() is not None:
        return False
    here = delivery.state
    there = goes_to(here, heard.rung, is_followed=row.is_followed)
    copy = "" if row.is_followed else "an earlier try: "
    evidence = f"{copy}{heard.says} ({heard.number}, {heard.at:%Y-%m-%d %H:%M} UTC)"
    if there is None:
        note_delivery(session, delivery, evidence=evidence, heard_ref=ref, now=now)
    else:
        move_delivery(session, delivery, there, evidence=evidence, heard_ref=ref, now=now)
    word = alert_of(here, heard.rung, there)
    if word:
        alert_about(session, delivery, row, word, now=now)
    return True


def _carriage(session: Session, campaign_id: str, channel: str, number: str) -> Carriage | None:
    found = (
        select(Carriage)
        .join(Delivery, col(Delivery.id) == Carriage.delivery_id)
        .where(Carriage.campaign_id == campaign_id, Carriage.receipt == number, Delivery.channel == channel)
        .order_by(col(Carriage.is_followed).desc(), col(Carriage.id).desc())
    )
    return session.exec(found.limit(1)).first()


def _reference(channel: str, heard: Heard) -> str:
    return hashlib.sha256(f"{channel}\0{heard.key}".encode()).hexdigest()[:_REF_DIGITS]
