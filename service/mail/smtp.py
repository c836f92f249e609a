"""Carry mail to a relay by SMTP, over several connections at once."""

import contextlib
import queue
import selectors
import socket
import threading
import time
from collections import deque
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from service.mail.connection import Connection, Dial, Manner, make_tls_context
from service.mail.connection import dial as plain_dial
from service.mail.dialogue import Asked, Event, Incapable, Lost
from service.mail.envelope import Envelope
from service.mail.relay import Relay, parse_smtp_urls
from service.mail.transport import (
    Answer,
    Book,
    Deferred,
    Mail,
    Outcome,
    Receipt,
    Rejected,
    RelayDown,
    Stage,
    Told,
)

__all__ = ["Relay", "SmtpTransport", "parse_smtp_urls"]

BEFORE_DATA_SECONDS = 60.0
"""How long a relay may be silent before the end of data. RFC 5321, section 4.5.3.2, grants five minutes; to give up
earlier only means to try again, and a relay that hangs must not stop the confirmations."""

END_OF_DATA_SECONDS = 600.0
"""How long a relay may take for the bytes and then for its last answer (RFC 5321, section 4.5.3.2.6: ten minutes)."""

PAUSE_SECONDS = 30.0
"""For how long no relay is tried again after none could be reached."""

MAILS_PER_CONNECTION = 100
"""So many mails go over one connection, then a new one is made: many relays end it, some without a word."""

STOP_SECONDS = 5.0
"""For so long the last word is waited for on what was submitted when the process ends; without one it is in doubt."""

CONNECTIONS = 8
"""So many connections at most are open at once: relays grant 20 to 50, and more than 8 bring little."""

# Our machine's own name would travel in the Received header of every mail; an address literal says nothing.
_NAMELESS = "[127.0.0.1]"
_CLOSING = 421
_ENDED = frozenset({None, _CLOSING})
_STOCK_SECONDS = 0.005
_GATHER_SECONDS = 0.0005
_LOOK_SECONDS = 0.25
_READS = 16

_Trouble = RelayDown | Lost | Incapable


class SmtpTransport:
    """Hands mail to the first relay that can be reached, over as many connections as there is work for, up to a limit.

    Keeps the promises of the Transport protocol; threads that share one wait for each other. A relay that works
    is stayed with until it breaks. `dial` opens the socket to a host and port within some seconds. Once `is_stopping`
    says that the process ends, nothing more is begun, and what is under way ends within `stop_seconds`.
    """

    def __init__(  # noqa: PLR0913 -- all but the relays have a default
        self,
        relays: Sequence[Relay],
        *,
        ca_file: Path | None = None,
        local_hostname: str = _NAMELESS,
        timeout: float = BEFORE_DATA_SECONDS,
        end_of_data_timeout: float = END_OF_DATA_SECONDS,
        dial: Dial | None = None,
        connections: int = CONNECTIONS,
        is_stopping: Callable[[], bool] = lambda: False,
        stop_seconds: float = STOP_SECONDS,
    ) -> None:
        """Prepare, without connecting; raises Refused where `ca_file` holds no certificate."""
        self._exchange = _Exchange(
            relays=tuple(relays),
            most=connections,
            is_stopping=is_stopping,
            stop_seconds=stop_seconds,
            manner=Manner(
                context=make_tls_context(ca_file),
                local_hostname=local_hostname,
                timeout=timeout,
                end_of_data_timeout=end_of_data_timeout,
                dial=dial or plain_dial,
            ),
        )
        self._lock = threading.Lock()

    def ready(self) -> None:
        """Make sure that a relay can be reached; raises RelayDown, at once while the last failure is fresh."""
        with self._lock:
            self._exchange.reach()

    def carry(self, book: Book) -> None:
        """Carry every mail that the book gives, by the next relay where one fails before it has asked for the bytes."""
        with self._lock:
            _Carrying(exchange=self._exchange, book=book).run()

    def send(self, envelope: Envelope, *, before_data: Callable[[], None]) -> Receipt:
        """Hand one mail over."""
        book = _BookOfOne(mail=Mail(envelope=envelope), before_data=before_data)
        self.carry(book)
        if book.outcome is None:
            raise RelayDown(Answer(stage=Stage.CONNECT), "No mail was carried: the process ends.")
        if isinstance(book.outcome, Receipt):
            return book.outcome
        raise book.outcome

    def close(self) -> None:
        """Say good-bye to the relay; the next mail connects again."""
        with self._lock:
            self._exchange.close()


