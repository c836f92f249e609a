"""What a migration does to a large table on PostgreSQL while others read and write it; on SQLite it is done as ever.

All of it comes before anything else that its migration does, and may be done again: a process that was killed between
here and the end of its migration begins the whole migration anew.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from alembic import op
from sqlalchemy import Column, text

LOCK_WAIT = "500ms"
"""So long a migration waits for a lock at most: whoever comes after it waits for it meanwhile, readers too.

It is less than the second after which PostgreSQL looks for a ring of those who wait, and ends one of them: the one to step back is the migration.
"""

_HALF_BUILT = text(
    "SELECT 1 FROM pg_index AS i JOIN pg_class AS c ON c.oid = i.indexrelid"
    " WHERE c.relname = :name AND NOT i.indisvalid AND pg_table_is_visible(c.oid)"
)


def build_index(
    name: str, table: str, columns: Sequence[str], *, is_unique: bool = False, where: str | None = None
) -> None:
    """Build an index; on PostgreSQL with nobody waiting for it, and anew where an earlier try was broken off."""
    if not _is_postgresql():
        condition = text(where) if where is not None else None
        op.create_index(name, table, list(columns), unique=is_unique, sqlite_where=condition)
        return
    with _without_transaction():
        if op.get_bind().execute(_HALF_BUILT, {"name": name}).first() is not None:
            op.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {name}")
        unique, only = "UNIQUE " if is_unique else "", f" WHERE {where}" if where is not None else ""
        op.execute(
            f"CREATE {unique}INDEX CONCURRENTLY IF NOT EXISTS {name} ON {table} ({', '.join(columns)}){only}"
        )


def add_columns(table: str, *columns: Column[Any]) -> None:
    """Add columns before an index of theirs is built."""
    if not _is_postgresql():
        for column in columns:
            op.add_column(table, column)
        return
    with op.get_context().autocommit_block():
        for column in columns:
            op.add_column(table, column, if_not_exists=True)


def change_index(name: str, table: str, columns: Sequence[str], *, now_named: str) -> None:
    """Let an index that was built as `now_named` take the place of another; on SQLite, build it there.

    The one thing here that is not done apart: it belongs to the migration's transaction, at its end.
    """
    op.drop_index(name, table)
    if _is_postgresql():
        op.execute(f"ALTER INDEX {now_named} RENAME TO {name}")
    else:
        op.create_index(name, table, list(columns))


@contextmanager
def _without_transaction() -> Iterator[None]:
    with op.get_context().autocommit_block():
        # It waits for transactions that began before it, and nobody waits for it.
        op.execute("SET lock_timeout TO 0")
        try:
            yield
        finally:
            op.execute(f"SET lock_timeout TO '{LOCK_WAIT}'")


def _is_postgresql() -> bool:
    return op.get_bind().dialect.name == "postgresql"
