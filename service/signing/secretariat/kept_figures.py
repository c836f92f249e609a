"""The numbers of a letter for its desk: of few sign-ons counted at once, of many as the worker counted them last."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func
from sqlmodel import Session, col, select

from service.campaigns.queries import lock_campaign_of
from service.foundation.canonical import digest
from service.model.campaign import Campaign
from service.model.letter_figures import LetterFigures
from service.model.message import MessageEvent
from service.model.page_stamp import PageStamp
from service.model.schedule import Schedule
from service.model.signature import Signature
from service.model.states import PUT_AWAY, CampaignState, ScheduleState
from service.signing.secretariat.figures import Figures, figures_of
from service.signing.secretariat.tally import SignOnTally, tally_sign_ons
from service.store.keyring import Keyring
from service.store.sealed import open_record, seal_record

MANY = 5_000
"""A letter of fewer sign-ons is counted whenever somebody asks: that takes a few milliseconds."""
AT_MOST_EVERY = timedelta(minutes=1)
_AT_REST = timedelta(minutes=10)
"""What the stamp does not see, such as a sign-on that lapses, is counted so much later."""
_EDITIONS = "editions"
_SHARE = 20
"""To count takes a twentieth of the worker's time at most."""


@dataclass(frozen=True, kw_only=True)
class KnownFigures:
    """All numbers of a letter; `as_of` is when they were counted, None where that is now."""

    figures: Figures
    as_of: datetime | None


@dataclass(frozen=True, kw_only=True)
class KnownTally:
    """The numbers of a letter's sign-ons; `as_of` is when they were counted, None where that is now."""

    tally: SignOnTally
    as_of: datetime | None


@dataclass(frozen=True, kw_only=True)
class KnownReaches:
    """To how many drafts would go, each by what its rule is known by (service/schedules/sends/draft_reach.py), and as of when."""

    numbers: Mapping[str, int]
    as_of: datetime


@dataclass(frozen=True, kw_only=True)
class Counted:
    """What a letter came to, counted at a stamp that was read before."""

    figures: Figures
    stamp: str


def known_figures(session: Session, keyring: Keyring, campaign: Campaign) -> KnownFigures:
    """Give the numbers of a letter. One of many that no worker has counted yet is counted now, which takes seconds."""
    row = _row(session, campaign.id)
    if row is None:
        return KnownFigures(figures=figures_of(session, keyring, campaign), as_of=None)
    return KnownFigures(figures=_opened(session, keyring, row), as_of=row.counted_at)


def known_tally(session: Session, keyring: Keyring, campaign: Campaign) -> KnownTally:
    """Give the numbers of a letter's sign-ons alone; as known_figures()."""
    row = _row(session, campaign.id)
    if row is None:
        return KnownTally(tally=tally_sign_ons(session, campaign), as_of=None)
    return KnownTally(tally=_opened(session, keyring, row).tally, as_of=row.counted_at)


def known_reaches(session: Session, keyring: Keyring, campaign: Campaign) -> KnownReaches | None:
    """Give to how many the drafts of a letter would go, where its worker has counted them; None of a letter of few sign-ons."""
    row = _row(session, campaign.id)
    if row is None:
        return None
    record = open_record(keyring.of(session, campaign.id), row, "numbers")
    return KnownReaches(numbers=record["reaches"], as_of=row.counted_at)


def letters_to_count(session: Session, *, now: datetime) -> Sequence[str]:
    """List the letters of many sign-ons that are to be counted, by their ids; it reads little."""
    found = select(Campaign, LetterFigures).outerjoin(
        LetterFigures, col(LetterFigures.campaign_id) == col(Campaign.id)
    )
    rows = session.exec(found.where(Campaign.state != CampaignState.PURGED).order_by(col(Campaign.id))).all()
    return [campaign.id for campaign, row in rows if _is_due(session, campaign, row, now=now)]


def count_letter(session: Session, keyring: Keyring, campaign: Campaign) -> Counted:
    """Count all numbers of a letter; it only reads."""
    stamp = _stamp(session, campaign)
    return Counted(figures=figures_of(session, keyring, campaign), stamp=stamp)


