"""Keep secrets of the whole site in the database, wrapped by the root key that lies outside it."""

from collections.abc import Callable
from datetime import datetime

from sqlalchemy import insert
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session

from service.foundation.sealing import RootKey
from service.model.site_secret import SiteSecret


def make_secret(
    session: Session, root: RootKey, name: str, *, make: Callable[[], bytes], now: datetime
) -> bool:
    """Make and keep a secret under a name that has none yet; tells whether it did.

    Two that make it at the same time end with one secret, and one of them is told False.
    """
    if session.get(SiteSecret, name) is not None:
        return False
    row = {"name": name, "wrapped": root.wrap_secret(make(), name=name), "created_at": now}
    try:
        with session.begin_nested():
            session.execute(insert(SiteSecret).values(row))
    except IntegrityError:
        return False
    return True


def open_secret(session: Session, root: RootKey, name: str) -> bytes | None:
    """Open the secret of a name, None where there is none; raises Permanent where the root key is another."""
    row = session.get(SiteSecret, name)
    return root.open_secret(row.wrapped, name=name) if row is not None else None
