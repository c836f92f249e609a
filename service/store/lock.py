"""Hold many rows, so that several statements speak of the very same ones."""

from sqlalchemy import ColumnElement, Select, String, func, literal, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped
from sqlmodel import Session


def hold_rows(
    session: Session, key: Mapped[str], found: Select[str], *, skip_locked: bool = False
) -> ColumnElement[bool]:
    """Lock the rows whose keys are found, and say in SQL that a row is one of them.

    SQLite has one writer, so there it is enough to begin. PostgreSQL gets the keys themselves: its statistics know
    nothing of rows that were written a minute ago, and a join that it planned by them took half a minute.
    """
    connection = session.connection()
    if connection.dialect.name != "postgresql":
        return key.in_(found)
    keys = session.execute(found.with_for_update(skip_locked=skip_locked)).scalars().all()
    return key == func.any(literal(keys, ARRAY(String)))


def is_alone(session: Session, what: str) -> bool:
    """Tell whether no other transaction does the same thing; until this one ends, none begins to. SQLite has one writer."""
    if session.connection().dialect.name != "postgresql":
        return True
    return bool(session.execute(select(func.pg_try_advisory_xact_lock(func.hashtext(what)))).scalar_one())
