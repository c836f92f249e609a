"""Be known to live: each process keeps its place in the database, and is seen in its row every few seconds."""

import hashlib
import logging
import os
import socket
import threading
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from types import TracebackType
from typing import Self

from sqlmodel import Session, col, delete

from service.foundation.errors import Refused, Transient
from service.foundation.identity import make_id
from service.model.runner import GENERATION, Runner, RunnerKind
from service.store.generations import must_be_alone
from service.store.insert import insert_or
from service.store.sole import Place
from service.store.transaction import reading, transaction
from service.wiring import Services

FORGOTTEN_AFTER = timedelta(hours=1)
"""So long a process that was killed is told of."""

_BEAT_SECONDS = 5.0
_log = logging.getLogger("undersigned.worker")


class Presence:
    """The place and the row of this process, from the block's begin to its end.

    Raises Refused at its begin where another process is at work that this one cannot be beside. Where the place is lost
    later, because the database was restarted and another was faster, `on_loss` is called.
    """

    def __init__(
        self,
        services: Services,
        kind: RunnerKind,
        *,
        on_loss: Callable[[], None],
        queues: Sequence[str] = (),
    ) -> None:
        """Prepare it."""
        self._engine, self._clock, self._on_loss = services.engine, services.clock, on_loss
        self._place = Place(services.engine, alone=kind is RunnerKind.RUN)
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._beat_on, daemon=True)
        now = self._clock()
        self._row = Runner(
            id=make_id(),
            kind=kind,
            host=host_label(),
            pid=os.getpid(),
            queues=",".join(queues),
            began_at=now,
            seen_at=now,
            generation=GENERATION,
        )

    @property
    def id(self) -> str:
        """The name of this process among all that work on the database."""
        return self._row.id

    @property
    def owner(self) -> str:
        """The name under which it takes mail; by the generation in it the fence knows it, at no cost (migration 0036)."""
        return f"{self.id}:{GENERATION}"

    def __enter__(self) -> Self:
        """Take the place, and be seen."""
        self._place.take()
        try:
            self._beat()
        except BaseException:
            self._place.leave()
            raise
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Give the place back, and be gone."""
        self._ended.set()
        self._thread.join(10)
        try:
            with transaction(self._engine) as session:
                session.execute(delete(Runner).where(col(Runner.id) == self.id))
        except Transient:
            _log.info("this process could not take its leave from the database")
        self._place.leave()

    def _beat_on(self) -> None:
        while not self._ended.wait(_BEAT_SECONDS):
            try:
                self._place.keep()
                self._beat()
                self._shut_out_or_let_in()
            except Refused as refusal:
                _log.error("%s This process ends.", refusal)
                self._on_loss()
                return
            except Transient:
                _log.warning("the database is away: this process cannot be seen to live")

    def _shut_out_or_let_in(self) -> None:
        with reading(self._engine) as session:
            are_shut_out = must_be_alone(session)
        if are_shut_out:
            self._place.shut_out_earlier()
        else:
            self._place.let_earlier_in()

    def _beat(self) -> None:
        now = self._clock()
        self._row.seen_at = now
        with transaction(self._engine) as session:
            beat = insert_or(session, self._row)
            session.execute(
                beat.on_conflict_do_update(index_elements=["id"], set_={"seen_at": beat.excluded.seen_at})
            )


def forget_the_dead(session: Session, *, now: datetime) -> int:
    """Delete the rows of processes that were killed long ago; gives how many."""
    gone = delete(Runner).where(col(Runner.seen_at) < now - FORGOTTEN_AFTER).returning(col(Runner.id))
    return len(session.execute(gone).all())


def host_label() -> str:
    """Give a short hash of this machine's name."""
    return hashlib.sha256(f"undersigned host|{socket.gethostname()}".encode()).hexdigest()[:8]
