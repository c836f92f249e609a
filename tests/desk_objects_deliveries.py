"""Makes the things that addresses of the pages of recipients and deliveries name, in whatever letter."""

from collections.abc import Callable
from datetime import date

from sqlmodel import Session, select

from service.campaigns.contents import open_file
from service.campaigns.queries import get_campaign
from service.delivery.offices.contacts import Contact, keep_contact
from service.delivery.offices.identity import office_index, office_key
from service.delivery.offices.importing import keep_list
from service.model.approver_desk import ApproverQuestion
from service.model.campaign import Campaign
from service.model.delivery import Delivery
from service.model.delivery_file import PICTURE, RECEIPT, DeliveryFile
from service.model.dossier import Dossier
from service.model.edition import Approver, Edition
from service.model.letter_revision import LetterRevision
from service.model.office import ContactKind, OfficeReply
from service.model.recipient import Audience, Recipient, RecipientRole
from service.store.sealed import seal_bytes, seal_record, seal_text
from tests.coalition import Coalition


def an_office(session: Session, coalition: Coalition, slug: str) -> str:
    campaign = get_campaign(session, slug)
    file = open_file(session, coalition.keyring, campaign)
    return office_key(coalition.keyring.of(session, campaign.id), file.recipients[0])


def a_contact(session: Session, coalition: Coalition, slug: str) -> str:
    contact = Contact(kind=ContactKind.CALL, said="They moved.", next_step="Call again")
    key = an_office(session, coalition, slug)
    row = keep_contact(session, coalition.keyring, slug, key, contact, by="test", now=coalition.now)
    return row.id


CONGRESS = b"""bioguide,official_full,chamber,state,district,term_end,mail_address,phone,contact_form,url
X000001,Ada Example,senate,WA,,2031-01-03,1 Hart Senate Office Building Washington DC 20510,202-224-0001,https://www.ada.senate.example/write,https://www.ada.senate.example
X000002,Ben Example,house,AK,0,2027-01-03,2 Cannon House Office Building Washington DC 20515-0200,202-225-0002,,https://ben.house.example
"""


def a_list(session: Session, coalition: Coalition, slug: str) -> str:
    day = coalition.now.date()
    return keep_list(session, coalition.keyring, slug, CONGRESS, day=day, by="test", now=coalition.now)


def an_edition(session: Session, coalition: Coalition, slug: str) -> str:
    return _edition(session, coalition, get_campaign(session, slug)).id


def a_sending(session: Session, coalition: Coalition, slug: str) -> str:
    campaign = get_campaign(session, slug)
    edition = _edition(session, coalition, campaign)
    office = Recipient(
        campaign_id=campaign.id,
        revision_id=edition.revision_id,
        position=0,
        role=RecipientRole.TO,
        copy_kind=Audience.FULL,
        channels=["email"],
        details=b"",
    )
    session.add(office)
    session.flush()
    row = Delivery(
        campaign_id=campaign.id,
        edition_id=edition.id,
        recipient_id=office.id,
        channel="email",
        copy_kind=Audience.FULL,
        check_code="0" * 64,
        created_at=coalition.now,
    )
    session.add(row)
    session.flush()
    return row.id


def an_approver(session: Session, coalition: Coalition, slug: str) -> str:
    campaign = get_campaign(session, slug)
    file = open_file(session, coalition.keyring, campaign)
    keys = coalition.keyring.of(session, campaign.id)
    return keys.blind("email", file.approvers[0].email).hex()[:32]


def a_question(session: Session, coalition: Coalition, slug: str) -> str:
    campaign = get_campaign(session, slug)
    keys, edition = coalition.keyring.of(session, campaign.id), _edition(session, coalition, campaign)
    approver = Approver(
        campaign_id=campaign.id, position=9, email_index=keys.blind("email", "x@x.example"), details=b""
    )
    session.add(approver)
    session.flush()
    row = ApproverQuestion(
        campaign_id=campaign.id,
        edition_id=edition.id,
        approver_id=approver.id,
        question=b"",
        asked_at=coalition.now,
    )
    row.question = seal_text(keys, row, "question", "Why?")
    session.add(row)
    session.flush()
    return row.id


def a_reply(session: Session, coalition: Coalition, slug: str) -> str:
    campaign = get_campaign(session, slug)
    keys = coalition.keyring.of(session, campaign.id)
    file = open_file(session, coalition.keyring, campaign)
    row = OfficeReply(
        campaign_id=campaign.id,
        office_index=office_index(keys, file.recipients[0].as_record()),
        came_on=date(2026, 11, 24),
        details=b"",
        kept_by="test",
        kept_at=coalition.now,
    )
    row.details = seal_record(
        keys, row, "details", {"office": "An Office", "text": "Yes.", "file_name": "", "public": ""}
    )
    session.add(row)
    session.flush()
    return row.id


def a_picture(session: Session, coalition: Coalition, slug: str) -> str:
    return _beside_a_delivery(session, coalition, slug, PICTURE, b"a picture")


def a_receipt(session: Session, coalition: Coalition, slug: str) -> str:
    return _beside_a_delivery(session, coalition, slug, RECEIPT, b"Subject: CONSEGNA\r\n\r\nreceipt")


def _beside_a_delivery(
    session: Session, coalition: Coalition, slug: str, media_type: str, data: bytes
) -> str:
    campaign = get_campaign(session, slug)
    there = session.exec(select(Delivery.id).where(Delivery.campaign_id == campaign.id)).first()
    row = DeliveryFile(
        campaign_id=campaign.id,
        delivery_id=there or a_sending(session, coalition, slug),
        media_type=media_type,
        sha256="0" * 64,
        file=b"",
        kept_by="test",
        kept_at=coalition.now,
    )
    row.file = seal_bytes(coalition.keyring.of(session, campaign.id), row, "file", data)
    session.add(row)
    session.flush()
    return row.id


def a_dossier(session: Session, coalition: Coalition, slug: str) -> str:
    campaign = get_campaign(session, slug)
    row = Dossier(
        campaign_id=campaign.id,
        edition_id=_edition(session, coalition, campaign).id,
        asked_by="cli:test",
        asked_at=coalition.now,
        made_at=coalition.now,
        listed_sha256="0" * 64,
    )
    session.add(row)
    session.flush()
    return row.id


def _edition(session: Session, coalition: Coalition, campaign: Campaign) -> Edition:
    """Make an edition of a letter that may still be a draft, or give the one that it has."""
    found = session.exec(select(Edition).where(Edition.campaign_id == campaign.id)).first()
    if found is not None:
        return found
    revision = LetterRevision(
        campaign_id=campaign.id, number=1, sha256="0" * 64, content=b"", frozen_at=coalition.now
    )
    session.add(revision)
    session.flush()
    row = Edition(
        campaign_id=campaign.id,
        revision_id=revision.id,
        number=1,
        fingerprint="0" * 64,
        content=b"",
        frozen_at=coalition.now,
    )
    session.add(row)
    session.flush()
    return row


OBJECTS: dict[str, Callable[[Session, Coalition, str], str]] = {
    "office": an_office,
    "contact": a_contact,
    "office_import": a_list,
    "edition": an_edition,
    "sending": a_sending,
    "approver": an_approver,
    "question": a_question,
    "reply": a_reply,
    # After the sending that it is of.
    "picture": a_picture,
    "receipt": a_receipt,
    "dossier": a_dossier,
}
