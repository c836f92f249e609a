"""A database is migrated while people read and write it, and begun again after any death in the middle."""

import os
import signal
import subprocess
import sys
import threading
import time
from contextlib import contextmanager

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Boolean, DateTime, Integer, LargeBinary, inspect, text
from sqlalchemy.exc import DBAPIError

from service.model.tables import metadata
from service.store.migrate import is_up_to_date, migrate
from tests.operator import ROOT

pytestmark = pytest.mark.soak

BEFORE = "0024"
ROWS = 20_000
WAITS_AT_MOST = 2.5
IN_THE_WAY_FOR = 5.0
INVALID = text("SELECT count(*) FROM pg_index WHERE NOT indisvalid")


def fill(engine, table, count, **fixed):
    """Write rows into a table as it stands, of nothing but what its columns ask for."""
    values = {}
    for column in inspect(engine).get_columns(table):
        name, kind = column["name"], column["type"]
        if name in fixed:
            values[name] = f"'{fixed[name]}'"
        elif not column["nullable"]:
            values[name] = written(kind, number="n")
    sequence = (
        f"(WITH RECURSIVE s(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM s WHERE n < {count}) SELECT n FROM s)"
    )
    sql = (
        f"INSERT INTO {table} ({', '.join(values)}) SELECT {', '.join(values.values())} FROM {sequence} AS t"
    )
    if engine.dialect.name == "sqlite":
        sql = sql.replace("decode(lpad(", "cast((").replace("::text, 8, '0'), 'hex')", ") AS BLOB)")
    with engine.begin() as connection:
        connection.execute(text(sql))


def written(kind, *, number):
    if isinstance(kind, Boolean):
        return "false"
    if isinstance(kind, Integer):
        return "1"
    if isinstance(kind, DateTime):
        return "'2026-11-27 12:00:00+00:00'"
    if isinstance(kind, LargeBinary):
        return f"decode(lpad({number}::text, 8, '0'), 'hex')"
    return "'{}'" if "JSON" in repr(kind) else f"cast({number} AS varchar)"


@pytest.fixture
def earlier(bare_engine):
    """Give a database of an earlier version, with sign-ons and mail."""
    migrate(bare_engine, to=BEFORE)
    fill(bare_engine, "campaign", 1, id="letter", slug="river")
    fill(bare_engine, "signature", ROWS, campaign_id="letter", state="pending")
    fill(bare_engine, "message", ROWS, state="queued")
    return bare_engine


class Others:
    """People who read and write without a pause, and how long each of them waited at most."""

    def __init__(self, engine):
        self.engine, self.ended = engine, threading.Event()
        self.longest, self.done, self.troubles = {}, {}, []
        self.threads = [threading.Thread(target=self.go_on, args=(act,)) for act in (self.read, self.write)]

    def __enter__(self):
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self.ended.set()
        for thread in self.threads:
            thread.join(60)

    def go_on(self, act):
        while not self.ended.is_set():
            began = time.monotonic()
            try:
                act()
            except DBAPIError as trouble:
                self.troubles.append(trouble)
            self.longest[act.__name__] = max(self.longest.get(act.__name__, 0), time.monotonic() - began)
            self.done[act.__name__] = self.done.get(act.__name__, 0) + 1
            time.sleep(0.005)

    def read(self):
        with self.engine.connect().execution_options(undersigned_reading=True) as connection:
            connection.execute(text("SELECT state FROM campaign WHERE slug = 'river'")).one()
            # The first table that is changed.
            connection.execute(text("SELECT count(*) FROM schedule")).one()
            connection.execute(text("SELECT state FROM signature WHERE id = '7'")).one()

    def write(self):
        with self.engine.begin() as connection:
            connection.execute(text("UPDATE signature SET state = 'confirmed' WHERE id = '7'"))
            connection.execute(text("UPDATE message SET attempt = attempt + 1 WHERE id = '7'"))


