"""Where a letter stands, for its team: the numbers that a digest tells, and beside them what only the desk shows."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlmodel import Session, col, select

from service.campaigns.contents import open_file
from service.campaigns.queries import released_edition
from service.campaigns.steps import Stage, life_of
from service.coordinators.second_look import waiting_looks
from service.model.campaign import Campaign
from service.model.delivery import Delivery
from service.model.signature import Signature
from service.model.states import DeliveryState, SignatureState
from service.schedules.digest import Waiting, waiting_of
from service.signing.party import read_party
from service.signing.secretariat.kept_figures import known_tally
from service.store.keyring import Keyring

MOST_INTENDING = 10


@dataclass(frozen=True, kw_only=True)
class Numbers:
    """What is counted of a letter; `as_of` is when its sign-ons were, None where that is now."""

    waiting: Waiting
    signed: int
    conditional: int
    invited: int
    as_of: datetime | None = None

    @property
    def decisions(self) -> int:
        """How many sign-ons wait for a decision of the secretariat."""
        return self.waiting.to_accept + self.waiting.to_check + self.waiting.quarantined


@dataclass(frozen=True, kw_only=True)
class Intending:
    """Who has said to decide by a day."""

    id: str
    name: str
    decision_by: date | None


@dataclass(frozen=True, kw_only=True)
class Overview:
    """Where a letter stands; `looks` counts what waits for a second coordinator, which is not the one who reads this."""

    numbers: Numbers
    goal: int
    intending: Sequence[Intending]
    stages: Sequence[Stage]
    looks: int
    grace_seconds: int


def numbers_of(session: Session, keyring: Keyring, campaign: Campaign) -> Numbers:
    """Give all numbers of a letter that its overview shows; those of a letter of many sign-ons as they were counted last."""
    known = known_tally(session, keyring, campaign)
    return Numbers(
        waiting=waiting_of(session, campaign, known.tally),
        signed=known.tally.signatories,
        conditional=known.tally.conditional,
        invited=known.tally.in_state(SignatureState.INVITED),
        as_of=known.as_of,
    )


def overview_of(
    session: Session, keyring: Keyring, campaign: Campaign, numbers: Numbers, *, by: str, now: datetime
) -> Overview:
    """Say where a letter stands, to whoever acts as `by`."""
    file = open_file(session, keyring, campaign)
    return Overview(
        numbers=numbers,
        goal=file.goal or 0,
        intending=_intending(session, keyring, campaign),
        stages=stages_of(session, campaign),
        looks=sum(look.asked_by != by for look in waiting_looks(session, campaign.id, now=now)),
        grace_seconds=campaign.grace_seconds,
    )


def stages_of(session: Session, campaign: Campaign) -> Sequence[Stage]:
    """Give the steps of a letter's life."""
    answered = select(Delivery.id).where(
        Delivery.campaign_id == campaign.id, Delivery.state == DeliveryState.ANSWERED
    )
    is_answered = bool(campaign.outcome) or session.exec(answered.limit(1)).first() is not None
    was_sent = released_edition(session, campaign) is not None
    return life_of(campaign, is_answered=is_answered, was_sent=was_sent)


def _intending(session: Session, keyring: Keyring, campaign: Campaign) -> Sequence[Intending]:
    found = (
        select(Signature)
        .where(Signature.campaign_id == campaign.id, Signature.state == SignatureState.INTENDS)
        .order_by(col(Signature.decision_by).is_(None), col(Signature.decision_by), col(Signature.id))
    )
    keys = keyring.of(session, campaign.id)
    return [
        Intending(id=row.id, name=read_party(keys, row).name, decision_by=row.decision_by)
        for row in session.exec(found.limit(MOST_INTENDING)).all()
    ]
