"""Take in the forms that were sent, look at the mailboxes they name, forget what is no longer needed."""

import logging

from service.foundation.errors import Transient
from service.mail.dns import SystemResolver
from service.signing.abuse.buckets import forget_buckets
from service.signing.abuse.mailboxes import domains_to_ask, find_out, keep_findings, unchecked
from service.signing.intake import forget_intake, received, set_aside, take_in, tell_of_quarantine
from service.store.together import do_together
from service.store.transaction import reading, transaction
from service.wiring import Services

_log = logging.getLogger("undersigned.worker")
_AT_A_TIME = 100


def take_in_forms(services: Services, owner: str) -> int:
    """Take in the forms that wait; gives how many became sign-ons.

    One that fails for a reason nobody foresaw is set aside for a person, and does not keep the others waiting.
    """
    del owner
    done = 0
    while True:
        with reading(services.engine) as session:
            waiting = received(session, most=_AT_A_TIME)
        done += do_together(
            services.engine,
            waiting,
            lambda session, one: take_in(session, services.keyring, one, now=services.clock()),
            lambda one: _take_in(services, one),
        )
        if len(waiting) < _AT_A_TIME or services.wake.is_stopping():
            break
    if done:
        services.wake.ring()
    return done


def look_at_mailboxes(services: Services, owner: str) -> int:
    """Find out of new mailboxes whether they take mail, are thrown away, or are another's twin; gives how many."""
    del owner
    with reading(services.engine) as session:
        rows = unchecked(session, services.keyring, now=services.clock(), most=_AT_A_TIME)
    if not rows:
        return 0
    takes_mail = find_out(SystemResolver(), domains_to_ask(rows))
    with transaction(services.engine) as session:
        keep_findings(session, rows, takes_mail, now=services.clock())
    return len(rows)


def forget_forms(services: Services, owner: str) -> int:
    """Delete buckets and forms that are over, and tell secretariats what their quarantine holds; gives how many."""
    del owner
    now = services.clock()
    with transaction(services.engine) as session:
        done = forget_buckets(session, now=now) + forget_intake(session, now=now)
    with transaction(services.engine) as session:
        told = tell_of_quarantine(session, now=now)
    if told:
        services.wake.ring()
    return done + told


def _take_in(services: Services, intake_id: str) -> bool:
    settled = False
    try:
        with transaction(services.engine) as session:
            taken = take_in(session, services.keyring, intake_id, now=services.clock())
        settled = True
    except Transient:
        settled = True
        raise
    finally:
        if not settled:
            _log.error("form %s could not be taken in", intake_id)
            with transaction(services.engine) as session:
                set_aside(session, intake_id)
    return taken
