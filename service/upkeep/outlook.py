"""What would go, and when, if it went now: the dry run of all that is deleted; it only reads."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, select

from service.campaigns.queries import campaigns_by_slug
from service.model.campaign import Campaign
from service.model.retention import Retention
from service.model.states import PUT_AWAY
from service.upkeep.house_sweeps import house_sweeps
from service.upkeep.keeping import COUNTED_FROM, KEPT_FOR, planned_at
from service.upkeep.letter_sweeps import letter_sweeps
from service.upkeep.purge import facts_of, letter_to_purge
from service.upkeep.sweep import count


@dataclass(frozen=True, kw_only=True)
class Going:
    """One kind of rows that is kept for so many days from something on, and how many would go now."""

    what: str
    days: int
    counted_from: str
    rows: int


@dataclass(frozen=True, kw_only=True)
class LetterOutlook:
    """What becomes of one letter's personal data, and when; `planned` is None where nobody has said that it goes.

    `rows` says for each kind how many would be deleted or emptied; it is empty where that was not asked for.
    """

    slug: str
    state: str
    zone: str
    keep_days: int | None
    planned: datetime | None
    notified_at: datetime | None
    asked: bool
    purged_at: datetime | None
    rows: Sequence[tuple[str, int]] = ()


def house_outlook(session: Session, *, now: datetime) -> Sequence[Going]:
    """Tell of everything that is kept for a while how many rows would go now."""
    return [
        Going(
            what=kept.value,
            days=KEPT_FOR[kept].days,
            counted_from=COUNTED_FROM[kept],
            # What goes along with a row is no other thing.
            rows=count(session, sweeps[-1]) if sweeps else 0,
        )
        for kept, sweeps in house_sweeps(session, now=now).items()
    ]


def letters_outlook(session: Session) -> Sequence[LetterOutlook]:
    """Tell of every letter that was put away, or of which somebody has said how long it is kept, when what goes."""
    rows = {row.campaign_id: row for row in session.exec(select(Retention)).all()}
    return [
        _outlook(session, campaign, rows.get(campaign.id))
        for campaign in campaigns_by_slug(session)
        if campaign.id in rows or campaign.state in PUT_AWAY
    ]


def letter_outlook(session: Session, slug: str, *, now: datetime) -> LetterOutlook:
    """Tell of one letter when its personal data goes, and how many rows of each kind; raises Refused where there is none."""
    campaign = letter_to_purge(session, slug)
    row = session.get(Retention, campaign.id)
    rows: dict[str, int] = {}
    for one in letter_sweeps(campaign, now=now):
        rows[one.name] = rows.get(one.name, 0) + count(session, one)
    return _outlook(session, campaign, row, rows=tuple(rows.items()))


def letter_plan(session: Session, slug: str) -> LetterOutlook:
    """Tell of one letter when its personal data goes, and count nothing; raises Refused where there is none."""
    campaign = letter_to_purge(session, slug)
    return _outlook(session, campaign, session.get(Retention, campaign.id))


def _outlook(
    session: Session, campaign: Campaign, row: Retention | None, *, rows: Sequence[tuple[str, int]] = ()
) -> LetterOutlook:
    return LetterOutlook(
        slug=campaign.slug,
        state=campaign.state.value,
        zone=campaign.time_zone,
        keep_days=row.keep_days if row else None,
        planned=planned_at(facts_of(session, row)) if row and row.purged_at is None else None,
        notified_at=row.notified_at if row else None,
        asked=bool(row and row.asked_at is not None),
        purged_at=row.purged_at if row else None,
        rows=rows,
    )
