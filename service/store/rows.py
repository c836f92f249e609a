"""Run one statement for many rows of values, as fast as each of the databases can."""

import contextlib
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import lru_cache
from itertools import chain
from typing import Any, Self

from sqlalchemy import Connection, Dialect
from sqlalchemy.exc import DBAPIError

from service.model.columns import Moment

_POSTGRESQL = "postgresql"
_RETURNING = " RETURNING "
_PLACE = re.compile(r":([a-z_]+)")
_LOCKS = re.compile(r" FOR (SHARE|UPDATE SKIP LOCKED)$")
_CELL = re.compile(r"\bv\.([a-z_]+)")
# SQLite takes 32,766 values in one statement.
_MOST_VALUES = 30_000
_MARK = "undersigned_rows"


def run_for_rows(
    connection: Connection,
    sql: str,
    *,
    columns: Mapping[str, str],
    rows: Sequence[Sequence[object]],
    **values: object,
) -> list[Any]:
    """Run a statement that reads `rows` as a table `v`, and give the rows that it returns.

    `sql` holds `FROM {v}` once, names the cells `v.name` and its other parameters `:name`. `columns` names the cells,
    each with its type (text, integer, bytea); they are texts, whole numbers, bytes and None. A moment or a day is
    kept as its columns keep it. Such statements run thousands of times a minute, so they go to the driver as they are.
    """
    if not rows:
        return []
    if connection.dialect.name == _POSTGRESQL:
        return _run_on_postgresql(connection, sql, columns, rows, values)
    given = _Given.of(connection.dialect, sql, tuple(columns), values)
    with _raw_cursor(connection, sql) as cursor:
        found: list[Any] = []
        for part in given.parts(rows):
            _execute(connection, cursor, *part)
            found += cursor.fetchall()
    return found


def touch_rows(
    connection: Connection,
    sql: str,
    *,
    columns: Mapping[str, str],
    rows: Sequence[Sequence[object]],
    **values: object,
) -> set[Any]:
    """Run an UPDATE as run_for_rows() does, and give the first cell of each row that it touched.

    It touches each row once at most, and ends in RETURNING what the first cell was compared with.
    """
    if not rows:
        return set()
    if connection.dialect.name == _POSTGRESQL:
        return {found[0] for found in _run_on_postgresql(connection, sql, columns, rows, values)}
    silent, _, _ = sql.partition(_RETURNING)
    given = _Given.of(connection.dialect, silent, tuple(columns), values)
    with _raw_cursor(connection, sql) as cursor:
        # Each row that SQLite returns is a call, and nearly always all are touched: then their number says so.
        cursor.execute(f"SAVEPOINT {_MARK}")
        touched = 0
        for part in given.parts(rows):
            _execute(connection, cursor, *part)
            touched += cursor.rowcount
        if touched == len(rows):
            cursor.execute(f"RELEASE {_MARK}")
            return {row[0] for row in rows}
        cursor.execute(f"ROLLBACK TO {_MARK}")
        cursor.execute(f"RELEASE {_MARK}")
    return {found[0] for found in run_for_rows(connection, sql, columns=columns, rows=rows, **values)}


@dataclass(frozen=True, kw_only=True)
class _Given:
    """A statement for SQLite, and the values before and behind those of its rows."""

    head: str
    tail: str
    before: Sequence[object]
    behind: Sequence[object]

    @classmethod
    def of(cls, dialect: Dialect, sql: str, columns: tuple[str, ...], values: Mapping[str, object]) -> Self:
        head, tail, before, behind = _for_sqlite(sql, columns)
        kept = {name: _as_kept(dialect, value) for name, value in values.items()}
        return cls(
            head=head,
            tail=tail,
            before=[kept[name] for name in before],
            behind=[kept[name] for name in behind],
        )

    def parts(self, rows: Sequence[Sequence[object]]) -> Iterator[tuple[str, list[object]]]:
        """Give the statement with as many rows as it takes at a time, and all its values in their order."""
        width = len(rows[0])
        most = _MOST_VALUES // width
        for first in range(0, len(rows), most):
            some = rows[first : first + most]
            statement = f"{self.head}{_table(width, len(some))}{self.tail}"
            yield statement, [*self.before, *chain.from_iterable(some), *self.behind]


