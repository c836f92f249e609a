"""Keep a row within reach of its session, which forgets what nobody holds and asks the database again."""

from typing import TypeVar

from sqlmodel import Session, SQLModel

_HELD = "undersigned_held"

R = TypeVar("R", bound=SQLModel)


def hold(session: Session, row: R) -> R:
    """Give the row back; `session.get()` finds it without the database as long as the session lasts."""
    session.info.setdefault(_HELD, {})[id(row)] = row
    return row
