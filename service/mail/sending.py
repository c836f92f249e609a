"""Hold all sending, and know when it must be held: by a person, or because the database was restored or copied.

Three promises meet here. After the commit of a hold no fence commits any more. Each fence raises the number of its
sender, in the fence's own transaction. A database that is behind its journal sends nothing until a person has looked.
"""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, literal, select, text
from sqlmodel import Session, col

from service.foundation.errors import Transient
from service.mail.journal import Standing
from service.mail.outbox import move_message
from service.model.message import Message
from service.model.sending import ONLY_ROW, HoldCause, JournalMark, Sending
from service.model.states import MessageState
from service.store.insert import insert_or
from service.store.rows import run_quickly

_REASON_LENGTH = 300
_SENTENCE_LENGTH = 500
_AGAINST_ALL = frozenset({HoldCause.JOURNAL_AHEAD, HoldCause.MOVED})
_BY_ITSELF = "start"
_RESUME = "run `undersigned outbox resume`"
_SENTENCES = {
    HoldCause.JOURNAL_AHEAD: "Sending is held: the journal knows mails that this database does not know to be sent, so"
    f" the database was restored from a backup; {_RESUME}, which keeps them from going twice.",
    HoldCause.JOURNAL_MISSING: "Sending is held: this database has sent mail before, but its journal is not in"
    " JOURNAL_DIR, so it may have been restored or copied; put the journal back, start again, and"
    f" {_RESUME}.",
    HoldCause.MOVED: "Sending is held: database and journal are not where they last sent mail, so they may be a copy"
    f" whose original still sends; see that the original is stopped, then {_RESUME}.",
}


class SendingHeld(Transient):
    """Nothing may be sent now; the sentence says why."""


class JournalAhead(SendingHeld):
    """The database has lost what the journal knows, while its sender was at work: it was restored beneath it."""


def why_held(connection: Connection) -> str | None:
    """Give the sentence that says why nothing may be sent, None where mail goes out.

    For the transactions that claim and that fence, as their first statement: until they end, no hold commits, and
    after a hold has committed, each of them is told.
    """
    # PostgreSQL: the row's share lock re-reads a row that was changed meanwhile, and the table lock that comes with
    # it queues fairly with the one of lock_sending(). SQLite: writers exclude one another anyway.
    reason: str | None = run_quickly(
        connection, "SELECT reason FROM sending WHERE id = :row FOR SHARE", row=ONLY_ROW
    )
    return reason


def raise_fence(connection: Connection, sender: str, count: int, *, above: int, now: datetime) -> int:
    """Take `count` numbers for the fences of this transaction, and give the first.

    `above` is the newest number in the sender's journal. Raises JournalAhead, and nothing may be sent, where the
    database is behind it or does not know the sender any more.
    """
    newest = run_quickly(
        connection,
        "UPDATE journal_mark SET fence_no = fence_no + :number, updated_at = :moment"
        " WHERE journal_id = :sender AND fence_no >= :above RETURNING fence_no",
        number=count,
        moment=now,
        sender=sender,
        above=above,
    )
    if newest is None:
        raise JournalAhead(_SENTENCES[HoldCause.JOURNAL_AHEAD])
    return int(newest) - count + 1


def hold(session: Session, *, by: str, reason: str, now: datetime) -> str:
    """Hold all sending until it is resumed; gives the sentence that says so.

    After the commit no mail goes out but what is past its fence. A hold that the service laid itself stays as it is:
    it asks for more than to be lifted.
    """
    state = lock_sending(session)
    if is_of_a_person(state):
        why = f": {reason[:_REASON_LENGTH].rstrip('.')}" if reason else ""
        sentence = f"Sending is held by {by}{why}; `undersigned outbox resume` lets it go on."
        _set(session, state, sentence, cause=HoldCause.PERSON, by=by, now=now)
    assert state.reason is not None
    return state.reason


def hold_for_cause(session: Session, state: Sending, cause: HoldCause, *, now: datetime) -> None:
    """Hold all sending, for what the service has found itself."""
    _set(session, state, _SENTENCES[cause], cause=cause, by=_BY_ITSELF, now=now)


def is_of_a_person(state: Sending) -> bool:
    """Tell whether nothing but a person holds sending, or nobody does."""
    return state.cause in {None, HoldCause.PERSON}


def release(session: Session) -> None:
    """Let mail go out again."""
    state = lock_sending(session)
    state.reason, state.cause, state.held_by, state.held_since = None, None, "", None
    session.add(state)


def sending_state(session: Session) -> Sending:
    """Give the state of sending to look at; locks nothing."""
    state: Sending = session.execute(select(Sending).where(col(Sending.id) == ONLY_ROW)).scalar_one()
    return state


