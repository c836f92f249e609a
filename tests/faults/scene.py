"""A database, a relay and whoever sends: what every proof by crashes is played on."""

import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Engine, func, select, update
from sqlmodel import col

from service.foundation.clock import now
from service.mail import outbox
from service.model.message import Message, MessageKind
from service.model.states import MessageState
from service.store.transaction import reading, transaction
from tests.faults.audit import Case, Tally, audit
from tests.faults.server import FaultyServer

PATIENCE = 60.0
_WAITING = (MessageState.QUEUED, MessageState.CLAIMED, MessageState.SUBMITTING)


@dataclass(frozen=True, kw_only=True)
class Result:
    """One line of the table."""

    what: str
    tally: Tally | None
    faults: Sequence[str]
    seconds: float


@dataclass(kw_only=True)
class Scene:
    """A database, a relay and a crew around one audience."""

    engine: Engine
    server: FaultyServer
    crew: Any
    audience: int = 0
    kills: int = 0
    sleeps_in_a_commit: bool = False
    cancelled: dict[str, float] = field(default_factory=dict)

    def post(self, count: int, *, kinds: Sequence[MessageKind]) -> None:
        """Post so many mails, one to each recipient, the kinds taking turns."""
        for first in range(0, count, 500):
            with transaction(self.engine) as session:
                for number in range(first, min(first + 500, count)):
                    outbox.post(
                        session,
                        kind=kinds[number % len(kinds)],
                        recipient_ref=f"person{number}",
                        occurrence="1",
                        now=now(),
                    )
        self.audience += count

    def waiting(self) -> int:
        """Count the mails that have not come to an end."""
        found = select(func.count()).where(col(Message.state).in_(_WAITING))
        with reading(self.engine) as session:
            return int(session.execute(found).scalar_one())

    def hasten(self) -> None:
        """Let the time pass that queued mails wait for: the grace of a second copy, the pause after a deferral.

        Nothing of the product is changed by it: the same rows come due, only sooner.
        """
        here = now()
        due = update(Message).where(col(Message.state) == MessageState.QUEUED, col(Message.due_at) > here)
        with transaction(self.engine) as session:
            session.execute(due.values(due_at=here))

    def cancel(self, recipients: Sequence[str]) -> None:
        """Cancel what waits for these, and note when each cancel that took something was committed."""
        for recipient in recipients:
            with transaction(self.engine) as session:
                moved = outbox.cancel_for(session, recipient_ref=recipient, now=now())
            if moved:
                self.cancelled[recipient] = time.monotonic()

    def in_hand(self, most: int) -> list[str]:
        """Name some recipients whose mail is claimed or comes next."""
        found = (
            select(col(Message.recipient_ref))
            .where(col(Message.state).in_((MessageState.CLAIMED, MessageState.QUEUED)))
            .order_by(col(Message.state), col(Message.priority), col(Message.due_at), col(Message.id))
            .limit(most)
        )
        with reading(self.engine) as session:
            return list(session.execute(found).scalars())

    def drain(self, *, seconds: float = PATIENCE, every: float = 0.1) -> bool:
        """Wait until every mail has come to an end, looking `every` so many seconds; tells whether that happened in time."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            self.hasten()
            if not self.waiting():
                return True
            time.sleep(every)
        return False

    def audit(self, *, doubt_allowed: int, may_wait: bool = False) -> Tally:
        """Hold the outbox against the ledger."""
        case = Case(
            audience=self.audience,
            doubt_allowed=doubt_allowed,
            cancelled=self.cancelled,
            may_wait=may_wait,
        )
        return audit(self.engine, self.server.ledger, case)
