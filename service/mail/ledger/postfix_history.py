"""What the lines of a Postfix log, in their order, prove about mails in doubt (pure).

Postfix logs the Message-ID while it reads a mail, before the final dot: that line alone proves nothing. Taken over
is what the queue manager or a delivery agent speaks of. Certainly not taken over is what the server itself had begun,
for a client on this machine and at that time, and then says that it lost in the middle of the data: no dot can
come after that. A log that merely says nothing may be the log of the wrong relay, or a sender may still be about
to wake and send its dot; so silence is no proof.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from service.mail.ledger.postfix_lines import Deed, Line
from service.mail.ledger.relay_ledger import Absent, Fate, Finding, Found, Question, Unknown

BEFORE = timedelta(minutes=2)
"""So long before the end of a submission's beginning the server may have noted its client: it does when the recipient is
named, we do when it asks for the bytes."""

WELL_AFTER = timedelta(minutes=5)
"""So long after a submission the log must still go on; shorter than a mail in doubt waits before it goes again."""

# Time stamps may lack the fraction of a second, and a log's lines may change places by a little.
_SLACK = timedelta(seconds=2)
_DISORDER = timedelta(seconds=5)


@dataclass(kw_only=True)
class _Trail:
    """A mail with a Message-ID that was asked for, under one queue id."""

    queue_id: str
    is_kept: bool = False
    fate: Fate = Fate.QUEUED
    code: str = ""

    def go_on(self, line: Line) -> None:
        self.is_kept = True
        if line.fate is not None and self.fate is not Fate.BOUNCED:
            self.fate, self.code = line.fate, line.code


@dataclass(kw_only=True)
class _Session:
    """A mail that the server began for a client on this machine; of one that was taken over nothing is kept."""

    queue_id: str
    opened_at: datetime
    lost_at: datetime | None = None
    message_id: str = ""


class History:
    """Takes in lines, the oldest first, and draws the conclusions."""

    def __init__(self, questions: Sequence[Question]) -> None:
        """Begin with what is asked."""
        self._questions = {question.message_id: question for question in questions}
        self._first = min((moment for question in questions for moment in question.submitted), default=None)
        self._trails: dict[str, list[_Trail]] = {}
        self._followed: dict[tuple[str, str], _Trail] = {}
        self._by_process: dict[str, _Session] = {}
        self._sessions: dict[str, _Session] = {}
        self._covers_from: datetime | None = None
        self._last_at: datetime | None = None

    def break_off(self) -> None:
        """Know that something may be missing here: what was not proved yet is not proved by what stands before."""
        self._covers_from = self._last_at = None
        self._by_process.clear()
        self._sessions.clear()

    def add(self, line: Line) -> None:
        """Take in one line."""
        if line.at is None or (self._last_at is not None and line.at < self._last_at - _DISORDER):
            self.break_off()
        if line.at is not None:
            self._covers_from = self._covers_from or line.at
            self._last_at = max(self._last_at or line.at, line.at)
        if line.deed is Deed.OPENED or line.deed is Deed.ANOTHER:
            self._open(line)
        elif line.deed is Deed.LOST:
            self._lose(line)
        elif line.deed is Deed.NAMED:
            self._name(line)
        elif line.deed is not None:
            self._keep(line)

    def unsettled(self) -> frozenset[str]:
        """Give the queue ids of which the relay's list of waiting mail may tell more than the log."""
        named = (trail for trails in self._trails.values() for trail in trails)
        return frozenset(trail.queue_id for trail in named if not trail.is_kept) - self._lost().keys()

    def conclude(self, *, waiting: Mapping[str, Fate], may_be_absent: bool) -> Mapping[str, Finding]:
        """Answer every question; `waiting` is what the relay's list says of the unsettled queue ids."""
        found = {message_id: self._found(message_id, waiting) for message_id in self._questions}
        missing = [self._questions[message_id] for message_id, one in found.items() if one is None]
        absent = self._absent(missing) if may_be_absent else frozenset()
        return {
            message_id: one or (Absent() if message_id in absent else Unknown())
            for message_id, one in found.items()
        }

    def _open(self, line: Line) -> None:
        earlier = self._by_process.pop(line.process, None)
        # What ended in any other way than by a loss proves nothing, and there may be many.
        if earlier is not None:
            self._sessions.pop(earlier.queue_id, None)
        if line.deed is Deed.OPENED and self._matters(line.at):
            assert line.at is not None
            session = _Session(queue_id=line.queue_id, opened_at=line.at)
            self._by_process[line.process] = self._sessions[line.queue_id] = session

    def _matters(self, at: datetime | None) -> bool:
        return at is not None and self._first is not None and at >= self._first - BEFORE

    def _lose(self, line: Line) -> None:
        session = self._by_process.pop(line.process, None)
        if session is not None:
            session.lost_at = line.at

    def _name(self, line: Line) -> None:
        # Short queue ids come again: what is said from here on is of another mail.
        self._followed.pop((line.instance, line.queue_id), None)
        if session := self._sessions.get(line.queue_id):
            session.message_id = line.message_id
        if line.message_id in self._questions:
            trail = _Trail(queue_id=line.queue_id)
            self._trails.setdefault(line.message_id, []).append(trail)
            self._followed[line.instance, line.queue_id] = trail

    def _keep(self, line: Line) -> None:
        # Whatever it is called in whichever instance: a mail that was taken over was not lost.
        self._sessions.pop(line.queue_id, None)
        trail = self._followed.get((line.instance, line.queue_id))
        if trail is not None:
            trail.go_on(line)
            if line.deed is Deed.REMOVED:
                del self._followed[line.instance, line.queue_id]

    def _found(self, message_id: str, waiting: Mapping[str, Fate]) -> Found | None:
        trails = self._trails.get(message_id, [])
        kept = [trail for trail in trails if trail.is_kept]
        if kept:
            told = next((trail for trail in kept if trail.fate is Fate.BOUNCED), kept[-1])
            return Found(queue_id=told.queue_id, fate=told.fate, enhanced_code=told.code)
        listed = (trail.queue_id for trail in trails if trail.queue_id in waiting)
        queue_id = next(listed, None)
        return Found(queue_id=queue_id, fate=waiting[queue_id]) if queue_id is not None else None

    def _lost(self) -> Mapping[str, _Session]:
        return {
            queue_id: session for queue_id, session in self._sessions.items() if session.lost_at is not None
        }

    def _absent(self, missing: Sequence[Question]) -> frozenset[str]:
        """Find the mails of which each submission is proved lost, by a session of its own."""
        lost = self._lost()
        free = sorted(lost.values(), key=lambda session: session.opened_at)
        proved = {question.message_id for question in missing if question.submitted}
        for moment, message_id in _submissions(missing):
            session = _session_of(free, moment, message_id)
            if session is None or not self._covers(moment):
                proved.discard(message_id)
            else:
                free.remove(session)
        return frozenset(message_id for message_id in proved if self._are_all_lost(message_id, lost))

    def _are_all_lost(self, message_id: str, lost: Mapping[str, _Session]) -> bool:
        return all(trail.queue_id in lost for trail in self._trails.get(message_id, ()))

    def _covers(self, moment: datetime) -> bool:
        if self._covers_from is None or self._last_at is None:
            return False
        return self._covers_from <= moment - BEFORE and self._last_at >= moment + WELL_AFTER


def _submissions(questions: Sequence[Question]) -> Sequence[tuple[datetime, str]]:
    return sorted((moment, question.message_id) for question in questions for moment in question.submitted)


def _session_of(sessions: Sequence[_Session], moment: datetime, message_id: str) -> _Session | None:
    """Find the session of a submission: one that bears the mail's name, or one that was lost before it bore any."""
    for name in (message_id, ""):
        for session in sessions:
            if session.message_id == name and _is_of(session, moment):
                return session
    return None


def _is_of(session: _Session, moment: datetime) -> bool:
    assert session.lost_at is not None
    return moment - BEFORE <= session.opened_at <= moment + _SLACK and session.lost_at >= moment - _SLACK
