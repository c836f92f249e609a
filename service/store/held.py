"""Keep rows and answers within reach of a session, which else forgets what nobody holds and asks the database again."""

from collections.abc import Callable, Hashable
from typing import TypeVar

from sqlmodel import Session, SQLModel

_HELD = "undersigned_held"
_ANSWERS = "undersigned_answers"

R = TypeVar("R", bound=SQLModel)
K = TypeVar("K")
IS_READING = "undersigned_is_reading"


def hold(session: Session, row: R) -> R:
    """Give the row back; `session.get()` finds it without the database as long as the session lasts."""
    session.info.setdefault(_HELD, {})[id(row)] = row
    return row


def ask_once(session: Session, key: Hashable, ask: Callable[[], K]) -> K:
    """Give what was asked before under this key in a session that only reads; one that writes asks each time."""
    if not session.info.get(IS_READING):
        return ask()
    answers = session.info.setdefault(_ANSWERS, {})
    if key not in answers:
        answers[key] = ask()
    answer: K = answers[key]
    return answer
