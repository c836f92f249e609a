"""Do what follows from the confirming buttons that were pressed."""

import logging

from service.foundation.errors import ServiceError
from service.signing.pressing import follow_up, pressed
from service.store.together import do_together
from service.store.transaction import reading, transaction
from service.wiring import Services

_log = logging.getLogger("undersigned.worker")
_AT_A_TIME = 100


def follow_up_presses(services: Services, owner: str) -> int:
    """Do what follows from each press; gives of how many it was done.

    One for which it fails waits for the next turn, and does not keep the others waiting.
    """
    del owner
    done = 0
    while True:
        with reading(services.engine) as session:
            waiting = pressed(session, most=_AT_A_TIME)
        followed = do_together(
            services.engine,
            waiting,
            lambda session, one: follow_up(session, services.keyring, one, now=services.clock()),
            lambda one: _follow_up(services, one),
        )
        done += followed
        if not followed or len(waiting) < _AT_A_TIME or services.wake.is_stopping():
            return done


def _follow_up(services: Services, signature_id: str) -> bool:
    try:
        with transaction(services.engine) as session:
            return follow_up(session, services.keyring, signature_id, now=services.clock())
    except ServiceError as error:
        _log.warning("what follows from a confirmation waits: %s", type(error).__name__)
    return False
