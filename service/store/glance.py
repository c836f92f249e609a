"""One row of the database in one round trip, for what is asked at every view of a page."""

import contextlib
from collections import deque
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Engine, event

from service.foundation.errors import Transient

_TRIES = 2
_POSTGRESQL = "postgresql"


class Glance:
    """Reads single rows by connections of its own, each statement a transaction by itself.

    A session would ask four times: whether the connection lives, for a transaction, for the row, for its end. The
    connections are as many as threads read at once, and are closed with the engine.
    """

    def __init__(self, engine: Engine) -> None:
        """Begin without a connection."""
        self._engine = engine
        self._errors = engine.dialect.loaded_dbapi.Error
        self._idle: deque[Any] = deque()
        event.listen(engine, "engine_disposed", self._close)

    def row(self, sql: str, *values: object) -> Sequence[Any] | None:
        """Give the first row of a statement, as the driver gives it; its values stand at `?`.

        Raises Transient where the database does not answer.
        """
        if self._engine.dialect.name == _POSTGRESQL:
            sql = sql.replace("?", "%s")
        for left in reversed(range(_TRIES)):
            connection = self._take()
            try:
                found: Sequence[Any] | None = connection.execute(sql, values).fetchone()
            except self._errors as error:
                # A server that was restarted closes what rested here: one fresh connection is worth a try.
                self._leave(connection)
                if not left:
                    raise Transient("The database cannot be reached; try again in a while.") from error
                self._close()
            else:
                self._idle.append(connection)
                return found
        raise AssertionError  # pragma: no cover

    def _take(self) -> Any:
        try:
            return self._idle.pop()
        except IndexError:
            return self._connect()

    def _connect(self) -> Any:
        try:
            borrowed = self._engine.raw_connection()
        except self._errors as error:
            raise Transient("The database cannot be reached; try again in a while.") from error
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
