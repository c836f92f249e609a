"""A letter in numbers, for the desk: a tally of its sign-ons, their countries, and what became of its mails."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import func, select
from sqlmodel import Session, col

from service.campaigns.codes import countries
from service.foundation.sealing import CampaignKeys
from service.model.campaign import Campaign
from service.model.message import AfterState, Message, MessageEvent
from service.model.signature import Signature, is_counted
from service.model.signature_word import SignatureWord
from service.model.states import MessageState
from service.signing.found_by import country_digest
from service.signing.secretariat.tally import SignOnTally, tally_sign_ons
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
class Mails:
    """E-mails of the letter: written, taken by our relay, and what was heard of them."""

    written: int
    taken: int
    bounced: int
    complained: int


@dataclass(frozen=True, kw_only=True)
class Figures:
    """All numbers of a page. Countries are those of the sign-ons that count, the most first."""

    tally: SignOnTally
    countries: Sequence[tuple[str, int]]
    mails: Mails

    def as_record(self) -> dict[str, Any]:
        """Give it as a JSON-able record."""
        return {
            "tally": self.tally.as_record(),
            "countries": [list(one) for one in self.countries],
            "mails": vars(self.mails),
        }

    @classmethod
    def from_record(cls, record: Mapping[str, Any]) -> "Figures":
        """Read what as_record() gave."""
        return cls(
            tally=SignOnTally.from_record(record["tally"]),
            countries=[(code, number) for code, number in record["countries"]],
            mails=Mails(**record["mails"]),
        )


def figures_of(session: Session, keyring: Keyring, campaign: Campaign) -> Figures:
    """Count everything; a letter of a million takes some seconds, so that a page gives what was kept of it (kept_figures.py)."""
    return Figures(
        tally=tally_sign_ons(session, campaign),
        countries=_countries(session, keyring.of(session, campaign.id), campaign),
        mails=_mails(session, campaign),
    )


def spans_of(days: Mapping[date, int]) -> tuple[Sequence[Span], bool]:
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
