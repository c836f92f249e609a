"""Invite people without an account to comment on a draft, each by a personal link, and end that again."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session, col, select

from service.coordinators import audit
from service.foundation.addresses import masked_address, normal_address
from service.foundation.clock import ONE_PRESS
from service.foundation.errors import NotFound, Refused
from service.foundation.sealing import CampaignKeys
from service.foundation.sentence import Sentence
from service.mail import outbox
from service.model.campaign import Campaign
from service.model.comment import CommentGuest
from service.model.link_token import Purpose
from service.model.message import MessageKind
from service.model.states import CampaignState
from service.store.keyring import Keyring
from service.store.links import Link, keep_link
from service.store.sealed import open_record, seal_record

LINKS_LIVE = timedelta(days=90)
MOST_GUESTS = 200
NO_SUCH_GUEST = Sentence("There is no such guest.")
ONLY_DRAFTS = Sentence("The text is final, so nobody can be asked to comment on it.")


@dataclass(frozen=True, kw_only=True)
class Invited:
    """Whom an invitation to comment is for, and until when."""

    name: str
    email: str
    comments_until: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class Guest:
    """A guest as the desk sees it."""

    id: str
    name: str
    masked_email: str
    comments_until: datetime | None
    invited_at: datetime
    is_ended: bool


def invite_guest(
    session: Session, keyring: Keyring, campaign: Campaign, invited: Invited, *, by: str, now: datetime
) -> CommentGuest:
    """Invite somebody to comment, and mail the link; who was invited before gets a fresh one, and the old one ends.

    The same once more within a moment is a second press: it mails nothing, and no link ends.
    Raises Refused for a text that is final, a deadline that has passed, and too many guests.
    """
    if campaign.state is not CampaignState.DRAFT:
        raise Refused(ONLY_DRAFTS)
    if invited.comments_until is not None and invited.comments_until <= now:
        raise Refused(Sentence("The deadline for comments lies in the past: give a later one."))
    keys = keyring.of(session, campaign.id)
    index = keys.blind("comment guest", normal_address(invited.email))
    row = session.exec(
        select(CommentGuest)
        .where(CommentGuest.campaign_id == campaign.id, CommentGuest.email_index == index)
        .with_for_update()
    ).one_or_none()
    if row is None:
        _refuse_too_many(session, campaign)
        row = CommentGuest(campaign_id=campaign.id, email_index=index, details=b"", invited_at=now)
    elif _is_pressed_twice(keys, row, invited, now=now):
        return row
    else:
        row.generation += 1
    row.details = seal_record(keys, row, "details", {"name": invited.name, "email": invited.email})
    row.comments_until, row.ended_at, row.invited_at = invited.comments_until, None, now
    session.add(row)
    session.flush()
    until = max(invited.comments_until or now, now + LINKS_LIVE)
    keep_link(session, keys, guest_link(row), expires_at=until, now=now)
    outbox.post(
        session,
        kind=MessageKind.GUEST,
        campaign_id=campaign.id,
        recipient_ref=row.id,
        occurrence=f"comment:{row.generation}",
        now=now,
    )
    audit.record(session, by=by, act="comment.invite", campaign_id=campaign.id, thing=row.id, now=now)
    return row


def end_guest(session: Session, guest_id: str, *, campaign_id: str, by: str, now: datetime) -> None:
    """End a guest's link; what the guest said stays. Raises NotFound for a guest of another letter."""
    row = get_guest(session, guest_id, campaign_id=campaign_id)
    if row.ended_at is None:
        row.ended_at = now
        session.add(row)
        outbox.cancel_for(session, recipient_ref=row.id, kinds={MessageKind.GUEST}, now=now)
        audit.record(session, by=by, act="comment.end", campaign_id=campaign_id, thing=row.id, now=now)


def have_guest_back(session: Session, guest_id: str, *, campaign_id: str, by: str, now: datetime) -> None:
    """Let a link that was ended open again, as it was."""
    row = get_guest(session, guest_id, campaign_id=campaign_id)
    row.ended_at = None
    session.add(row)
    audit.record(session, by=by, act="comment.again", campaign_id=campaign_id, thing=row.id, now=now)


def get_guest(session: Session, guest_id: str, *, campaign_id: str) -> CommentGuest:
    """Get a guest of a letter; raises NotFound for any other."""
    row = session.get(CommentGuest, guest_id)
    if row is None or row.campaign_id != campaign_id:
        raise NotFound(NO_SUCH_GUEST)
    return row


def guests_of(session: Session, keyring: Keyring, campaign_id: str) -> Sequence[Guest]:
    """List a letter's guests, in the order in which they were invited."""
    keys = keyring.of(session, campaign_id)
    rows = session.exec(
        select(CommentGuest).where(CommentGuest.campaign_id == campaign_id).order_by(col(CommentGuest.id))
    ).all()
    return [_guest(keys, row) for row in rows]


def guest_link(row: CommentGuest) -> Link:
    """Give the link of a guest."""
    return Link(purpose=Purpose.COMMENT, row_id=row.id, generation=row.generation)


def _guest(keys: CampaignKeys, row: CommentGuest) -> Guest:
    details = open_record(keys, row, "details")
    return Guest(
        id=row.id,
        name=details["name"],
        masked_email=masked_address(details["email"]),
        comments_until=row.comments_until,
        invited_at=row.invited_at,
        is_ended=row.ended_at is not None,
    )


def _is_pressed_twice(keys: CampaignKeys, row: CommentGuest, invited: Invited, *, now: datetime) -> bool:
    is_same = row.comments_until == invited.comments_until and row.ended_at is None
    is_now = now - row.invited_at < ONE_PRESS
    return is_same and is_now and open_record(keys, row, "details")["name"] == invited.name


def _refuse_too_many(session: Session, campaign: Campaign) -> None:
    there = session.exec(select(CommentGuest.id).where(CommentGuest.campaign_id == campaign.id)).all()
    if len(there) >= MOST_GUESTS:
        raise Refused(Sentence("A letter takes comments of {most} guests at most.", most=MOST_GUESTS))
