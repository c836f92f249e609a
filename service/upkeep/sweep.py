"""Rows that go, or are emptied, some at a time: found by reading, changed by their keys in a short transaction."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, delete, func, select, update
from sqlalchemy.orm import Mapped
from sqlmodel import Session, SQLModel

AT_A_TIME = 1_000
"""Rows that one transaction changes at most: nobody who signs waits for it."""

Clear = Callable[[Session, Sequence[Any]], None]


@dataclass(frozen=True, kw_only=True)
class Sweep:
    """Rows of one kind: which they are, and what is done to those of some keys.

    Whoever is cleared no longer fits `which`, so that a second sweep finds nothing.
    """

    name: str
    key: Mapped[Any]
    which: tuple[ColumnElement[bool], ...]
    clear: Clear


def count(session: Session, sweep: Sweep) -> int:
    """Count what a sweep would clear."""
    found = select(func.count()).select_from(select(sweep.key).where(*sweep.which).subquery())
    return int(session.execute(found).scalar_one())


def some(session: Session, sweep: Sweep, *, after: Any = None) -> Sequence[Any]:
    """Give the keys of the next rows that a sweep would clear, in their order; it only reads."""
    beyond = () if after is None else (sweep.key > after,)
    found = select(sweep.key).where(*sweep.which, *beyond).order_by(sweep.key).limit(AT_A_TIME)
    return session.execute(found).scalars().all()


def clear(session: Session, sweep: Sweep, keys: Sequence[Any]) -> int:
    """Clear those of these rows that still fit; gives how many."""
    fitting = select(sweep.key).where(*sweep.which, sweep.key.in_(keys)).with_for_update()
    here = session.execute(fitting).scalars().all()
    if here:
        sweep.clear(session, here)
    return len(here)


def deleting(table: type[SQLModel], key: Mapped[Any]) -> Clear:
    """Give what deletes the rows of some keys."""

    def clear_some(session: Session, keys: Sequence[Any]) -> None:
        session.execute(delete(table).where(key.in_(keys)))

    return clear_some


def emptying(table: type[SQLModel], key: Mapped[Any], **values: Any) -> Clear:
    """Give what puts these values into the rows of some keys."""

    def clear_some(session: Session, keys: Sequence[Any]) -> None:
        changing = update(table).where(key.in_(keys)).values(**values)
        session.execute(changing.execution_options(synchronize_session=False))

    return clear_some