@contextlib.contextmanager
def _raw_cursor(connection: Connection, sql: str) -> Iterator[Any]:
    dialect, cursor = connection.dialect, connection.connection.cursor()
    try:
        yield cursor
    except dialect.loaded_dbapi.Error as error:
        is_cut = dialect.is_disconnect(error, connection.connection.dbapi_connection, cursor)
        if is_cut:
            connection.invalidate(error)
        raise DBAPIError.instance(
            sql,
            None,
            error,
            dialect.loaded_dbapi.Error,
            hide_parameters=True,
            connection_invalidated=is_cut,
            dialect=dialect,
        ) from error
    finally:
        cursor.close()


def _execute(connection: Connection, cursor: Any, statement: str, parameters: Any) -> None:
    # Past the library's events, but not past its dialect: whoever watches statements does it there.
    connection.dialect.do_execute(cursor, statement, parameters)


def _run_on_postgresql(
    connection: Connection,
    sql: str,
    columns: Mapping[str, str],
    rows: Sequence[Sequence[object]],
    values: Mapping[str, object],
) -> list[Any]:
    statement, given = with_rows(connection.dialect, sql, columns, rows, values)
    with _raw_cursor(connection, sql) as cursor:
        _execute(connection, cursor, statement, given)
        return list(cursor.fetchall()) if _RETURNING in sql else []


def run_quickly(connection: Connection, sql: str, **values: object) -> Any:
    """Run a statement that gives one value or none, and give that value; None where it gives no row.

    Its parameters are named `:name`. `FOR SHARE`, or `FOR UPDATE SKIP LOCKED`, at its end is for PostgreSQL only: SQLite
    has no locks of rows.
    """
    given = {name: _as_kept(connection.dialect, value) for name, value in values.items()}
    if connection.dialect.name == _POSTGRESQL:
        moments = frozenset(name for name, value in values.items() if isinstance(value, datetime))
        statement = _for_postgresql(sql, (), tuple(given), moments)
    else:
        statement = _LOCKS.sub("", sql)
    with _raw_cursor(connection, sql) as cursor:
        _execute(connection, cursor, statement, given)
        row = cursor.fetchone()
    return row[0] if row is not None else None


def one_row(connection: Connection, sql: str, **values: object) -> tuple[Any, ...] | None:
    """Run a SELECT on SQLite, and give its row or None; its parameters are named `:name`."""
    given = {name: _as_kept(connection.dialect, value) for name, value in values.items()}
    with _raw_cursor(connection, sql) as cursor:
        _execute(connection, cursor, sql, given)
        row: tuple[Any, ...] | None = cursor.fetchone()
    return row


def read_moment(written: str | datetime) -> datetime:
    """Read a moment as either database or its driver writes it."""
    moment = datetime.fromisoformat(written) if isinstance(written, str) else written
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def as_one(connection: Connection, statements: Sequence[str], **values: object) -> Any:
    """Run statements of which all are kept or none, on a connection of SQLite that keeps each at once.

    Each is an INSERT or an UPDATE that sees nothing of the others; gives the first value that the last one returns,
    None where it returns no row. Their parameters are named `:name`.
    """
    given = {name: _as_kept(connection.dialect, value) for name, value in values.items()}
    with _raw_cursor(connection, statements[-1]) as cursor:
        row = _one_after_the_other(connection, cursor, statements, given)
    return row[0] if row is not None else None


def chained(
    dialect: Dialect, statements: Sequence[str], values: Mapping[str, object]
) -> tuple[str, dict[str, object]]:
    """Say in one statement of PostgreSQL what as_one() runs, and give its values as they are kept."""
    return _said(dialect, _chained(tuple(statements)), (), values)


