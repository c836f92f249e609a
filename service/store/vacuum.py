"""Give back the room of what was deleted, and let nothing of it lie in files: never while somebody would wait long."""

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Engine

from service.foundation.errors import Transient
from service.store.transaction import only_writer

_POSTGRESQL = "postgresql"
_MUCH_DELETED = ("message", "message_event", "link_token", "signature", "agreement", "consent")
# Written anew in well under a second on two cores (docs/decisions/0052): whoever signs waits no longer than that.
SMALL_BYTES = 64 * 1024 * 1024
_WORTH_IT = 4
# Whoever reads for longer than this keeps the log from being emptied; it is tried again in the night.
_PATIENCE_MS = 200


@dataclass(frozen=True, kw_only=True)
class Room:
    """How large a database file is, and how much of it is empty, in bytes; nothing is known of PostgreSQL's."""

    total: int
    empty: int

    @property
    def is_worth_it(self) -> bool:
        """Tell whether a quarter of it or more could be given back."""
        return self.empty * _WORTH_IT >= self.total > 0


def room_of(engine: Engine) -> Room:
    """Measure a SQLite database; of PostgreSQL, which keeps its own house, it gives 0 and 0."""
    if engine.dialect.name == _POSTGRESQL:
        return Room(total=0, empty=0)
    with _bare(engine) as connection:
        page, pages, free = (
            int(connection.execute(f"PRAGMA {name}").fetchone()[0])
            for name in ("page_size", "page_count", "freelist_count")
        )
    return Room(total=page * pages, empty=page * free)


def after_purge(engine: Engine) -> bool:
    """See that nothing of what was deleted is left in files; tells whether that is so by now.

    On SQLite the deleted bytes were overwritten (secure_delete), and the log that still has them is emptied, unless
    somebody reads just now. PostgreSQL's dead rows are vacuumed now rather than when their turn comes.
    """
    with _bare(engine) as connection:
        if engine.dialect.name == _POSTGRESQL:
            for table in _MUCH_DELETED:
                connection.execute(f"VACUUM (ANALYZE) {table}")
            return True
        with only_writer(engine):
            return _empty_log(connection)


def tidy(engine: Engine) -> bool:
    """Do the small nightly things, and write a small database anew where that is worth it; tells whether it was."""
    if engine.dialect.name == _POSTGRESQL:
        return False
    with _bare(engine) as connection, only_writer(engine):
        connection.execute("PRAGMA optimize")
        _empty_log(connection)
    room = room_of(engine)
    if not room.is_worth_it or room.total > SMALL_BYTES:
        return False
    write_anew(engine)
    return True


def write_anew(engine: Engine) -> None:
    """Write a whole SQLite database anew, without its empty pages; nobody can write meanwhile. PostgreSQL is vacuumed.

    Raises Transient where the disk has no room for a second copy, or somebody else is writing all the time.
    """
    with _bare(engine) as connection:
        if engine.dialect.name == _POSTGRESQL:
            connection.execute("VACUUM (ANALYZE)")
            return
        with only_writer(engine):
            connection.execute("VACUUM")
            _empty_log(connection)


def _empty_log(connection: Any) -> bool:
    """Bring the write-ahead log into the database and cut it to nothing; tells whether it could be."""
    (before,) = connection.execute("PRAGMA busy_timeout").fetchone()
    connection.execute(f"PRAGMA busy_timeout={_PATIENCE_MS}")
    try:
        is_busy, *_ = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    finally:
        connection.execute(f"PRAGMA busy_timeout={before}")
    return not is_busy


@contextlib.contextmanager
def _bare(engine: Engine) -> Iterator[Any]:
    """Open a driver's connection on which each statement stands alone: neither database vacuums within a transaction."""
    try:
        borrowed = engine.raw_connection()
        connection: Any = borrowed.dbapi_connection
        if engine.dialect.name == _POSTGRESQL:
            borrowed.detach()
            connection.autocommit = True
        try:
            yield connection
        finally:
            borrowed.close()
            if engine.dialect.name == _POSTGRESQL:
                connection.close()
    except engine.dialect.loaded_dbapi.Error as error:
        raise Transient(
            "The database could not be tidied now; nothing was changed. Try again in a while."
        ) from error
