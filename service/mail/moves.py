"""Move many messages by one statement each: past the fence, and to the relay's yes; for the sender's hot path."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import TextClause, bindparam, text
from sqlmodel import Session

from service.foundation.identity import make_id
from service.mail.transport import Receipt
from service.model.columns import Moment
from service.model.states import MessageState
from service.store.claim import Taken
from service.store.rows import ROWS, pack, values_table

_EVENT = {"id": "text", "message_id": "text", "attempt": "integer", "reason": "text"}
_FENCE = {"id": "text", "attempt": "integer", "sha": "text"}
_YES = {
    "id": "text",
    "attempt": "integer",
    "relay": "text",
    "code": "integer",
    "enhanced": "text",
    "queue_id": "text",
    "tls": "text",
}


@dataclass(frozen=True, kw_only=True)
class Fenced:
    """A message that is to pass the fence, with the SHA-256 of its unsigned bytes."""

    row: Taken
    content_sha256: str


def note_moves(
    session: Session,
    moved: Sequence[tuple[str, int, str]],
    *,
    was: MessageState,
    became: MessageState,
    now: datetime,
) -> None:
    """Write the event of one and the same move of many messages: each its id, its attempt and the reason."""
    if not moved:
        return
    insert = _text(
        "INSERT INTO message_event (id, message_id, at, was, became, attempt, reason)"
        f" SELECT v.id, v.message_id, {_moment(session, 'at')}, :was, :became, v.attempt, v.reason"
        f" FROM {values_table(session, _EVENT)} ORDER BY v.id",
        "at",
    )
    rows = [
        {"id": make_id(), "message_id": message_id, "attempt": attempt, "reason": reason}
        for message_id, attempt, reason in moved
    ]
    session.execute(insert, {ROWS: pack(rows), "at": now, "was": was.value, "became": became.value})


def pass_fence(
    session: Session, fenced: Sequence[Fenced], *, owner: str, until: datetime, now: datetime
) -> Collection[str]:
    """Move to submitting, by comparing and setting, what this owner still holds as it took it; gives those ids.

    Of any other not a byte may leave: it was cancelled or held, or another took it when our lease had ended.
    """
    if not fenced:
        return ()
    update = _text(
        "UPDATE message SET state = 'submitting', lease_until = :until, submitted_at = :now, content_sha256 = v.sha"
        f" FROM {values_table(session, _FENCE)}"
        " WHERE message.id = v.id AND message.state = 'claimed' AND message.attempt = v.attempt"
        " AND message.lease_owner = :owner RETURNING message.id",
        "until",
        "now",
    )
    rows = [{"id": one.row.id, "attempt": one.row.attempt, "sha": one.content_sha256} for one in fenced]
    given = {ROWS: pack(rows), "owner": owner, "until": until, "now": now}
    passed = set(session.execute(update, given).scalars())
    note_moves(
        session,
        [
            (one.row.id, one.row.attempt, "the relay asked for its bytes")
            for one in fenced
            if one.row.id in passed
        ],
        was=MessageState.CLAIMED,
        became=MessageState.SUBMITTING,
        now=now,
    )
    return passed


def note_yes(
    session: Session, yes: Sequence[tuple[Taken, Receipt]], *, owner: str, now: datetime
) -> Collection[str]:
    """Move to accepted what this owner submitted and a relay took over; gives those ids, for others need a closer look."""
    if not yes:
        return ()
    update = _text(
        "UPDATE message SET state = 'accepted', settled_at = :now, lease_owner = NULL, lease_until = NULL,"
        " relay = v.relay, reply_code = v.code, enhanced_code = v.enhanced, remote_queue_id = v.queue_id, tls = v.tls"
        f" FROM {values_table(session, _YES)}"
        " WHERE message.id = v.id AND message.state = 'submitting' AND message.attempt = v.attempt"
        " AND message.lease_owner = :owner RETURNING message.id",
        "now",
    )
    rows = [
        {
            "id": row.id,
            "attempt": row.attempt,
            "relay": receipt.relay,
            "code": receipt.reply_code,
            "enhanced": receipt.enhanced_code,
            "queue_id": receipt.remote_queue_id,
            "tls": receipt.tls,
        }
        for row, receipt in yes
    ]
    settled = set(session.execute(update, {ROWS: pack(rows), "owner": owner, "now": now}).scalars())
    note_moves(
        session,
        [(row.id, row.attempt, yes_in_words(receipt)) for row, receipt in yes if row.id in settled],
        was=MessageState.SUBMITTING,
        became=MessageState.ACCEPTED,
        now=now,
    )
    return settled


def yes_in_words(receipt: Receipt) -> str:
    """Say in one clause that a relay took a mail over."""
    return f"{receipt.relay} answered {receipt.reply_code} {receipt.enhanced_code}".rstrip()


def _text(sql: str, *moments: str) -> TextClause:
    return text(sql).bindparams(*(bindparam(name, type_=Moment) for name in moments))


def _moment(session: Session, name: str) -> str:
    # In a SELECT list PostgreSQL does not guess what a parameter is.
    is_postgres = session.get_bind().dialect.name == "postgresql"
    return f"CAST(:{name} AS timestamptz)" if is_postgres else f":{name}"
