"""Bring the tables of Procrastinate's queue into a PostgreSQL database, and up to the version that is installed."""

import contextlib
from importlib.metadata import distribution
from pathlib import Path

from sqlalchemy import Connection, inspect, text

_LIBRARY = "procrastinate"
_POSTGRESQL = "postgresql"
_INSERT = text("INSERT INTO queue_step (name) VALUES (:name) ON CONFLICT DO NOTHING")


def bring_queue(connection: Connection) -> None:
    """Apply what the queue's schema lacks, within the caller's transaction; does nothing on SQLite.

    A database without the queue gets its whole schema, and any other the library's own steps in their order. Which ones
    it has is kept in `queue_step`, beside our own migrations, which know nothing of them.
    """
    missing = _missing(connection)
    if not missing:
        return
    if not inspect(connection).has_table("procrastinate_jobs"):
        _apply(connection, _folder() / "schema.sql")
    else:
        for step in missing:
            _apply(connection, _folder() / "migrations" / step)
    connection.execute(_INSERT, [{"name": step} for step in missing])


def has_queue(connection: Connection) -> bool:
    """Tell whether the queue's schema is that of the version which is installed; always on SQLite."""
    return not _missing(connection)


def _missing(connection: Connection) -> list[str]:
    if connection.dialect.name != _POSTGRESQL or not inspect(connection).has_table("queue_step"):
        return []
    known = set(connection.execute(text("SELECT name FROM queue_step")).scalars())
    steps = sorted(path.name for path in (_folder() / "migrations").glob("*.sql"))
    return [step for step in steps if step not in known]


def _apply(connection: Connection, path: Path) -> None:
    # Several statements without a parameter go in one message, dollar quotes and percent signs as they are.
    with contextlib.closing(connection.connection.cursor()) as cursor:
        cursor.execute(path.read_text(encoding="utf-8"))


def _folder() -> Path:
    return Path(str(distribution(_LIBRARY).locate_file(f"{_LIBRARY}/sql")))
