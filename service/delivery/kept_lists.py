"""The lists of offices as they are kept: who fetches one now, what came of it, and which stands."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from sqlmodel import Session, col, select

from service.delivery.office_list import FRESH_FOR, TRIED_AGAIN_AFTER, Offices, better_of
from service.model.chamber_list import ChamberList, Missed
from service.store.insert import insert_or


def lists_at(session: Session, places: Iterable[str]) -> Mapping[str, ChamberList]:
    """Get what is kept of the lists of these places, by place; nothing of one that was never asked."""
    found = select(ChamberList).where(col(ChamberList.place).in_(sorted(set(places))))
    return {row.place: row for row in session.exec(found).all()}


def offices_in(row: ChamberList | None) -> Offices | None:
    """Give the list that stands, None where none was ever fetched (pure)."""
    if row is None or row.fetched_at is None:
        return None
    return Offices(names=dict.fromkeys(row.offices, ""), fetched_at=row.fetched_at)


def is_due(row: ChamberList | None, *, set_at: datetime | None, now: datetime) -> bool:
    """Tell whether it is time to fetch a list (pure): no more often than once a day, and after a try in vain once an hour.

    Where a letter was set up at `set_at`, after the last try, its key may be the better one.
    """
    if row is None or row.tried_at is None:
        return True
    if row.fetched_at is not None and now - row.fetched_at <= FRESH_FOR:
        return False
    return now - row.tried_at >= TRIED_AGAIN_AFTER or (set_at is not None and set_at > row.tried_at)


def take_turn(session: Session, place: str, *, set_at: datetime | None, now: datetime) -> bool:
    """Tell whether the caller is the one to fetch a list now; to all others it is not due any more, whatever comes of it."""
    new = insert_or(session, ChamberList(place=place))
    session.execute(new.on_conflict_do_nothing(index_elements=["place"]))
    row = _locked(session, place)
    if not is_due(row, set_at=set_at, now=now):
        return False
    row.tried_at = now
    session.add(row)
    return True


def keep_list(session: Session, place: str, found: Offices | Missed, *, now: datetime) -> None:
    """Keep a list that was fetched; where none came, or a short one, the last stands, and why is kept with it."""
    row = _locked(session, place)
    last = offices_in(row)
    if last is not None and last.is_too_old(now=now):
        # Nothing goes by it any more, so it is no measure either.
        last = None
    if isinstance(found, Missed):
        row.missed = found
    elif better_of(last, found) is found:
        # What a chamber calls its offices is not kept: nobody is shown it.
        row.offices, row.fetched_at, row.missed = sorted(found.names), found.fetched_at, None
    else:
        row.missed = Missed.SHORT
    session.add(row)


def _locked(session: Session, place: str) -> ChamberList:
    found = select(ChamberList).where(ChamberList.place == place)
    return session.exec(found.with_for_update().execution_options(populate_existing=True)).one()
