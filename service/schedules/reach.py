"""To how many a planned sending would go now: counted by the database, and no further than a person reads."""

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import ColumnElement, func, literal, select
from sqlmodel import Session, col

from service.foundation.sealing import CampaignKeys
from service.model.campaign import Campaign
from service.model.schedule import Action, Schedule
from service.model.signature import Signature
from service.model.update import Update
from service.schedules.audience import Audience, is_meant
from service.schedules.due import Due
from service.signing.party import read_party
from service.signing.updates import count_unreached

MOST = 10_000
"""Beyond so many a page says "more than": the exact number is asked for when a sending is made, and when it goes."""
_OPENED_AT_MOST = 500
ALONE = 25
"""To so many one coordinator may send alone: the last few who are missing are not to wait for a second person, and the
harm that a wrong mail to a few dozen does can be made good by telephone. Beyond it another one looks."""
ON_THE_WAY = timedelta(seconds=60)
"""So long a sending that goes now is held, in which it can be undone."""


@dataclass(frozen=True, kw_only=True)
class Reach:
    """To how many: `is_more` where only so many were counted, `at_most` where countries, which lie sealed, were not looked at."""

    number: int
    is_more: bool = False
    at_most: bool = False


def reach_of(
    session: Session,
    keys: CampaignKeys,
    campaign: Campaign,
    schedule: Schedule,
    due: Due,
    *,
    most: int = MOST,
) -> Reach | None:
    """Say to how many a schedule would go at that time under today's data; None where it goes to the secretariat alone."""
    if schedule.action is Action.DIGEST:
        return None
    if schedule.action is Action.UPDATE and schedule.update_id is not None:
        number = count_unreached(session, keys, session.get_one(Update, schedule.update_id), most=most + 1)
        return Reach(number=min(number, most), is_more=number > most)
    audience = Audience.from_record(schedule.audience)
    return reach_of_audience(
        session, keys, campaign, audience, due, is_printed=schedule.action is Action.PROOF, most=most
    )


def reach_of_audience(
    session: Session,
    keys: CampaignKeys,
    campaign: Campaign,
    audience: Audience,
    due: Due,
    *,
    is_printed: bool = False,
    most: int = MOST,
) -> Reach:
    """Say to how many sign-ons a rule would go at that time under today's data."""
    wanted = Audience.from_record({**audience.as_record(), "printed": audience.printed or is_printed})
    meant = is_meant(wanted, campaign, keys, due_at=due.at, day=due.clock.date())
    number = _count(session, *meant, most=most + 1)
    if audience.countries and number <= _OPENED_AT_MOST:
        rows = session.execute(select(Signature).where(*meant)).scalars()
        return Reach(number=sum(read_party(keys, row).country in audience.countries for row in rows))
    return Reach(number=min(number, most), is_more=number > most, at_most=bool(audience.countries))


def _count(session: Session, *meant: ColumnElement[bool], most: int) -> int:
    some = select(literal(1)).select_from(Signature).where(*meant).limit(most).subquery()
    return int(session.execute(select(func.count()).select_from(some)).scalar_one())


def sample_of(session: Session, *meant: ColumnElement[bool], number: int) -> Signature | None:
    """Give one of the sign-ons that are meant, the `number`th, the last where there are fewer; None where nobody is."""
    found = select(Signature).where(*meant).order_by(col(Signature.id)).limit(number + 1)
    rows = session.execute(found).scalars().all()
    return rows[-1] if rows else None
