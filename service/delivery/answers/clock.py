"""The answer clock: until when an office is to answer, and which polite question is ready. It sends nothing itself."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlmodel import Session, col, select

from service.campaigns.contents import open_file
from service.campaigns.queries import lock_campaign
from service.coordinators import audit
from service.delivery.answers.gone import NOT_GONE_YET, gone_to
from service.delivery.offices.edit import find_office
from service.delivery.offices.identity import key_of, office_index
from service.foundation.errors import Refused
from service.foundation.sealing import CampaignKeys
from service.model.office import AnswerClock, OfficeChase
from service.store.keyring import Keyring
from service.store.sealed import open_record, seal_record

MOST_CHASES = 3
BETWEEN = timedelta(days=7)


@dataclass(frozen=True, kw_only=True)
class ClockSeen:
    """Until when an office is to answer, and by which number it knows the letter."""

    due_on: date
    receipt: str


@dataclass(frozen=True, kw_only=True)
class ChaseReady:
    """Which question comes next, from which day on; `number` is 0 where none comes any more.

    `is_spent` is when all were asked, the last one a week ago, and a person decides how it ended.
    """

    number: int
    ready_on: date | None
    is_ready: bool
    is_spent: bool = False


def chase_ready(
    due_on: date | None, sent_on: Sequence[date], *, has_gone: bool, is_answered: bool, today: date
) -> ChaseReady:
    """Say which polite question comes next: three at most, the first once the day is past, a week between two (pure).

    None comes while the letter has not gone to the office, and after an answer.
    """
    if due_on is None or is_answered or not has_gone:
        return ChaseReady(number=0, ready_on=None, is_ready=False)
    if len(sent_on) >= MOST_CHASES:
        is_spent = today >= max(sent_on) + BETWEEN
        return ChaseReady(number=0, ready_on=None, is_ready=False, is_spent=is_spent)
    ready_on = max([due_on + timedelta(days=1), *(day + BETWEEN for day in sent_on)])
    return ChaseReady(number=len(sent_on) + 1, ready_on=ready_on, is_ready=today >= ready_on)


def set_clock(
    session: Session, keyring: Keyring, slug: str, key: str, clock: ClockSeen, *, by: str, now: datetime
) -> None:
    """Keep until when an office is to answer, and the number of its receipt, in place of what was kept before.

    Raises Refused where nothing has gone to that office.
    """
    campaign = lock_campaign(session, slug)
    keys, file = keyring.of(session, campaign.id), open_file(session, keyring, campaign)
    index = office_index(keys, file.recipients[find_office(keys, file, key)].as_record())
    if index not in gone_to(session, keys, campaign):
        raise Refused(NOT_GONE_YET)
    row = _clock(session, keys, index) or AnswerClock(
        campaign_id=campaign.id, office_index=index, due_on=clock.due_on, details=b"", set_by=by, set_at=now
    )
    row.due_on, row.set_by, row.set_at = clock.due_on, by, now
    row.details = seal_record(keys, row, "details", {"receipt": clock.receipt})
    session.add(row)
    session.flush()
    audit.record(session, by=by, act="answer.clock", campaign_id=campaign.id, thing=key, now=now)


def clocks_of(session: Session, keys: CampaignKeys) -> Mapping[str, ClockSeen]:
    """Give the clocks of a letter's offices, by their keys."""
    rows = session.exec(select(AnswerClock).where(AnswerClock.campaign_id == keys.campaign)).all()
    return {
        key_of(row.office_index): ClockSeen(
            due_on=row.due_on, receipt=open_record(keys, row, "details")["receipt"]
        )
        for row in rows
    }


def chases_of(session: Session, keys: CampaignKeys, index: bytes) -> Sequence[OfficeChase]:
    """List the questions that an office was sent, the first one first."""
    found = select(OfficeChase).where(
        OfficeChase.campaign_id == keys.campaign, OfficeChase.office_index == index
    )
    return session.exec(found.order_by(col(OfficeChase.number))).all()


def _clock(session: Session, keys: CampaignKeys, index: bytes) -> AnswerClock | None:
    found = select(AnswerClock).where(
        AnswerClock.campaign_id == keys.campaign, AnswerClock.office_index == index
    )
    return session.exec(found.with_for_update()).one_or_none()
