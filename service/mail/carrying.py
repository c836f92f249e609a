"""One run over all connections: who may take a mail gets one, who answers is heard, and what is told is written down.

One thread does it all but the writing: the book's commits go on in the clerk's, for the disk is slow.
"""

import contextlib
import queue
import selectors
import socket
import threading
import time
from collections import deque
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

from service.mail.clerk import Clerk
from service.mail.connection import Connection
from service.mail.dialogue import Asked, Incapable, Lost
from service.mail.exchange import LOOK_SECONDS, Dialled, Exchange
from service.mail.relay import Relay
from service.mail.transport import Answer, Book, Deferred, Mail, Outcome, Rejected, RelayDown, Stage, Told

MAILS_PER_CONNECTION = 500
"""So many mails go over one connection, then a new one is made: many relays end it, at a thousand or so, some without
a word."""

_CLOSING = 421
_ENDED = frozenset({None, _CLOSING})
_STOCK_SECONDS = 0.005
_GATHER_SECONDS = 0.0005
# A relay that drips its answer byte by byte is not to keep those of others from being written down.
_LONGEST_GATHER_SECONDS = 0.05
_READS = 16

_Trouble = RelayDown | Lost | Incapable


@dataclass(kw_only=True, eq=False)
class _Line:
    """One connection at work."""

    connection: Connection
    socket: socket.socket
    deadline: float = 0.0
    waits_to_write: bool = False

    def __post_init__(self) -> None:
        """Keep at hand what is asked for all the time."""
        self.dialogue = self.connection.dialogue

    @property
    def relay(self) -> Relay:
        """The relay at its other end."""
        return self.connection.relay

    @property
    def may_offer(self) -> bool:
        """Tell whether it may take one more mail."""
        return self.connection.offers < MAILS_PER_CONNECTION and self.dialogue.may_offer

    @property
    def is_awaited(self) -> bool:
        """Tell whether it is the relay's turn to say something."""
        dialogue = self.dialogue
        return bool(dialogue.is_answer_awaited or dialogue.unwritten)

    @property
    def is_worn(self) -> bool:
        """Tell whether it has carried its share and may be left."""
        return self.connection.offers >= MAILS_PER_CONNECTION and self.dialogue.is_idle


@dataclass(kw_only=True)
class _Journey:
    """What a mail has met so far on its way to a relay."""

    troubles: list[_Trouble] = field(default_factory=list)
    relays: set[Relay] = field(default_factory=set)


