"""Do a small thing for many rows: several in one transaction, and each by itself where one of them fails."""

import contextlib
from collections.abc import Callable, Sequence

from sqlalchemy import Engine
from sqlmodel import Session

from service.store.transaction import transaction

_TOGETHER = 10
"""So many wait for one disk, and hold their rows for no longer than a person notices."""


def do_together(
    engine: Engine, ids: Sequence[str], do: Callable[[Session, str], bool], alone: Callable[[str], bool]
) -> int:
    """Do it for all ids, and give for how many it did something.

    Where a part fails, all that it did is undone and `alone` is asked for each of its ids.
    """
    done = 0
    for first in range(0, len(ids), _TOGETHER):
        part = ids[first : first + _TOGETHER]
        count = _do(engine, part, do)
        done += sum(alone(one) for one in part) if count is None else count
    return done


def _do(engine: Engine, ids: Sequence[str], do: Callable[[Session, str], bool]) -> int | None:
    count = None
    # Whatever it was, it is met again and told where each is done by itself.
    with contextlib.suppress(Exception):
        with transaction(engine) as session:
            found = sum(do(session, one) for one in ids)
        count = found
    return count
