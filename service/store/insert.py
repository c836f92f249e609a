"""One INSERT for both databases that says what to do where the row is already there."""

from collections.abc import Callable, Mapping
from enum import StrEnum
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Select, Table, func, literal
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import make_transient_to_detached
from sqlalchemy.sql.elements import SQLCoreOperations
from sqlmodel import Session, SQLModel

from service.foundation.identity import make_id
from service.store.rows import run_quickly

_INSERT: dict[str, Callable[[Table], postgresql.Insert | sqlite.Insert]] = {
    "postgresql": postgresql.insert,
    "sqlite": sqlite.insert,
}
_NUMBER_DIGITS = 8
# SQLite has one writer at a time: nobody may wait for long while many rows are written.
_ROWS_AT_ONCE = {"sqlite": 10_000}


def insert_or(session: Session, row: SQLModel) -> postgresql.Insert | sqlite.Insert:
    """Begin the INSERT of a row; the caller adds `on_conflict_do_nothing(…)` or `on_conflict_do_update(…)`."""
    return _INSERT[_dialect(session)](_table(type(row))).values(row.model_dump())


def insert_quickly(session: Session, row: SQLModel, *, conflict: str = "") -> bool:
    """Insert a row as it stands, and tell whether it, or a change to the row in its way, was kept.

    `conflict` is what follows ON CONFLICT. Columns of records (JSON) are not for this way, which thousands of rows a
    minute go: it is past the library, whose statements cost more than the database's answer.
    """
    session.flush()
    kind = type(row)
    kept = run_quickly(session.connection(), _insert_text(kind, conflict), **_kept_values(row))
    return kept is not None


def add_once(session: Session, row: SQLModel) -> bool:
    """Insert a row unless another has its unique values; tells whether it did, and then the session knows the row."""
    added = insert_quickly(session, row, conflict="DO NOTHING")
    if added:
        make_transient_to_detached(row)
        session.add(row)
    return added


def insert_from(
    session: Session, row: SQLModel, changing: Mapping[str, SQLCoreOperations[Any]], source: Select[Any]
) -> postgresql.Insert | sqlite.Insert:
    """Begin an INSERT … SELECT: for each row of `source` one like `row`, but with the columns that are `changing`.

    The caller adds `on_conflict_do_nothing(…)` as above.
    """
    table = _table(type(row))
    same = {name: value for name, value in row.model_dump().items() if value is not None}
    columns: dict[str, Any] = {
        name: literal(value, table.c[name].type) for name, value in same.items()
    } | dict(changing)
    filled = source.with_only_columns(*columns.values(), maintain_column_froms=True)
    return _INSERT[_dialect(session)](table).from_select(list(columns), filled)


def make_stamp() -> str:
    """Make what all ids of one INSERT … SELECT begin with: 24 digits, of which 42 bits are chance."""
    return make_id()[:-_NUMBER_DIGITS]


def numbered_id(session: Session, stamp: str) -> ColumnElement[str]:
    """Give the ids of the rows of one INSERT … SELECT: the stamp and the row's number, in all like those of make_id().

    Rows that are numbered go into an index side by side; ids by chance would cost a database half as much again.
    """
    number = func.row_number().over()
    if _dialect(session) == "postgresql":
        digits: Any = func.lpad(func.to_hex(number), _NUMBER_DIGITS, "0")
    else:
        digits = func.printf(f"%0{_NUMBER_DIGITS}x", number)
    numbered: ColumnElement[str] = literal(stamp) + digits
    return numbered


def rows_at_once(session: Session) -> int | None:
    """Give how many rows one transaction should insert on this database at most; None where it takes any number."""
    return _ROWS_AT_ONCE.get(_dialect(session))


@cache
def _insert_text(kind: type[SQLModel], conflict: str) -> str:
    table, names = _table(kind), _names(kind)
    values = ", ".join(f":{name}" for name in names)
    otherwise = f" ON CONFLICT {conflict}" if conflict else ""
    return f"INSERT INTO {table.name} ({', '.join(names)}) VALUES ({values}){otherwise} RETURNING 1"  # noqa: S608 -- names of ours


def _kept_values(row: SQLModel) -> dict[str, object]:
    values = ((name, getattr(row, name)) for name in _names(type(row)))
    return {name: value.value if isinstance(value, StrEnum) else value for name, value in values}


@cache
def _names(kind: type[SQLModel]) -> tuple[str, ...]:
    return tuple(_table(kind).columns.keys())


def _table(kind: type[SQLModel]) -> Table:
    table: Table = kind.__table__  # type: ignore[attr-defined]  # -- every table's class has it
    return table


def _dialect(session: Session) -> str:
    return session.get_bind().dialect.name
