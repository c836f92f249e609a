"""Run one statement for many rows of values, as fast as each of the databases can."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import Connection, Dialect
from sqlalchemy.exc import DBAPIError

from service.model.columns import Moment

_POSTGRESQL = "postgresql"


def run_for_rows(
    connection: Connection,
    sql: str,
    *,
    columns: Mapping[str, str],
    rows: Sequence[Sequence[object]],
    **values: object,
) -> set[Any]:
    """Run a statement that reads `rows` as a table `v`, and give what it returns: one value of each row it touched.

    `sql` holds `FROM {v}` once, names the cells `v.name` and its other parameters `:name`. `columns` names the cells,
    each with its type (text, integer, bytea); they are texts, whole numbers, bytes and None. A moment is kept as the columns of
    moments keep it. PostgreSQL runs it once for all rows; SQLite, for which a statement is a call of a function, once
    for each. Such statements run thousands of times a minute, so they go to the driver as they are.
    """
    if not rows:
        return set()
    given = {name: _as_kept(connection.dialect, value) for name, value in values.items()}
    if connection.dialect.name == _POSTGRESQL:
        moments = frozenset(name for name, value in values.items() if isinstance(value, datetime))
        statement = _for_postgresql(sql, tuple(columns.items()), tuple(given), moments)
        given["rows"] = json.dumps(rows, separators=(",", ":"), default=_as_bytea)
        result = connection.exec_driver_sql(statement, given)
        return {row[0] for row in result.fetchall()} if result.returns_rows else set()
    return _run_each(
        connection,
        _for_sqlite(sql, tuple(columns)),
        [{**given, **dict(zip(columns, row, strict=True))} for row in rows],
    )


def _run_each(connection: Connection, statement: str, rows: Sequence[Mapping[str, object]]) -> set[Any]:
    dialect, cursor = connection.dialect, connection.connection.cursor()
    touched: set[Any] = set()
    try:
        if " RETURNING " not in statement:
            dialect.do_executemany(cursor, statement, rows)
        else:
            for row in rows:
                dialect.do_execute(cursor, statement, row)
                touched.update(found[0] for found in cursor.fetchall())
    except dialect.loaded_dbapi.Error as error:
        raise DBAPIError.instance(
            statement, None, error, dialect.loaded_dbapi.Error, hide_parameters=True, dialect=dialect
        ) from error
    finally:
        cursor.close()
    return touched


def run_quickly(connection: Connection, sql: str, **values: object) -> Any:
    """Run a statement that gives one value or none, and give that value; None where it gives no row.

    Its parameters are named `:name`. `FOR SHARE` at its end is for PostgreSQL only: SQLite has no locks of rows.
    """
    given = {name: _as_kept(connection.dialect, value) for name, value in values.items()}
    if connection.dialect.name == _POSTGRESQL:
        moments = frozenset(name for name, value in values.items() if isinstance(value, datetime))
        statement = _for_postgresql(sql, (), tuple(given), moments)
    else:
        statement = sql.removesuffix(" FOR SHARE")
    row = connection.exec_driver_sql(statement, given).first()
    return row[0] if row is not None else None


def _as_bytea(value: bytes) -> str:
    return rf"\x{value.hex()}"


@lru_cache(maxsize=64)
def _for_sqlite(sql: str, columns: tuple[str, ...]) -> str:
    statement = sql.replace(" FROM {v}", "")
    for name in sorted(columns, key=len, reverse=True):
        statement = statement.replace(f"v.{name}", f":{name}")
    return statement


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
    return _moment_writer(dialect)(value) if isinstance(value, datetime) else value


@lru_cache(maxsize=4)
def _moment_writer(dialect: Dialect) -> Any:
    return Moment().dialect_impl(dialect).bind_processor(dialect) or (lambda value: value)