@dataclass(kw_only=True)
class _Exchange:
    """What outlives one carrying: the connections that rest, and what is known of the relays."""

    relays: tuple[Relay, ...]
    manner: Manner
    most: int
    is_stopping: Callable[[], bool]
    stop_seconds: float
    resting: list[Connection] = field(default_factory=list)
    down: RelayDown | None = None
    down_until: float = 0.0

    def reach(self) -> None:
        """Have at least one connection that rests and is alive; raises RelayDown."""
        if self.down is not None and time.monotonic() < self.down_until:
            raise RelayDown(self.down.answer, str(self.down))
        self.drop_dead()
        if self.resting:
            return
        first: RelayDown | None = None
        for relay in self.relays:
            try:
                self.resting.append(self._open_apart(relay))
            except RelayDown as trouble:
                first = first or trouble
            else:
                self.down = None
                return
        assert first is not None
        self.note_down(first)
        raise first

    def open(self, relay: Relay) -> Connection:
        """Open a connection; raises RelayDown."""
        connection = Connection(relay, self.manner)
        connection.open()
        return connection

    def _open_apart(self, relay: Relay) -> Connection:
        """Open a connection in a thread of its own, which is left behind where the process ends meanwhile."""
        opened: queue.SimpleQueue[_Dialled] = queue.SimpleQueue()
        threading.Thread(target=lambda: opened.put(self.dial(relay)), daemon=True).start()
        while not self.is_stopping():
            with contextlib.suppress(queue.Empty):
                return opened.get(timeout=_LOOK_SECONDS).result()
        raise RelayDown(Answer(stage=Stage.CONNECT, relay=relay.name), "The process ends.")

    def dial(self, relay: Relay) -> "_Dialled":
        """Open a connection, and tell what came of it."""
        try:
            return _Dialled(relay=relay, connection=self.open(relay), trouble=None)
        except RelayDown as trouble:
            return _Dialled(relay=relay, connection=None, trouble=trouble)
        except Exception:  # noqa: BLE001 -- whatever it is, the mails that wait for this line must hear of it
            unknown = RelayDown(Answer(stage=Stage.CONNECT, relay=relay.name))
            return _Dialled(relay=relay, connection=None, trouble=unknown)

    def note_down(self, trouble: RelayDown) -> None:
        """Remember that no relay could be reached, for a while."""
        self.down, self.down_until = trouble, time.monotonic() + PAUSE_SECONDS

    def drop_dead(self) -> None:
        """Close what rests and is not alive any more."""
        resting, self.resting = self.resting, []
        dead: set[Relay] = set()
        for connection in resting:
            # Where one died the others have hardly lived on, and each would have to be waited for.
            if connection.relay not in dead and connection.is_alive():
                self.resting.append(connection)
            else:
                dead.add(connection.relay)
                connection.close()

    def close(self) -> None:
        """Leave every relay."""
        for connection in self.resting:
            connection.leave()
        self.resting.clear()


@dataclass(kw_only=True, eq=False)
class _Line:
    """One connection at work."""

    connection: Connection
    socket: socket.socket
    deadline: float = 0.0
    waits_to_write: bool = False

    @property
    def relay(self) -> Relay:
        """The relay at its other end."""
        return self.connection.relay

    @property
    def may_offer(self) -> bool:
        """Tell whether it may take one more mail."""
        return self.connection.offers < MAILS_PER_CONNECTION and self.connection.dialogue.may_offer

    @property
    def is_worn(self) -> bool:
        """Tell whether it has carried its share and may be left."""
        return self.connection.offers >= MAILS_PER_CONNECTION and self.connection.dialogue.is_idle