@contextmanager
def somebody_reads_for_long(engine):
    """Hold what a long reading holds, as a backup does, for a while."""
    connection = engine.connect()
    for table in ("signature", "message", "campaign", "schedule"):
        connection.execute(text(f"SELECT 1 FROM {table} LIMIT 1"))
    ending = threading.Timer(IN_THE_WAY_FOR, connection.close)
    ending.start()
    yield
    ending.join()


def has_all(engine):
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"include_name": is_ours})
        halves = connection.execute(INVALID).scalar_one() if engine.dialect.name == "postgresql" else 0
        return compare_metadata(context, metadata) == [] and halves == 0 and is_up_to_date(engine)


def is_ours(name, kind, _):
    return not (kind == "table" and (name or "").startswith("procrastinate_"))


def test_who_reads_and_writes_meanwhile_goes_on(earlier):
    with Others(earlier) as others:
        time.sleep(0.2)
        migrate(earlier)

    assert has_all(earlier)
    assert others.troubles == []
    assert set(others.longest) == {"read", "write"}
    assert max(others.longest.values()) < WAITS_AT_MOST


# Readers of SQLite are in nobody's way.
@pytest.mark.parametrize("bare_engine", ["postgresql"], indirect=True)
def test_a_long_reading_holds_up_the_migration_and_nobody_else(earlier):
    with Others(earlier) as others, somebody_reads_for_long(earlier):
        began = time.monotonic()
        migrate(earlier)
        took = time.monotonic() - began

    assert has_all(earlier)
    assert took > IN_THE_WAY_FOR / 2
    assert others.troubles == []
    assert max(others.longest.values()) < WAITS_AT_MOST


# SQLite builds all or nothing.
@pytest.mark.parametrize("bare_engine", ["postgresql"], indirect=True)
def test_an_index_that_was_left_half_built_is_built_anew(earlier):
    migrate(earlier, to="0031")
    leave_half_built(
        earlier, "CREATE INDEX CONCURRENTLY signature_invited ON signature (campaign_id, id) WHERE invited"
    )

    migrate(earlier)

    assert has_all(earlier)


def leave_half_built(engine, statement):
    """Begin to build an index while a transaction is under way that it has to wait for, and lose patience."""
    with (
        engine.connect() as writing,
        engine.connect().execution_options(isolation_level="AUTOCOMMIT") as building,
    ):
        writing.execute(text("UPDATE signature SET state = 'confirmed' WHERE id = '8'"))
        building.execute(text("SET lock_timeout TO '200ms'"))
        with pytest.raises(DBAPIError):
            building.execute(text(statement))
        building.execute(text("RESET lock_timeout"))
        assert building.execute(INVALID).scalar_one() == 1


def test_two_that_begin_at_once_take_turns(earlier):
    both = [begin_apart(earlier) for _ in range(2)]

    assert [one.wait(120) for one in both] == [0, 0]
    assert has_all(earlier)


@pytest.mark.parametrize("killed_after", ["0024", "0026", "0029", "0031", "0032", "0033"])
def test_who_was_killed_in_the_middle_begins_again(earlier, killed_after):
    with begin_apart(earlier) as process:
        if earlier.dialect.name == "sqlite":
            # It is one transaction, of which nobody sees a part.
            time.sleep(0.8 + 0.05 * int(killed_after))
        else:
            wait_until_it_stands_at(earlier, killed_after, process)
        process.send_signal(signal.SIGKILL)

    migrate(earlier)

    assert has_all(earlier)
    with earlier.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM signature")).scalar_one() == ROWS


def begin_apart(engine):
    """Begin to migrate in a process of its own."""
    url = engine.url.render_as_string(hide_password=False)
    code = (
        "import sys; from service.store.engine import make_engine; from service.store.migrate import migrate;"
        " migrate(make_engine(sys.argv[1].replace('+psycopg', '')))"
    )
    return subprocess.Popen(
        [sys.executable, "-c", code, url], cwd=ROOT, env={"PATH": os.defpath, "PYTHONPATH": str(ROOT)}
    )


def wait_until_it_stands_at(engine, revision, process):
    end = time.monotonic() + 60
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        while connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one() < revision:
            assert process.poll() is None
            assert time.monotonic() < end
    # Some way into the next one.
    time.sleep(0.01)
