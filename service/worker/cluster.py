"""Run the jobs of a process that is one of many; the only user of Procrastinate.

Each tick of a job is put into the queue once, whichever of the processes is the first to do so, and while a job is done by
one of them no other does it. The truth is in our own rows all the same: a turn that is lost or taken twice does no harm.
"""

import asyncio
import contextlib
import logging
from collections.abc import Callable, Collection, Coroutine, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import procrastinate
from procrastinate.exceptions import ConnectorException
from procrastinate.jobs import Job as Waiting
from procrastinate.jobs import Status
from sqlalchemy import Engine, text
from sqlmodel import Session

from service.foundation.errors import Refused
from service.wiring import Services
from service.worker.jobs import JOBS, Job, Queue
from service.worker.turns import Turns

CONNECTIONS = 4
"""The connections that the queue takes of each process at most, beside the one by which it listens."""

_ONLY_POSTGRESQL = (
    "`undersigned {command}` needs PostgreSQL, on which several processes can work together; on SQLite say"
    " `undersigned run`, which does everything in one."
)
_HEARTBEAT_SECONDS = 3.0
_STALLED_SECONDS = 15.0
_LOOK_SECONDS = 5.0
_GRACE_SECONDS = 20.0
_PAUSE_SECONDS = 2.0
_GLANCE_SECONDS = 0.2
_POOL_SECONDS = 10.0
_MINUTE, _HOUR = 60, 3600
_log = logging.getLogger("undersigned.worker")

_Run = Callable[[int], Coroutine[Any, Any, None]]


def refuse_sqlite(engine: Engine, *, command: str) -> None:
    """Refuse to be one of many on a database that takes one process at a time."""
    if engine.dialect.name != "postgresql":
        raise Refused(_ONLY_POSTGRESQL.format(command=command))


def shared_jobs(queues: Collection[Queue]) -> tuple[Job, ...]:
    """Give the jobs of these queues of which each turn is taken once in the whole cluster."""
    return tuple(job for job in JOBS if job.queue in queues and job.queue is not Queue.MAIL)


def own_jobs(queues: Collection[Queue]) -> tuple[Job, ...]:
    """Give the jobs of these queues that each process does for itself."""
    return tuple(job for job in JOBS if job.queue in queues and job.queue is Queue.MAIL)


def waiting_turns(session: Session) -> dict[str, int]:
    """Count the turns that wait or are taken in the cluster, by their queue; none on SQLite."""
    if session.get_bind().dialect.name != "postgresql":
        return {}
    found = session.execute(
        text(
            "SELECT queue_name, count(*) FROM procrastinate_jobs WHERE status IN ('todo', 'doing') GROUP BY 1"
        )
    )
    return {queue: int(number) for queue, number in found}


def work_until_told(services: Services, *, owner: str, queues: Collection[Queue], concurrency: int) -> None:
    """Do the shared jobs of these queues, `concurrency` at a time, until `services.wake` is told to stop.

    Where the database is away it waits for it. At the end no new turn is taken, and those under way have 20 seconds.
    """
    asyncio.run(_work(services, owner=owner, queues=queues, concurrency=concurrency))


async def _work(services: Services, *, owner: str, queues: Collection[Queue], concurrency: int) -> None:
    is_over = services.wake.is_stopping
    jobs = shared_jobs(queues)
    if not jobs:
        await _end_of(is_over)
        return
    # The loop's own executor has few threads, and somebody else may use them.
    with ThreadPoolExecutor(concurrency, thread_name_prefix="job") as threads:
        app = _make_app(services, owner, threads)
        while not is_over():
            with _complaining():
                async with app.open_async():
                    await _first_of(
                        _end_of(is_over), _serve_queue(app, jobs, concurrency), _free_stalled(app)
                    )
            if not is_over():
                await asyncio.sleep(_PAUSE_SECONDS)


def _make_app(services: Services, owner: str, threads: ThreadPoolExecutor) -> procrastinate.App:
    """Make the queue as all processes know it: each defers the ticks of every job, whichever it does itself."""
    address = services.engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
    connector = procrastinate.PsycopgConnector(
        conninfo=address,
        min_size=1,
        max_size=CONNECTIONS,
        timeout=_POOL_SECONDS,
        kwargs={"connect_timeout": 5, "options": "-c timezone=UTC"},
    )
    app = procrastinate.App(connector=connector)
    turns = Turns(services, owner)
    for job in shared_jobs(frozenset(Queue)):
        task = app.task(name=job.name, queue=job.queue.value, lock=job.name, queueing_lock=job.name)(
            _in_a_thread(threads, turns, job)
        )
        app.periodic(cron=cron_of(job.every_seconds))(task)
    return app


def cron_of(seconds: int) -> str:
    """Say a period as a cron line, whose sixth field is of seconds (pure); raises ValueError for one that fits none."""
    if seconds < _MINUTE and not _MINUTE % seconds:
        return f"* * * * * */{seconds}"
    if seconds < _HOUR and not _HOUR % seconds and not seconds % _MINUTE:
        return f"*/{seconds // _MINUTE} * * * *"
    if seconds == _HOUR:
        return "0 * * * *"
    raise ValueError(f"{seconds} seconds are no part of an hour.")


def _in_a_thread(threads: ThreadPoolExecutor, turns: Turns, job: Job) -> _Run:
    async def run(timestamp: int) -> None:
        del timestamp
        await asyncio.get_running_loop().run_in_executor(threads, turns.take, job)

    return run


async def _serve_queue(app: procrastinate.App, jobs: Sequence[Job], concurrency: int) -> None:
    await app.run_worker_async(
        queues=sorted({job.queue.value for job in jobs}),
        concurrency=concurrency,
        delete_jobs="always",
        install_signal_handlers=False,
        update_heartbeat_interval=_HEARTBEAT_SECONDS,
        stalled_worker_timeout=_STALLED_SECONDS,
        fetch_job_polling_interval=1.0,
        shutdown_graceful_timeout=_GRACE_SECONDS,
    )


async def _free_stalled(app: procrastinate.App) -> None:
    """Put the turns that died with their process into the queue again; of each only one waits there."""
    manager = app.job_manager
    while True:
        await asyncio.sleep(_LOOK_SECONDS)
        await manager.prune_stalled_workers(_STALLED_SECONDS)
        for stalled in await manager.get_stalled_jobs(seconds_since_heartbeat=_STALLED_SECONDS):
            await _put_back(manager, stalled)


async def _put_back(manager: Any, stalled: Waiting) -> None:
    _log.warning("job %s had stopped with its process", stalled.task_name)
    try:
        await manager.retry_job(stalled)
    except ConnectorException:
        # The next turn waits already, or another process was faster.
        with contextlib.suppress(ConnectorException):
            await manager.finish_job(stalled, status=Status.FAILED, delete_job=True)


async def _end_of(is_over: Callable[[], bool]) -> None:
    while not is_over():
        await asyncio.sleep(_GLANCE_SECONDS)


async def _first_of(*work: Coroutine[Any, Any, None]) -> None:
    """Let work go on until a part of it ends; then end all of it, and raise what was raised."""
    parts = [asyncio.ensure_future(part) for part in work]
    try:
        await asyncio.wait(parts, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for part in parts:
            part.cancel()
        ended = await asyncio.gather(*parts, return_exceptions=True)
    for outcome in ended:
        if isinstance(outcome, Exception):
            raise outcome


@contextlib.contextmanager
def _complaining() -> Iterator[None]:
    try:
        yield
    except (ConnectorException, OSError) as error:
        _log.warning("the queue cannot be reached, and is tried again: %s", type(error).__name__)
