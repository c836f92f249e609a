"""Hold the one place of a database that only one sending process may take."""

import contextlib
from collections.abc import Iterator

from sqlalchemy import Engine, text

from service.foundation.errors import Refused

_PLACE = 20261124


@contextlib.contextmanager
def sole_process(engine: Engine) -> Iterator[None]:
    """Hold a PostgreSQL database's place for one `undersigned run`; raises Refused where another holds it.

    The place is given back when the process ends, however it ends. SQLite's place is held by a file beside the data.
    """
    if engine.dialect.name != "postgresql":
        yield
        return
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        if not connection.execute(
            text("SELECT pg_try_advisory_lock(:place)"), {"place": _PLACE}
        ).scalar_one():
            raise Refused("Another `undersigned run` already works on this database; stop it first.")
        yield
