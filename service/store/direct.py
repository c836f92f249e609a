"""Statements that are each a transaction by itself, by connections of their own: for what anybody may cause by the thousand."""

from collections import deque
from collections.abc import Callable, Mapping, Sequence
from threading import BoundedSemaphore
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine, event
from sqlalchemy.exc import DBAPIError

from service.store.rows import as_one, run_for_rows
from service.store.transaction import only_writer, told_plainly

T = TypeVar("T")

_MOST = 8

_POSTGRESQL = "postgresql"
_FLEETING = {_POSTGRESQL: "SET synchronous_commit TO off", "sqlite": "PRAGMA synchronous=NORMAL"}


class Direct:
    """Runs statements without what a session does around them, several times as fast.

    What is not `lasting` may be forgotten when the machine dies, and waits for no disk: it is for counts of a minute.
    """

    def __init__(self, engine: Engine, *, lasting: bool = True) -> None:
        """Begin without a connection; they are as many as threads ask at once, 8 at most, and are closed with the engine."""
        self._engine = engine
        self._lasting = lasting
        self._idle: deque[Connection] = deque()
        self._places = BoundedSemaphore(_MOST)
        event.listen(engine, "engine_disposed", self._close)

    def run(
        self, sql: str, *, columns: Mapping[str, str], rows: Sequence[Sequence[object]], **values: object
    ) -> list[Any]:
        """Run a statement for many rows, as run_for_rows() does; raises Transient where the database is away or full."""
        return self.ask(lambda line: run_for_rows(line, sql, columns=columns, rows=rows, **values))

    def run_as_one(self, statements: Sequence[str], **values: object) -> Any:
        """Run statements of which all are kept or none, as as_one() does; raises Transient as run()."""
        return self.ask(lambda line: as_one(line, statements, **values))

    def ask(self, work: Callable[[Connection], T]) -> T:
        """Do work on a connection on which each statement is kept at once.

        It is done once more where the connection has been cut while it rested, so it must do no harm twice.
        """
        with told_plainly(), self._places, only_writer(self._engine):
            rested = self._take()
            if rested is not None:
                try:
                    return self._work(rested, work)
                except DBAPIError as error:
                    if not error.connection_invalidated:
                        raise
                    # A server that was restarted has cut all that rested.
                    self._close()
            return self._work(self._connect(), work)

    def _work(self, line: Connection, work: Callable[[Connection], T]) -> T:
        try:
            found = work(line)
        except BaseException:
            line.close()
            raise
        self._idle.append(line)
        return found

    def _take(self) -> Connection | None:
        try:
            return self._idle.pop()
        except IndexError:
            return None

    def _connect(self) -> Connection:
        line = self._engine.connect().execution_options(isolation_level="AUTOCOMMIT")
        # It rests here, and the pool has others to give.
        line.detach()
        if not self._lasting:
            cursor = line.connection.cursor()
            cursor.execute(_FLEETING[self._engine.dialect.name])
            cursor.close()
        return line

    def _close(self, *_: object) -> None:
        while self._idle:
            self._idle.pop().close()
