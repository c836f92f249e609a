"""Let each letter that was released go through what follows, step by step."""

import logging
from collections.abc import Callable
from functools import partial

from service.foundation.errors import ServiceError
from service.schedules.show_run import note_failure, shows_to_move, take_step
from service.store.transaction import reading, transaction
from service.wiring import Services

_log = logging.getLogger("undersigned.worker")
# A letter that moves on and on in one turn would be a fault of ours; the others are not to wait for it.
_MOST_MOVES = 10_000


def run_shows(services: Services, owner: str) -> int:
    """Make every move that a run of show can make now; gives how many.

    It looks by reading alone, and nearly always finds nothing. One letter that fails, whatever fails in it, does not
    keep the others waiting.
    """
    del owner
    with reading(services.engine) as session:
        letters = shows_to_move(session, now=services.clock())
    done = 0
    for campaign_id in letters:
        moves = _tried(partial(_run, services, campaign_id))
        if moves is None:
            moves = _tried(partial(_note, services, campaign_id))
        done += moves or 0
    if done:
        services.wake.ring()
    return done


def _tried(act: Callable[[], int]) -> int | None:
    """Give what an act gives; None where it fails, which is told without any person's data."""
    try:
        return act()
    except ServiceError as error:
        _log.warning("a run of show did not move: %s", type(error).__name__)
    except Exception as error:  # noqa: BLE001 -- one letter's fault must never stop the others
        _log.error("a run of show failed: %s", type(error).__name__)
    return None


def _note(services: Services, campaign_id: str) -> int:
    with transaction(services.engine) as session:
        return int(note_failure(session, campaign_id, now=services.clock()))


def _run(services: Services, campaign_id: str) -> int:
    for moves in range(_MOST_MOVES):
        if services.wake.is_stopping():
            return moves
        with transaction(services.engine) as session:
            has_moved = take_step(
                session,
                services.keyring,
                campaign_id,
                public_url=services.settings.public_url,
                now=services.clock(),
            )
        if not has_moved:
            return moves
    return _MOST_MOVES
