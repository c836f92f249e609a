"""Claim, carry, settle: take due mails out of the outbox, hand each over once, and write down what became of it."""

import contextlib
import logging
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field

from sqlalchemy import Engine

from service.foundation.clock import Clock
from service.foundation.errors import ServiceError
from service.mail.book import Register, never, ready_of
from service.mail.outbox import leave_in_doubt, move_message
from service.mail.sender import Composer, Composers, Leases, Sender, Unwanted
from service.mail.sending import sending_state
from service.mail.stock import Stock
from service.mail.transport import Mail, RelayDown, Told, Transport
from service.model.states import MessageState
from service.store.claim import is_any_due, stale_messages
from service.store.tally import LEASES_LOST, add_to
from service.store.transaction import reading, transaction

__all__ = ["Composer", "Leases", "Sender", "Unwanted", "deliver_due", "free_stale"]

_log = logging.getLogger(__name__)


def deliver_due(  # noqa: PLR0913 -- each is one thing a process has, and all but two are needed
    engine: Engine,
    *,
    transport: Transport,
    composers: Composers,
    sender: Sender,
    clock: Clock,
    owner: str,
    most: int = 1_000_000,
    is_stopping: Callable[[], bool] = never,
) -> int:
    """Send up to `most` mails that are due; gives how many were handled, 0 when nothing is due or no relay answers.

    `owner` names this process among all that send. No transaction is open while the network is spoken to. Each
    row is `submitting` in a committed transaction before the first byte of its mail leaves, so that a crash before
    loses nothing and a crash after is known as doubt. Once `is_stopping` says so, nothing more is taken or fenced, and
    what is in hand goes back into the queue.
    """
    if is_stopping():
        return 0
    with reading(engine) as session:
        if sending_state(session).reason is not None or not is_any_due(session, now=clock()):
            return 0
    try:
        transport.ready()
    except RelayDown as down:
        _log.warning("no mail was sent: %s", down)
        return 0
    register = Register(engine=engine, sender=sender, clock=clock, owner=owner, is_stopping=is_stopping)
    stock = Stock(register=register, composers=composers, sender=sender, most=most)
    book = _Book(stock=stock, register=register)
    stock.open()
    try:
        with contextlib.closing(register):
            _carry(transport, book)
    finally:
        # Whatever ended it, nobody goes on taking mail for it. Where the database is away, or who is killed,
        # leaves what is in hand to the leases.
        left = stock.close()
    register.give_back([*book.left(), *left], reason="its sender stopped")
    if stock.trouble is not None:
        raise stock.trouble
    return stock.taken - register.given_back


def _carry(transport: Transport, book: "_Book") -> None:
    try:
        transport.carry(book)
    except ServiceError:
        raise
    except Exception as error:  # noqa: BLE001 -- one mail's trouble must never stop the others
        book.survive(error)


def free_stale(engine: Engine, *, owner: str | None, clock: Clock) -> int:
    """Settle what a sender left in hand when it stopped; gives how many mails.

    Without `owner`, those whose lease has ended; with it, also all of any other owner, for a process that knows
    itself to be the only sender. What was only claimed goes back to the queue. What was being submitted may have
    arrived: it becomes uncertain, and goes once more only where its kind allows it.
    """
    now = clock()
    with transaction(engine) as session:
        rows = stale_messages(session, owner=owner, now=now)
        for row in rows:
            if row.state is MessageState.CLAIMED:
                move_message(session, row, MessageState.QUEUED, reason="its sender went away", now=now)
            else:
                leave_in_doubt(session, row, reason="its sender went away while it was submitted", now=now)
        add_to(session, LEASES_LOST, len(rows))
    return len(rows)


@dataclass(kw_only=True)
class _Book:
    """What a transport asks: the next mail, and whether it may leave."""

    stock: Stock
    register: Register
    _out: dict[Mail, bool] = field(default_factory=dict)
    """The mails that were given and not told of yet, and whether they have passed the fence."""

    def next(self, *, relay: str, wait: bool) -> Mail | None:
        """Give the most urgent mail that is ready."""
        mail = self.stock.next(relay=relay, wait=wait)
        if mail is not None:
            self._out[mail] = False
        return mail

    def write(self, told: Sequence[Told], asked: Sequence[Mail]) -> Collection[Mail]:
        """Write down what became of mails and what is to leave, by one commit."""
        for one in told:
            if isinstance(one.outcome, RelayDown):
                _log.warning("sending stopped: %s", one.outcome)
                self.stock.end()
        passed = self.register.write(told, asked)
        if self.register.is_stopped:
            self.stock.end()
        for mail in (*(one.mail for one in told), *asked):
            self._out.pop(mail, None)
        self._out |= dict.fromkeys(passed, True)
        return passed

    def left(self) -> Sequence[Mail]:
        """Give what was given out, is not told of and has not passed the fence: not a byte of it has left."""
        return [mail for mail, is_fenced in self._out.items() if not is_fenced]

    def survive(self, error: Exception) -> None:
        """Settle what is out after an error that nobody foresaw: before the fence nothing left, behind it nobody knows."""
        for mail, is_fenced in self._out.items():
            settle = self.register.doubt if is_fenced else self.register.park
            settle(ready_of(mail).row, error)
        self._out.clear()
