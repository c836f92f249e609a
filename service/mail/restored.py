"""Let mail go out again; after a restore only once the rows have been compared with the journal.

What the journal has beyond the database's number went out, or may have, after the backup was made: it must not go again.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import delete, func, or_, select
from sqlmodel import Session, col

from service.mail.headers import make_message_id
from service.mail.journal import Entry, Standing
from service.mail.outbox import move_message
from service.mail.sending import (
    enrol,
    find_cause,
    hold_for_cause,
    is_of_a_person,
    leave_submissions,
    lock_sending,
    release,
)
from service.model.message import Message
from service.model.sending import HoldCause, JournalMark
from service.model.states import MessageState

_WAITS = (MessageState.QUEUED, MessageState.CLAIMED, MessageState.HELD)
_AT_ONCE = 500
_OBSTACLES = {
    HoldCause.JOURNAL_MISSING: "The journal is missing, so nobody can say what was sent after the backup was made, and"
    " that would go a second time: put the journal back into JOURNAL_DIR and start again, or say --without-journal to"
    " take the risk.",
    HoldCause.MOVED: "Database and journal are not where they last sent mail, and if this is a copy whose original"
    " still sends, every mail goes twice: stop the original, then say --without-journal.",
}


@dataclass(frozen=True, kw_only=True)
class Resumed:
    """What was found when sending was to go on, and whether it goes on.

    `gone` mails are in the journal beyond the database's number. Of these, `left_in_doubt` waited in the database and
    do not go again, `settled` did not wait, and `unknown` are in no row. `will_go` wait now. `obstacle` says why the
    journal is no help, `other_senders` counts the senders whose journals were not yet compared.
    """

    gone: int
    left_in_doubt: int
    settled: int
    unknown: int
    will_go: int
    other_senders: int
    obstacle: str | None
    goes_on: bool


def resume(
    session: Session,
    journal: Standing | None,
    entries_beyond: Callable[[int], Iterable[Entry]],
    *,
    site_key: bytes,
    without_journal: bool,
    now: datetime,
) -> Resumed:
    """Compare the rows with what the journal has beyond the database's number, then let mail go out again.

    A row that still waits and has gone becomes uncertain with the journal as evidence, and does not go once more by
    itself, whatever its kind allows. Sending stays held where there is an obstacle, or where another sender's journal
    has not been compared since; `without_journal` overrides both.
    """
    state = lock_sending(session)
    cause = find_cause(session, journal) if journal is not None else HoldCause.JOURNAL_MISSING
    # A pause may be lifted from any machine, with or without a journal: each sender compares its own when it starts.
    is_only_a_pause = is_of_a_person(state) and cause in {None, HoldCause.JOURNAL_MISSING}
    if not is_only_a_pause:
        leave_submissions(session, now=now)
    gone = entries_beyond(_known_number(session, journal)) if journal is not None else ()
    found = _reconcile(session, gone, site_key=site_key, now=now)
    obstacle = None if is_only_a_pause or cause is None else _OBSTACLES.get(cause)
    others = [] if is_only_a_pause else _unseen(session, journal, since=state.held_since or now)
    if journal is not None and (cause not in _OBSTACLES or without_journal):
        enrol(session, journal, now=now).reconciled_at = now
    goes_on = without_journal or (obstacle is None and not others)
    if goes_on:
        session.execute(delete(JournalMark).where(col(JournalMark.journal_id).in_(others)))
        release(session)
    elif cause is not None:
        hold_for_cause(session, state, cause, now=now)
    return Resumed(
        gone=found.gone,
        left_in_doubt=found.left_in_doubt,
        settled=found.settled,
        unknown=found.gone - found.left_in_doubt - found.settled,
        will_go=_count_waiting(session, now=now),
        other_senders=len(others),
        obstacle=obstacle,
        goes_on=goes_on,
    )


def sum_up(each: Sequence[Resumed]) -> Resumed:
    """Sum up what was found with one journal after the other; whether sending goes on is known with the last (pure)."""
    *_, last = each
    return replace(
        last,
        gone=sum(one.gone for one in each),
        left_in_doubt=sum(one.left_in_doubt for one in each),
        settled=sum(one.settled for one in each),
        unknown=sum(one.unknown for one in each),
        obstacle=next((one.obstacle for one in each if one.obstacle is not None), None),
    )


@dataclass(frozen=True, kw_only=True)
class _Found:
    gone: int
    left_in_doubt: int
    settled: int


def _reconcile(session: Session, gone: Iterable[Entry], *, site_key: bytes, now: datetime) -> _Found:
    # By the part before the @: a row that was never claimed has no Message-ID yet, and the domain may have changed.
    by_name = {_name(entry.message_id): entry for entry in gone}
    left: set[str] = set()
    for row in _waiting(session) if by_name else ():
        name = _name(row.message_id or make_message_id(site_key, row.dedupe_key, "rows.example"))
        if name in by_name:
            _leave_in_doubt(session, row, by_name[name], now=now)
            left.add(name)
    rest = [entry.message_id for name, entry in by_name.items() if name not in left]
    return _Found(gone=len(by_name), left_in_doubt=len(left), settled=_count_known(session, rest))


def _waiting(session: Session) -> Iterator[Message]:
    """Give the rows that may still go out, a page at a time; what the caller moves meanwhile is no trouble."""
    last = ""
    while True:
        page = (
            select(Message)
            .where(col(Message.state).in_(_WAITS), col(Message.id) > last)
            .order_by(col(Message.id))
            .limit(_AT_ONCE)
            .with_for_update()
        )
        rows = session.execute(page).scalars().all()
        if not rows:
            return
        yield from rows
        last = rows[-1].id
        session.flush()


def _leave_in_doubt(session: Session, row: Message, entry: Entry, *, now: datetime) -> None:
    row.message_id, row.submitted_at = entry.message_id, entry.at
    row.dated_at = row.dated_at or entry.at
    reason = f"the journal says that it was handed over on {entry.at:%Y-%m-%d at %H:%M} UTC, after the backup"
    move_message(session, row, MessageState.UNCERTAIN, reason=reason, now=now)


def _count_known(session: Session, message_ids: list[str]) -> int:
    known = 0
    for place in range(0, len(message_ids), _AT_ONCE):
        some = col(Message.message_id).in_(message_ids[place : place + _AT_ONCE])
        known += int(session.execute(select(func.count()).where(some)).scalar_one())
    return known


def _known_number(session: Session, journal: Standing) -> int:
    mark = session.get(JournalMark, journal.journal_id)
    return mark.fence_no if mark is not None else 0


def _unseen(session: Session, journal: Standing | None, *, since: datetime) -> list[str]:
    """Name the other senders that have sent before and whose journals nobody has compared since then."""
    mine = journal.journal_id if journal is not None else ""
    found = select(col(JournalMark.journal_id)).where(
        col(JournalMark.journal_id) != mine,
        col(JournalMark.fence_no) > 0,
        or_(col(JournalMark.reconciled_at).is_(None), col(JournalMark.reconciled_at) < since),
    )
    return list(session.execute(found).scalars())


def _count_waiting(session: Session, *, now: datetime) -> int:
    session.flush()
    found = select(func.count()).where(
        col(Message.state).in_((MessageState.QUEUED, MessageState.CLAIMED)), col(Message.expires_at) > now
    )
    return int(session.execute(found).scalar_one())


def _name(message_id: str) -> str:
    return message_id.strip("<>").partition("@")[0]
