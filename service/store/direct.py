"""Statements that are each a transaction by itself, by connections of their own: for what anybody may cause by the thousand."""

import contextlib
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from threading import BoundedSemaphore
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine, event
from sqlalchemy.exc import DBAPIError

from service.store.prepared import Prepared
from service.store.rows import as_one, chained, one_row, run_for_rows, with_rows
from service.store.transaction import only_writer, told_plainly

T = TypeVar("T")

_MOST = 8

_POSTGRESQL = "postgresql"
_FLEETING = {_POSTGRESQL: "SET synchronous_commit TO off", "sqlite": "PRAGMA synchronous=NORMAL"}
# Everything asked here is found by a key, and PostgreSQL keeps the plan of what is prepared: one made while a table
# was small would read the whole of it once it is not. Nor may it begin a join elsewhere than the statement does: while
# tables are small, all ways to a row cost the same.
_BY_KEY = {_POSTGRESQL: "SET enable_seqscan TO off; SET join_collapse_limit TO 1"}


class Direct:
    """Runs statements without what a session does around them, several times as fast.

    What is not `lasting` may be forgotten when the machine dies, and waits for no disk: it is for counts of a minute.
    """

    def __init__(self, engine: Engine, *, lasting: bool = True) -> None:
        """Begin without a connection; they are as many as threads ask at once, 8 at most, and are closed with the engine."""
        self._engine = engine
        self._lasting = lasting
        self._idle: deque[_Line] = deque()
        self._places = BoundedSemaphore(_MOST)
        event.listen(engine, "engine_disposed", self._close)

    def run(
        self, sql: str, *, columns: Mapping[str, str], rows: Sequence[Sequence[object]], **values: object
    ) -> list[Any]:
        """Run a statement for many rows, as run_for_rows() does; raises Transient where the database is away or full."""

        def run(line: _Line) -> list[Any]:
            if line.prepared is None:
                return run_for_rows(line.connection, sql, columns=columns, rows=rows, **values)
            return line.prepared.run(*with_rows(line.connection.dialect, sql, columns, rows, values))

        return self._ask(run)

    def row(self, sql: str, **values: object) -> Sequence[Any] | None:
        """Give the one row of a SELECT, if there is one; a moment comes as text, for read_moment(). Raises Transient as run()."""

        def run(line: _Line) -> Sequence[Any] | None:
            if line.prepared is None:
                return one_row(line.connection, sql, **values)
            found = line.prepared.run(*chained(line.connection.dialect, (sql,), values))
            return found[0] if found else None

        return self._ask(run)

    def run_as_one(self, statements: Sequence[str], **values: object) -> Any:
        """Run statements of which all are kept or none; gives the first value that the last one returns, if any.

        None of them sees anything of the others. Raises Transient as run().
        """

        def run(line: _Line) -> Any:
            if line.prepared is None:
                return as_one(line.connection, statements, **values)
            found = line.prepared.run(*chained(line.connection.dialect, statements, values))
            return found[0][0] if found else None

        return self._ask(run)

    def ask(self, work: Callable[[Connection], T]) -> T:
        """Do work on a connection on which each statement is kept at once.

        It is done once more where the connection has been cut while it rested, so it must do no harm twice.
        """
        return self._ask(lambda line: work(line.connection))

    def _ask(self, work: "Callable[[_Line], T]") -> T:
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

    def _work(self, line: "_Line", work: "Callable[[_Line], T]") -> T:
        try:
            with line.told_apart():
                found = work(line)
        except BaseException:
            line.connection.close()
            raise
        self._idle.append(line)
        return found

    def _take(self) -> "_Line | None":
        try:
            return self._idle.pop()
        except IndexError:
            return None

    def _connect(self) -> "_Line":
        connection = self._engine.connect().execution_options(isolation_level="AUTOCOMMIT")
        # It rests here, and the pool has others to give.
        connection.detach()
        self._set_up(connection)
        is_prepared = connection.dialect.name == _POSTGRESQL
        return _Line(connection, Prepared(connection.connection.dbapi_connection) if is_prepared else None)

    def _set_up(self, connection: Connection) -> None:
        name = connection.dialect.name
        wanted = (_BY_KEY.get(name), None if self._lasting else _FLEETING[name])
        cursor = connection.connection.cursor()
        for setting in filter(None, wanted):
            cursor.execute(setting)
        cursor.close()

    def _close(self, *_: object) -> None:
        while self._idle:
            self._idle.pop().connection.close()


@dataclass(frozen=True, slots=True)
class _Line:
    """A connection, and on PostgreSQL the statements that it knows."""

    connection: Connection
    prepared: Prepared | None

    @contextlib.contextmanager
    def told_apart(self) -> Iterator[None]:
        """Wrap what the driver itself complains of as the library does, and tell whether the connection is gone."""
        dialect = self.connection.dialect
        try:
            yield
        except dialect.loaded_dbapi.Error as error:
            is_cut = self.prepared is not None and self.prepared.is_cut
            raise DBAPIError.instance(
                "",
                None,
                error,
                dialect.loaded_dbapi.Error,
                hide_parameters=True,
                connection_invalidated=is_cut,
                dialect=dialect,
            ) from error
