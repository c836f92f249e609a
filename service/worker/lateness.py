"""Warn secretariats, and the log, of planned sendings that are late; but first do what can be done about it."""

import logging
from collections.abc import Callable, Sequence

from service.schedules.overdue import Overdue, overdue, warn_of_overdue
from service.store.transaction import reading, transaction
from service.wiring import Services

_log = logging.getLogger("undersigned.worker")


def warn_of_late_schedules(services: Services, owner: str, *, fire: Callable[[Services, str], int]) -> int:
    """Fire what is late, and warn of what is late all the same; gives how many warnings are new.

    A machine that slept, or a schedule that was just resumed, has late times that nobody had a chance to begin:
    nobody is warned of those. Where firing fails, the warning goes all the same.
    """
    if not _look(services):
        return 0
    warned = 0
    try:
        fire(services, owner)
    finally:
        late = _look(services)
        for one in late:
            behind = (services.clock() - one.since).total_seconds()
            _log.error("a planned sending is late: %s, %s, for %d seconds", one.schedule_id, one.why, behind)
        if late:
            with transaction(services.engine) as session:
                warned = warn_of_overdue(session, services.keyring, late, now=services.clock())
        if warned:
            services.wake.ring()
    return warned


def _look(services: Services) -> Sequence[Overdue]:
    with reading(services.engine) as session:
        return overdue(session, services.keyring, now=services.clock())
