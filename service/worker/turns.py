"""Take one turn of a job: whatever becomes of it, the others go on, and it can be told when it was last done."""

import logging
import threading
import time
from datetime import datetime

from sqlalchemy import Engine
from sqlmodel import col

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
        self._kept: dict[str, float] = {}
        self._since: dict[str, tuple[int, int]] = {}
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
        with self._lock:
            turns, failures = self._since.get(job.name, (0, 0))
            turns, failures = turns + 1, failures + failed
            self._since[job.name] = (turns, failures)
            here = time.monotonic()
            if here - self._kept.get(job.name, -_KEPT_EVERY_SECONDS) < _KEPT_EVERY_SECONDS:
                return
            self._kept[job.name], self._since[job.name] = here, (0, 0)
        now = self._services.clock()
        turn = JobTurn(
            name=job.name,
            began_at=began,
            ended_at=now,
            failed_at=now if failures else None,
            turns=turns,
            failures=failures,
        )
        try:
            _note(self._services.engine, turn)
        except ServiceError as error:
            _log.warning("the turn of %s was not kept: %s", job.name, type(error).__name__)


def _note(engine: Engine, turn: JobTurn) -> None:
    with transaction(engine) as session:
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