def keep_figures(
    session: Session,
    keyring: Keyring,
    campaign_id: str,
    counted: Counted,
    *,
    reaches: Mapping[str, int],
    took: timedelta,
    now: datetime,
) -> bool:
    """Keep what a letter came to at `now`, when its counting began; tells whether it did: not where it was purged meanwhile."""
    # Two who count the same letter keep it one after the other, and a purge does not pass by.
    campaign = lock_campaign_of(session, campaign_id)
    if campaign.state is CampaignState.PURGED:
        return False
    keys, row = keyring.of(session, campaign_id), _row(session, campaign_id)
    # What was kept of an edition stays: nothing that is frozen is counted again.
    editions = open_record(keys, row, "numbers").get(_EDITIONS, {}) if row is not None else {}
    row = row or LetterFigures(campaign_id=campaign_id, counted_at=now, took_ms=0, stamp="", numbers=b"")
    numbers = {"figures": counted.figures.as_record(), "reaches": dict(reaches), _EDITIONS: editions}
    row.numbers = seal_record(keys, row, "numbers", numbers)
    row.counted_at, row.stamp, row.took_ms = now, counted.stamp, int(took.total_seconds() * 1000)
    session.add(row)
    return True


def keep_of_edition(
    session: Session, keyring: Keyring, campaign: Campaign, edition_id: str, phrase: str
) -> None:
    """Keep how many sign an edition, in words, so that no page opens its roll for that; of a letter of few it keeps nothing."""
    row = _row(session, campaign.id)
    if row is None:
        return
    keys = keyring.of(session, campaign.id)
    numbers = open_record(keys, row, "numbers")
    numbers[_EDITIONS] = {**numbers.get(_EDITIONS, {}), edition_id: phrase}
    row.numbers = seal_record(keys, row, "numbers", numbers)
    session.add(row)


def known_of_edition(session: Session, keyring: Keyring, campaign: Campaign, edition_id: str) -> str | None:
    """Give in words how many sign an edition, as it was kept when it was frozen; None where that was not, as of a letter of few."""
    row = _row(session, campaign.id)
    if row is None:
        return None
    kept = open_record(keyring.of(session, campaign.id), row, "numbers").get(_EDITIONS, {}).get(edition_id)
    return None if kept is None else str(kept)


def _row(session: Session, campaign_id: str) -> LetterFigures | None:
    return session.exec(select(LetterFigures).where(LetterFigures.campaign_id == campaign_id)).one_or_none()


def _opened(session: Session, keyring: Keyring, row: LetterFigures) -> Figures:
    return Figures.from_record(open_record(keyring.of(session, row.campaign_id), row, "numbers")["figures"])


def _is_due(session: Session, campaign: Campaign, row: LetterFigures | None, *, now: datetime) -> bool:
    if row is None:
        return _has_many(session, campaign)
    age = now - row.counted_at
    if age < max(AT_MOST_EVERY, _SHARE * timedelta(milliseconds=row.took_ms)):
        return False
    return row.stamp != _stamp(session, campaign) or (age >= _AT_REST and campaign.state not in PUT_AWAY)


def _has_many(session: Session, campaign: Campaign) -> bool:
    nth = select(Signature.id).where(Signature.campaign_id == campaign.id).order_by(col(Signature.id))
    return session.exec(nth.offset(MANY - 1).limit(1)).first() is not None


def _stamp(session: Session, campaign: Campaign) -> str:
    """Say what the rows of a letter have come to, by what costs nothing to look up.

    It moves with its confirmed sign-ons and its text (migration 0017), with each new sign-on and each draft of a sending,
    and, until it is put away, with any mail of any letter.
    """
    steps = select(func.sum(col(PageStamp.step))).where(PageStamp.campaign_id == campaign.id)
    newest = select(func.max(col(Signature.id))).where(Signature.campaign_id == campaign.id)
    drafts = select(Schedule.id, Schedule.audience).where(
        Schedule.campaign_id == campaign.id, Schedule.state == ScheduleState.DRAFT
    )
    rules = [list(one) for one in session.exec(drafts.order_by(col(Schedule.id)))]
    told: list[object] = [session.exec(steps).one(), session.exec(newest).one(), digest(rules)]
    if campaign.state not in PUT_AWAY:
        told.append(session.exec(select(func.max(col(MessageEvent.id)))).one())
    return " ".join(str(one or "-") for one in told)
