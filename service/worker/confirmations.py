"""Do what follows from the confirming buttons that were pressed."""

import logging

from service.foundation.errors import ServiceError
from service.signing.pressing import follow_up, pressed
from service.store.transaction import reading, transaction
from service.wiring import Services

_log = logging.getLogger("undersigned.worker")
_AT_A_TIME = 100


def follow_up_presses(services: Services, owner: str) -> int:
    """Do what follows from each press, in a transaction of its own; gives of how many it was done.

    One for which it fails waits for the next turn, and does not keep the others waiting.
    """
    del owner
    done = 0
    while True:
        with reading(services.engine) as session:
            waiting = pressed(session, most=_AT_A_TIME)
        followed = 0
        for signature_id in waiting:
            if services.wake.is_stopping():
                return done
            followed += _follow_up(services, signature_id)
        done += followed
        if not followed or len(waiting) < _AT_A_TIME:
            return done


def _follow_up(services: Services, signature_id: str) -> bool:
    try:
        with transaction(services.engine) as session:
            return follow_up(session, services.keyring, signature_id, now=services.clock())
    except ServiceError as error:
        _log.warning("what follows from a confirmation waits: %s", type(error).__name__)
    return False