@dataclass(kw_only=True)
class Carrying:
    """One run over all connections: who may offer gets a mail, who answers is heard, and what is told is written down."""

    exchange: Exchange
    book: Book
    lines: list[_Line] = field(default_factory=list)
    waiting: deque[Mail] = field(default_factory=deque)
    journeys: dict[Mail, _Journey] = field(default_factory=dict)
    told: list[Told] = field(default_factory=list)
    dialling: set[Relay] = field(default_factory=set)
    dialled: "queue.SimpleQueue[Dialled]" = field(default_factory=queue.SimpleQueue)
    failed: dict[Relay, RelayDown] = field(default_factory=dict)
    asked: list[_Line] = field(default_factory=list)
    """The lines whose relays ask for the bytes, and of which the book was not asked yet."""
    in_writing: dict[Mail, _Line] = field(default_factory=dict)
    """Those of which the book is being asked."""
    most: int = 0
    is_over: bool = False
    ends_at: float | None = None
    """When what is still open is given up, once the process ends."""

    def run(self) -> None:
        """Carry until the book has no more."""
        self.most = self.exchange.most
        self._bell, self._ear = socket.socketpair()
        self._selector = selectors.DefaultSelector()
        # What is dialled when the run has ended finds the bell closed, or is found here.
        with contextlib.ExitStack() as stack:
            stack.callback(self._close_dialled)
            for each in (self._selector, self._bell, self._ear):
                stack.enter_context(each)
            self._bell.settimeout(0)
            self._ear.settimeout(0)
            self._selector.register(self._ear, selectors.EVENT_READ, None)
            self.exchange.drop_dead()
            for connection in self.exchange.resting:
                self._join(connection)
            self.exchange.resting.clear()
            self._clerk = Clerk(self.book, ring=self._ring)
            try:
                while self._goes_on():
                    self._turn()
                self._rest()
            finally:
                self._clerk.close()
                # Whatever ended the run before its time, what was under way is not gone on with.
                for line in self.lines:
                    line.connection.close()

    def _goes_on(self) -> bool:
        return self._has_something_to_end() if self.exchange.is_stopping() else self._hand_out()

    def _has_something_to_end(self) -> bool:
        """End what can be ended; tells whether a last word is to come on what was submitted."""
        here = time.monotonic()
        if self.ends_at is None:
            self.ends_at, self.is_over = here + self.exchange.stop_seconds, True
            self.waiting.clear()
        for line in [line for line in self.lines if not line.dialogue.is_idle]:
            # What the book is being asked of may be past the fence already, and then leaves as it was promised.
            may_leave = line.dialogue.submitted is not None or line.dialogue.offered in self.in_writing
            if not may_leave or here >= self.ends_at:
                # Not a byte of it has left, and whoever gave it takes it back untold.
                line.dialogue.offered = None
                self._lose(line)
        self._have_written()
        return self._is_busy()

    # Giving mails out

    def _hand_out(self) -> bool:
        """Give each line that may take one a mail, and dial where lines are missing; tells whether anything goes on."""
        self._leave_worn()
        stuck: list[Mail] = []
        while True:
            free = [line for line in self.lines if line.may_offer]
            mail = self._next_mail(free, stuck)
            if mail is None:
                break
            line = self._line_for(mail, free)
            if line is not None:
                self._offer(line, mail)
                self._write(line)
            elif self._may_come_to_a_line(mail):
                # It may wait for a relay that does not answer; the others need not wait with it.
                stuck.append(mail)
            else:
                self._give_up(mail)
        self.waiting.extend(stuck)
        self._have_written()
        return bool(self.waiting or self.dialling or self._is_busy())

    def _is_busy(self) -> bool:
        return self._clerk.is_busy or any(not line.dialogue.is_idle for line in self.lines)

    def _next_mail(self, free: Sequence[_Line], stuck: Sequence[Mail]) -> Mail | None:
        if self.waiting:
            return self.waiting.popleft()
        if self.is_over or not (free or self._is_a_line_wanted(stuck)):
            return None
        relay = (free[0].relay if free else self._in_order()[0]).name
        if stuck or self.dialling or self._is_busy():
            return self.book.next(relay=relay, wait=False)
        # With nothing else to do there is nothing to miss while waiting, but lines that end meanwhile.
        mail = self.book.next(relay=relay, wait=True)
        for line in [line for line in self.lines if line.connection.has_something_to_say()]:
            self._drop(line)
        return mail

    def _is_a_line_wanted(self, stuck: Sequence[Mail]) -> bool:
        """Tell whether there may be one more line, and no mail waits for it already."""
        return len(self.lines) < self.most and all(self._tried(mail) for mail in stuck)

    def _line_for(self, mail: Mail, free: Sequence[_Line]) -> _Line | None:
        tried = self._tried(mail)
        return next((line for line in free if line in self.lines and line.relay not in tried), None)

    def _may_come_to_a_line(self, mail: Mail) -> bool:
        """Tell whether a line for a mail may come free or is being dialled; dials one where that helps."""
        tried = self._tried(mail)
        stands = any(line.relay not in tried for line in self.lines)
        left = [relay for relay in self._in_order() if relay not in tried and relay not in self.failed]
        may_dial = not stands or len(self.lines) + len(self.dialling) < self.most
        if left and may_dial and left[0] not in self.dialling:
            self._dial(left[0])
        return stands or any(relay not in tried for relay in self.dialling)

    def _tried(self, mail: Mail) -> Collection[Relay]:
        journey = self.journeys.get(mail)
        return journey.relays if journey is not None else ()

    def _offer(self, line: _Line, mail: Mail) -> None:
        dialogue = line.dialogue
        incapable = dialogue.refusal(mail.envelope)
        if incapable is not None:
            self._meet(mail, line.relay, incapable)
            return
        line.connection.offers += 1
        dialogue.offer(mail)

    def _in_order(self) -> list[Relay]:
        kept = list(dict.fromkeys(line.relay for line in self.lines))
        return kept + [relay for relay in self.exchange.relays if relay not in kept]

    def _dial(self, relay: Relay) -> None:
        self.dialling.add(relay)
        threading.Thread(target=self._dial_apart, args=(relay,), daemon=True).start()

    def _dial_apart(self, relay: Relay) -> None:
        self.dialled.put(self.exchange.dial(relay))
        try:
            self._bell.send(b".")
        except BlockingIOError:
            # It rings already.
            return
        except OSError:
            # Nobody listens any more: the run has ended.
            self._close_dialled()

    def _close_dialled(self) -> None:
        with contextlib.suppress(queue.Empty):
            while True:
                late = self.dialled.get_nowait().connection
                if late is not None:
                    late.close()

    def _ring(self) -> None:
        """Wake the loop; where nobody listens any more, the run was ended from outside."""
        with contextlib.suppress(OSError):
            self._bell.send(b".")

    # Hearing

    def _turn(self) -> None:
        """Wait until somebody has something to say, and take one step everywhere."""
        goes_on = self._listen(seconds=self._patience())
        end = time.monotonic() + _LONGEST_GATHER_SECONDS
        while goes_on and self._may_more_come() and time.monotonic() < end:
            # A commit costs more than a moment's wait, and serves all who have answered by then.
            goes_on = self._listen(seconds=_GATHER_SECONDS)
        self._take_dialled()
        self._give_up_on_the_silent()
        self._take_written()

    def _listen(self, *, seconds: float) -> bool:
        """Take one step with everybody who has something to say within so many seconds; tells whether anybody had."""
        ready = self._selector.select(seconds)
        for key, mask in ready:
            line = key.data
            if line is None:
                with contextlib.suppress(BlockingIOError):
                    self._ear.recv(64)
                continue
            if mask & selectors.EVENT_READ:
                self._hear(line)
            if line.waits_to_write or line.dialogue.unwritten:
                self._write(line)
        return bool(ready)

    def _may_more_come(self) -> bool:
        """Tell whether to gather on: the clerk waits for a group, and not all under way have answered."""
        if self._clerk.is_busy or not (self.asked or self.told):
            return False
        return len(self.asked) < sum(not line.dialogue.is_idle for line in self.lines)

    def _patience(self) -> float:
        """Give for how many seconds nothing may happen, before it is looked whether the process ends."""
        if self.waiting or self.dialling:
            bounds = [0.05 if self.dialling else _STOCK_SECONDS]
        elif not self.is_over and any(line.may_offer for line in self.lines):
            bounds = [_STOCK_SECONDS]
        else:
            bounds = []
        here = time.monotonic()
        bounds += [line.deadline - here for line in self.lines if line.is_awaited]
        return max(0.0, min([*bounds, LOOK_SECONDS]))

    def _hear(self, line: _Line) -> None:
        for _ in range(_READS):
            data = line.connection.read()
            if data is None:
                return
            if data:
                self._understand(line, data)
            if not data or line.dialogue.is_over:
                self._lose(line)
                return
            if line.connection.has_read_all(data):
                return

    def _understand(self, line: _Line, data: bytes) -> None:
        heard = line.dialogue.heard
        for event in line.dialogue.hear(data):
            if isinstance(event, Asked):
                self.asked.append(line)
            else:
                self._take(event, line)
        if line.dialogue.heard != heard:
            # Half an answer is none: who drips must not hold a mail for ever.
            line.connection.spoke_at = self._set_deadline(line)

    def _take(self, told: Told, line: _Line) -> None:
        """Take what was told of a mail: its end, or a trouble on its way."""
        outcome = told.outcome
        if isinstance(outcome, Deferred) and _is_an_end_between_mails(outcome, line):
            self.waiting.append(told.mail)
        elif isinstance(outcome, Lost):
            self._meet(told.mail, line.relay, outcome)
        else:
            self._end(told.mail, outcome)

    def _meet(self, mail: Mail, relay: Relay, trouble: _Trouble) -> None:
        """Note a trouble of a mail at one relay, and let it try the next; give it up where none is left."""
        journey = self.journeys.setdefault(mail, _Journey())
        journey.troubles.append(trouble)
        journey.relays.add(relay)
        if journey.relays.issuperset(self.exchange.relays):
            self._give_up(mail)
        else:
            self.waiting.append(mail)

    def _give_up(self, mail: Mail) -> None:
        """Tell a mail what it met at every relay, those that could not be reached at all included."""
        journey = self.journeys.get(mail) or _Journey()
        unreached = [trouble for relay, trouble in self.failed.items() if relay not in journey.relays]
        verdict = _verdict([*unreached, *journey.troubles])
        if isinstance(verdict, RelayDown):
            self.exchange.note_down(verdict)
            self.is_over = True
        self._end(mail, verdict)

    def _end(self, mail: Mail, outcome: Outcome) -> None:
        self.journeys.pop(mail, None)
        self.told.append(Told(mail=mail, outcome=outcome))

    def _take_dialled(self) -> None:
        while self.dialling:
            try:
                done = self.dialled.get_nowait()
            except queue.Empty:
                return
            self.dialling.discard(done.relay)
            if done.connection is not None:
                self.exchange.down = None
                self._join(done.connection)
            elif any(line.relay == done.relay for line in self.lines):
                # The relay grants no more connections: those that stand must do.
                self.most = len(self.lines)
            elif done.trouble is not None:
                self.failed[done.relay] = done.trouble

    def _give_up_on_the_silent(self) -> None:
        here = time.monotonic()
        for line in [line for line in self.lines if line.is_awaited and line.deadline <= here]:
            self._lose(line)

    # Writing down

    def _have_written(self) -> None:
        """Give the clerk what was told and what is asked, where he is idle."""
        lines, self.asked = [line for line in self.asked if line in self.lines], []
        if self._clerk.is_busy:
            self.asked = lines
            return
        if not self.told and not lines:
            return
        told, self.told = self.told, []
        for line in lines:
            mail = line.dialogue.offered
            assert mail is not None
            self.in_writing[mail] = line
        self._clerk.give(told, list(self.in_writing))

    def _take_written(self) -> None:
        """Let those mails leave which the book allows."""
        if not self._clerk.is_done:
            return
        allowed = self._clerk.take()
        written, self.in_writing = self.in_writing, {}
        for mail, line in written.items():
            if line not in self.lines:
                # Its line was lost meanwhile, before a byte had left; where we left it ourselves, that is no try.
                if mail in allowed:
                    answer = Answer(stage=Stage.DATA, relay=line.relay.name)
                    self._end(mail, Deferred(answer) if self.ends_at is None else RelayDown(answer))
            elif mail in allowed:
                self._let_leave(line)
            else:
                # Between 354 and the dot there is no way back but to hang up.
                line.dialogue.offered = None
                self._drop(line)

    def _let_leave(self, line: _Line) -> None:
        line.dialogue.submit()
        # The next mail is offered in the same breath: one turn for both, and one commit.
        if line.may_offer and not self.is_over:
            mail = self._next_for(line)
            if mail is not None:
                self._offer(line, mail)
        self._write(line)

    def _next_for(self, line: _Line) -> Mail | None:
        """Give one that waits and may go by this line, or a new one."""
        for mail in self.waiting:
            if line.relay not in self._tried(mail):
                self.waiting.remove(mail)
                return mail
        return self.book.next(relay=line.relay.name, wait=False)

    # Lines

    def _join(self, connection: Connection) -> None:
        line = _Line(connection=connection, socket=connection.join())
        self.lines.append(line)
        self._selector.register(line.socket, selectors.EVENT_READ, line)

    def _write(self, line: _Line) -> None:
        unwritten = len(line.dialogue.unwritten)
        if line not in self.lines:
            return
        if not line.connection.write():
            self._lose(line)
            return
        left = len(line.dialogue.unwritten)
        if left < unwritten:
            self._set_deadline(line)
        if bool(left) is not line.waits_to_write:
            line.waits_to_write = bool(left)
            wanted = selectors.EVENT_READ | (selectors.EVENT_WRITE if left else 0)
            self._selector.modify(line.socket, wanted, line)

    def _set_deadline(self, line: _Line) -> float:
        """Begin to wait for the next answer; gives the present moment."""
        manner = self.exchange.manner
        at_the_end = line.dialogue.awaits_the_end
        here = time.monotonic()
        line.deadline = here + (manner.end_of_data_timeout if at_the_end else manner.timeout)
        return here

    def _lose(self, line: _Line) -> None:
        """Settle what is open on a line that is gone."""
        if line.dialogue.offered in self.in_writing:
            # The clerk has it in hand: what becomes of it is seen when he is done.
            line.dialogue.offered = None
        for told in line.dialogue.lost():
            self._take(told, line)
        self._drop(line)

    def _drop(self, line: _Line) -> None:
        if line in self.lines:
            self.lines.remove(line)
            self._selector.unregister(line.socket)
            line.connection.close()

    def _leave_worn(self) -> None:
        for line in [line for line in self.lines if line.is_worn]:
            self.lines.remove(line)
            self._selector.unregister(line.socket)
            line.connection.leave()

    def _rest(self) -> None:
        """Keep the lines for what comes next."""
        self._leave_worn()
        self.exchange.resting += [line.connection for line in self.lines]
        self.lines.clear()
        if self.ends_at is not None:
            self.exchange.close()


def _is_an_end_between_mails(outcome: Deferred, line: _Line) -> bool:
    """Tell whether a relay only ended a connection between two mails; that says nothing about the next one.

    A mail may meet it often, but not for ever: each such line has brought another mail to its end, and as the
    first of a line it meets it no more.
    """
    return line.connection.offers > 1 and outcome.answer.stage is Stage.MAIL and outcome.answer.code in _ENDED


def _verdict(troubles: Sequence[_Trouble]) -> Deferred | Rejected:
    """Sum up what a mail met at every relay."""
    if all(isinstance(trouble, Incapable) for trouble in troubles):
        return troubles[0]
    if all(isinstance(trouble, RelayDown) for trouble in troubles):
        return troubles[0]
    # One relay works, only not for this mail now: others need not wait with it.
    return Deferred(next(one.answer for one in troubles if not isinstance(one, Incapable)))
