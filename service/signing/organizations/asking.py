"""Did my organization sign? Whoever asks learns nothing; the organization's own contact is told."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func
from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from service.campaigns.access import NOTHING_HERE, seen_campaign
from service.foundation.errors import NotFound
from service.foundation.sealing import CampaignKeys
from service.mail import outbox
from service.model.campaign import Campaign
from service.model.inquiry import Inquiry
from service.model.message import Message, MessageKind
from service.model.signature import Kind, Signature
from service.model.states import SignatureState
from service.signing.abuse.small_forms import Asking, is_let_be
from service.signing.organizations.contact import keep_objection_link
from service.signing.organizations.domain import is_own_domain, is_shared, website_host
from service.signing.organizations.listed import (
    OF_MEMBER,
    contact_of_member,
    keep_listing_link,
    listed_under,
)
from service.signing.organizations.look_alikes import signatories_looking_like
from service.signing.party import name_index, read_party
from service.signing.workplace import Desk
from service.store.keyring import Keyring
from service.store.sealed import open_text, seal_text

MOST_WAITING = 500
"""So many questions of one letter wait at a time; the rest is dropped, and the page says the same."""

_A_TICK = 20
_MOST_OPENED = 10_000
_MOST_TOLD = 3


def keep_inquiry(
    session: Session,
    keyring: Keyring,
    *,
    slug: str,
    key: str,
    asked_about: str,
    asking: Asking,
    now: datetime,
) -> None:
    """Keep the question for the worker, who answers to the organization alone.

    Whoever has signed, the same is done, so that neither the page nor its time tells anything. Raises NotFound, as for a slug that
    never was, before the letter is published.
    """
    campaign = seen_campaign(session, keyring.root, slug=slug, key=key)
    if campaign.published_at is None:
        raise NotFound(NOTHING_HERE)
    if is_let_be(session, keyring, asking, campaign_id=campaign.id, email="", now=now):
        return
    waiting = select(func.count()).where(col(Inquiry.campaign_id) == campaign.id)
    if session.exec(waiting).one() >= MOST_WAITING:
        return
    row = Inquiry(campaign_id=campaign.id, asked_about=b"", asked_at=now)
    row.asked_about = seal_text(keyring.of(session, campaign.id), row, "asked_about", asked_about)
    session.add(row)


def answer_inquiries(session: Session, keyring: Keyring, *, now: datetime) -> int:
    """Tell the contacts of the organizations that were asked about, once a day at most; gives how many questions.

    What was asked is forgotten in the same transaction.
    """
    waiting = session.exec(select(Inquiry).order_by(col(Inquiry.id)).limit(_A_TICK).with_for_update()).all()
    for inquiry in waiting:
        campaign = session.get(Campaign, inquiry.campaign_id)
        if campaign is not None and campaign.published_at is not None:
            desk = Desk(session=session, keys=keyring.of(session, campaign.id), campaign=campaign, now=now)
            tell_contacts(desk, open_text(desk.keys, inquiry, "asked_about"))
        session.delete(inquiry)
    return len(waiting)


def tell_contacts(desk: Desk, asked_about: str = "") -> None:
    """Mail the contacts of the organizations that a name, an acronym or a website means, once a day at most.

    Of a member that another organization listed its own contact is told, if it is on the coalition's list; else the
    contact of the one that listed it.
    """
    signed = _meant(desk, asked_about)
    for row in signed[:_MOST_TOLD]:
        keep_objection_link(desk, row)
        _tell(desk, row)
    for member, network in () if signed else listed_under(desk, asked_about)[:_MOST_TOLD]:
        contact = contact_of_member(desk, member, network)
        if contact is None:
            keep_objection_link(desk, network)
        else:
            keep_listing_link(desk, member)
        _tell(desk, contact or network, about=f"{OF_MEMBER}{member.id}")


def _tell(desk: Desk, row: Signature, *, about: str = "") -> None:
    # Of all its members together, or whoever asks for each could fill its mailbox.
    if _was_told_today(desk, row):
        return
    outbox.post(
        desk.session,
        kind=MessageKind.ASKED_ABOUT,
        campaign_id=row.campaign_id,
        recipient_ref=row.id,
        occurrence=f"{desk.now:%Y-%m-%d}{about}",
        now=desk.now,
    )


def _was_told_today(desk: Desk, row: Signature) -> bool:
    told = select(Message.id).where(
        Message.kind == MessageKind.ASKED_ABOUT,
        Message.recipient_ref == row.id,
        col(Message.occurrence).startswith(f"{desk.now:%Y-%m-%d}"),
    )
    return desk.session.exec(told.limit(1)).first() is not None


def _meant(desk: Desk, asked_about: str) -> Sequence[Signature]:
    """Find the organizations that a name, an acronym or the address of a website means."""
    host = website_host(asked_about)
    # Where many have their page, a host means nobody.
    found = _of_website(desk, host) if host and not is_shared(host) else []
    if not found:
        same = col(Signature.name_index) == name_index(desk.keys, Kind.ORGANIZATION, asked_about)
        found = list(desk.session.exec(_confirmed(desk).where(same)).all())
    return found or signatories_looking_like(desk.session, desk.keys, asked_about)


def _of_website(desk: Desk, host: str) -> list[Signature]:
    rows = desk.session.exec(_confirmed(desk).order_by(col(Signature.id)).limit(_MOST_OPENED)).all()
    return [row for row in rows if _has_host(desk.keys, row, host)]


def _has_host(keys: CampaignKeys, row: Signature, host: str) -> bool:
    party = read_party(keys, row)
    if website_host(party.website) == host:
        return True
    return bool(party.email) and is_own_domain(party.email, website=f"https://{host}")


def _confirmed(desk: Desk) -> SelectOfScalar[Signature]:
    return select(Signature).where(
        Signature.campaign_id == desk.campaign.id,
        Signature.kind == Kind.ORGANIZATION,
        Signature.state == SignatureState.CONFIRMED,
    )
