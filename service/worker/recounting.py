"""The nightly round: count again, look whether the database's own guards stand, and tidy it."""

import logging

from sqlmodel import Session

from service.mail.daily import warn_once_a_day
from service.model.retention import UpkeepRound
from service.store.guards import missing_guards
from service.store.transaction import reading, transaction
from service.store.vacuum import tidy
from service.upkeep.recount import Difference, What, look, settle
from service.upkeep.rounds import is_round_due, round_under_way
from service.wiring import Services

RECOUNT, TIDY = "recount", "tidy"
_log = logging.getLogger("undersigned.worker")
_ORDER = tuple(What)


def recount(services: Services, owner: str) -> int:
    """Take the night's round of counting again, from where it stands; gives how many differences it found.

    Each is told to its letter's secretariat, and to the log in numbers. A stop is heeded between two steps.
    """
    del owner
    with reading(services.engine) as session:
        if not is_round_due(session, RECOUNT, now=services.clock()):
            return 0
    found = 0
    while not services.wake.is_stopping():
        differences = _step(services)
        if differences is None:
            break
        found += differences
    if found:
        services.wake.ring()
    return found


def tidy_up(services: Services, owner: str) -> int:
    """Tidy the database once a night; gives 1 where it was written anew."""
    del owner
    with reading(services.engine) as session:
        if not is_round_due(session, TIDY, now=services.clock()):
            return 0
    anew = tidy(services.engine)
    with transaction(services.engine) as session:
        row = round_under_way(session, TIDY, now=services.clock())
        if row is not None:
            row.ended_at, row.looked_at = services.clock(), int(anew)
            session.add(row)
    return int(anew)


def _step(services: Services) -> int | None:
    """Look at the next things, settle those that differ, and keep where the round stands; None at its end."""
    with transaction(services.engine) as session:
        row = round_under_way(session, RECOUNT, now=services.clock())
    if row is None:
        return None
    name, _, after = (row.cursor or f"{_ORDER[0]}:").partition(":")
    what = What(name)
    with reading(services.engine) as session:
        looked = look(session, what, after=after)
    differences = [one for thing in looked.differing if (one := _settle(services, what, thing)) is not None]
    is_last = looked.last is None and what is _ORDER[-1]
    guards = _missing(services) if is_last else 0
    after_this = f"{what}:{looked.last}" if looked.last else f"{_next(what)}:"
    with transaction(services.engine) as session:
        _keep(
            session,
            services,
            row,
            cursor=after_this,
            number=looked.number,
            found=len(differences) + guards,
            is_last=is_last,
        )
    return None if is_last else len(differences)


def _settle(services: Services, what: What, thing: str) -> Difference | None:
    with transaction(services.engine) as session:
        found = settle(session, what, thing)
        if found is not None:
            warn_once_a_day(
                session,
                campaign_id=found.campaign_id,
                about="count",
                thing=f"{found.what}:{found.thing}",
                now=services.clock(),
            )
    if found is not None:
        done = "put right" if found.mended else "left as it is"
        _log.error(
            "recount: %s %s kept %d, counted %d, %s", found.what, found.thing, found.kept, found.counted, done
        )
    return found


def _missing(services: Services) -> int:
    with reading(services.engine) as session:
        missing = missing_guards(session)
    for name in sorted(missing):
        _log.error("recount: the database has lost the trigger %s", name)
    return len(missing)


def _next(what: What) -> What:
    return _ORDER[min(_ORDER.index(what) + 1, len(_ORDER) - 1)]


def _keep(
    session: Session,
    services: Services,
    seen: UpkeepRound,
    *,
    cursor: str,
    number: int,
    found: int,
    is_last: bool,
) -> None:
    """Keep where the round stands, unless somebody else has gone on with it meanwhile."""
    row = round_under_way(session, RECOUNT, now=services.clock())
    if row is None or (row.began_at, row.cursor) != (seen.began_at, seen.cursor):
        return
    row.cursor, row.looked_at = cursor, row.looked_at + number
    row.differences += found
    if is_last:
        row.ended_at = services.clock()
    session.add(row)
