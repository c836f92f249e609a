"""Who chases whom: chasers with their personal links, and what is tracked of each of the invited."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from service.coordinators import audit
from service.foundation.addresses import comparable_address, masked_address
from service.foundation.errors import NotFound, Refused
from service.foundation.sealing import CampaignKeys
from service.foundation.sentence import Sentence
from service.mail import outbox
from service.model.campaign import Campaign
from service.model.chaser import Chase, Chaser
from service.model.link_token import Purpose
from service.model.message import MessageKind
from service.model.signature import Signature
from service.signing.invite import LINK_LIVES_AFTER_DEADLINE
from service.store.keyring import Keyring
from service.store.links import Link, keep_link
from service.store.sealed import open_record, seal_record

CHASE = "chase"
"""What the occurrence of a mail to a guest begins with that gives a chaser the link."""
ENDED = Sentence("This chaser's link was ended; add them again first.")
_NOBODY = Sentence("There is no such chaser of this letter.")


@dataclass(frozen=True, kw_only=True, repr=False)
class NewChaser:
    """Whom a coordinator names as a chaser."""

    name: str
    email: str
    language: str


@dataclass(frozen=True, kw_only=True, repr=False)
class ChaserSeen:
    """A chaser as the secretariat sees it: the address masked, and how many of its invited have promised."""

    id: str
    name: str
    address: str
    language: str
    is_ended: bool
    invited: int
    said: int


def chase_of(session: Session, campaign: Campaign, signature_id: str) -> Chase:
    """Give what is tracked of one of the invited, to be changed; made where nothing is yet."""
    found = select(Chase).where(Chase.signature_id == signature_id).with_for_update()
    row = session.exec(found).one_or_none()
    return row or Chase(campaign_id=campaign.id, signature_id=signature_id)


def add_chaser(
    session: Session, keyring: Keyring, campaign: Campaign, who: NewChaser, *, by: str, now: datetime
) -> Chaser:
    """Take somebody in as a chaser and mail the personal link; one who is there already, or was ended, gets it anew."""
    keys = keyring.of(session, campaign.id)
    index = keys.blind("chaser", comparable_address(who.email))
    found = select(Chaser).where(Chaser.campaign_id == campaign.id, Chaser.email_index == index)
    row = session.exec(found.with_for_update()).one_or_none()
    if row is None:
        row = Chaser(campaign_id=campaign.id, email_index=index, details=b"", created_at=now)
    elif row.ended_at is not None:
        row.generation, row.ended_at = row.generation + 1, None
    row.language = who.language
    row.details = seal_record(keys, row, "details", {"name": who.name, "email": who.email})
    session.add(row)
    session.flush()
    mail_chaser(session, keys, campaign, row, now=now)
    audit.record(session, by=by, act="chaser.add", campaign_id=campaign.id, thing=row.id, now=now)
    return row


def mail_chaser_again(
    session: Session, keys: CampaignKeys, campaign: Campaign, row: Chaser, *, by: str, now: datetime
) -> None:
    """Mail a chaser the personal link once more; the same mail once a minute at most. Raises Refused where it was ended."""
    if row.ended_at is not None:
        raise Refused(ENDED)
    mail_chaser(session, keys, campaign, row, now=now)
    audit.record(session, by=by, act="chaser.again", campaign_id=campaign.id, thing=row.id, now=now)


def mail_chaser(
    session: Session, keys: CampaignKeys, campaign: Campaign, row: Chaser, *, now: datetime
) -> None:
    """Mail a chaser the personal link; the same mail once a minute at most."""
    # It opens until the deadline, which may still move to a later moment.
    until = campaign.deadline_at + LINK_LIVES_AFTER_DEADLINE
    keep_link(session, keys, chase_link(row), expires_at=until, now=now)
    outbox.post(
        session,
        kind=MessageKind.GUEST,
        campaign_id=campaign.id,
        recipient_ref=row.id,
        occurrence=f"{CHASE} {row.generation} {now:%Y-%m-%dT%H:%M}",
        now=now,
    )


def chase_link(row: Chaser) -> Link:
    """Give the link of a chaser: it lives until the deadline for sign-ons, or until it is ended."""
    return Link(purpose=Purpose.CHASE, row_id=row.id, generation=row.generation)


def get_chaser(session: Session, campaign: Campaign, chaser_id: str) -> Chaser:
    """Get one of this letter's chasers; raises NotFound for any other."""
    row = session.get(Chaser, chaser_id)
    if row is None or row.campaign_id != campaign.id:
        raise NotFound(_NOBODY)
    return row


def end_chaser(session: Session, campaign: Campaign, chaser_id: str, *, by: str, now: datetime) -> None:
    """End a chaser's link at once; what was noted stays, and those it had are nobody's again."""
    row = get_chaser(session, campaign, chaser_id)
    if row.ended_at is None:
        row.ended_at = now
        session.add(row)
        for chase in session.exec(select(Chase).where(Chase.chaser_id == row.id).with_for_update()).all():
            chase.chaser_id = None
            session.add(chase)
        outbox.cancel_for(session, recipient_ref=row.id, now=now)
        audit.record(session, by=by, act="chaser.end", campaign_id=campaign.id, thing=row.id, now=now)


def assign(
    session: Session,
    campaign: Campaign,
    members: Collection[str],
    chaser: Chaser | None,
    *,
    by: str,
    now: datetime,
) -> int:
    """Give some of the invited to a chaser, or to nobody; gives how many are on this letter's list."""
    found = select(Signature.id).where(
        Signature.campaign_id == campaign.id, col(Signature.invited), col(Signature.id).in_(members)
    )
    ids = session.exec(found.order_by(col(Signature.id))).all()
    for signature_id in ids:
        chase = chase_of(session, campaign, signature_id)
        chase.chaser_id = chaser.id if chaser else None
        session.add(chase)
    if ids:
        act = "chaser.assign" if chaser else "chaser.take-off"
        thing = f"{len(ids)} to {chaser.id}" if chaser else str(len(ids))
        audit.record(session, by=by, act=act, campaign_id=campaign.id, thing=thing, now=now)
    return len(ids)


def list_chasers(session: Session, keys: CampaignKeys, campaign: Campaign) -> Sequence[ChaserSeen]:
    """List a letter's chasers, in the order they came."""
    chases = session.exec(select(Chase).where(Chase.campaign_id == campaign.id)).all()
    rows = session.exec(select(Chaser).where(Chaser.campaign_id == campaign.id).order_by(col(Chaser.id)))
    return [
        ChaserSeen(
            id=row.id,
            name=str(details["name"]),
            address=masked_address(str(details["email"])),
            language=row.language,
            is_ended=row.ended_at is not None,
            invited=sum(chase.chaser_id == row.id for chase in chases),
            said=sum(chase.chaser_id == row.id and chase.said is not None for chase in chases),
        )
        for row in rows.all()
        for details in [open_record(keys, row, "details")]
    ]


def chaser_names(session: Session, keys: CampaignKeys, campaign: Campaign) -> Mapping[str, str]:
    """Name each of a letter's chasers, by its id."""
    rows = session.exec(select(Chaser).where(Chaser.campaign_id == campaign.id)).all()
    return {row.id: str(open_record(keys, row, "details")["name"]) for row in rows}
