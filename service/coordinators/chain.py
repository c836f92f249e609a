"""Chain all audit events to one another: each has a number and the hash of the one before, so that none can be changed unseen."""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import ColumnElement, delete
from sqlmodel import Session, col, func, select

from service.foundation.canonical import canonical
from service.model.audit_event import ONLY_CHAIN, AuditChain, AuditEvent

AT_A_TIME = 1_000


@dataclass(frozen=True, kw_only=True)
class Head:
    """The end of the chain: whoever keeps it elsewhere can tell later whether anything before it was changed."""

    number: int
    hash: str

    def __str__(self) -> str:
        """Write it as it stands in a mail, and as `audit verify --head` reads it."""
        return f"{self.number}:{self.hash}"


@dataclass(frozen=True, kw_only=True)
class Verified:
    """What came of a look at the whole chain; `faults` are empty where all is as it was written."""

    head: Head
    base: int
    events: int
    waiting: int
    faults: tuple[str, ...]


def hash_of(event: AuditEvent, *, number: int, prev: str) -> str:
    """Give the hash of an event: SHA-256 over the hash before it and the canonical JSON (RFC 8785) of its row (pure)."""
    record = {
        "id": event.id,
        "at": event.at.astimezone(UTC).isoformat(timespec="microseconds"),
        "campaign_id": event.campaign_id,
        "actor": event.actor,
        "act": event.act,
        "thing": event.thing,
        "number": number,
    }
    return hashlib.sha256(bytes.fromhex(prev) + canonical(record)).hexdigest()


def chain_events(session: Session, *, most: int = AT_A_TIME) -> int:
    """Give the next events that are kept their places in the chain, in the order of their ids; gives how many.

    Whoever records an event waits for nobody: its place is given afterwards, by one at a time, so that two acts of one
    moment get two numbers. Two that do this at once wait for one another at the chain's row.
    """
    chain = _lock_chain(session)
    found = select(AuditEvent).where(col(AuditEvent.number).is_(None)).order_by(col(AuditEvent.id))
    events = session.exec(found.limit(most)).all()
    for event in events:
        event.number, event.prev = chain.head_number + 1, chain.head_hash
        event.hash = hash_of(event, number=event.number, prev=event.prev)
        chain.head_number, chain.head_hash = event.number, event.hash
        session.add(event)
    session.add(chain)
    session.flush()
    return len(events)


def has_unchained(session: Session) -> bool:
    """Tell whether an event waits for its place."""
    found = select(AuditEvent.id).where(col(AuditEvent.number).is_(None)).limit(1)
    return session.exec(found).first() is not None


def head_of(session: Session) -> Head:
    """Give the end of the chain as it stands."""
    chain = session.get_one(AuditChain, ONLY_CHAIN)
    return Head(number=chain.head_number, hash=chain.head_hash)


def head_of_letter(session: Session, campaign_id: str) -> Head | None:
    """Give the newest event of a letter that has its place: the hash covers all before it, whatever letter it is of."""
    found = select(AuditEvent).where(
        AuditEvent.campaign_id == campaign_id, col(AuditEvent.number).is_not(None)
    )
    event = session.exec(found.order_by(col(AuditEvent.number).desc()).limit(1)).first()
    return Head(number=event.number, hash=event.hash) if event and event.number and event.hash else None


def forget_events(session: Session, numbers: Sequence[int]) -> None:
    """Delete the oldest events of the chain, which are too old to be kept, and remember after which it begins.

    Anything but the very beginning of the chain is left: what the chain would miss stays.
    """
    chain = _lock_chain(session)
    upto = chain.base_number
    for number in sorted(numbers):
        if number == upto + 1:
            upto = number
    if upto == chain.base_number:
        return
    chain.base_hash = session.exec(select(AuditEvent.hash).where(AuditEvent.number == upto)).one() or ""
    chain.base_number = upto
    session.add(chain)
    session.flush()
    session.execute(delete(AuditEvent).where(col(AuditEvent.number) <= upto))


def verify_chain(session: Session, *, heads: Sequence[Head] = ()) -> Verified:
    """Reckon the whole chain anew, and find what was changed, taken out, put in or moved.

    `heads` are such as were told before, in mails say: each has to be in the chain as it was.
    """
    chain = session.get_one(AuditChain, ONLY_CHAIN)
    number, prev, faults, events = chain.base_number, chain.base_hash, list[str](), 0
    wanted = {head.number: head.hash for head in heads}
    for event in _in_order(session, after=chain.base_number):
        events += 1
        assert event.number is not None
        if event.number != number + 1:
            faults.append(f"Of events {number + 1} to {event.number - 1} nothing is left.")
        elif event.prev != prev:
            faults.append(f"Event {event.number} does not follow the one before it.")
        if event.hash != hash_of(event, number=event.number, prev=event.prev or prev):
            faults.append(f"Event {event.number} is not as it was written.")
        if wanted.pop(event.number, event.hash) != event.hash:
            faults.append(f"Event {event.number} is another one than the head that was told before.")
        number, prev = event.number, event.hash or ""
    if (number, prev) != (chain.head_number, chain.head_hash):
        faults.append(f"The chain ends at event {number}, and should end at {chain.head_number}.")
    faults += [
        f"Event {told}, of which the head was told before, is not in the chain."
        for told in sorted(wanted)
        if told > chain.base_number
    ]
    waiting = select(func.count()).where(col(AuditEvent.number).is_(None))
    return Verified(
        head=Head(number=chain.head_number, hash=chain.head_hash),
        base=chain.base_number,
        events=events,
        waiting=session.exec(waiting).one(),
        faults=tuple(faults),
    )


def oldest_within(since: datetime) -> tuple[ColumnElement[bool], ...]:
    """Say in SQL which events are too old to be kept: those before the first that is younger than `since`."""
    younger = select(func.min(col(AuditEvent.number))).where(col(AuditEvent.at) > since)
    beyond = select(AuditChain.head_number + 1).where(AuditChain.id == ONLY_CHAIN)
    return (
        col(AuditEvent.at) <= since,
        col(AuditEvent.number).is_not(None),
        col(AuditEvent.number) < func.coalesce(younger.scalar_subquery(), beyond.scalar_subquery()),
    )


def _in_order(session: Session, *, after: int) -> Iterator[AuditEvent]:
    while True:
        found = select(AuditEvent).where(col(AuditEvent.number) > after).order_by(col(AuditEvent.number))
        some = session.exec(found.limit(AT_A_TIME)).all()
        yield from some
        if len(some) < AT_A_TIME:
            return
        after = some[-1].number or 0
        session.expunge_all()


def _lock_chain(session: Session) -> AuditChain:
    found = select(AuditChain).where(AuditChain.id == ONLY_CHAIN).with_for_update()
    return session.exec(found.execution_options(populate_existing=True)).one()
