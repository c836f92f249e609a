"""The place of a database: one `undersigned run` takes it alone, or any number of `serve` and `worker` share it."""

from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import DBAPIError

from service.foundation.errors import Refused
from service.store.transaction import told_plainly

_PLACE = 20261124
_TAKE = {
    True: text("SELECT pg_try_advisory_lock(:place)"),
    False: text("SELECT pg_try_advisory_lock_shared(:place)"),
}
_IS_SHARED = text(
    "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND objid = :place AND granted AND mode = 'ShareLock'"
    " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
)
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

    def take(self) -> None:
        """Take the place; raises Refused where somebody is there who cannot be beside us, Transient without a database."""
        if self._engine.dialect.name != "postgresql":
            return
        with told_plainly():
            connection = self._engine.connect().execution_options(isolation_level="AUTOCOMMIT")
            # It is held for as long as the process lives, and the pool has others to give.
            connection.detach()
            is_ours = connection.execute(_TAKE[self._alone], {"place": _PLACE}).scalar_one()
            is_shared = connection.execute(_IS_SHARED, {"place": _PLACE}).scalar_one()
        if is_ours:
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

    def leave(self) -> None:
        """Give it back."""
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()
