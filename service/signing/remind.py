"""Remind those whose answer is missing: who has not confirmed, and who was asked and has not signed."""

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import NamedTuple

from sqlalchemy import ColumnElement, Select, and_, case, func, literal, or_, select
from sqlalchemy.orm import Mapped
from sqlmodel import Session, col

from service.foundation.sealing import CampaignKeys
from service.mail import outbox
from service.model.campaign import Campaign
from service.model.columns import Moment
from service.model.link_token import LinkToken, Purpose
from service.model.message import Message, MessageKind
from service.model.signature import Signature
from service.model.states import SignatureState
from service.signing.invite import FIRST_INVITATION, LINK_LIVES_AFTER_DEADLINE
from service.signing.sign import LINKS_LIVE, confirm_until
from service.store.links import Link, keep_links
from service.store.one_by_one import given_ids, is_given

REMINDERS: Mapping[MessageKind, tuple[SignatureState, ...]] = {
    MessageKind.REMINDER: (SignatureState.PENDING,),
    MessageKind.INVITATION: (SignatureState.INVITED, SignatureState.INTENDS),
}
"""Which mail reminds a sign-on in which state; who is in no such state has nothing to be reminded of."""

_RENEWED_BEFORE_END = timedelta(days=60)
# Fewer are looked up one by one in a few milliseconds.
_WORTH_A_RANGE = 1_000


class Reminded(NamedTuple):
    """One sign-on that is to be reminded: the kind of its mail, "" where its state has none.

    `has_links` tells that all links which the mail holds live long enough; `is_spared` that it has just had another mail.
    """

    id: str
    kind: str
    generation: int
    has_links: bool
    is_spared: bool


def pick_reminded(
    session: Session,
    campaign: Campaign,
    who: Sequence[ColumnElement[bool]],
    *,
    after: str,
    most: int,
    spared: Sequence[ColumnElement[bool]] = (),
    now: datetime,
) -> Sequence[Reminded]:
    """Pick the first sign-ons after an id of which `who` is true, in the order of their ids, and `most` of them; it only reads.

    `spared` says of which mails (Message) one makes that its recipient is spared; without it nobody is.
    """
    # Past the session, which takes as long for ten thousand rows as the database does.
    picked = session.connection().execute(first_meant(campaign, who, after=after, most=most)).all()
    within = _within(session, [row[0] for row in picked], after=after)
    linked = {
        (kind, generation): _linked(session, campaign, MessageKind(kind), generation, within, now=now)
        for kind, generation in {(row[1], row[2]) for row in picked if row[1]}
    }
    spares = who_had(session, spared, within)
    return [
        Reminded(
            id=one,
            kind=kind,
            generation=generation,
            has_links=not kind or one in linked[kind, generation],
            is_spared=one in spares,
        )
        for one, kind, generation in picked
    ]


def first_meant(
    campaign: Campaign, who: Sequence[ColumnElement[bool]], *, after: str, most: int
) -> Select[str, str, int]:
    """Select the `id`, `kind` and `generation` of the first sign-ons after an id of which `who` is true, as Reminded has them."""
    is_of = {kind: col(Signature.state).in_(states) for kind, states in REMINDERS.items()}
    # Of a million rows each gives what is compared as it is, and no value of an enumeration.
    kind = case(*((mine, literal(kind.value)) for kind, mine in is_of.items()), else_=literal(""))
    return (
        select(
            col(Signature.id).label("id"), kind.label("kind"), col(Signature.generation).label("generation")
        )
        .where(col(Signature.campaign_id) == campaign.id, *who, col(Signature.id) > after)
        .order_by(col(Signature.id))
        .limit(most)
    )


def post_reminders(
    session: Session,
    keys: CampaignKeys,
    campaign: Campaign,
    reminded: Sequence[Reminded],
    *,
    moments: Mapping[datetime, Sequence[str]],
    occurrence: str,
    now: datetime,
) -> int:
    """Post a reminder to each sign-on that `moments` names, due when it says; gives how many mails that are.

    Nobody may have one of this occurrence yet, unless it is the invitation itself, which other ways post as well. Who is in a state that has no reminder gets none. Links that the mails
    hold live until the letter takes no answer any more. No reminder goes after the deadline.
    """
    known = {one.id: one for one in reminded}
    posted = 0
    for kind in REMINDERS:
        wanted = kind.value
        for moment, ids in moments.items():
            some = [one for one in map(known.__getitem__, ids) if one.kind == wanted]
            if some:
                short = [one for one in some if not one.has_links]
                keep_reminder_links(session, keys, campaign, short, kind=kind, now=now)
                posted += outbox.post_all(
                    session,
                    kind=kind,
                    campaign_id=campaign.id,
                    recipients=given_ids(session, [one.id for one in some]),
                    occurrence=occurrence,
                    now=now,
                    due_at=partial(at_moment, moment),
                    expires_at=campaign.deadline_at,
                    is_first=is_told_once(occurrence),
                )
    return posted


