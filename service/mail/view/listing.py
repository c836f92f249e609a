"""Name messages one by one: a page of those behind a number, or one with all that is known of it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlmodel import Session, col

from service.foundation.addresses import veiled_address
from service.foundation.errors import Permanent, Refused
from service.foundation.sentence import Sentence
from service.mail.view.which import Which, conditions
from service.model.campaign import Campaign
from service.model.message import Message, MessageEvent, MessageKind
from service.model.states import MessageState

AddressOf = Callable[[Session, Message], str]
"""Finds the address a message goes to, as its room's composer does; "" where none is kept any more."""


@dataclass(frozen=True, kw_only=True)
class Step:
    """One event of a message: a move, or what was heard of it afterwards."""

    at: datetime
    was: str
    became: str
    attempt: int
    reason: str


@dataclass(frozen=True, kw_only=True)
class Listed:
    """One message as a list shows it; `to` is veiled, and "" where no address is kept any more.

    `last` is the newest event: why it stands where it stands, and since when.
    """

    id: str
    kind: MessageKind
    letter: str
    time_zone: str
    state: MessageState
    to: str
    destination: str
    due_at: datetime
    expires_at: datetime
    attempts: int
    may_arrive_twice: bool
    reply_code: int | None
    enhanced_code: str
    last: Step


@dataclass(frozen=True, kw_only=True)
class Page:
    """Some of the messages behind a number, oldest first; `more` is the key to go on from, None at the end."""

    messages: Sequence[Listed]
    in_all: int
    more: str | None


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """One message with all that is known of it, and its events in order."""

    listed: Listed
    created_at: datetime
    message_id: str | None
    dated_at: datetime | None
    submitted_at: datetime | None
    settled_at: datetime | None
    content_sha256: str | None
    relay: str
    tls: str
    remote_queue_id: str
    steps: Sequence[Step]


def list_messages(
    session: Session,
    which: Which,
    *,
    addresses: Mapping[MessageKind, AddressOf],
    after: str | None,
    most: int,
    now: datetime,
) -> Page:
    """List up to `most` of the messages asked for, those after the key `after`, and count them all."""
    asked_for = conditions(which, now=now)
    found = (
        select(Message)
        .where(*asked_for, *([col(Message.id) > after] if after else []))
        .order_by(col(Message.id))
        .limit(most + 1)
    )
    rows = session.execute(found).scalars().all()
    shown = rows[:most]
    steps = _steps(session, shown)
    return Page(
        messages=[_listed(session, row, steps[row.id], addresses) for row in shown],
        in_all=session.execute(select(func.count()).select_from(Message).where(*asked_for)).scalar_one(),
        more=shown[-1].id if len(rows) > most else None,
    )


def look_at(session: Session, row_id: str, *, addresses: Mapping[MessageKind, AddressOf]) -> Evidence:
    """Give one message with all its evidence; raises Refused where there is none of that id."""
    row = session.get(Message, row_id)
    if row is None:
        raise Refused(
            Sentence("There is no e-mail of the id “{id}”.", id=row_id),
            command="undersigned outbox show --state STATE",
        )
    steps = _steps(session, [row])[row.id]
    return Evidence(
        listed=_listed(session, row, steps, addresses),
        created_at=row.created_at,
        message_id=row.message_id,
        dated_at=row.dated_at,
        submitted_at=row.submitted_at,
        settled_at=row.settled_at,
        content_sha256=row.content_sha256,
        relay=row.relay,
        tls=row.tls,
        remote_queue_id=row.remote_queue_id,
        steps=steps,
    )


def _steps(session: Session, rows: Sequence[Message]) -> Mapping[str, list[Step]]:
    """Give the steps of each mail: that it was posted, which its own row tells, and what became of it."""
    steps = {row.id: [_posted(row)] for row in rows}
    found = select(MessageEvent).where(col(MessageEvent.message_id).in_(list(steps)))
    for event in session.execute(found.order_by(col(MessageEvent.id))).scalars():
        # Mail of earlier versions has an event of its own for having been posted.
        if event.was:
            step = Step(
                at=event.at, was=event.was, became=event.became, attempt=event.attempt, reason=event.reason
            )
            steps[event.message_id].append(step)
    return steps


def _posted(row: Message) -> Step:
    return Step(at=row.created_at, was="", became=MessageState.QUEUED.value, attempt=0, reason="posted")


def _listed(
    session: Session, row: Message, steps: Sequence[Step], addresses: Mapping[MessageKind, AddressOf]
) -> Listed:
    campaign = session.get(Campaign, row.campaign_id) if row.campaign_id else None
    return Listed(
        id=row.id,
        kind=row.kind,
        letter=campaign.slug if campaign else "",
        time_zone=campaign.time_zone if campaign else "UTC",
        state=row.state,
        to=_veiled(session, row, addresses[row.kind]),
        destination=row.destination,
        due_at=row.due_at,
        expires_at=row.expires_at,
        attempts=row.attempt,
        may_arrive_twice=row.possible_duplicate,
        reply_code=row.reply_code,
        enhanced_code=row.enhanced_code,
        last=steps[-1],
    )


def _veiled(session: Session, row: Message, address_of: AddressOf) -> str:
    try:
        address = address_of(session, row)
    except Permanent:
        # The letter was purged: its names and addresses are gone, and that is right.
        return ""
    return veiled_address(address) if address else ""
