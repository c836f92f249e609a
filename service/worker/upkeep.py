"""Keep the house in order: warn of mail and other copies that are stuck, of answers that are due, and forget processes that were killed."""

import logging
from functools import partial

from service.campaigns.warned import owners_beside
from service.delivery.answers.remind import remind_of_answers as remind
from service.delivery.carrying.waiting import letters_stuck, warn_of_stuck_copies
from service.mail.stuck import lag_of
from service.mail.stuck import warn_of_stuck_mail as warn
from service.schedules.heads import post_heads
from service.store.transaction import reading, transaction
from service.wiring import Services
from service.worker.presence import forget_the_dead

_log = logging.getLogger("undersigned.worker")


def warn_of_stuck_mail(services: Services, owner: str) -> int:
    """Warn secretariats, and the log, of mail and of other copies that are due for long; gives how many warnings are new.

    While sending is held none is.
    """
    del owner
    warned = _warn_of_mail(services) + _warn_of_copies(services)
    if warned:
        services.wake.ring()
    return warned


def _warn_of_mail(services: Services) -> int:
    now = services.clock()
    with reading(services.engine) as session:
        lag = lag_of(session, now=now)
    if not lag.is_stuck or lag.oldest_due_at is None:
        return 0
    _log.error("mail is stuck: the oldest is due for %d seconds", (now - lag.oldest_due_at).total_seconds())
    with transaction(services.engine) as session:
        return warn(session, owners_of=partial(owners_beside, session, services.keyring), now=now)


def _warn_of_copies(services: Services) -> int:
    now = services.clock()
    with reading(services.engine) as session:
        letters = letters_stuck(session, now=now)
    if not letters:
        return 0
    _log.error("copies are stuck that go by other ways than e-mail, of %d letters", len(letters))
    with transaction(services.engine) as session:
        return warn_of_stuck_copies(session, letters, now=now)


def remind_of_answers(services: Services, owner: str) -> int:
    """Tell secretariats of questions after answers that have become ready; gives how many words are new."""
    del owner
    with transaction(services.engine) as session:
        told = remind(session, services.keyring, now=services.clock())
    if told:
        services.wake.ring()
    return told


def mail_heads(services: Services, owner: str) -> int:
    """Mail the end of each letter's history to its owners, on each day on which it moved; gives how many mails are new."""
    del owner
    with transaction(services.engine) as session:
        mailed = post_heads(session, services.keyring, now=services.clock())
    if mailed:
        services.wake.ring()
    return mailed


def forget_runners(services: Services, owner: str) -> int:
    """Delete the rows of processes that were killed long ago; gives how many."""
    del owner
    with transaction(services.engine) as session:
        return forget_the_dead(session, now=services.clock())
