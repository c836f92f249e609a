"""Open and end transactions: the only place that commits."""

import contextlib
from collections.abc import Iterator

from sqlalchemy import Engine
from sqlalchemy.exc import OperationalError
from sqlmodel import Session

from service.foundation.errors import Transient
from service.store.engine import READING, WRITE_LOCK


@contextlib.contextmanager
def transaction(engine: Engine) -> Iterator[Session]:
    """Open a session for writing; all of it is kept at the end, or nothing where anything was raised.

    On SQLite the writers of one process wait for one another here, not in the database's busy loop.
    """
    lock = engine.get_execution_options().get(WRITE_LOCK) or contextlib.nullcontext()
    with lock, Session(engine, expire_on_commit=False) as session:
        try:
            yield session
            session.commit()
        except OperationalError as error:
            session.rollback()
            raise Transient("The database cannot be reached or is full; nothing was changed.") from error
        except BaseException:
            session.rollback()
            raise


@contextlib.contextmanager
def trial(engine: Engine) -> Iterator[Session]:
    """Open a session for writing of which nothing is kept: it shows what would happen."""
    lock = engine.get_execution_options().get(WRITE_LOCK) or contextlib.nullcontext()
    with lock, Session(engine, expire_on_commit=False) as session:
        try:
            yield session
        finally:
            session.expunge_all()
            session.rollback()


@contextlib.contextmanager
def reading(engine: Engine) -> Iterator[Session]:
    """Open a session for reading one consistent state; nothing of it is ever kept."""
    with engine.connect().execution_options(**{READING: True}) as connection:
        session = Session(bind=connection, expire_on_commit=False, autoflush=False)
        try:
            yield session
        except OperationalError as error:
            raise Transient("The database cannot be reached.") from error
        finally:
            # What was read stays readable afterwards; a rollback alone would empty it.
            session.expunge_all()
            session.rollback()
            session.close()
