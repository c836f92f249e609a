"""Run the jobs inside one process; the only user of APScheduler."""

import contextlib
import fcntl
import logging
from collections.abc import Callable, Iterator
from pathlib import Path

from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler

from service.foundation.errors import Refused, ServiceError
from service.foundation.identity import make_id
from service.mail.postman import free_stale
from service.wiring import Services
from service.worker.jobs import JOBS, Job

_log = logging.getLogger("undersigned.worker")
_SENDER_LISTENS = 0.9


@contextlib.contextmanager
def only_process(data_dir: Path) -> Iterator[None]:
    """Hold the lock that a second `undersigned run` on the same data would need; raises Refused where it is held."""
    path = data_dir / "run.lock"
    with path.open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise Refused(f"Another `undersigned run` already works on {data_dir}; stop it first.") from error
        yield


@contextlib.contextmanager
def running_jobs(services: Services) -> Iterator[None]:
    """Run every job of this process until the block ends; the block must hold only_process.

    At its end the sender stops within seconds, however much is due: what it has not carried goes back into the queue.
    What another process left in its hands when it stopped is given back first: nobody else is sending.
    """
    owner = make_id()
    free_stale(services.engine, owner=owner, clock=services.clock)
    # A job that is still at work when its next turn comes is simply not started twice: nothing to warn of.
    logging.getLogger("apscheduler").setLevel(logging.ERROR)
    scheduler = BackgroundScheduler(
        timezone="UTC",
        executors={"default": ThreadPoolExecutor(len(JOBS) + 1)},
        job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
    )
    for job in JOBS:
        scheduler.add_job(_guarded(job, services, owner), "interval", seconds=job.every_seconds, id=job.name)
    scheduler.start()
    try:
        yield
    finally:
        services.wake.stop()
        scheduler.shutdown(wait=True)
        if services.transport is not None:
            services.transport.close()


def _guarded(job: Job, services: Services, owner: str) -> Callable[[], None]:
    """Keep one job's failure from stopping the others, and say which job failed, without any person's data."""

    def run() -> None:
        try:
            job.run(services, owner)
            while job.name == "drain_outbox" and services.wake.wait(_SENDER_LISTENS):
                if services.wake.is_stopping():
                    return
                job.run(services, owner)
        except ServiceError as error:
            _log.warning("job %s did not finish: %s", job.name, type(error).__name__)
        except Exception as error:  # noqa: BLE001 -- the last resort of a thread: the next turn tries again
            _log.error("job %s failed: %s", job.name, type(error).__name__)

    return run