@dataclass(kw_only=True)
class _Journey:
    """What a mail has met so far on its way to a relay."""

    troubles: list[_Trouble] = field(default_factory=list)
    relays: set[Relay] = field(default_factory=set)
    was_renewed: bool = False


@dataclass(kw_only=True)
class _Dialled:
    """What came of an attempt to open one more connection."""

    relay: Relay
    connection: Connection | None
    trouble: RelayDown | None

    def result(self) -> Connection:
        """Give the connection; raises what kept it from being opened."""
        if self.connection is not None:
            return self.connection
        assert self.trouble is not None
        raise self.trouble


@dataclass(kw_only=True)
class _Carrying:
    """One run over all connections: who may offer gets a mail, who answers is heard, and what is told is written down."""

    exchange: _Exchange
    book: Book
    lines: list[_Line] = field(default_factory=list)
    waiting: deque[Mail] = field(default_factory=deque)
    journeys: dict[Mail, _Journey] = field(default_factory=dict)
    told: list[Told] = field(default_factory=list)
    dialling: set[Relay] = field(default_factory=set)
    dialled: "queue.SimpleQueue[_Dialled]" = field(default_factory=queue.SimpleQueue)
    failed: dict[Relay, RelayDown] = field(default_factory=dict)
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
            try:
                while self._goes_on():
                    self._turn()
                self._rest()
            finally:
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
        for line in [line for line in self.lines if not line.connection.dialogue.is_idle]:
            dialogue = line.connection.dialogue
            if dialogue.submitted is None or here >= self.ends_at:
                # Not a byte of it has left, and whoever gave it takes it back untold.
                dialogue.offered = None
                self._lose(line)
        self._write_down([])
        return self._is_busy()

    # Giving mails out

    def _hand_out(self) -> bool:
        """Give each line that may take one a mail, and dial where lines are missing; tells whether anything goes on."""
        self._leave_worn()
        while (mail := self._next_mail()) is not None:
            line = self._line_for(mail)
            if line is not None:
                self._offer(line, mail)
            elif self._may_come_to_a_line(mail):
                self.waiting.appendleft(mail)
                break
            else:
                self._give_up(mail)
        self._write_down([])
        return bool(self.waiting or self.dialling or self._is_busy())

    def _is_busy(self) -> bool:
        return any(not line.connection.dialogue.is_idle for line in self.lines)

    def _next_mail(self) -> Mail | None:
        if self.waiting:
            return self.waiting.popleft()
        if self.is_over or not self._has_room():
            return None
        if self.dialling or self._is_busy():
            return self.book.next(relay=self._likely_relay(), wait=False)
        # With nothing else to do there is nothing to miss while waiting, but lines that end meanwhile.
        mail = self.book.next(relay=self._likely_relay(), wait=True)
        for line in [line for line in self.lines if line.connection.has_something_to_say()]:
            self._drop(line)
        return mail

    def _likely_relay(self) -> str:
        """Name the relay by which the next mail will probably go."""
        line = next((line for line in self.lines if line.may_offer), None)
        return (line.relay if line is not None else self._in_order()[0]).name

    def _has_room(self) -> bool:
        return len(self.lines) < self.most or any(line.may_offer for line in self.lines)

    def _line_for(self, mail: Mail) -> _Line | None:
        tried = self._tried(mail)
        return next((line for line in self.lines if line.may_offer and line.relay not in tried), None)

    def _may_come_to_a_line(self, mail: Mail) -> bool:
        """Tell whether a line for a mail may come free or is being dialled; dials one where that helps."""
        tried = self._tried(mail)
        stands = any(line.relay not in tried for line in self.lines)
        left = [relay for relay in self._in_order() if relay not in tried and relay not in self.failed]
        may_dial = left and (not stands or len(self.lines) < self.most)
        if may_dial and not self.dialling:
            self._dial(left[0])
        return bool(stands or self.dialling)

    def _tried(self, mail: Mail) -> Collection[Relay]:
        journey = self.journeys.get(mail)
        return journey.relays if journey is not None else ()

    def _offer(self, line: _Line, mail: Mail) -> None:
        dialogue = line.connection.dialogue
        incapable = dialogue.refusal(mail.envelope)
        if incapable is not None:
            self._meet(mail, line.relay, incapable)
            return
        line.connection.offers += 1
        dialogue.offer(mail)
        self._write(line)

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

    # Hearing

    def _turn(self) -> None:
        """Wait until somebody has something to say, and take one step everywhere."""
        asked: list[_Line] = []
        goes_on = self._listen(asked, seconds=self._patience())
        while goes_on and (asked or self.told) and self._are_others_under_way(asked):
            # A commit costs more than a moment's wait, and serves all who have answered by then.
            goes_on = self._listen(asked, seconds=_GATHER_SECONDS)
        self._take_dialled()
        self._give_up_on_the_silent()
        self._write_down(asked)

    def _listen(self, asked: list[_Line], *, seconds: float) -> bool:
        """Take one step with everybody who has something to say within so many seconds; tells whether anybody had."""
        ready = self._selector.select(seconds)
        for key, mask in ready:
            line = key.data
            if line is None:
                with contextlib.suppress(BlockingIOError):
                    self._ear.recv(64)
                continue
            if mask & selectors.EVENT_READ:
                self._hear(line, asked)
            if line.waits_to_write or line.connection.dialogue.unwritten:
                self._write(line)
        return bool(ready)

    def _are_others_under_way(self, asked: Sequence[_Line]) -> bool:
        return any(not line.connection.dialogue.is_idle and line not in asked for line in self.lines)

    def _patience(self) -> float:
        """Give for how many seconds nothing may happen, before it is looked whether the process ends."""
        if self.waiting or self.dialling:
            bounds = [0.05 if self.dialling else _STOCK_SECONDS]
        elif not self.is_over and any(line.may_offer for line in self.lines):
            bounds = [_STOCK_SECONDS]
        else:
            bounds = []
        here = time.monotonic()
        bounds += [line.deadline - here for line in self.lines if not line.connection.dialogue.is_idle]
        return max(0.0, min([*bounds, _LOOK_SECONDS]))

    def _hear(self, line: _Line, asked: list[_Line]) -> None:
        dialogue = line.connection.dialogue
        for _ in range(_READS):
            data = line.connection.read()
            if data is None:
                return
            if not data:
                self._lose(line)
                return
            for event in self._take_in(line, data):
                if isinstance(event, Asked):
                    asked.append(line)
                else:
                    self._take(event, line)
            if dialogue.is_over:
                self._lose(line)
                return
            if line.connection.has_read_all(data):
                return

    def _take_in(self, line: _Line, data: bytes) -> Sequence[Event]:
        dialogue = line.connection.dialogue
        heard = dialogue.heard
        events = dialogue.hear(data)
        if dialogue.heard != heard:
            # Half an answer is none: who drips must not hold a mail for ever.
            line.connection.touch()
            self._set_deadline(line)
        return events

    def _take(self, told: Told, line: _Line) -> None:
        """Take what was told of a mail: its end, or a trouble on its way."""
        outcome = told.outcome
        if isinstance(outcome, Deferred) and self._may_be_renewed(told.mail, outcome, line):
            self.journeys.setdefault(told.mail, _Journey()).was_renewed = True
            self.waiting.append(told.mail)
        elif isinstance(outcome, Lost):
            self._meet(told.mail, line.relay, outcome)
        else:
            self._end(told.mail, outcome)

    def _may_be_renewed(self, mail: Mail, outcome: Deferred, line: _Line) -> bool:
        """Tell whether a relay only ended a connection between two mails; that says nothing about the next one."""
        journey = self.journeys.get(mail)
        return (
            line.connection.offers > 1
            and outcome.answer.stage is Stage.MAIL
            and outcome.answer.code in _ENDED
            and not (journey is not None and journey.was_renewed)
        )

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
        for line in [line for line in self.lines if line.deadline <= here]:
            if not line.connection.dialogue.is_idle:
                self._lose(line)

    # Writing down

    def _write_down(self, asked: Sequence[_Line]) -> None:
        """Have the book write down what was told, and let those mails leave which it allows."""
        lines = [line for line in asked if line in self.lines]
        if not self.told and not lines:
            return
        told, self.told = self.told, []
        mails = [line.connection.dialogue.offered for line in lines]
        allowed = self.book.write(told, [mail for mail in mails if mail is not None])
        for line, mail in zip(lines, mails, strict=True):
            if mail in allowed:
                self._let_leave(line)
            else:
                # Between 354 and the dot there is no way back but to hang up.
                line.connection.dialogue.offered = None
                self._drop(line)

    def _let_leave(self, line: _Line) -> None:
        line.connection.dialogue.submit()
        # The next mail is offered in the same breath: one turn for both, and one commit.
        if line.may_offer and not self.waiting and not self.is_over:
            mail = self.book.next(relay=line.relay.name, wait=False)
            if mail is not None:
                self._offer(line, mail)
        self._write(line)

    # Lines

    def _join(self, connection: Connection) -> None:
        line = _Line(connection=connection, socket=connection.join())
        self.lines.append(line)
        self._selector.register(line.socket, selectors.EVENT_READ, line)

    def _write(self, line: _Line) -> None:
        unwritten = len(line.connection.dialogue.unwritten)
        if line not in self.lines:
            return
        if not line.connection.write():
            self._lose(line)
            return
        left = len(line.connection.dialogue.unwritten)
        if left < unwritten:
            self._set_deadline(line)
        if bool(left) is not line.waits_to_write:
            line.waits_to_write = bool(left)
            wanted = selectors.EVENT_READ | (selectors.EVENT_WRITE if left else 0)
            self._selector.modify(line.socket, wanted, line)

    def _set_deadline(self, line: _Line) -> None:
        manner = self.exchange.manner
        at_the_end = line.connection.dialogue.awaits_the_end
        line.deadline = time.monotonic() + (manner.end_of_data_timeout if at_the_end else manner.timeout)

    def _lose(self, line: _Line) -> None:
        """Settle what is open on a line that is gone."""
        for told in line.connection.dialogue.lost():
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


@dataclass(kw_only=True)
class _BookOfOne:
    """The book of a single mail."""

    mail: Mail
    before_data: Callable[[], None]
    outcome: Outcome | None = None
    _was_given: bool = False

    def next(self, *, relay: str, wait: bool) -> Mail | None:
        """Give the mail once."""
        del relay, wait
        if self._was_given:
            return None
        self._was_given = True
        return self.mail

    def write(self, told: Sequence[Told], asked: Sequence[Mail]) -> Collection[Mail]:
        """Keep what was told, and let `before_data` allow the bytes."""
        for one in told:
            self.outcome = one.outcome
        if asked:
            self.before_data()
        return asked


def _verdict(troubles: Sequence[_Trouble]) -> Deferred | Rejected:
    """Sum up what a mail met at every relay."""
    if all(isinstance(trouble, Incapable) for trouble in troubles):
        return troubles[0]
    if all(isinstance(trouble, RelayDown) for trouble in troubles):
        return troubles[0]
    # One relay works, only not for this mail now: others need not wait with it.
    return Deferred(next(one.answer for one in troubles if not isinstance(one, Incapable)))
