"""A letter in numbers, for the desk: each by one statement that a million sign-ons do not make slow to keep."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import ColumnElement, String, cast, func, literal_column, select, text
from sqlalchemy.sql.elements import SQLCoreOperations
from sqlmodel import Session, col

from service.campaigns.codes import countries
from service.foundation.sealing import CampaignKeys
from service.model.campaign import Campaign
from service.model.message import AfterState, Message, MessageEvent
from service.model.signature import Kind, Provenance, Signature, is_counted
from service.model.signature_word import SignatureWord
from service.model.states import MessageState, SignatureState
from service.signing.found_by import country_digest
from service.store.keyring import Keyring

_MOST_COUNTRIES = 30
_MOST_DAYS = 120
_A_WEEK = 7
_OUT = (MessageState.ACCEPTED, MessageState.UNCERTAIN)


@dataclass(frozen=True, kw_only=True)
class Span:
    """How many signed in a day, or in the week that begins with it."""

    begins: date
    signed: int


@dataclass(frozen=True, kw_only=True)
class Funnel:
    """How far those came who were asked or came by themselves: each number is part of the one before it.

    `asked` are those on the list of the coalition, and of these `of_asked` have signed.
    """

    asked: int
    of_asked: int
    signed: int
    confirmed: int
    counted: int


@dataclass(frozen=True, kw_only=True)
class Mails:
    """E-mails of the letter: written, taken by our relay, and what was heard of them."""

    written: int
    taken: int
    bounced: int
    complained: int


@dataclass(frozen=True, kw_only=True)
class Figures:
    """All numbers of a page; `is_weekly` where a span is a week. Countries are those of the sign-ons that count."""

    spans: Sequence[Span]
    is_weekly: bool
    kinds: Mapping[str, int]
    channels: Mapping[str, int]
    countries: Sequence[tuple[str, int]]
    funnel: Funnel
    mails: Mails


def figures_of(session: Session, keyring: Keyring, campaign: Campaign) -> Figures:
    """Count everything; a letter of a million takes a second or two, so whoever shows it keeps it for a while."""
    spans, is_weekly = _spans(_days(session, campaign))
    kinds, channels, funnel = _groups(session, campaign)
    return Figures(
        spans=spans,
        is_weekly=is_weekly,
        kinds=kinds,
        channels=channels,
        countries=_countries(session, keyring.of(session, campaign.id), campaign),
        funnel=funnel,
        mails=_mails(session, campaign),
    )


def _spans(days: Mapping[date, int]) -> tuple[Sequence[Span], bool]:
    """Put days in a row without gaps, and into weeks where they are too many (pure)."""
    if not days:
        return (), False
    first, last = min(days), max(days)
    step = 1 if (last - first).days < _MOST_DAYS else _A_WEEK
    found: dict[date, int] = {}
    for offset in range(0, (last - first).days + 1, step):
        found[first + timedelta(days=offset)] = 0
    for day, number in days.items():
        found[first + timedelta(days=(day - first).days // step * step)] += number
    newest = list(found.items())[-_MOST_DAYS:]
    return [Span(begins=begins, signed=number) for begins, number in newest], step > 1


def _days(session: Session, campaign: Campaign) -> Mapping[date, int]:
    day = _day(session, campaign, col(Signature.confirmed_at))
    found = (
        select(day, func.count())
        .where(
            col(Signature.campaign_id) == campaign.id,
            col(Signature.state) == SignatureState.CONFIRMED,
            col(Signature.confirmed_at).is_not(None),
        )
        .group_by(literal_column("1"))
    )
    return {date.fromisoformat(written): int(number) for written, number in session.execute(found)}


def _day(session: Session, campaign: Campaign, moment: SQLCoreOperations[Any]) -> ColumnElement[str]:
    """Say in SQL on which day a moment falls: where the letter is, or by UTC where the database knows no zones."""
    if session.get_bind().dialect.name == "postgresql":
        return cast(func.date(func.timezone(campaign.time_zone, moment)), String)
    return func.date(moment)


def _groups(session: Session, campaign: Campaign) -> tuple[Mapping[str, int], Mapping[str, int], Funnel]:
    counts = is_counted(campaign)
    found = (
        select(
            col(Signature.kind),
            col(Signature.provenance),
            col(Signature.state),
            col(Signature.invited),
            counts,
            func.count(),
        )
        .where(col(Signature.campaign_id) == campaign.id)
        .group_by(*(text(str(place)) for place in range(1, 6)))
    )
    kinds = {kind.value: 0 for kind in Kind}
    channels = {channel.value: 0 for channel in Provenance}
    asked = of_asked = signed = confirmed = counted = 0
    has_signed = {
        SignatureState.PENDING,
        SignatureState.CONFIRMED,
        SignatureState.WITHDRAWN,
        SignatureState.EXPIRED,
    }
    for kind, provenance, state, invited, is_one, number in session.execute(found):
        asked += number if invited else 0
        of_asked += number if invited and state is SignatureState.CONFIRMED else 0
        signed += number if state in has_signed else 0
        confirmed += number if state is SignatureState.CONFIRMED else 0
        if is_one:
            counted += number
            kinds[kind.value] += number
            channels[provenance.value] += number
    return (
        kinds,
        channels,
        Funnel(asked=asked, of_asked=of_asked, signed=signed, confirmed=confirmed, counted=counted),
    )


def _countries(session: Session, keys: CampaignKeys, campaign: Campaign) -> Sequence[tuple[str, int]]:
    known = {country_digest(keys, code): code for code in countries()}
    found = (
        select(col(SignatureWord.digest), func.count())
        .join(Signature, col(Signature.id) == col(SignatureWord.signature_id))
        .where(
            col(SignatureWord.campaign_id) == campaign.id,
            col(SignatureWord.digest).in_(list(known)),
            is_counted(campaign),
        )
        .group_by(col(SignatureWord.digest))
    )
    numbers = [(known[bytes(digest)], int(number)) for digest, number in session.execute(found)]
    return sorted(numbers, key=lambda one: (-one[1], one[0]))[:_MOST_COUNTRIES]


def _mails(session: Session, campaign: Campaign) -> Mails:
    mine = col(Message.campaign_id) == campaign.id
    states = dict.fromkeys(MessageState, 0)
    for state, number in session.execute(
        select(col(Message.state), func.count()).where(mine).group_by(col(Message.state))
    ):
        states[state] = int(number)
    heard = (
        select(col(MessageEvent.became), func.count(func.distinct(col(MessageEvent.message_id))))
        .join(Message, col(Message.id) == col(MessageEvent.message_id))
        .where(mine, col(MessageEvent.became).in_([after.value for after in AfterState]))
        .group_by(col(MessageEvent.became))
    )
    after = {became: int(number) for became, number in session.execute(heard)}
    return Mails(
        written=sum(states.values()),
        taken=sum(states[state] for state in _OUT),
        bounced=after.get(AfterState.BOUNCED.value, 0),
        complained=after.get(AfterState.COMPLAINED.value, 0),
    )