def check_journal(
    session: Session,
    journal: Standing,
    *,
    now: datetime,
    beside: Sequence[Standing] = (),
    joins: bool = False,
) -> str | None:
    """Compare a sender's journal with the database, at its start, and hold all sending where they do not agree.

    Gives the sentence that says why sending is held, by this check or before, else None. A journal that is new is
    enrolled where the database never fenced a mail, where one of those that lie `beside` it vouches for the
    database, or where a person says that it `joins` other senders. Where sending is held, what the database believes to be
    in submission becomes uncertain and does not go once more by itself: its sender settled it long ago.
    """
    cause = _find_cause_among(session, journal, beside, joins=joins)
    if cause is None:
        _enrol_if_new(session, journal, now=now)
        return sending_state(session).reason
    state = lock_sending(session)
    hold_for_cause(session, state, cause, now=now)
    leave_submissions(session, now=now)
    return state.reason


def find_cause(session: Session, journal: Standing) -> HoldCause | None:
    """Tell what speaks against sending with this journal and this database, None where nothing does."""
    mark = session.get(JournalMark, journal.journal_id, populate_existing=True)
    known = mark.fence_no if mark is not None else 0
    if journal.last > known:
        # Where the outbox is empty nothing can go twice; if a backup is restored later, that will be seen.
        return HoldCause.JOURNAL_AHEAD if mark is not None or _has_mail(session) else None
    if not journal.last and (known if mark is not None else _has_fenced(session)):
        return HoldCause.JOURNAL_MISSING
    if mark is not None and mark.place != journal.place:
        return HoldCause.MOVED
    return None


def is_stranger(session: Session, journal: Standing, beside: Sequence[Standing]) -> bool:
    """Tell whether a journal is new to a database that has sent mail, and none beside it vouches for that database."""
    return _is_new(session, journal) and _has_fenced(session) and not _vouched_for(session, beside)


def enrol(session: Session, journal: Standing, *, now: datetime) -> JournalMark:
    """Know a journal from now on as one of this database's, at the number and place where it stands; gives its mark."""
    fresh = JournalMark(
        journal_id=journal.journal_id, fence_no=journal.last, place=journal.place, updated_at=now
    )
    session.execute(insert_or(session, fresh).on_conflict_do_nothing(index_elements=["journal_id"]))
    found = select(JournalMark).where(col(JournalMark.journal_id) == journal.journal_id).with_for_update()
    mark: JournalMark = session.execute(found.execution_options(populate_existing=True)).scalar_one()
    mark.fence_no, mark.place, mark.updated_at = max(mark.fence_no, journal.last), journal.place, now
    session.add(mark)
    return mark


def leave_submissions(session: Session, *, now: datetime) -> None:
    """Leave in doubt what a restored database believes to be in submission."""
    found = select(Message).where(col(Message.state) == MessageState.SUBMITTING).with_for_update()
    for row in session.execute(found).scalars().all():
        move_message(
            session,
            row,
            MessageState.UNCERTAIN,
            reason="it was being submitted when the backup was made",
            now=now,
        )


def lock_sending(session: Session) -> Sending:
    """Wait until no claim and no fence is under way, and keep new ones waiting until the transaction ends."""
    if session.get_bind().dialect.name == "postgresql":
        # A row lock alone could wait for ever behind fences that share it in turn; this one stands in line.
        session.execute(text("LOCK TABLE sending IN EXCLUSIVE MODE"))
    found = select(Sending).where(col(Sending.id) == ONLY_ROW).execution_options(populate_existing=True)
    state: Sending = session.execute(found).scalar_one()
    return state


def _set(
    session: Session, state: Sending, sentence: str, *, cause: HoldCause, by: str, now: datetime
) -> None:
    state.reason, state.cause, state.held_by = sentence[:_SENTENCE_LENGTH], cause, by
    state.held_since = state.held_since or now
    session.add(state)


def _find_cause_among(
    session: Session, journal: Standing, beside: Sequence[Standing], *, joins: bool
) -> HoldCause | None:
    # One that knows more than the database, or was copied along with it, speaks for all that lie there.
    against = [cause for one in beside if (cause := find_cause(session, one)) in _AGAINST_ALL]
    if against:
        return against[0]
    if _is_new(session, journal) and (joins or _vouched_for(session, beside)):
        return None
    return find_cause(session, journal)


def _is_new(session: Session, journal: Standing) -> bool:
    return not journal.last and session.get(JournalMark, journal.journal_id) is None


def _vouched_for(session: Session, beside: Sequence[Standing]) -> bool:
    return any(one.last and find_cause(session, one) is None and _is_known(session, one) for one in beside)


def _is_known(session: Session, journal: Standing) -> bool:
    return session.get(JournalMark, journal.journal_id) is not None


def _enrol_if_new(session: Session, journal: Standing, *, now: datetime) -> None:
    if session.get(JournalMark, journal.journal_id) is None:
        enrol(session, journal, now=now)


def _has_fenced(session: Session) -> bool:
    found = select(literal(1)).where(col(JournalMark.fence_no) > 0).limit(1)
    return session.execute(found).first() is not None


def _has_mail(session: Session) -> bool:
    return session.execute(select(col(Message.id)).limit(1)).first() is not None
