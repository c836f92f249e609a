"""To how many a planned sending would go now: counted by the database, and no further than a person reads."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Select, func, literal, select
from sqlmodel import Session, col

from service.foundation.sealing import CampaignKeys
from service.model.campaign import Campaign
from service.model.schedule import Action, Schedule
from service.model.signature import Signature
from service.model.states import SignatureState
from service.model.update import Update
from service.schedules.audience import Audience, is_meant
from service.schedules.due import Due
from service.signing.party import read_party
from service.signing.updates import count_unreached

MOST = 1_000
"""From so many on a page says "or more": it tells of many sendings at once, and each is looked up reader by reader."""
LOOKED_THROUGH = 10_000
"""So many sign-ons a page looks through for those that a rule means: where they are rarer it says "or more" as well."""
_OPENED_AT_MOST = 500
ALONE = 25
"""To so many one coordinator may send alone: the last few who are missing are not to wait for a second person, and the
harm that a wrong mail to a few dozen does can be made good by telephone. Beyond it another one looks."""
ON_THE_WAY = timedelta(seconds=60)
"""So long a sending that goes now is held, in which it can be undone."""


@dataclass(frozen=True, kw_only=True)
class Reach:
    """To how many: `is_more` where so many or more, since no more were counted or looked at, `at_most` where countries, which lie sealed, were not looked at.

    `as_of` is when it was counted, None where that is now.
    """

    number: int
    is_more: bool = False
    at_most: bool = False
    as_of: datetime | None = None


def reach_of(
    session: Session,
    keys: CampaignKeys,
    campaign: Campaign,
    schedule: Schedule,
    due: Due,
    *,
    most: int = MOST,
    within: int | None = None,
) -> Reach | None:
    """Say to how many a schedule would go at that time under today's data; None where it goes to the secretariat alone.

    Up to `most` are counted, and `within` so many sign-ons that a page need not wait; None looks through all of them.
    """
    if schedule.action is Action.DIGEST:
        return None
    if schedule.action is Action.UPDATE and schedule.update_id is not None:
        update = session.get_one(Update, schedule.update_id)
        number = count_unreached(session, keys, update, most=most + 1, within=within)
        return reached(session, campaign, (SignatureState.CONFIRMED,), number, most=most, within=within)
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
    within: int | None = None,
) -> Reach:
    """Say to how many sign-ons a rule would go at that time under today's data."""
    meant = list(is_meant(audience, campaign, keys, due_at=due.at, day=due.clock.date()))
    if within is not None:
        meant.append(col(Signature.id).in_(some_of(campaign, audience.states, within)))
    number = _count(session, *meant, most=most + 1)
    found = reached(session, campaign, audience.states, number, most=most, within=within)
    if audience.countries and number <= _OPENED_AT_MOST and not found.is_more:
        rows = session.execute(select(Signature).where(*meant)).scalars()
        return Reach(number=sum(read_party(keys, row).country in audience.countries for row in rows))
    return replace(found, at_most=bool(audience.countries))


def reached(
    session: Session,
    campaign: Campaign,
    states: Sequence[SignatureState],
    number: int,
    *,
    most: int,
    within: int | None,
) -> Reach:
    """Say what a number means that was counted up to one more than `most`, among so many sign-ons in these states."""
    is_more = number > most or (within is not None and has_so_many(session, campaign, states, within))
    return Reach(number=min(number, most), is_more=is_more)


def has_so_many(session: Session, campaign: Campaign, states: Sequence[SignatureState], number: int) -> bool:
    """Tell whether a letter has so many sign-ons in these states, so that who looked through no more saw not all of them."""
    looked_at = select(func.count()).select_from(some_of(campaign, states, number).subquery())
    return int(session.execute(looked_at).scalar_one()) >= number


def some_of(campaign: Campaign, states: Sequence[SignatureState], number: int) -> Select[str]:
    """Select so many sign-ons in these states, whichever an index gives first."""
    mine = col(Signature.campaign_id) == campaign.id
    return select(col(Signature.id)).where(mine, col(Signature.state).in_(states)).limit(number)


def sample_of(
    session: Session, campaign: Campaign, audience: Audience, *meant: ColumnElement[bool], number: int
) -> Signature | None:
    """Give one of the sign-ons that are meant, the `number`th of those that a page can look through; the last where there are fewer."""
    among = col(Signature.id).in_(some_of(campaign, audience.states, LOOKED_THROUGH))
    found = select(Signature).where(*meant, among).order_by(col(Signature.id)).offset(number).limit(1)
    row: Signature | None = session.execute(found).scalar_one_or_none()
    return row


def _count(session: Session, *meant: ColumnElement[bool], most: int) -> int:
    some = select(literal(1)).select_from(Signature).where(*meant).limit(most).subquery()
    return int(session.execute(select(func.count()).select_from(some)).scalar_one())
