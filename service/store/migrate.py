"""Bring a database to the newest migration, or tell how far it is."""

import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import OperationalError

from service.foundation.errors import Transient
from service.store.beside_others import LOCK_WAIT
from service.store.engine import READING
from service.store.queue_schema import bring_queue, has_queue

MIGRATIONS = Path(__file__).resolve().parent.parent.parent / "migrations"
TRIES = 100
"""So often the locks that one migration needs are asked for: with the pauses between, for ten minutes."""

_LOCK = 20261123
_PAUSE_SECONDS = (0.5, 1.0, 2.0, 5.0)
# Somebody else holds a lock for longer than we wait; two wait for one another, and we were the one to step back.
_IN_THE_WAY = frozenset({"55P03", "40P01"})
_BUSY = (
    "A table is in use by something that takes long, perhaps a backup, and could not be changed within ten minutes."
    " What was done is kept: run `undersigned init` again when that has ended."
)
_log = logging.getLogger(__name__)


def migrate(engine: Engine, *, to: str = "head") -> None:
    """Apply every migration that is missing, up to the newest or an earlier one; does nothing where none is.

    On SQLite all of them are one transaction. On PostgreSQL each is one, so that nothing stays locked until the last is
    done, and who was killed in the middle begins again where that was. Raises Transient, with what was done kept, where
    somebody stands in the way for ten minutes.
    """
    if engine.dialect.name != "postgresql":
        with engine.begin() as connection:
            _upgrade(connection, to)
        return
    with _alone(engine) as connection:
        tries, stands_at = 0, _revision(connection)
        while not _try_to_upgrade(connection, to):
            tries, stood_at, stands_at = tries + 1, stands_at, _revision(connection)
            if stands_at != stood_at:
                tries = 1
            if tries >= TRIES:
                raise Transient(_BUSY)
            _log.info("a migration steps back for those who use its table, and tries again")
            time.sleep(_PAUSE_SECONDS[min(tries, len(_PAUSE_SECONDS)) - 1])


def is_up_to_date(engine: Engine) -> bool:
    """Tell whether the database has every migration that is known here, and its queue the version that is installed.

    It may have more: a later version has migrated it, and every migration lets the version before it run on.
    """
    scripts = ScriptDirectory.from_config(_config())
    with engine.connect().execution_options(**{READING: True}) as connection:
        here = MigrationContext.configure(connection).get_current_revision()
        newest = scripts.get_current_head()
        return here is not None and newest is not None and here >= newest and has_queue(connection)


@contextmanager
def _alone(engine: Engine) -> Iterator[Connection]:
    """Give a connection of its own that holds the place of whoever migrates; two machines that start at once take turns."""
    connection = engine.connect()
    try:
        # Asked for again and again: who waits inside a statement holds up the building of indexes, which holds this place.
        while not connection.execute(
            text("SELECT pg_try_advisory_lock(:lock)"), {"lock": _LOCK}
        ).scalar_one():
            connection.rollback()
            time.sleep(_PAUSE_SECONDS[0])
        connection.rollback()
        with connection.begin():
            connection.execute(text(f"SET lock_timeout TO '{LOCK_WAIT}'"))
        yield connection
    finally:
        # What was set on it ends with it, and so does its place: if we are killed, when the server has ended our last statement.
        connection.invalidate()
        connection.close()


def _try_to_upgrade(connection: Connection, to: str) -> bool:
    """Apply what is missing; tells whether all was, or somebody stood in the way. What was done before that is kept."""
    try:
        _upgrade(connection, to)
        # Each migration was kept by itself; what is left open has only looked.
        connection.rollback()
        with connection.begin():
            bring_queue(connection)
    except OperationalError as error:
        connection.rollback()
        if getattr(error.orig, "sqlstate", None) not in _IN_THE_WAY:
            raise
        return False
    return True


def _revision(connection: Connection) -> str | None:
    found = MigrationContext.configure(connection).get_current_revision()
    connection.rollback()
    return found


def _upgrade(connection: Connection, to: str) -> None:
    config = _config()
    config.attributes["connection"] = connection
    command.upgrade(config, to)


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    return config
