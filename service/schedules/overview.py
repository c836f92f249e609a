"""Where a letter stands, for its team: the numbers that a digest tells, and beside them what only the desk shows."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select as select_many
from sqlmodel import Session, col, func, select

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
from service.signing.queries import counts
from service.store.keyring import Keyring

MOST_INTENDING = 10
_SHARE, _LONG_SECONDS = 20, 0.05


@dataclass(frozen=True, kw_only=True)
class Numbers:
    """What is counted of a letter; to count takes as long as it has sign-ons."""

    waiting: Waiting
    signed: int
    conditional: int
    invited: int

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


class LaggingNumbers:
    """The numbers of each letter as they were counted last; what takes long to count stands for twenty times as long."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        """Begin with nothing counted; `clock` gives seconds that only go forward."""
        self._clock = clock
        self._known: dict[str, tuple[float, Numbers]] = {}

    def of(self, session: Session, campaign: Campaign) -> Numbers:
        """Count, or give what was counted a moment ago."""
        began = self._clock()
        until, numbers = self._known.get(campaign.id, (began, None))
        if numbers is not None and began < until:
            return numbers
        numbers = numbers_of(session, campaign)
        took = self._clock() - began
        self._known.pop(campaign.id, None)
        if took > _LONG_SECONDS:
            self._known[campaign.id] = (began + _SHARE * took, numbers)
        return numbers


def numbers_of(session: Session, campaign: Campaign) -> Numbers:
    """Count everything of a letter that its overview shows."""
    mine, state = col(Signature.campaign_id) == campaign.id, col(Signature.state)
    is_conditional = (
        (state == SignatureState.CONFIRMED)
        & col(Signature.condition).is_not(None)
        & col(Signature.held_reason).is_(None)
    )
    conditional, invited = session.execute(
        select_many(
            func.count().filter(is_conditional), func.count().filter(state == SignatureState.INVITED)
        ).where(mine, state.in_((SignatureState.CONFIRMED, SignatureState.INVITED)))
    ).one()
    return Numbers(
        waiting=waiting_of(session, campaign),
        signed=counts(session, campaign).signatories,
        conditional=conditional,
        invited=invited,
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
