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
    return _INSERT[session.get_bind().dialect.name](type(row)).values(row.model_dump())
