"""Tell the sender that there is work, in this process or by PostgreSQL in any other; or that it is to stop."""

import contextlib
import functools
import logging
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import psycopg
from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

_CHANNEL = "undersigned_mail"
_POSTGRESQL = "postgresql"
# Thousands may confirm within a minute: one word for all who do within a moment wakes the sender as well.
_GATHER_SECONDS = 0.02
_LOOK_SECONDS = 0.5
_PAUSE_SECONDS = 1.0
_FAULTS = (psycopg.Error, SQLAlchemyError, OSError)

_log = logging.getLogger("undersigned.wake")


class Wake:
    """A bell: whoever posts mail rings it after the commit, the sender waits for it; and the sign that it is to stop.

    With `tell` other processes are told as well, each time it is rung here.
    """

    def __init__(self, tell: Callable[[], None] | None = None) -> None:
        """Begin silent."""
        self._bell = threading.Event()
        self._stop = threading.Event()
        self._tell = tell

    def ring(self) -> None:
        """Say that there may be work."""
        self._bell.set()
        if self._tell is not None:
            self._tell()

    def hear(self) -> None:
        """Take in that somebody else has said so."""
        self._bell.set()

    def tell_by(self, tell: Callable[[], None] | None) -> None:
        """Tell others in another way from now on, or nobody."""
        self._tell = tell

    def stop(self) -> None:
        """Say for good that the process ends: what is under way is brought to an end within seconds."""
        self._stop.set()
        self._bell.set()

    def is_stopping(self) -> bool:
        """Tell whether the process ends."""
        return self._stop.is_set()

    def wait(self, seconds: float) -> bool:
        """Wait for the bell, at most so long; tells whether it rang, and silences it."""
        rang = self._bell.wait(seconds)
        self._bell.clear()
        return rang


def make_wake(engine: Engine) -> Wake:
    """Make the bell of a short-lived process: on PostgreSQL each ring is told to all at once, by a word of its own."""
    if engine.dialect.name != _POSTGRESQL:
        return Wake()
    return Wake(lambda: _tell_once(engine))


@contextlib.contextmanager
def telling(engine: Engine, wake: Wake) -> Iterator[None]:
    """Tell other processes whenever the bell rings here, until the block ends: no request waits for it."""
    if engine.dialect.name != _POSTGRESQL:
        yield
        return
    asked = threading.Event()
    teller = _Line(engine, functools.partial(_tell_when, asked))
    wake.tell_by(asked.set)
    try:
        yield
    finally:
        wake.tell_by(None)
        teller.end()


@contextlib.contextmanager
def listening(engine: Engine, wake: Wake) -> Iterator[None]:
    """Ring this process's bell whenever another tells of work, until the block ends.

    A word is lost where nobody listened; so who waits looks every second anyway.
    """
    if engine.dialect.name != _POSTGRESQL:
        yield
        return
    listener = _Line(engine, functools.partial(_listen, wake))
    try:
        yield
    finally:
        listener.end()


def _tell_once(engine: Engine) -> None:
    # Nothing is lost without it: the sender looks every second.
    with contextlib.suppress(*_FAULTS), contextlib.closing(_connect(engine)) as connection:
        _notify(connection)


def _connect(engine: Engine) -> "psycopg.Connection[Any]":
    borrowed = engine.raw_connection()
    # It stays with its thread, and the pool has others to give.
    borrowed.detach()
    driver: Any = borrowed.dbapi_connection
    connection: psycopg.Connection[Any] = driver
    connection.autocommit = True
    # A word for the sender waits for no disk.
    connection.execute("SET synchronous_commit TO off")
    return connection


def _notify(connection: "psycopg.Connection[Any]") -> None:
    connection.execute(f"NOTIFY {_CHANNEL}")


class _Line:
    """A thread with a connection of its own, which it makes anew where it was cut."""

    def __init__(
        self, engine: Engine, work: "Callable[[psycopg.Connection[Any], threading.Event], None]"
    ) -> None:
        self._engine, self._work = engine, work
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def end(self) -> None:
        self._ended.set()
        self._thread.join(5)

    def _run(self) -> None:
        while not self._ended.is_set():
            try:
                with contextlib.closing(_connect(self._engine)) as connection:
                    self._work(connection, self._ended)
            except _FAULTS as error:
                _log.info("the line by which processes wake one another is cut: %s", type(error).__name__)
                self._ended.wait(_PAUSE_SECONDS)


def _tell_when(asked: threading.Event, connection: "psycopg.Connection[Any]", ended: threading.Event) -> None:
    while not ended.is_set():
        if asked.wait(_LOOK_SECONDS):
            asked.clear()
            _notify(connection)
            time.sleep(_GATHER_SECONDS)
    if asked.is_set():
        _notify(connection)


def _listen(wake: Wake, connection: "psycopg.Connection[Any]", ended: threading.Event) -> None:
    connection.execute(f"LISTEN {_CHANNEL}")
    # What was told while nobody listened is looked for at once.
    wake.hear()
    while not ended.is_set():
        for _ in connection.notifies(timeout=_LOOK_SECONDS, stop_after=1):
            wake.hear()
