"""Bring a database to the newest migration, or tell how far it is."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, text

from service.store.engine import READING
from service.store.queue_schema import bring_queue, has_queue

MIGRATIONS = Path(__file__).resolve().parent.parent.parent / "migrations"


def migrate(engine: Engine, *, to: str = "head") -> None:
    """Apply every migration that is missing, up to the newest or an earlier one; does nothing where none is."""
    config = _config()
    with engine.begin() as connection:
        if connection.dialect.name == "postgresql":
            # Two machines that start at once apply them one after the other; SQLite's write lock does the same.
            connection.execute(text("SELECT pg_advisory_xact_lock(20261123)"))
        config.attributes["connection"] = connection
        command.upgrade(config, to)
        bring_queue(connection)


def is_up_to_date(engine: Engine) -> bool:
    """Tell whether the database has every migration that is known here, and its queue the version that is installed.

    It may have more: a later version has migrated it, and every migration lets the version before it run on.
    """
    scripts = ScriptDirectory.from_config(_config())
    with engine.connect().execution_options(**{READING: True}) as connection:
        here = MigrationContext.configure(connection).get_current_revision()
        newest = scripts.get_current_head()
        return here is not None and newest is not None and here >= newest and has_queue(connection)


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    return config
