"""The mail of a proof round: to each signatory its own line, as the letter will print it."""

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, and_, exists, literal, select
from sqlmodel import Session, col

from service.campaigns.queries import latest_edition
from service.campaigns.revise import takes_answers
from service.foundation.sealing import CampaignKeys
from service.i18n.moments import write_moment
from service.mail import outbox
from service.model.campaign import Campaign
from service.model.columns import Moment
from service.model.link_token import LinkToken, Purpose
from service.model.message import MessageKind
from service.model.schedule import Occurrence
from service.model.signature import Signature
from service.model.states import CampaignState
from service.signing.workplace import LINKS_LIVE
from service.store.links import Link, keep_links
from service.store.one_by_one import given_ids

_RENEWED_BEFORE_END = LINKS_LIVE / 2


def post_proofs(
    session: Session,
    keys: CampaignKeys,
    campaign: Campaign,
    occurrence: Occurrence,
    who: Sequence[ColumnElement[bool]],
    *,
    now: datetime,
) -> int:
    """Post its line to each sign-on that is meant, once for this round; gives how many mails were new.

    No mail goes once its answer would not count any more; its link goes on to open the page that says so.
    """
    # Asked once: whoever comes in meanwhile would get a mail whose links were never kept.
    found = select(col(Signature.id)).where(and_(*who)).order_by(col(Signature.id))
    ids = list(session.execute(found).scalars())
    meant = col(Signature.id).in_(given_ids(session, ids))
    for purpose, is_of_generation in ((Purpose.PROOF, True), (Purpose.UNSUBSCRIBE, False)):
        _keep_links(session, keys, meant, purpose, is_of_generation=is_of_generation, now=now)
    due_at = max(occurrence.due_at, now)
    return outbox.post_all(
        session,
        kind=MessageKind.PROOF,
        campaign_id=campaign.id,
        recipients=given_ids(session, ids),
        occurrence=occurrence.id,
        now=now,
        due_at=lambda _: literal(due_at, Moment),
        expires_at=occurrence.answers_until,
    )


def why_nothing_to_proof(
    session: Session, occurrence: Occurrence, campaign: Campaign, *, now: datetime
) -> str:
    """Say why a round that is due asks nobody any more; empty where it does."""
    if occurrence.answers_until is not None and now >= occurrence.answers_until:
        return "the time for an answer was over"
    return "the letter was being approved already, or had gone" if is_settled(session, campaign) else ""


def is_settled(session: Session, campaign: Campaign) -> bool:
    """Tell whether a letter is before its approvers, or has gone, so that no line changes any more."""
    edition = latest_edition(session, campaign)
    is_proposed = edition is not None and edition.voided_at is None
    return not takes_answers(session, campaign) or (campaign.state is CampaignState.CLOSED and is_proposed)


def until_words(campaign: Campaign, occurrence: Occurrence, language: str) -> str:
    """Write until when an answer counts, with date, time and the letter's zone."""
    assert occurrence.answers_until is not None
    return write_moment(occurrence.answers_until.astimezone(ZoneInfo(campaign.time_zone)), language)


def _keep_links(
    session: Session,
    keys: CampaignKeys,
    who: ColumnElement[bool],
    purpose: Purpose,
    *,
    is_of_generation: bool,
    now: datetime,
) -> None:
    lives = and_(
        col(LinkToken.row_id) == col(Signature.id),
        col(LinkToken.purpose) == purpose,
        col(LinkToken.expires_at) >= now + _RENEWED_BEFORE_END,
        *([col(LinkToken.generation) == col(Signature.generation)] if is_of_generation else ()),
    )
    short = select(col(Signature.id), col(Signature.generation)).where(who, ~exists().where(lives))
    links = [
        Link(purpose=purpose, row_id=row, generation=generation if is_of_generation else 1)
        for row, generation in session.execute(short)
    ]
    keep_links(session, keys, links, expires_at=now + LINKS_LIVE, now=now)
