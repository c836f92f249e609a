"""One INSERT for both databases that says what to do where the row is already there."""

from collections.abc import Callable

from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, SQLModel

_INSERT: dict[str, Callable[[type[SQLModel]], postgresql.Insert | sqlite.Insert]] = {
    "postgresql": postgresql.insert,
    "sqlite": sqlite.insert,
}


def insert_or(session: Session, row: SQLModel) -> postgresql.Insert | sqlite.Insert:
    """Begin the INSERT of a row; the caller adds `on_conflict_do_nothing(…)` or `on_conflict_do_update(…)`."""
    return insert_into(session, type(row)).values(row.model_dump())


def insert_into(session: Session, table: type[SQLModel]) -> postgresql.Insert | sqlite.Insert:
    """Begin the INSERT of many rows, given as a list when it is executed; the rest is as with `insert_or`."""
    return _INSERT[session.get_bind().dialect.name](table)
