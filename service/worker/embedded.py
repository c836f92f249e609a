"""Run the jobs inside one process; the only user of APScheduler."""

import contextlib
import fcntl
import logging
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler

from service.foundation.errors import Refused
from service.mail.postman import free_stale
from service.wiring import Services
from service.worker.jobs import JOBS, SENDER, Job
from service.worker.turns import Turns


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
def running_jobs(services: Services, *, owner: str, jobs: Sequence[Job] = JOBS) -> Iterator[None]:
    """Run jobs of this process until the block ends, by its name among all that send.

    At its end the sender stops within seconds, however much is due: what it has not carried goes back into the queue.
    """
    # A job that is still at work when its next turn comes is simply not started twice: nothing to warn of.
    logging.getLogger("apscheduler").setLevel(logging.ERROR)
    turns = Turns(services, owner)
    scheduler = BackgroundScheduler(
        timezone="UTC",
        executors={"default": ThreadPoolExecutor(len(jobs) + 1)},
        job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
    )
    for job in jobs:
        scheduler.add_job(_turning(job, services, turns), "interval", seconds=job.every_seconds, id=job.name)
    scheduler.start()
    try:
        yield
    finally:
        services.wake.stop()
        scheduler.shutdown(wait=True)
        if services.transport is not None:
            services.transport.close()


def free_all_of_others(services: Services, owner: str) -> None:
    """Give back what another process left in its hands when it stopped, for one that knows that nobody else is sending."""
    free_stale(services.engine, owner=owner, clock=services.clock)


def _turning(job: Job, services: Services, turns: Turns) -> Callable[[], None]:
    """Let every job take its turn when it comes; the sender keeps its thread, so that it hears the bell at any moment."""

    def take() -> None:
        turns.take(job)

    def take_again_and_again() -> None:
        while not services.wake.is_stopping():
            turns.take(job)
            services.wake.wait(job.every_seconds)

    return take_again_and_again if job.name == SENDER else take
