"""What is handed over: read out of the database first, made into documents without it."""

from dataclasses import dataclass, replace
from typing import Any

from sqlmodel import Session

from service.delivery.annexes import annexes_of
from service.delivery.carrying.claim import Claim
from service.delivery.carrying.tried_before import was_tried
from service.delivery.copies import copy_to_leave
from service.delivery.letter_mail import Making
from service.delivery.parcel import Document, Exchange, NotTaken, Parcel
from service.delivery.registry import CARRIERS
from service.delivery.texts_beside import texts_sent
from service.delivery.way_settings import settings_of
from service.foundation.errors import Permanent, Refused
from service.foundation.sentence import Sentence
from service.letter.copy import Copy
from service.model.campaign import Campaign
from service.model.carriage import Carriage
from service.model.delivery import Delivery
from service.model.edition import Edition
from service.model.recipient import Recipient
from service.store.keyring import Keyring
from service.store.sealed import open_record

NOTHING = Exchange(asked="nothing was asked")
GONE_SINCE = Sentence("Not sent: somebody has left the letter since it was released.")
UNMADE = Sentence("Not sent: this copy could not be made for this way; why stands below.")
UNFIT = Sentence("Not sent: this copy does not fit this way; why stands below.")
OTHER_TEXT = Sentence("A text in another language is not the one that was released.")
NO_SUCH_WAY = Sentence("Not sent: this way is not built here.")


@dataclass(frozen=True, kw_only=True)
class Errand:
    """One copy for one office by one way, with what goes along, as the database has it; nothing of it may be printed."""

    channel: str
    key: str
    copy: Copy
    details: dict[str, Any]
    settings: dict[str, str]
    annexes: tuple[Document, ...]
    texts: tuple[Copy, ...]
    tried_before: bool


def read_errand(session: Session, keyring: Keyring, claim: Claim) -> Errand:
    """Read what was claimed; raises NotTaken where the copy can be made no more as it was released."""
    row = session.get_one(Carriage, claim.carriage_id)
    delivery = session.get_one(Delivery, row.delivery_id)
    campaign = session.get_one(Campaign, delivery.campaign_id)
    office = session.get_one(Recipient, delivery.recipient_id)
    copy = _copy_to_leave(session, keyring, campaign, delivery, office)
    texts = texts_sent(session, keyring, campaign, delivery)
    if texts is None:
        raise NotTaken(UNMADE, exchange=NOTHING, faults=(OTHER_TEXT,))
    keys = keyring.of(session, campaign.id)
    return Errand(
        channel=delivery.channel,
        key=row.key,
        copy=copy,
        details=open_record(keys, office, "details"),
        settings=dict(settings_of(session, keyring, campaign).get(delivery.channel, {})),
        annexes=tuple(
            Document(name=one.filename, media_type=one.media_type, data=one.data)
            for one in annexes_of(session, keyring, campaign, copy)
        ),
        texts=texts,
        tried_before=was_tried(session, keys, row),
    )


def refuse_if_somebody_left(session: Session, keyring: Keyring, claim: Claim) -> None:
    """Raise NotTaken where somebody whom the copy names has left, or is named otherwise, since it was released.

    Call it in the transaction of the fence, behind the campaign's lock, which whoever leaves takes as well.
    """
    row = session.get_one(Carriage, claim.carriage_id)
    delivery = session.get_one(Delivery, row.delivery_id)
    campaign = session.get_one(Campaign, delivery.campaign_id)
    office = session.get_one(Recipient, delivery.recipient_id)
    _copy_to_leave(session, keyring, campaign, delivery, office)


def _copy_to_leave(
    session: Session, keyring: Keyring, campaign: Campaign, delivery: Delivery, office: Recipient
) -> Copy:
    edition = session.get_one(Edition, delivery.edition_id)
    copy = copy_to_leave(session, keyring, campaign, edition, office, check_code=delivery.check_code)
    if copy is None:
        raise NotTaken(GONE_SINCE, exchange=NOTHING)
    return copy


def make_parcel(errand: Errand, making: Making) -> Parcel:
    """Set the type of a copy and put its annexes behind it; the same errand gives the same bytes.

    Raises NotTaken where it cannot be made, as where a name cannot be printed, and where it does not fit its way.
    """
    channel = CARRIERS.get(errand.channel)
    if channel is None:
        raise NotTaken(NO_SUCH_WAY, exchange=NOTHING)
    making = replace(making, texts=errand.texts)
    try:
        parcel = Parcel(
            key=errand.key,
            details=errand.details,
            settings=errand.settings,
            documents=(*channel.documents(errand.copy, errand.details, making), *errand.annexes),
            tried_before=errand.tried_before,
        )
        findings = [one for one in channel.examine_parcel(parcel) if one.forbids]
    except (Refused, Permanent) as error:
        # It may name a signatory, and so stands among the faults alone, which are sealed.
        faults = error.faults if isinstance(error, Refused) else ()
        raise NotTaken(UNMADE, exchange=NOTHING, faults=(str(error), *faults)) from None
    if findings:
        said = tuple(f"{one.found} {one.instead}".strip() for one in findings)
        raise NotTaken(UNFIT, exchange=NOTHING, faults=said)
    return parcel
