"""The place of a database: one `undersigned run` takes it alone, or any number of `serve` and `worker` share it.

It is two locks. One is taken among processes of this version and later ones; the other is what earlier versions know as
well, so that none of them is beside a `run`. Where earlier versions are to be shut out, one of us takes the second alone.
"""

import time

from sqlalchemy import Connection, Engine, TextClause, text
from sqlalchemy.exc import DBAPIError, ProgrammingError

from service.foundation.errors import Refused, Transient
from service.store.transaction import told_plainly

_OF_ALL, _OF_LATER, _GATE = 20261124, 20261127, 20261128
_TAKE = {
    True: text("SELECT pg_try_advisory_lock(:lock)"),
    False: text("SELECT pg_try_advisory_lock_shared(:lock)"),
}
_GIVE_BACK = {
    True: text("SELECT pg_advisory_unlock(:lock)"),
    False: text("SELECT pg_advisory_unlock_shared(:lock)"),
}
_HOLDERS = (
    "SELECT {what} FROM pg_locks WHERE locktype = 'advisory' AND objid = :{lock} AND granted"
    " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
)
_IS_SHARED = text(_HOLDERS.format(what="count(*)", lock="lock") + " AND mode = 'ShareLock'")
_IS_HELD = text(_HOLDERS.format(what="count(*)", lock="lock"))
# An earlier version sees that its connection is cut, finds that its place is taken, and ends.
_CUT_EARLIER = text(
    _HOLDERS.format(what="pg_terminate_backend(pid)", lock="lock")
    + f" AND pid NOT IN ({_HOLDERS.format(what='pid', lock='later')})"
)
_IS_OURS = text(
    _HOLDERS.format(what="count(*)", lock="lock") + " AND mode = 'ShareLock' AND pid = pg_backend_pid()"
)
_TRIES, _PAUSE_SECONDS = 10, 0.1
_ALONE_BESIDE_ALONE = "Another `undersigned run` already works on this database; stop it first."
_ALONE_BESIDE_SHARED = (
    "`undersigned serve` or `undersigned worker` already works on this database, and `run` works alone: stop them first,"
    " or go on with them."
)
_SHARED_BESIDE_ALONE = "An `undersigned run` already works on this database, alone: stop it before you start `serve` and `worker`."


class Place:
    """A PostgreSQL database's place, held by a connection of its own; it is given back however the process ends.

    SQLite's place is held by a file beside the data (service/worker/embedded.py), and here nothing is done for it.
    """

    def __init__(self, engine: Engine, *, alone: bool) -> None:
        """Begin without it."""
        self._engine, self._alone = engine, alone
        self._connection: Connection | None = None
        self._is_gate = False

    def take(self) -> None:
        """Take the place; raises Refused where somebody is there who cannot be beside us, Transient without a database."""
        if self._engine.dialect.name != "postgresql":
            return
        with told_plainly():
            connection = self._engine.connect().execution_options(isolation_level="AUTOCOMMIT")
            # It is held for as long as the process lives, and the pool has others to give.
            connection.detach()
            refused_by = next(
                (lock for lock in (_OF_LATER, _OF_ALL) if not self._may_be(connection, lock)), None
            )
            is_shared = refused_by is not None and bool(_ask(connection, _IS_SHARED, refused_by))
        if refused_by is None:
            self._connection = connection
            return
        connection.close()
        if not self._alone:
            raise Refused(_SHARED_BESIDE_ALONE)
        raise Refused(_ALONE_BESIDE_SHARED if is_shared else _ALONE_BESIDE_ALONE)

    def keep(self) -> None:
        """See that the place is still ours, and take it again where the database has cut the connection; raises as take()."""
        if self._connection is None:
            self.take()
            return
        try:
            self._connection.execute(text("SELECT 1"))
        except DBAPIError:
            self.leave()
            self.take()

    def shut_out_earlier(self) -> None:
        """Let no process of an earlier version be beside us; those that are end by themselves within seconds.

        Call it in every process, again and again: it is done once all of this version have stepped back from the lock
        that earlier ones share. Raises Transient where the database is away, or does not let us.
        """
        connection = self._connection
        if connection is None or self._alone or self._is_gate:
            return
        with told_plainly():
            while _ask(connection, _IS_OURS, _OF_ALL):
                _ask(connection, _GIVE_BACK[False], _OF_ALL)
            if not _ask(connection, _TAKE[True], _GATE):
                return
            try:
                self._is_gate = _shut(connection)
            finally:
                if not self._is_gate:
                    _ask(connection, _GIVE_BACK[True], _GATE)

    def let_earlier_in(self) -> None:
        """Let processes of an earlier version be beside us again; raises Refused where one got in that works alone."""
        connection = self._connection
        if connection is None or self._alone:
            return
        with told_plainly():
            # Shared before it is given up alone: nobody gets in between who works alone.
            has_it = _ask(connection, _IS_OURS, _OF_ALL) or self._may_be(connection, _OF_ALL)
            if self._is_gate:
                _ask(connection, _GIVE_BACK[True], _OF_ALL)
                _ask(connection, _GIVE_BACK[True], _GATE)
                self._is_gate = False
        if not has_it:
            raise Refused(_SHARED_BESIDE_ALONE)

    def leave(self) -> None:
        """Give it back."""
        connection, self._connection, self._is_gate = self._connection, None, False
        if connection is not None:
            connection.close()

    def _may_be(self, connection: Connection, lock: int) -> bool:
        """Take one of the locks; tells whether we may be here, which we may too while one of us shuts others out."""
        if _ask(connection, _TAKE[self._alone], lock):
            return True
        return lock == _OF_ALL and not self._alone and bool(_ask(connection, _IS_HELD, _GATE))


def _shut(connection: Connection) -> bool:
    """Cut off whoever shares the lock that earlier versions know, and take it alone; tells whether that came about."""
    try:
        connection.execute(_CUT_EARLIER, {"lock": _OF_ALL, "later": _OF_LATER}).all()
    except ProgrammingError as error:
        raise Transient(
            "The database does not let this process cut off one of an earlier version."
        ) from error
    for _ in range(_TRIES):
        if _ask(connection, _TAKE[True], _OF_ALL):
            return True
        time.sleep(_PAUSE_SECONDS)
    return False


def _ask(connection: Connection, question: TextClause, lock: int) -> int:
    return int(connection.execute(question, {"lock": lock}).scalar_one())
