"""One text from the database in one round trip, for what is asked at every view of a page."""

import contextlib
from collections import deque
from typing import Any, Protocol

import psycopg
from psycopg import pq
from sqlalchemy import Engine, event
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from service.foundation.errors import Transient

_POSTGRESQL = "postgresql"
_NAME = b"undersigned_glance"


class Glance:
    """Reads by connections of its own, each statement a transaction by itself, prepared once.

    A session would ask four times: whether the connection lives, for a transaction, for the row, for its end. The
    connections are as many as threads read at once, and are closed with the engine.
    """

    def __init__(self, engine: Engine, sql: str) -> None:
        """Begin without a connection; the statement takes one text at `?`, and gives one row with one text, or none."""
        self._engine = engine
        self._sql = sql
        # The pool may be empty, and says so in its own words.
        self._errors: tuple[type[Exception], ...] = (
            engine.dialect.loaded_dbapi.Error,
            DBAPIError,
            PoolTimeoutError,
        )
        self._idle: deque[_Line] = deque()
        event.listen(engine, "engine_disposed", self._close)

    def text(self, value: str) -> str | None:
        """Give what the statement gives for a value; raises Transient where the database does not answer."""
        try:
            return self._ask(value)
        except self._errors:
            # A server that was restarted closes what rested here: a fresh connection is worth one more try.
            self._close()
        try:
            return self._ask(value)
        except self._errors as error:
            raise Transient("The database cannot be reached; try again in a while.") from error

    def _ask(self, value: str) -> str | None:
        line = self._take()
        try:
            found = line.text(value)
        except self._errors:
            self._leave(line)
            raise
        self._idle.append(line)
        return found

    def _take(self) -> "_Line":
        try:
            return self._idle.pop()
        except IndexError:
            return self._connect()

    def _connect(self) -> "_Line":
        borrowed = self._engine.raw_connection()
        borrowed.detach()
        make = _PostgresLine if self._engine.dialect.name == _POSTGRESQL else _SqliteLine
        return make(borrowed.dbapi_connection, self._sql)

    def _close(self, *_: object) -> None:
        while self._idle:
            self._leave(self._idle.pop())

    def _leave(self, line: "_Line") -> None:
        # What is broken may refuse to be closed as well.
        with contextlib.suppress(*self._errors):
            line.close()


class _Line(Protocol):
    """A connection that knows one statement."""

    def text(self, value: str) -> str | None: ...

    def close(self) -> None: ...


class _SqliteLine:
    def __init__(self, connection: Any, sql: str) -> None:
        self._connection = connection
        self._sql = sql

    def text(self, value: str) -> str | None:
        row = self._connection.execute(self._sql, (value,)).fetchone()
        return None if row is None else row[0]

    def close(self) -> None:
        self._connection.close()


class _PostgresLine:
    """Speaks by psycopg's own wrapping of libpq: a cursor would take several times as long as the answer does."""

    def __init__(self, connection: Any, sql: str) -> None:
        connection.autocommit = True
        self._connection = connection
        self._raw = connection.pgconn
        self._settle(self._raw.prepare(_NAME, sql.replace("?", "$1").encode()), "COMMAND_OK")

    def text(self, value: str) -> str | None:
        result = self._settle(self._raw.exec_prepared(_NAME, (value.encode(),)), "TUPLES_OK")
        found: bytes | None = result.get_value(0, 0) if result.ntuples else None
        return None if found is None else found.decode()

    def close(self) -> None:
        self._connection.close()

    def _settle(self, result: Any, wanted: str) -> Any:
        if pq.ExecStatus(result.status).name != wanted:
            raise psycopg.OperationalError(result.get_error_message())
        return result