def is_told_once(occurrence: str) -> bool:
    """Tell whether mails of this occurrence are posted by one way alone, so that nobody can have one yet."""
    return occurrence != FIRST_INVITATION


def at_moment(moment: datetime, _: ColumnElement[str]) -> ColumnElement[datetime]:
    """Say in SQL that a mail is due at a moment, whoever its recipient is."""
    return literal(moment, Moment)


def keep_reminder_links(
    session: Session,
    keys: CampaignKeys,
    campaign: Campaign,
    short: Sequence[Reminded],
    *,
    kind: MessageKind,
    now: datetime,
) -> None:
    """Keep the links that mails of this kind hold, of those who lack one that lives long enough; nearly all have them since the first mail."""
    for purpose, (until, is_of_generation) in _links(campaign, kind, now=now).items():
        links = [
            Link(purpose=purpose, row_id=one.id, generation=one.generation if is_of_generation else 1)
            for one in short
        ]
        keep_links(session, keys, links, expires_at=until, now=now)


Within = Callable[[Mapped[str]], ColumnElement[bool]]
"""Says in SQL of a column that it holds one of some ids."""


def in_range(column: Mapped[str], *, after: str, last: str) -> ColumnElement[bool]:
    """Say in SQL that a column holds an id of a range, which is read in one go."""
    return and_(column > after, column <= last)


def lie_close(session: Session, number: int, *, after: str, last: str) -> bool:
    """Tell whether so many sign-ons of a range are at least half of all that lie in it: then it is best read as a whole.

    Of a million sign-ons that takes half as long as to look up each.
    """
    between = select(literal(1)).where(in_range(col(Signature.id), after=after, last=last))
    some = between.limit(2 * number + 1).subquery()
    return bool(session.execute(select(func.count()).select_from(some)).scalar_one() <= 2 * number)


def _within(session: Session, ids: Sequence[str], *, after: str) -> Within:
    """Say in SQL of a column that it holds one of these ids, or, where nothing much lies between them, an id of their range."""
    if len(ids) >= _WORTH_A_RANGE and lie_close(session, len(ids), after=after, last=ids[-1]):
        return partial(in_range, after=after, last=ids[-1])
    return lambda column: is_given(session, column, ids)


def _linked(
    session: Session,
    campaign: Campaign,
    kind: MessageKind,
    generation: int,
    within: Within,
    *,
    now: datetime,
) -> Collection[str]:
    """Give the ids of those who have each link that a mail of this kind holds, were they of this generation."""
    return set(
        session.connection().execute(who_has_links(campaign, kind, generation, within, now=now)).scalars()
    )


def who_has_links(
    campaign: Campaign, kind: MessageKind, generation: int, within: Within, *, now: datetime
) -> Select[str]:
    """Select the ids of those who have each link that a mail of this kind holds, were they of this generation."""
    links = _links(campaign, kind, now=now)
    lives = [
        and_(
            col(LinkToken.purpose) == purpose,
            col(LinkToken.expires_at) >= min(until, now + LINKS_LIVE - _RENEWED_BEFORE_END),
            col(LinkToken.generation) == (generation if is_of_generation else 1),
        )
        for purpose, (until, is_of_generation) in links.items()
    ]
    return (
        select(col(LinkToken.row_id))
        .where(within(col(LinkToken.row_id)), or_(*lives))
        .group_by(col(LinkToken.row_id))
        # A link is one row at most.
        .having(func.count() == len(links))
    )


def who_had(session: Session, mails: Sequence[ColumnElement[bool]], within: Within) -> Collection[str]:
    """Give the ids of whoever has had one of these mails (Message); without any nobody has."""
    if not mails:
        return ()
    found = select(col(Message.recipient_ref)).where(within(col(Message.recipient_ref)), *mails).distinct()
    return set(session.connection().execute(found).scalars())


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
