"""Remind those whose answer is missing: who has not confirmed, and who was asked and has not signed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Select, and_, exists, literal, select
from sqlmodel import Session, col

from service.foundation.sealing import CampaignKeys
from service.mail import outbox
from service.model.campaign import Campaign
from service.model.columns import Moment
from service.model.link_token import LinkToken, Purpose
from service.model.message import MessageKind
from service.model.signature import Signature
from service.model.states import SignatureState
from service.signing.invite import LINK_LIVES_AFTER_DEADLINE
from service.signing.sign import LINKS_LIVE, confirm_until
from service.store.links import Link, keep_links

REMINDERS: Mapping[MessageKind, tuple[SignatureState, ...]] = {
    MessageKind.REMINDER: (SignatureState.PENDING,),
    MessageKind.INVITATION: (SignatureState.INVITED, SignatureState.INTENDS),
}
"""Which mail reminds a sign-on in which state; who is in no such state has nothing to be reminded of."""

_RENEWED_BEFORE_END = timedelta(days=60)


@dataclass(frozen=True, kw_only=True)
class Reminders:
    """Reminders to a part of an audience: which sign-ons, of which occurrence, and when each is due.

    With `moments` only those in it are reminded, each when it says; else all at `due_at`.
    """

    who: Sequence[ColumnElement[bool]]
    occurrence: str
    due_at: datetime
    moments: Mapping[datetime, Sequence[str]] | None = None


def post_reminders(
    session: Session, keys: CampaignKeys, campaign: Campaign, reminders: Reminders, *, now: datetime
) -> int:
    """Post a reminder to each sign-on that is meant, once for this occurrence; gives how many mails were new.

    Links that they hold live until the letter takes no answer any more. No reminder goes after the deadline.
    """
    return sum(
        _post(session, keys, campaign, reminders, kind=kind, states=states, now=now)
        for kind, states in REMINDERS.items()
    )


def _post(
    session: Session,
    keys: CampaignKeys,
    campaign: Campaign,
    reminders: Reminders,
    *,
    kind: MessageKind,
    states: tuple[SignatureState, ...],
    now: datetime,
) -> int:
    who = and_(*reminders.who, col(Signature.state).in_(states))
    if reminders.moments is not None:
        chosen = [one for ids in reminders.moments.values() for one in ids]
        who = and_(who, col(Signature.id).in_(chosen))
    _keep_links(session, keys, campaign, who, kind=kind, now=now)

    def post(recipients: Select[str], due_at: datetime) -> int:
        return outbox.post_all(
            session,
            kind=kind,
            campaign_id=campaign.id,
            recipients=recipients.order_by(col(Signature.id)),
            occurrence=reminders.occurrence,
            now=now,
            due_at=lambda _: literal(due_at, Moment),
            expires_at=campaign.deadline_at,
        )

    everybody = select(col(Signature.id)).where(who)
    if reminders.moments is None:
        return post(everybody, reminders.due_at)
    return sum(
        post(everybody.where(col(Signature.id).in_(ids)), moment) for moment, ids in reminders.moments.items()
    )


def _keep_links(
    session: Session,
    keys: CampaignKeys,
    campaign: Campaign,
    who: ColumnElement[bool],
    *,
    kind: MessageKind,
    now: datetime,
) -> None:
    """Keep the links that the mails will hold, where they do not live long enough; nearly all do since the first mail."""
    for purpose, (until, is_of_generation) in _links(campaign, kind, now=now).items():
        lives = and_(
            col(LinkToken.row_id) == col(Signature.id),
            col(LinkToken.purpose) == purpose,
            col(LinkToken.expires_at) >= min(until, now + LINKS_LIVE - _RENEWED_BEFORE_END),
            *([col(LinkToken.generation) == col(Signature.generation)] if is_of_generation else ()),
        )
        short = select(col(Signature.id), col(Signature.generation)).where(who, ~exists().where(lives))
        links = [
            Link(purpose=purpose, row_id=row, generation=generation if is_of_generation else 1)
            for row, generation in session.execute(short)
        ]
        keep_links(session, keys, links, expires_at=until, now=now)


def _links(
    campaign: Campaign, kind: MessageKind, *, now: datetime
) -> Mapping[Purpose, tuple[datetime, bool]]:
    """Give which links the mails of a kind hold: until when each has to live, and whether it is of the sign-on's generation."""
    long = now + LINKS_LIVE
    if kind is MessageKind.REMINDER:
        own = {Purpose.CONFIRM: (confirm_until(campaign), True), Purpose.NOT_ME: (long, True)}
    else:
        own = {Purpose.INVITATION: (campaign.deadline_at + LINK_LIVES_AFTER_DEADLINE, False)}
    return {**own, Purpose.UNSUBSCRIBE: (long, False)}
