"""What every test may ask for: each database, a root key, a fixed noon."""

import contextlib
import gc
import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import hypothesis
import pytest
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, create_engine, event
from sqlalchemy.pool import ConnectionPoolEntry, Pool

from service.foundation.sealing import KEY_BYTES, RootKey
from service.store.engine import make_engine
from service.store.migrate import migrate
from tests.doubles.databases import (
    PostgresServer,
    compiling_once,
    copy_sqlite,
    open_postgres,
    reading_once,
)

# A busy machine is slow, and that is no fault of what is tested.
hypothesis.settings.register_profile("house", deadline=None)
# For a night: `python -m pytest --hypothesis-profile=soak …` tries much more of whatever hypothesis tries.
hypothesis.settings.register_profile("soak", deadline=None, max_examples=2000)
hypothesis.settings.load_profile("house")

# What is imported and collected stays: each search for garbage among it took longer than the tests' own objects are worth.
gc.set_threshold(0)
# A test leaves a few thousand things in circles: it is enough to look for them after every tenth or so, not ten times in each.
_SELDOM = (50_000, 10, 10)


def pytest_collection_finish() -> None:
    """Search for garbage from here on, among what the tests make."""
    gc.freeze()
    gc.set_threshold(*_SELDOM)


@event.listens_for(Pool, "checkout")
def _wait_for_no_disk(connection: object, _: ConnectionPoolEntry, __: object) -> None:
    # A test's rows are not worth a disk's wait; a service in a process of its own waits as always.
    if isinstance(connection, sqlite3.Connection):
        connection.execute("PRAGMA synchronous=OFF")


@pytest.fixture(scope="session", autouse=True)
def _once_for_all() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("service.store.engine.create_engine", compiling_once(create_engine))
        patch.setattr(ScriptDirectory, "from_config", reading_once(ScriptDirectory.from_config))
        # Whom this machine trusts is read anew for each connection, and no test relies on any of them.
        patch.setenv("SSL_CERT_FILE", str(Path(__file__).parent / "doubles" / "nobody.pem"))
        yield


@pytest.fixture
def noon() -> datetime:
    """Give the moment at which tests begin."""
    return datetime(2026, 11, 24, 12, tzinfo=UTC)


@pytest.fixture
def root() -> RootKey:
    """Give the same root key in every test."""
    return RootKey(bytes(range(KEY_BYTES)))


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> str:
    """Give the address of a migrated database without rows, on each of the two systems."""
    return str(request.getfixturevalue(f"{request.param}_url"))


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    """Open a migrated database without rows, on each of the two systems."""
    engine = make_engine(database_url)
    yield engine
    engine.dispose()


@pytest.fixture(params=["sqlite", "postgresql"])
def bare_engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    """Open a database without any table, on each of the two systems."""
    with contextlib.ExitStack() as stack:
        if request.param == "sqlite":
            url = f"sqlite:///{tmp_path / 'bare.db'}"
        else:
            url = stack.enter_context(request.getfixturevalue("postgres").database())
        engine = make_engine(url)
        yield engine
        engine.dispose()


@pytest.fixture
def sqlite_url(migrated_sqlite: Path, tmp_path: Path) -> str:
    """Give the address of a migrated SQLite database without rows."""
    return copy_sqlite(migrated_sqlite, tmp_path / "undersigned.db")


@pytest.fixture
def postgresql_url(postgres: PostgresServer, migrated_postgres: str) -> str:
    """Give the address of a migrated PostgreSQL database without rows."""
    return postgres.lend(template=migrated_postgres)


@pytest.fixture(scope="session")
def migrated_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Migrate one SQLite file, of which every test gets a copy."""
    path = tmp_path_factory.mktemp("sqlite") / "migrated.db"
    _migrate(f"sqlite:///{path}")
    return path


@pytest.fixture(scope="session")
def migrated_postgres(postgres: PostgresServer) -> Iterator[str]:
    """Migrate one PostgreSQL database, from which every test's own is made; give its name."""
    with postgres.database() as url:
        _migrate(url)
        yield postgres.name_in(url)
        postgres.take_back()


@pytest.fixture(scope="session")
def postgres(testrun_uid: str, worker_id: str) -> Iterator[PostgresServer]:
    """Start PostgreSQL once for all workers of a test run, or use the one that TEST_DATABASE_URL names."""
    with open_postgres(run=testrun_uid, worker=worker_id) as server:
        yield server


def _migrate(url: str) -> None:
    engine = make_engine(url)
    migrate(engine)
    engine.dispose()
