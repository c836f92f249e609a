"""To how many a planned sending would go now: counted by the database, and no further than a person reads."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, func, literal, select, true
from sqlmodel import Session, col

from service.foundation.sealing import CampaignKeys
from service.model.campaign import Campaign
from service.model.schedule import Action, Schedule
from service.model.signature import Signature
from service.model.states import SignatureState
from service.model.update import Update
from service.schedules.audience import Audience, is_meant
from service.schedules.due import Due
from service.signing.party import country_of, read_party
from service.signing.updates import count_unreached

MOST = 1_000
"""From so many on a page says "or more": it tells of many sendings at once, and each is looked up reader by reader."""
LOOKED_THROUGH = 5_000
"""So many sign-ons a page looks through for those that a rule means: where they are rarer it says "or more" as well."""
_OPENED_AT_MOST = 500
_SIGNED = (SignatureState.CONFIRMED,)
ALONE = 25
"""To so many one coordinator may send alone: the last few who are missing are not to wait for a second person, and the
harm that a wrong mail to a few dozen does can be made good by telephone. Beyond it another one looks."""
ON_THE_WAY = timedelta(seconds=60)
"""So long a sending that goes now is held, in which it can be undone."""


@dataclass(frozen=True, kw_only=True)
class Reach:
    """To how many: `is_more` where so many or more, since no more were counted or looked at; `as_of` is when, None for now.

    `at_most` where countries, which lie sealed, were not looked at.
    """

    number: int
    is_more: bool = False
    at_most: bool = False
    as_of: datetime | None = None


class Within:
    """How far a page looks through the sign-ons of a letter: the oldest LOOKED_THROUGH in each state, found once."""

    def __init__(self, session: Session, campaign: Campaign, *, number: int = LOOKED_THROUGH) -> None:
        """Begin with nothing found."""
        self._session, self._campaign, self._number = session, campaign, number
        self._ends: dict[SignatureState, str | None] = {}

    def until(self, states: Iterable[SignatureState]) -> str | None:
        """Give the last id that is looked at; None where all sign-ons in these states are."""
        return min((end for state in states if (end := self._end_of(state)) is not None), default=None)

    def _end_of(self, state: SignatureState) -> str | None:
        if state not in self._ends:
            mine = (col(Signature.campaign_id) == self._campaign.id, col(Signature.state) == state)
            last = select(col(Signature.id)).where(*mine).order_by(col(Signature.id))
            found = self._session.execute(last.offset(self._number).limit(1))
            self._ends[state] = found.scalar_one_or_none()
        return self._ends[state]


def reach_of(
    session: Session,
    keys: CampaignKeys,
    campaign: Campaign,
    schedule: Schedule,
    due: Due,
    *,
    most: int = MOST,
    within: Within | None = None,
) -> Reach | None:
    """Say to how many a schedule would go at that time under today's data; None where it goes to the secretariat alone.

    Up to `most` are counted; all sign-ons are looked through where nobody says how far.
    """
    if schedule.action is Action.DIGEST:
        return None
    if schedule.action is Action.UPDATE and schedule.update_id is not None:
        update, until = session.get_one(Update, schedule.update_id), until_of(within, _SIGNED)
        return reached(count_unreached(session, keys, update, most=most + 1, until=until), most, until)
    audience = Audience.from_record(schedule.audience)
    wanted = replace(audience, printed=audience.printed or schedule.action is Action.PROOF)
    return reach_of_audience(session, keys, campaign, wanted, due, most=most, within=within)


def reach_of_audience(
    session: Session,
    keys: CampaignKeys,
    campaign: Campaign,
    audience: Audience,
    due: Due,
    *,
    most: int = MOST,
    within: Within | None = None,
) -> Reach:
    """Say to how many sign-ons a rule would go at that time under today's data."""
    until = until_of(within, audience.states)
    meant = [
        *is_meant(audience, campaign, keys, due_at=due.at, day=due.clock.date()),
        true() if until is None else col(Signature.id) <= until,
    ]
    number = _count(session, *meant, most=most + 1)
    found = reached(number, most, until)
    if audience.countries and number <= _OPENED_AT_MOST and not found.is_more:
        rows = session.execute(select(Signature).where(*meant)).scalars()
        return Reach(number=sum(read_party(keys, row).country in audience.countries for row in rows))
    return replace(found, at_most=bool(audience.countries))


def reached(number: int, most: int, until: str | None) -> Reach:
    """Say what a number means that was counted up to one more than `most`, among the sign-ons until this one (pure)."""
    return Reach(number=min(number, most), is_more=number > most or until is not None)


def until_of(within: Within | None, states: Iterable[SignatureState]) -> str | None:
    """Give the last id that is looked at of these states; None where all are."""
    return within.until(states) if within is not None else None


@dataclass(frozen=True, kw_only=True)
class Some:
    """Some of the sign-ons that are meant; `is_cut` where only so many were looked at, and there may be others."""

    rows: Sequence[Signature]
    is_cut: bool = False


def some_of(
    session: Session,
    keys: CampaignKeys,
    audience: Audience,
    meant: Sequence[ColumnElement[bool]],
    *,
    within: Within,
    most: int,
) -> Some:
    """Give some of the sign-ons that are meant, state by state: so an index has them in order, and no row more is read.

    Where countries matter a few hundred are looked at, and of those no more is opened than where they are from.
    """
    found: list[Signature] = []
    is_cut, left = False, _OPENED_AT_MOST
    for state in audience.states:
        until = within.until((state,))
        rows = select(Signature).where(
            *meant, col(Signature.state) == state, true() if until is None else col(Signature.id) <= until
        )
        wanted = left + 1 if audience.countries else most - len(found)
        looked = session.execute(rows.order_by(col(Signature.id)).limit(wanted)).scalars().all()
        is_cut = is_cut or until is not None or (bool(audience.countries) and len(looked) > left)
        if audience.countries:
            left, looked = max(left - len(looked), 0), _from(keys, looked[:left], audience)
        found += looked[: most - len(found)]
        if len(found) >= most:
            break
    return Some(rows=found, is_cut=is_cut)


def _from(keys: CampaignKeys, rows: Sequence[Signature], audience: Audience) -> Sequence[Signature]:
    return [row for row in rows if country_of(keys, row) in audience.countries]


def _count(session: Session, *meant: ColumnElement[bool], most: int) -> int:
    some = select(literal(1)).select_from(Signature).where(*meant).limit(most).subquery()
    return int(session.execute(select(func.count()).select_from(some)).scalar_one())


def sample_of(session: Session, *meant: ColumnElement[bool], number: int) -> Signature | None:
    """Give one of the sign-ons that are meant, the `number`th, the last where there are fewer; None where nobody is."""
    found = select(Signature).where(*meant).order_by(col(Signature.id)).limit(number + 1)
    rows = session.execute(found).scalars().all()
    return rows[-1] if rows else None
