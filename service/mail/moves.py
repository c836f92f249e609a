"""Move many messages by one statement each: past the fence, and to the relay's yes; for the sender's hot path."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from service.foundation.identity import make_ids
from service.mail.outbox import REASON_LENGTH
from service.mail.transport import Receipt
from service.model.states import MessageState
from service.store.claim import Taken
from service.store.rows import run_for_rows, touch_rows

_EVENT = {
    "id": "text",
    "message_id": "text",
    "attempt": "integer",
    "was": "text",
    "became": "text",
    "reason": "text",
}
_NOTE = (
    "INSERT INTO message_event (id, message_id, at, was, became, attempt, reason)"
    " SELECT v.id, v.message_id, :at, v.was, v.became, v.attempt, v.reason FROM {v}"
)
_FENCE = {"id": "text", "attempt": "integer", "sha": "text", "destination": "text"}
_SUBMIT = (
    "UPDATE message SET state = 'submitting', lease_until = :until, submitted_at = :at, content_sha256 = v.sha,"
    " destination = v.destination FROM {v} WHERE message.id = v.id AND message.state = 'claimed' AND message.attempt = v.attempt"
    " AND message.lease_owner = :owner RETURNING message.id"
)
_YES = {
    "id": "text",
    "attempt": "integer",
    "relay": "text",
    "code": "integer",
    "enhanced": "text",
    "queue_id": "text",
    "tls": "text",
}
_ACCEPT = (
    "UPDATE message SET state = 'accepted', settled_at = :at, lease_owner = NULL, lease_until = NULL,"
    " relay = v.relay, reply_code = v.code, enhanced_code = v.enhanced, remote_queue_id = v.queue_id, tls = v.tls"
    " FROM {v} WHERE message.id = v.id AND message.state = 'submitting' AND message.attempt = v.attempt"
    " AND message.lease_owner = :owner RETURNING message.id"
)


# A driver takes a plain text at once, and looks for long at what an enumeration is.
_QUEUED, _CLAIMED, _SUBMITTING, _ACCEPTED = (
    str(state.value)
    for state in (
        MessageState.QUEUED,
        MessageState.CLAIMED,
        MessageState.SUBMITTING,
        MessageState.ACCEPTED,
    )
)


@dataclass(frozen=True, kw_only=True)
class Fenced:
    """A message that is to pass the fence: the SHA-256 of its unsigned bytes, and the group of mailboxes it goes to."""

    row: Taken
    content_sha256: str
    destination: str


Move = tuple[str, int, str, str, str]
"""One move to be kept as an event: the message's id and attempt, from where, to where, and the reason."""


def into_hands(row: Taken) -> Move:
    """Tell that a sender has taken a message."""
    return row.id, row.attempt, _QUEUED, _CLAIMED, "taken by a sender"


def into_submission(row: Taken) -> Move:
    """Tell that a message has passed the fence."""
    return row.id, row.attempt, _CLAIMED, _SUBMITTING, "the relay asked for its bytes"


def into_acceptance(row: Taken, receipt: Receipt) -> Move:
    """Tell that a relay has taken a message over."""
    return row.id, row.attempt, _SUBMITTING, _ACCEPTED, yes_in_words(receipt)[:REASON_LENGTH]


def note_moves(connection: Connection, moves: Sequence[Move], *, now: datetime) -> None:
    """Keep many moves as events, in their order."""
    if moves:
        rows = [(event_id, *move) for event_id, move in zip(make_ids(len(moves)), moves, strict=True)]
        run_for_rows(connection, _NOTE, columns=_EVENT, rows=rows, at=now)


def pass_fence(
    connection: Connection, fenced: Sequence[Fenced], *, owner: str, until: datetime, now: datetime
) -> Collection[str]:
    """Move to submitting, by comparing and setting, what this owner still holds as it took it; gives those ids.

    Of any other not a byte may leave: it was cancelled or held, or another took it when our lease had ended.
    """
    if not fenced:
        return ()
    # In the order in which a hold locks them too, so that the two wait for one another and not in a circle.
    rows = sorted((one.row.id, one.row.attempt, one.content_sha256, one.destination) for one in fenced)
    return touch_rows(connection, _SUBMIT, columns=_FENCE, rows=rows, owner=owner, until=until, at=now)


def note_yes(
    connection: Connection, yes: Sequence[tuple[Taken, Receipt]], *, owner: str, now: datetime
) -> Collection[str]:
    """Move to accepted what this owner submitted and a relay took over; gives those ids, for others need a closer look."""
    if not yes:
        return ()
    rows = [
        (
            row.id,
            row.attempt,
            receipt.relay,
            receipt.reply_code,
            receipt.enhanced_code,
            receipt.remote_queue_id,
            receipt.tls,
        )
        for row, receipt in yes
    ]
    return touch_rows(connection, _ACCEPT, columns=_YES, rows=rows, owner=owner, at=now)


def yes_in_words(receipt: Receipt) -> str:
    """Say in one clause that a relay took a mail over."""
    return f"{receipt.relay} answered {receipt.reply_code} {receipt.enhanced_code}".rstrip()
