"""Remind a whole stretch of sign-ons by a few statements, without carrying their ids through this process."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from typing import NamedTuple

from sqlalchemy import ColumnElement, Select, except_, func, select
from sqlmodel import Session, col

from service.foundation.sealing import CampaignKeys
from service.mail import outbox
from service.model.campaign import Campaign
from service.model.message import MessageKind
from service.model.signature import Signature
from service.signing.remind import (
    REMINDERS,
    Reminded,
    at_moment,
    first_meant,
    in_range,
    is_told_once,
    keep_reminder_links,
    lie_close,
    who_had,
    who_has_links,
)
from service.store.one_by_one import given_ids


@dataclass(frozen=True, kw_only=True)
class Stretch:
    """All sign-ons of which `who` is true from the one after `after` to `last`: `number` of them when they were looked up.

    `spared` are the ids of those who have just had another mail. `short` says, of each kind of mail that reminds any of
    them, who lacks a link that the mail holds, or has one that does not live long enough.
    """

    who: Sequence[ColumnElement[bool]]
    after: str
    last: str
    number: int
    spared: Collection[str]
    short: Mapping[MessageKind, Sequence[Reminded]]

    def of_kind(self, campaign: Campaign, kind: MessageKind) -> Sequence[ColumnElement[bool]]:
        """Say in SQL which sign-ons of it a mail of this kind reminds."""
        return (
            col(Signature.campaign_id) == campaign.id,
            *self.who,
            in_range(col(Signature.id), after=self.after, last=self.last),
            col(Signature.state).in_(REMINDERS[kind]),
        )


def pick_stretch(
    session: Session,
    campaign: Campaign,
    who: Sequence[ColumnElement[bool]],
    *,
    after: str,
    most: int,
    spared: Sequence[ColumnElement[bool]] = (),
    now: datetime,
) -> Stretch | None:
    """Pick as pick_reminded() does; None where there is nobody, or where they are better looked up one by one.

    That is so where others lie between them, or where their links are of several generations. It only reads.
    """
    found = _found(session, campaign, who, after=after, most=most)
    number, last = sum(some.number for some in found), max((some.last for some in found), default=after)
    if any(some.oldest != some.newest for some in found) or not number:
        return None
    if not lie_close(session, number, after=after, last=last):
        return None
    within = partial(in_range, after=after, last=last)
    stretch = Stretch(
        who=who,
        after=after,
        last=last,
        number=number,
        spared=who_had(session, spared, within),
        short={},
    )
    lacking = {
        MessageKind(some.kind): _short(session, campaign, stretch, some, now=now)
        for some in found
        if some.kind
    }
    return replace(stretch, short=lacking)


def post_stretch(
    session: Session,
    keys: CampaignKeys,
    campaign: Campaign,
    stretch: Stretch,
    *,
    moment: datetime,
    occurrence: str,
    now: datetime,
) -> int:
    """Post a reminder, due at `moment`, to everybody of a stretch who is still meant; gives how many mails that are.

    All else is as with post_reminders(): none goes after the deadline.
    """
    posted = 0
    for kind, short in stretch.short.items():
        keep_reminder_links(session, keys, campaign, short, kind=kind, now=now)
        whom: Select[str] = select(col(Signature.id).label("whom")).where(*stretch.of_kind(campaign, kind))
        if stretch.spared:
            whom = whom.where(col(Signature.id).not_in(given_ids(session, sorted(stretch.spared))))
        posted += outbox.post_all(
            session,
            kind=kind,
            campaign_id=campaign.id,
            recipients=whom.order_by(col(Signature.id)),
            occurrence=occurrence,
            now=now,
            due_at=partial(at_moment, moment),
            expires_at=campaign.deadline_at,
            is_first=is_told_once(occurrence),
        )
    return posted


class _Some(NamedTuple):
    """Those of a part whom one kind of mail reminds: how many, the last of them, and between which generations they are."""

    kind: str
    number: int
    last: str
    oldest: int
    newest: int


def _found(
    session: Session, campaign: Campaign, who: Sequence[ColumnElement[bool]], *, after: str, most: int
) -> Sequence[_Some]:
    first = first_meant(campaign, who, after=after, most=most).subquery("first")
    generation = first.c.generation
    told = select(
        first.c.kind, func.count(), func.max(first.c.id), func.min(generation), func.max(generation)
    )
    return [_Some(*row) for row in session.connection().execute(told.group_by(first.c.kind))]


def _short(
    session: Session, campaign: Campaign, stretch: Stretch, some: _Some, *, now: datetime
) -> Sequence[Reminded]:
    """Find who lacks a link; by EXCEPT, since a database that guesses wrong would make each row a reading of all links."""
    kind, within = MessageKind(some.kind), partial(in_range, after=stretch.after, last=stretch.last)
    lacking = except_(
        select(col(Signature.id)).where(*stretch.of_kind(campaign, kind)),
        who_has_links(campaign, kind, some.newest, within, now=now),
    )
    return [
        Reminded(id=one, kind=some.kind, generation=some.newest, has_links=False, is_spared=False)
        for one in session.connection().execute(lacking).scalars()
    ]
