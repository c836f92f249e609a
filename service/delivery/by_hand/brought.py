"""Keep that a person brought a copy: when, how, by which number, with a picture where there is one."""

import hashlib
from dataclasses import dataclass
from datetime import date, datetime

from sqlmodel import Session

from service.campaigns.queries import editions_out, lock_campaign
from service.coordinators import audit
from service.delivery.by_hand.packet import EMBARGOED, NOT_BY_HAND, NOT_WAITING
from service.delivery.by_hand.picture import clean_picture
from service.delivery.registry import BY_HAND
from service.delivery.steps import move_delivery, waits_for_publication
from service.foundation.errors import NotFound, Refused
from service.foundation.sealing import CampaignKeys
from service.foundation.sentence import Sentence
from service.foundation.written import clean_line
from service.model.campaign import Campaign
from service.model.delivery import Delivery
from service.model.delivery_file import PICTURE, DeliveryFile
from service.model.recipient import Recipient
from service.model.states import DeliveryState
from service.store.keyring import Keyring
from service.store.sealed import open_bytes, seal_bytes

NO_SUCH_PICTURE = Sentence("There is no such picture of this letter.")
_NO_SUCH = Sentence("There is no such sending of this letter.")
_SAY_HOW = Sentence("Say how it was brought, by whom, and who took it.")
_NOT_YET = Sentence("That day is still to come: note it once it was brought.")


@dataclass(frozen=True, kw_only=True)
class Brought:
    """What whoever brought a copy says of it: the day, how, the number of a receipt or of the post, and a picture's bytes.

    `today` is the day where that is said.
    """

    on: date
    today: date
    how: str
    number: str = ""
    picture: bytes = b""


def note_brought(
    session: Session,
    keyring: Keyring,
    slug: str,
    delivery_id: str,
    brought: Brought,
    *,
    by: str,
    now: datetime,
) -> Delivery:
    """Keep that a copy was brought, on the word of whoever says so; that is called handed over, and never more.

    Raises Refused where the copy does not wait for that, where nothing is said, where the day is to come, or where the
    picture is none.
    """
    campaign = lock_campaign(session, slug)
    delivery = session.get(Delivery, delivery_id, with_for_update=True, populate_existing=True)
    out = {edition.id for edition in editions_out(session, campaign)}
    if delivery is None or delivery.edition_id not in out:
        raise NotFound(_NO_SUCH)
    _refuse_unless_it_waits(session, delivery)
    how = clean_line(brought.how, what=Sentence("How it was brought"), longest=200)
    number = clean_line(brought.number, what=Sentence("The number"), longest=60)
    if not how:
        raise Refused(_SAY_HOW)
    if brought.on > brought.today:
        raise Refused(_NOT_YET)
    evidence = f"attested by {by}: {brought.on.isoformat()}, {how}"
    if number:
        evidence += f"; number {number}"
    if brought.picture:
        kept = _keep_picture(session, keyring.of(session, campaign.id), delivery, brought, by=by, now=now)
        evidence += f"; picture, SHA-256 {kept.sha256}"
    move_delivery(session, delivery, DeliveryState.HANDED_OVER, evidence=evidence, now=now)
    audit.record(session, by=by, act="delivery.brought", campaign_id=campaign.id, thing=delivery.id, now=now)
    return delivery


def picture_of(session: Session, keyring: Keyring, campaign: Campaign, picture_id: str) -> bytes:
    """Give a picture of a letter's deliveries as JPEG; raises NotFound where the letter has none of this id."""
    row = session.get(DeliveryFile, picture_id)
    # A receipt is no picture: the letter lies in it, with names that not everybody at the desk may see.
    if row is None or row.campaign_id != campaign.id or row.media_type != PICTURE:
        raise NotFound(NO_SUCH_PICTURE)
    return open_bytes(keyring.of(session, campaign.id), row, "file")


def _refuse_unless_it_waits(session: Session, delivery: Delivery) -> None:
    if delivery.channel not in BY_HAND:
        raise Refused(NOT_BY_HAND)
    if delivery.state is not DeliveryState.READY:
        raise Refused(NOT_WAITING)
    office = session.get_one(Recipient, delivery.recipient_id)
    if waits_for_publication(session, delivery, office):
        raise Refused(EMBARGOED)


def _keep_picture(
    session: Session, keys: CampaignKeys, delivery: Delivery, brought: Brought, *, by: str, now: datetime
) -> DeliveryFile:
    data = clean_picture(brought.picture)
    row = DeliveryFile(
        campaign_id=delivery.campaign_id,
        delivery_id=delivery.id,
        sha256=hashlib.sha256(data).hexdigest(),
        file=b"",
        kept_by=by,
        kept_at=now,
    )
    row.file = seal_bytes(keys, row, "file", data)
    session.add(row)
    session.flush()
    return row
