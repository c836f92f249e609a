"""What is handed over where a signatory writes to the own Member: that message alone, read first, made without the database."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date

from sqlmodel import Session

from service.delivery.carrying.claim import Claim
from service.delivery.carrying.errand import NOTHING, UNMADE
from service.delivery.carrying.tried_before import was_tried
from service.delivery.congress.chamber import EASTERN
from service.delivery.constituents.person import person_behind
from service.delivery.parcel import NotTaken, Parcel
from service.delivery.registry import PEOPLE
from service.delivery.way_settings import settings_of
from service.foundation.errors import Permanent, Refused
from service.model.campaign import Campaign
from service.model.carriage import Carriage
from service.model.delivery import Delivery
from service.model.recipient import Recipient
from service.store.keyring import Keyring
from service.store.sealed import open_record


@dataclass(frozen=True, kw_only=True, repr=False)
class OwnErrand:
    """One signatory's message to one Member, as the database has it; nothing of it may be printed.

    `parcel` has no documents yet; `day` is that of the first try, as the message says it in each.
    """

    channel: str
    parcel: Parcel
    slug: str
    day: date
    person: Mapping[str, str]


def read_own_errand(session: Session, keyring: Keyring, claim: Claim) -> OwnErrand:
    """Read what was claimed; raises TakenBack where the signatory does not want it any more."""
    row = session.get_one(Carriage, claim.carriage_id)
    delivery = session.get_one(Delivery, row.delivery_id)
    campaign = session.get_one(Campaign, delivery.campaign_id)
    office = session.get_one(Recipient, delivery.recipient_id)
    keys = keyring.of(session, campaign.id)
    return OwnErrand(
        channel=delivery.channel,
        parcel=Parcel(
            key=row.key,
            details=open_record(keys, office, "details"),
            settings=dict(settings_of(session, keyring, campaign).get(delivery.channel, {})),
            documents=(),
            tried_before=was_tried(session, keys, row),
        ),
        slug=campaign.slug,
        day=claim.began_at.astimezone(EASTERN).date(),
        person=person_behind(session, keyring, campaign, delivery),
    )


def make_own_parcel(errand: OwnErrand) -> Parcel:
    """Write the message of an errand; the same gives the same bytes. Raises NotTaken where the chamber does not take it."""
    try:
        letter = PEOPLE[errand.channel].own_letter(
            errand.parcel, errand.person, slug=errand.slug, day=errand.day
        )
    except (Refused, Permanent) as error:
        faults = error.faults if isinstance(error, Refused) else ()
        raise NotTaken(UNMADE, exchange=NOTHING, faults=faults or (str(error),)) from None
    return replace(errand.parcel, documents=(letter,))
