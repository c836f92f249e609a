"""Make the engine for either database from one URL: SQLite for one machine, PostgreSQL for more."""

import sqlite3
import threading

from sqlalchemy import Connection, Engine, create_engine, event, make_url
from sqlalchemy.pool import ConnectionPoolEntry

from service.foundation.errors import Refused

_BUSY_SECONDS = 20
# A page that is written again and again is copied into the database once for each checkpoint: 16 MB between two of them.
_CHECKPOINT_PAGES = 4000
# A statement for three rows is another than one for four.
_STATEMENTS_READY = 256
# A machine that falls asleep or vanishes in the middle of a transaction would hold what it has locked until TCP gives it up,
# two hours later by default: nobody could begin what it was about to begin.
_ASLEEP_SECONDS = 300
READING = "undersigned_reading"
WRITE_LOCK = "undersigned_write_lock"


def make_engine(url: str) -> Engine:
    """Make the engine that a database URL names; raises Refused for anything but SQLite and PostgreSQL.

    SQLite runs with a write-ahead log, full synchronization and foreign keys; PostgreSQL by psycopg 3,
    and it ends a transaction in which nothing was said for five minutes.
    """
    kind = make_url(url).get_backend_name()
    if kind == "sqlite":
        return _make_sqlite(url)
    if kind in {"postgresql", "postgres"}:
        return _make_postgres(url)
    raise Refused("DATABASE_URL must begin with sqlite:/// or postgresql://.")


def _make_sqlite(url: str) -> Engine:
    engine = create_engine(
        url,
        connect_args={"timeout": _BUSY_SECONDS, "cached_statements": _STATEMENTS_READY},
        hide_parameters=True,
    )
    lock = threading.Lock()

    @event.listens_for(engine, "connect")
    def set_up(connection: sqlite3.Connection, _: ConnectionPoolEntry) -> None:
        # The driver's own idea of when a transaction begins is switched off; `begin` below decides.
        connection.isolation_level = None
        for pragma in (
            "journal_mode=WAL",
            "synchronous=FULL",
            f"wal_autocheckpoint={_CHECKPOINT_PAGES}",
            "foreign_keys=ON",
            f"busy_timeout={_BUSY_SECONDS * 1000}",
            "secure_delete=ON",
            "temp_store=MEMORY",
        ):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        reading = connection.get_execution_options().get(READING, False)
        # A deferred transaction that turns to writing fails with "database is locked": writers lock at once.
        connection.exec_driver_sql("BEGIN" if reading else "BEGIN IMMEDIATE")

    engine.update_execution_options(**{WRITE_LOCK: lock})
    return engine


def _make_postgres(url: str) -> Engine:
    wanted = make_url(url).set(drivername="postgresql+psycopg")
    return create_engine(
        wanted,
        pool_pre_ping=True,
        hide_parameters=True,
        # The connection that was used last has the statements prepared that are asked most.
        pool_use_lifo=True,
        pool_size=10,
        max_overflow=10,
        connect_args={
            "connect_timeout": 5,
            "options": f"-c timezone=UTC -c idle_in_transaction_session_timeout={_ASLEEP_SECONDS}s",
        },
    )
