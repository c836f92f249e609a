"""Write to those who signed an earlier text, once for each new one: what has changed, and what they can do."""

from datetime import datetime

from sqlmodel import Session, col, select

from service.campaigns.queries import lock_campaign_of, present_revision
from service.campaigns.revise import letters_in_question
from service.foundation.sealing import CampaignKeys
from service.mail import outbox
from service.model.agreement import How
from service.model.campaign import Campaign
from service.model.letter_revision import LetterRevision
from service.model.link_token import Purpose
from service.model.message import Message, MessageKind
from service.model.signature import Signature
from service.signing.earlier_text import its_mail, stand_on_present, stands_on_earlier_text
from service.signing.party import email_index
from service.signing.sign import LINKS_LIVE
from service.store.keyring import Keyring
from service.store.links import Link, keep_links

_AT_ONCE = 500


def ask_about_changes(session: Session, keyring: Keyring, *, now: datetime) -> int:
    """Write, for every letter whose text was changed, some of the mails that are still to be written; gives how many.

    Whoever signed the very words that are the present text again stands on it at once, and is not asked. Call it, each
    time in a transaction of its own, until it gives 0.
    """
    done = 0
    for campaign_id in letters_in_question(session):
        done += ask_signatories(session, keyring, lock_campaign_of(session, campaign_id), now=now)
    return done


def ask_signatories(session: Session, keyring: Keyring, campaign: Campaign, *, now: datetime) -> int:
    """Do for one letter, which the caller has locked, what ask_about_changes() does for all."""
    keys = keyring.of(session, campaign.id)
    moved = _move_same_words(session, keys, campaign, now=now)
    rows = _unasked(session, keys, campaign)
    links = [
        link
        for row in rows
        for link in (
            Link(purpose=Purpose.CHANGE, row_id=row.id, generation=row.generation),
            Link(purpose=Purpose.UNSUBSCRIBE, row_id=row.id),
        )
    ]
    keep_links(session, keys, links, expires_at=now + LINKS_LIVE, now=now)
    return moved + sum(_post(session, campaign, row, now=now) for row in rows)


def _move_same_words(session: Session, keys: CampaignKeys, campaign: Campaign, *, now: datetime) -> int:
    same = select(LetterRevision.id).where(
        LetterRevision.campaign_id == campaign.id,
        LetterRevision.sha256 == present_revision(session, campaign).sha256,
    )
    found = select(Signature).where(stands_on_earlier_text(campaign), col(Signature.revision_id).in_(same))
    rows = session.exec(found).all()
    for row in rows:
        stand_on_present(session, keys, campaign, row, how=How.AGREED, now=now)
    session.flush()
    return len(rows)


def _unasked(session: Session, keys: CampaignKeys, campaign: Campaign) -> list[Signature]:
    found = (
        select(Signature)
        .outerjoin(Message, its_mail(campaign))
        .where(
            stands_on_earlier_text(campaign),
            col(Signature.email_index) != email_index(keys, ""),
            col(Message.id).is_(None),
        )
        .order_by(col(Signature.id))
        .limit(_AT_ONCE)
    )
    return list(session.exec(found).all())


def _post(session: Session, campaign: Campaign, row: Signature, *, now: datetime) -> bool:
    return outbox.post(
        session,
        kind=MessageKind.CHANGE,
        campaign_id=campaign.id,
        recipient_ref=row.id,
        occurrence=campaign.revision_id or "",
        now=now,
    )
