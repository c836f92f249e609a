"""One row of the database in one round trip, for what is asked at every view of a page."""

import contextlib
from collections import deque
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Engine, event
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from service.foundation.errors import Transient

_POSTGRESQL = "postgresql"


class Glance:
    """Reads single rows by connections of its own, each statement a transaction by itself.

    A session would ask four times: whether the connection lives, for a transaction, for the row, for its end. The
    connections are as many as threads read at once, and are closed with the engine.
    """

    def __init__(self, engine: Engine) -> None:
        """Begin without a connection."""
        self._engine = engine
        # The pool may be empty, and says so in its own words.
        self._errors = (engine.dialect.loaded_dbapi.Error, DBAPIError, PoolTimeoutError)
        self._idle: deque[Any] = deque()
        event.listen(engine, "engine_disposed", self._close)

    def row(self, sql: str, *values: object) -> Sequence[Any] | None:
        """Give the first row of a statement, as the driver gives it; its values stand at `?`.

        Raises Transient where the database does not answer.
        """
        if self._engine.dialect.name == _POSTGRESQL:
            sql = sql.replace("?", "%s")
        try:
            return self._ask(sql, values)
        except self._errors:
            # A server that was restarted closes what rested here: a fresh connection is worth one more try.
            self._close()
        try:
            return self._ask(sql, values)
        except self._errors as error:
            raise Transient("The database cannot be reached; try again in a while.") from error

    def _ask(self, sql: str, values: Sequence[object]) -> Sequence[Any] | None:
        connection = self._take()
        try:
            found: Sequence[Any] | None = connection.execute(sql, values).fetchone()
        except self._errors:
            self._leave(connection)
            raise
        self._idle.append(connection)
        return found

    def _take(self) -> Any:
        try:
            return self._idle.pop()
        except IndexError:
            return self._connect()

    def _connect(self) -> Any:
        borrowed = self._engine.raw_connection()
        borrowed.detach()
        connection: Any = borrowed.dbapi_connection
        if self._engine.dialect.name == _POSTGRESQL:
            connection.autocommit = True
            connection.prepare_threshold = 0
        return connection

    def _close(self, *_: object) -> None:
        while self._idle:
            self._leave(self._idle.pop())

    def _leave(self, connection: Any) -> None:
        # What is broken may refuse to be closed as well.
        with contextlib.suppress(self._errors):
            connection.close()
