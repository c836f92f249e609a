"""Keep the house in order: warn of mail that is stuck, and forget processes that were killed."""

import logging

from service.mail.stuck import lag_of
from service.mail.stuck import warn_of_stuck_mail as warn
from service.store.transaction import reading, transaction
from service.wiring import Services
from service.worker.presence import forget_the_dead

_log = logging.getLogger("undersigned.worker")


def warn_of_stuck_mail(services: Services, owner: str) -> int:
    """Warn secretariats, and the log, of mail that is due for long while sending is not held; gives how many mails."""
    del owner
    now = services.clock()
    with reading(services.engine) as session:
        lag = lag_of(session, now=now)
    if not lag.is_stuck or lag.oldest_due_at is None:
        return 0
    _log.error("mail is stuck: the oldest is due for %d seconds", (now - lag.oldest_due_at).total_seconds())
    with transaction(services.engine) as session:
        warned = warn(session, now=now)
    if warned:
        services.wake.ring()
    return warned


def forget_runners(services: Services, owner: str) -> int:
    """Delete the rows of processes that were killed long ago; gives how many."""
    del owner
    with transaction(services.engine) as session:
        return forget_the_dead(session, now=services.clock())
