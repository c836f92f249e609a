"""Hold the outbox against the relay's ledger: what was lost, what was doubled, what is in doubt."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import Engine
from sqlmodel import select

from service.mail.policy import POLICIES
from service.mail.retry import WhenUncertain
from service.model.message import Message
from service.model.states import MessageState
from service.store.transaction import reading
from tests.faults.server import Entry, Ledger

_TRUE_ENDS = {MessageState.ACCEPTED, MessageState.UNCERTAIN, MessageState.CANCELLED}
_WAITING = {MessageState.QUEUED, MessageState.CLAIMED}


@dataclass(frozen=True, kw_only=True)
class Case:
    """What was done to the senders: how many mails there were, and how much doubt is allowed."""

    audience: int
    doubt_allowed: int
    """Connections times kills: so many mails may have been between the fence and the accept's commit."""
    cancelled: Mapping[str, float] = field(default_factory=dict)
    """By recipient: the monotonic moment after the commit of a cancel that took the mail out of the queue."""
    may_wait: bool = False
    """Whether its time was over before all was sent: what waits then is not lost, and is there once like all else."""


@dataclass(frozen=True, kw_only=True)
class Tally:
    """What became of an audience."""

    states: Mapping[MessageState, int]
    copies: int
    """How many mails the relay has, second copies included."""
    lost: int
    """Said to be accepted and not in the ledger, gone from the outbox, or come to no true end."""
    doubled: int
    """More copies than its row admits, or than its kind allows."""
    admitted: int
    """Second copies of which the row says so and which its kind allows."""
    doubt: int
    """Mails that were in doubt at any time."""
    faults: Sequence[str]

    @property
    def waiting(self) -> int:
        """How many mails still wait to be sent."""
        return sum(self.states.get(state, 0) for state in _WAITING)

    def __str__(self) -> str:
        """Say it in one cell of a table."""
        words = [f"{number} {state.value}" for state, number in sorted(self.states.items())]
        return f"{', '.join(words)}; {self.copies} copies ({self.admitted} admitted)"


def audit(engine: Engine, ledger: Ledger, case: Case) -> Tally:
    """Hold every row against the ledger, and list what is not as promised."""
    copies = ledger.copies()
    with reading(engine) as session:
        rows = session.exec(select(Message)).all()
    states = Counter(row.state for row in rows)
    known = {row.message_id for row in rows}
    lost = sum(_is_lost(row, copies, case) for row in rows) + max(0, case.audience - len(rows))
    doubled = sum(_is_doubled(row, _of(row, copies)) for row in rows)
    doubt = sum(row.state is MessageState.UNCERTAIN or row.possible_duplicate for row in rows)
    checks = {
        "lost": lost,
        "doubled": doubled,
        "in doubt beyond connections × kills": max(0, doubt - case.doubt_allowed),
        "missing from or beyond the audience": abs(sum(states.values()) - case.audience),
        "with copies that differ": sum(_differs(row, _of(row, copies)) for row in rows),
        "sent though cancelled": sum(_is_unwanted(row, _of(row, copies), case) for row in rows),
        "in the ledger and not in the outbox": len(copies.keys() - known),
    }
    return Tally(
        states=states,
        copies=sum(len(entries) for entries in copies.values()),
        lost=lost,
        doubled=doubled,
        admitted=sum(max(0, len(_of(row, copies)) - 1) for row in rows) - _beyond(rows, copies),
        doubt=doubt,
        faults=[f"{number} {what}" for what, number in checks.items() if number],
    )


def _of(row: Message, copies: Mapping[str, Sequence[Entry]]) -> Sequence[Entry]:
    return copies.get(row.message_id or "", ())


def _is_lost(row: Message, copies: Mapping[str, Sequence[Entry]], case: Case) -> bool:
    said_and_not_there = row.state is MessageState.ACCEPTED and not _of(row, copies)
    waits = case.may_wait and row.state in _WAITING
    return said_and_not_there or (row.state not in _TRUE_ENDS and not waits)


def _is_doubled(row: Message, entries: Sequence[Entry]) -> bool:
    may = 2 if row.possible_duplicate and _allows_two(row) else 1
    return len(entries) > may


def _beyond(rows: Sequence[Message], copies: Mapping[str, Sequence[Entry]]) -> int:
    return sum(len(_of(row, copies)) - 1 for row in rows if _is_doubled(row, _of(row, copies)))


def _allows_two(row: Message) -> bool:
    return POLICIES[row.kind].when_uncertain is WhenUncertain.ONCE_MORE


def _differs(row: Message, entries: Sequence[Entry]) -> bool:
    return bool(entries) and {entry.sha256 for entry in entries} != {row.content_sha256}


def _is_unwanted(row: Message, entries: Sequence[Entry], case: Case) -> bool:
    end = case.cancelled.get(row.recipient_ref)
    late = end is not None and any(entry.at > end for entry in entries)
    return late or (row.state is MessageState.CANCELLED and bool(entries))
