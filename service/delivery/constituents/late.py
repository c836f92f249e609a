"""Let a signatory ask the own Member after the release too, for as long as the letter's messages by that way wait to leave."""

from datetime import datetime

from sqlalchemy import func
from sqlmodel import Session, col, select

from service.campaigns.queries import present_recipients, released_edition
from service.delivery.congress.carrier import OFFICE
from service.delivery.constituents.members import Member
from service.delivery.copies import copy_for
from service.delivery.issue import issue_copy
from service.delivery.sendings import leaves_next
from service.delivery.steps import edition_may_have_left, move_delivery, send_on_its_way
from service.foundation.errors import Permanent
from service.model.campaign import Campaign
from service.model.carriage import Carriage
from service.model.delivery import Delivery
from service.model.edition import Edition
from service.model.recipient import Recipient
from service.model.states import CarriageState, DeliveryState
from service.signing.roll import frozen_letter
from service.store.keyring import Keyring
from service.store.sealed import open_record

_WAITING = frozenset({CarriageState.WAITING, CarriageState.NOT_NOW})


def leaves_with(session: Session, campaign: Campaign, channel: str, *, now: datetime) -> datetime | None:
    """Give when a message that is asked for after the release would leave by a way; None where that is over, or not released.

    It leaves with the others that wait for the same chamber, or else with the letter, of which nothing has left yet.
    """
    edition = released_edition(session, campaign)
    if edition is None:
        return None
    others = (
        select(func.min(Carriage.due_at))
        .join(Delivery, col(Delivery.id) == col(Carriage.delivery_id))
        .where(Delivery.edition_id == edition.id, Delivery.channel == channel)
        .where(col(Carriage.state).in_(_WAITING), col(Carriage.due_at) > now)
    )
    with_others = session.exec(others).first()
    if with_others is not None:
        return with_others
    due_at = leaves_next(session, edition.id)
    is_whole = due_at is not None and due_at > now and not edition_may_have_left(session, edition.id)
    return due_at if is_whole else None


def plan_message(
    session: Session, keyring: Keyring, campaign: Campaign, member: Member, *, now: datetime
) -> Delivery | None:
    """Make one more sending to a Member of a released letter, to leave as leaves_with() says; None where that is over.

    Call it with the letter locked: a release and a stop then see it or are seen.
    """
    edition = released_edition(session, campaign)
    due_at = leaves_with(session, campaign, member.channel, now=now)
    if edition is None or due_at is None:
        return None
    office = _office(session, keyring, campaign, member)
    earlier = session.exec(
        select(Delivery).where(
            Delivery.edition_id == edition.id,
            Delivery.recipient_id == office.id,
            Delivery.channel == member.channel,
        )
    ).all()
    delivery = Delivery(
        campaign_id=campaign.id,
        edition_id=edition.id,
        recipient_id=office.id,
        channel=member.channel,
        destination=max((one.destination for one in earlier), default=-1) + 1,
        copy_kind=office.copy_kind,
        check_code=earlier[0].check_code if earlier else _code(session, keyring, edition, office, now=now),
        created_at=now,
    )
    session.add(delivery)
    session.flush()
    move_delivery(session, delivery, DeliveryState.READY, evidence="released", now=now)
    send_on_its_way(session, delivery, due_at=due_at, now=now)
    return delivery


def _office(session: Session, keyring: Keyring, campaign: Campaign, member: Member) -> Recipient:
    keys = keyring.of(session, campaign.id)
    for row in present_recipients(session, campaign):
        if member.channel in row.channels and open_record(keys, row, "details").get(OFFICE) == member.office:
            return row
    raise Permanent("The letter has no such Member any more.")


def _code(session: Session, keyring: Keyring, edition: Edition, office: Recipient, *, now: datetime) -> str:
    copy = copy_for(frozen_letter(session, keyring, edition), office)
    issue_copy(session, keyring, edition, copy, recipient_id=office.id, now=now)
    return copy.check_code
