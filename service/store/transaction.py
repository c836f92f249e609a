"""Open and end transactions: the only place that commits."""

import contextlib
from collections.abc import Callable, Iterator, Mapping

from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import IntegrityError, InterfaceError, InternalError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlmodel import Session

from service.foundation.errors import Transient
from service.store.engine import READING, WRITE_LOCK
from service.store.held import IS_READING


@contextlib.contextmanager
def transaction(engine: Engine) -> Iterator[Session]:
    """Open a session for writing; all of it is kept at the end, or nothing where anything was raised.

    On SQLite the writers of one process wait for one another here, not in the database's busy loop. Raises
    Transient where the database is away or full, or somebody else has just made the same row.
    """
    with told_plainly(), only_writer(engine), Session(engine, expire_on_commit=False) as session:
        try:
            yield session
            session.commit()
        except BaseException:
            session.rollback()
            raise


def keep_soon(session: Session) -> None:
    """Let the commit of this transaction not wait for the disk, where the database can (PostgreSQL).

    If the server dies within the second, all of the transaction is gone, and nobody has acted on it: what another
    transaction did after it has seen it is written after it, and waits for both. For work that is done again by itself.
    """
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("SET LOCAL synchronous_commit TO off"))


@contextlib.contextmanager
def trial(engine: Engine) -> Iterator[Session]:
    """Open a session for writing of which nothing is kept: it shows what would happen."""
    with told_plainly(), only_writer(engine), Session(engine, expire_on_commit=False) as session:
        try:
            yield session
        finally:
            session.expunge_all()
            session.rollback()


@contextlib.contextmanager
def reading(engine: Engine) -> Iterator[Session]:
    """Open a session for reading one consistent state; nothing of it is ever kept."""
    with told_plainly(), _connect_to_read(engine) as connection:
        session = Session(bind=connection, expire_on_commit=False, autoflush=False, info={IS_READING: True})
        end: Callable[[Session], None] = Session.rollback
        try:
            yield session
            end = _END_READING.get(engine.dialect.name, end)
        finally:
            # What was read stays readable afterwards; a rollback alone would empty it.
            session.expunge_all()
            end(session)
            session.close()


def _connect_to_read(engine: Engine) -> Connection:
    # PostgreSQL itself sees to it that nothing is written.
    return engine.connect().execution_options(**{READING: True, "postgresql_readonly": True})


# psycopg forgets at every rollback all statements that its connection has prepared, and there is nothing to undo.
_END_READING: Mapping[str, Callable[[Session], None]] = {"postgresql": Session.commit}


class Writer:
    """A connection that one thread keeps for transactions that come by the thousand.

    It spares each of them the way to the pool and back, and a session where none is needed.
    """

    def __init__(self, engine: Engine) -> None:
        """Begin without a connection."""
        self._engine = engine
        self._connection: Connection | None = None

    @contextlib.contextmanager
    def transaction(self) -> Iterator[Connection]:
        """Begin, and keep all of it at the end, or nothing where anything was raised."""
        with told_plainly(), only_writer(self._engine):
            connection = self._connection or self._engine.connect()
            self._connection = connection
            try:
                with connection.begin():
                    yield connection
            except BaseException:
                # Whatever went wrong, the next transaction begins on a connection that is known to be whole.
                self.close()
                raise

    def close(self) -> None:
        """Give the connection back."""
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()


@contextlib.contextmanager
def within(connection: Connection) -> Iterator[Session]:
    """Open a session inside the transaction of a connection; what it holds is written at the end of the block."""
    with Session(bind=connection, expire_on_commit=False) as session:
        yield session
        session.flush()


def only_writer(engine: Engine) -> contextlib.AbstractContextManager[object]:
    """Wait for this process's other writers where the database has one writer at a time."""
    lock: contextlib.AbstractContextManager[object] | None = engine.get_execution_options().get(WRITE_LOCK)
    return lock or contextlib.nullcontext()


@contextlib.contextmanager
def told_plainly() -> Iterator[None]:
    """Turn what the database complains of into Transient, with a sentence for whoever waits."""
    try:
        yield
    except (OperationalError, InterfaceError, InternalError, PoolTimeoutError) as error:
        # PostgreSQL calls it internal that it only reads, as a stand-by does before it takes over.
        raise Transient(
            "The database cannot be reached or is full; nothing was changed. Try again in a while."
        ) from error
    except IntegrityError as error:
        raise Transient(
            "Somebody else changed the same thing at this very moment; nothing was changed. Try again."
        ) from error
