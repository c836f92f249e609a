"""Take one turn of a job: whatever becomes of it, the others go on, and it can be told when it was last done."""

import logging
import threading
import time
from datetime import datetime

from sqlmodel import Session, col

from service.foundation.errors import ServiceError
from service.foundation.identity import make_id
from service.foundation.logs import about
from service.model.runner import JobTurn
from service.store.insert import insert_or
from service.store.transaction import transaction
from service.wiring import Services
from service.worker.jobs import Job

_log = logging.getLogger("undersigned.worker")
_KEPT_EVERY_SECONDS = 10.0


class Turns:
    """The turns of jobs in this process; each is told to the database every ten seconds at most."""

    def __init__(self, services: Services, owner: str) -> None:
        """Begin with none taken."""
        self._services, self._owner = services, owner
        self._kept_at = -_KEPT_EVERY_SECONDS
        self._since: dict[str, JobTurn] = {}
        self._lock = threading.Lock()

    def take(self, job: Job) -> None:
        """Do a job once, and say what failed without any person's data; raises nothing."""
        began, failed = self._services.clock(), False
        with about(job=job.name, job_id=make_id()):
            try:
                job.run(self._services, self._owner)
            except ServiceError as error:
                failed = True
                _log.warning("job %s did not finish: %s", job.name, type(error).__name__)
            except Exception as error:  # noqa: BLE001 -- the last resort of a thread: the next turn tries again
                failed = True
                _log.error("job %s failed: %s", job.name, type(error).__name__)
            self._keep(job, began, failed=failed)

    def _keep(self, job: Job, began: datetime, *, failed: bool) -> None:
        now = self._services.clock()
        with self._lock:
            turn = self._since.setdefault(job.name, JobTurn(name=job.name, began_at=began, ended_at=now))
            turn.began_at, turn.ended_at = began, now
            turn.turns, turn.failures = turn.turns + 1, turn.failures + failed
            turn.failed_at = now if failed else turn.failed_at
            here = time.monotonic()
            if here - self._kept_at < _KEPT_EVERY_SECONDS:
                return
            turns, self._since, self._kept_at = list(self._since.values()), {}, here
        try:
            # All of them at once: each transaction of its own would wait for the disk.
            with transaction(self._services.engine) as session:
                for one in sorted(turns, key=lambda one: one.name):
                    _note(session, one)
        except ServiceError as error:
            _log.warning("the turns of jobs were not kept: %s", type(error).__name__)


def _note(session: Session, turn: JobTurn) -> None:
    noting = insert_or(session, turn)
    fresh = noting.excluded
    changed = {
        "began_at": fresh.began_at,
        "ended_at": fresh.ended_at,
        "turns": col(JobTurn.turns) + fresh.turns,
        "failures": col(JobTurn.failures) + fresh.failures,
    }
    if turn.failed_at is not None:
        changed["failed_at"] = fresh.failed_at
    session.execute(noting.on_conflict_do_update(index_elements=["name"], set_=changed))