def with_rows(
    dialect: Dialect,
    sql: str,
    columns: Mapping[str, str],
    rows: Sequence[Sequence[object]],
    values: Mapping[str, object],
) -> tuple[str, dict[str, object]]:
    """Say to PostgreSQL what run_for_rows() runs, and give its values as they are kept."""
    statement, given = _said(dialect, sql, tuple(columns.items()), values)
    given["rows"] = json.dumps(rows, separators=(",", ":"), default=_as_bytea)
    return statement, given


def _said(
    dialect: Dialect, sql: str, columns: tuple[tuple[str, str], ...], values: Mapping[str, object]
) -> tuple[str, dict[str, object]]:
    given = {name: _as_kept(dialect, value) for name, value in values.items()}
    moments = frozenset(name for name, value in values.items() if isinstance(value, datetime))
    return _for_postgresql(sql, columns, tuple(given), moments), given


def _one_after_the_other(
    connection: Connection, cursor: Any, statements: Sequence[str], given: Mapping[str, object]
) -> Any:
    cursor.execute("BEGIN IMMEDIATE")
    try:
        for statement in statements:
            _execute(connection, cursor, statement, given)
        row = cursor.fetchone()
        cursor.execute("COMMIT")
    except BaseException:
        cursor.execute("ROLLBACK")
        raise
    return row


@lru_cache(maxsize=16)
def _chained(statements: tuple[str, ...]) -> str:
    """Make one statement of several (PostgreSQL: all parts of a WITH that change something are run)."""
    *before, last = statements
    if not before:
        return last
    parts = ", ".join(f"part{place} AS ({statement})" for place, statement in enumerate(before))
    return f"WITH {parts} {last}"


def _as_bytea(value: bytes) -> str:
    return rf"\x{value.hex()}"


@lru_cache(maxsize=64)
def _for_sqlite(sql: str, columns: tuple[str, ...]) -> tuple[str, str, tuple[str, ...], tuple[str, ...]]:
    """Give what stands before the table of rows and behind it, and the names of the parameters in each."""
    places = {name: place for place, name in enumerate(columns, start=1)}
    head, _, tail = _CELL.sub(lambda found: f"v.column{places[found[1]]}", sql).partition("{v}")
    before, behind = (tuple(_PLACE.findall(part)) for part in (head, tail))
    return _PLACE.sub("?", head), _PLACE.sub("?", tail), before, behind


@lru_cache(maxsize=128)
def _table(width: int, length: int) -> str:
    row = f"({','.join('?' * width)})"
    return f"(VALUES {','.join([row] * length)}) AS v"


@lru_cache(maxsize=64)
def _for_postgresql(
    sql: str, columns: tuple[tuple[str, str], ...], names: tuple[str, ...], moments: frozenset[str]
) -> str:
    cells = ", ".join(
        f"(r.cells ->> {place})::{kind} AS {name}" for place, (name, kind) in enumerate(columns)
    )
    # Of an array PostgreSQL guesses that it is short, and looks each row up; of a JSON list that it is long, and then it
    # reads the whole table of messages.
    given = "unnest(ARRAY(SELECT json_array_elements(%(rows)s::json)))"
    table = f"(SELECT {cells} FROM {given} AS r(cells)) AS v"  # noqa: S608 -- names of ours
    statement = sql
    for name in sorted(names, key=len, reverse=True):
        cast = "::timestamptz" if name in moments else ""
        statement = statement.replace(f":{name}", f"%({name})s{cast}")
    return statement.replace("{v}", table)


def _as_kept(dialect: Dialect, value: object) -> object:
    if isinstance(value, datetime):
        return _moment_writer(dialect)(value)
    if isinstance(value, date) and dialect.name != _POSTGRESQL:
        return value.isoformat()
    return value


@lru_cache(maxsize=4)
def _moment_writer(dialect: Dialect) -> Any:
    return Moment().dialect_impl(dialect).bind_processor(dialect) or (lambda value: value)
