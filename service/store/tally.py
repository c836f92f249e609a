"""Count for good what any process does, by rows that only grow."""

from sqlmodel import Session, col, select

from service.model.runner import Tally
from service.store.insert import insert_or

LEASES_LOST = "leases_lost"
"""Mails whose sender went away with them in its hands."""


def add_to(session: Session, name: str, number: int) -> None:
    """Add a number within the caller's transaction; 0 costs nothing."""
    if not number:
        return
    adding = insert_or(session, Tally(name=name, number=number))
    more = {"number": col(Tally.number) + adding.excluded.number}
    session.execute(adding.on_conflict_do_update(index_elements=["name"], set_=more))


def tally_of(session: Session, name: str) -> int:
    """Give what was counted, 0 where nothing was."""
    return session.exec(select(Tally.number).where(col(Tally.name) == name)).one_or_none() or 0
