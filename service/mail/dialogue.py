"""What is said on one open connection to a relay, and what its answers mean for the mails on it (pure)."""

import re
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field

from service.mail.envelope import Envelope
from service.mail.transport import (
    Answer,
    Deferred,
    InDoubt,
    Mail,
    Outcome,
    Receipt,
    Rejected,
    Stage,
    Told,
    enhanced_code,
    failure,
)

_LEADING_DOT = re.compile(rb"^\.", re.MULTILINE)
_QUEUE_ID = re.compile(
    r"(?:queued as |id=|^Ok )([A-Za-z0-9._-]{6,64})(?![\w@.-])", re.IGNORECASE | re.MULTILINE
)
_LONGEST_REPLY = 65536
_MOST_LINES = 1000
_WANTED = {Stage.MAIL: 2, Stage.RCPT: 2, Stage.DATA: 3}
_OK = 250
_CLOSING = 421
_NONSENSE = None
_CODE_LENGTH = 3
_PASSED_BY = frozenset({Stage.MAIL, Stage.RCPT})
_XTEXT = re.compile(r"[^!-*,-<>-~]")


@dataclass(frozen=True, kw_only=True)
class Offers:
    """What a relay offers beyond plain SMTP, as its EHLO said; `size` is 0 where it names no limit."""

    pipelining: bool = False
    size: int | None = None
    smtputf8: bool = False
    dsn: bool = False


class Lost(Deferred):
    """The connection broke before the relay had asked for the bytes: another may take the mail."""


class Incapable(Rejected):
    """The mail is beyond what a relay can take; another may take it."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Asked:
    """The relay asks for the bytes of the mail that was offered (354)."""

    mail: Mail


Event = Told | Asked


@dataclass(kw_only=True)
class Dialogue:
    """One connection from the first mail on, without its socket: what to write is in `unwritten`.

    `hear` and `lost` tell of every mail once. One mail at most is offered and one submitted; with PIPELINING (RFC 2920) the next is offered in the same
    breath as the end of the last. `is_over` says that the relay is not where we believe it is, or goes away: what
    is still open on it is settled by `lost`.
    """

    relay: str
    offers: Offers
    tls: str = ""
    carried: int = 0
    heard: int = 0
    """How many answers came whole."""
    is_over: bool = False
    unwritten: bytearray = field(default_factory=bytearray)
    offered: Mail | None = None
    submitted: Mail | None = None
    _read: bytes = b""
    _lines: list[bytes] = field(default_factory=list)
    _awaited: deque[Stage | None] = field(default_factory=deque)
    """The stages whose answers are to come, in order; None for one that nobody wants to know."""
    _unsaid: deque[tuple[Stage | None, bytes]] = field(default_factory=deque)
    _refused: Deferred | Rejected | InDoubt | None = None
    _asked: bool = False
    _must_forget: bool = False
    """Whether the relay still holds on to a mail that it refused, and must be told to forget it (RSET)."""
    _until_the_dot: int = 0
    """How many bytes of `unwritten` end the mail that was submitted."""

    @property
    def is_idle(self) -> bool:
        """Tell whether nothing is under way, so that it may rest or be closed politely."""
        return self.offered is None and self.submitted is None and not self._awaited

    @property
    def is_answer_awaited(self) -> bool:
        """Tell whether the relay owes an answer."""
        return bool(self._awaited)

    @property
    def may_offer(self) -> bool:
        """Tell whether a mail may be offered now."""
        if self.is_over or self.offered is not None:
            return False
        return self.offers.pipelining or not self._awaited

    @property
    def awaits_the_end(self) -> bool:
        """Tell whether the answer that is awaited next is the one to a mail's bytes."""
        return self.submitted is not None

    def refusal(self, envelope: Envelope) -> Incapable | None:
        """Tell why this relay cannot take a mail, before it is offered; None where it can."""
        size, limit = len(envelope.data), self.offers.size
        if limit and limit < size:
            sentence = f"The mail has {size} bytes and {self.relay} takes {limit} at most."
        elif envelope.needs_smtputf8 and not self.offers.smtputf8:
            sentence = f"The mail has an address with letters beyond ASCII, and {self.relay} does not offer SMTPUTF8."
        else:
            return None
        return Incapable(Answer(stage=Stage.MAIL, relay=self.relay), sentence)

    def offer(self, mail: Mail) -> None:
        """Offer a mail until the relay asks for its bytes; `may_offer` says when."""
        self.offered, self._refused, self._asked = mail, None, False
        commands = _commands(mail.envelope, self.offers)
        if self._must_forget:
            commands, self._must_forget = [(None, b"RSET\r\n"), *commands], False
        if self.offers.pipelining:
            self.unwritten += b"".join(line for _, line in commands)
            self._awaited.extend(stage for stage, _ in commands)
            return
        self._unsaid.extend(commands)
        self._say_next()

    def submit(self) -> None:
        """Say the bytes that the relay asked for, to the final dot."""
        assert self.offered is not None
        assert self._asked
        self.submitted, self.offered, self._asked = self.offered, None, False
        self.unwritten += _with_dots_doubled(self.submitted.envelope.data)
        self.unwritten += b".\r\n"
        self._until_the_dot = len(self.unwritten)
        self._awaited.append(Stage.END)

    def wrote(self, count: int) -> None:
        """Note that the first bytes of `unwritten` have gone out."""
        del self.unwritten[:count]
        self._until_the_dot = max(0, self._until_the_dot - count)

    def hear(self, data: bytes) -> list[Event]:
        """Take in what the relay said, and tell what it means; stops where the dialogue is over."""
        events: list[Event] = []
        *lines, self._read = (self._read + data).split(b"\n")
        for line in lines:
            if self.is_over:
                return events
            if line[3:4] == b"-" and line[:3].isdigit():
                self._lines.append(line)
                # A reply that never ends is none, whatever its lines say.
                self.is_over = len(self._lines) > _MOST_LINES
                continue
            self._answered(line, events)
        self.is_over = self.is_over or len(self._read) > _LONGEST_REPLY
        return events

    def lost(self) -> Iterator[Told]:
        """Tell what becomes of the mails on a connection that is gone; it is over then."""
        self.is_over = True
        if self.submitted is not None:
            yield self._tell_submitted(self._end_of_what_was_submitted())
        if self.offered is not None:
            stage = next((stage for stage in self._awaited if stage in _WANTED), Stage.DATA)
            yield self._tell_offered(self._refused or Lost(Answer(stage=stage, relay=self.relay)))

    def _end_of_what_was_submitted(self) -> Outcome:
        # What could not be written whole lacks its last line, so the relay has not seen the end of the data and
        # must throw the rest away (RFC 5321, section 4.1.1.4): no doubt.
        if self._until_the_dot:
            return Deferred(Answer(stage=Stage.DATA, relay=self.relay))
        return failure(Answer(stage=Stage.END, relay=self.relay))

    def _answered(self, line: bytes, events: list[Event]) -> None:
        lines, self._lines = [*self._lines, line], []
        self.heard += 1
        if not self._awaited:
            # An answer that nobody asked for: only a good-bye is ever one (RFC 5321, section 3.8).
            self.is_over = True
            return
        code = int(line[:3]) if line[:3].isdigit() and len(line) >= _CODE_LENGTH else _NONSENSE
        stage = self._awaited.popleft()
        if stage is None or (code == _OK and stage in _PASSED_BY and self._refused is None):
            # The usual answer to MAIL and RCPT, or one that nobody wants to know: there is nothing to tell.
            self._say_next()
            return
        answer = Answer(
            stage=stage, relay=self.relay, code=code, enhanced=_enhanced(lines[0]) if code is not None else ""
        )
        if stage is Stage.END:
            events.append(self._ended(answer, lines))
        else:
            events.extend(self._offer_answered(answer))
        if self.is_over or code in {_NONSENSE, _CLOSING}:
            events.extend(self.lost())

    def _ended(self, answer: Answer, lines: list[bytes]) -> Told:
        self.carried += 1
        if self._until_the_dot:
            # It answers what it has not heard: what is still to be said, it might take for commands.
            self.is_over = True
            is_no = answer.code is not None and answer.code // 100 in {4, 5}
            return self._tell_submitted(failure(answer) if is_no else self._end_of_what_was_submitted())
        if answer.code is None or answer.code // 100 != 2:
            outcome = failure(answer)
            self.is_over = isinstance(outcome, InDoubt)
            return self._tell_submitted(outcome)
        return self._tell_submitted(
            Receipt(
                relay=self.relay,
                reply_code=answer.code,
                enhanced_code=answer.enhanced,
                remote_queue_id=_queue_id(lines),
                tls=self.tls,
            )
        )

    def _offer_answered(self, answer: Answer) -> Iterator[Event]:
        is_wanted = answer.code is not None and answer.code // 100 == _WANTED[answer.stage]
        if not is_wanted and self._refused is None:
            # The first refusal counts: those behind it follow from it.
            self._refused = failure(answer)
        if answer.stage is Stage.DATA and is_wanted and self._refused is not None:
            self._end_unwanted_data()
        if self._refused is not None and (answer.stage is Stage.DATA or not self.offers.pipelining):
            self._unsaid.clear()
            self._must_forget = True
            yield self._tell_offered(self._refused)
        elif answer.stage is Stage.DATA:
            assert self.offered is not None
            self._asked = True
            yield Asked(mail=self.offered)
        else:
            self._say_next()

    def _end_unwanted_data(self) -> None:
        """End at once the data that a relay asks for although it refused the recipient (RFC 2920, section 3.1)."""
        self.unwritten += b".\r\n"
        self._awaited.append(None)

    def _say_next(self) -> None:
        if self._unsaid:
            stage, line = self._unsaid.popleft()
            self.unwritten += line
            self._awaited.append(stage)

    def _tell_submitted(self, outcome: Outcome) -> Told:
        assert self.submitted is not None
        told, self.submitted = Told(mail=self.submitted, outcome=outcome), None
        return told

    def _tell_offered(self, outcome: Outcome) -> Told:
        assert self.offered is not None
        told, self.offered = Told(mail=self.offered, outcome=outcome), None
        return told


def _commands(envelope: Envelope, offers: Offers) -> list[tuple[Stage | None, bytes]]:
    # An Envelope's addresses hold no space, bracket or control, so they cannot break out of these lines.
    mail = f"MAIL FROM:<{envelope.mail_from}>"
    rcpt = f"RCPT TO:<{envelope.rcpt_to}>"
    if offers.size is not None:
        mail += f" SIZE={len(envelope.data)}"
    if envelope.needs_smtputf8:
        mail += " SMTPUTF8 BODY=8BITMIME"
    if offers.dsn and envelope.notify:
        mail += f" RET=HDRS ENVID={_xtext(envelope.message_id.strip('<>'))}"
        rcpt += f" NOTIFY={envelope.notify}"
        if envelope.rcpt_to.isascii():
            rcpt += f" ORCPT=rfc822;{_xtext(envelope.rcpt_to)}"
    return [
        (Stage.MAIL, f"{mail}\r\n".encode()),
        (Stage.RCPT, f"{rcpt}\r\n".encode()),
        (Stage.DATA, b"DATA\r\n"),
    ]


def _with_dots_doubled(data: bytes) -> bytes:
    # To look whether there is one costs little; to replace costs more than all the rest of a mail.
    return _LEADING_DOT.sub(b"..", data) if data.startswith(b".") or b"\n." in data else data


def _xtext(text: str) -> str:
    """Write a value of a DSN parameter (RFC 3461, section 4)."""
    return _XTEXT.sub(lambda found: f"+{ord(found.group()):02X}", text)


def _enhanced(line: bytes) -> str:
    return enhanced_code(line[4:].decode("ascii", "replace"))


def _queue_id(lines: list[bytes]) -> str:
    found = _QUEUE_ID.search("\n".join(line[4:].decode("ascii", "replace") for line in lines))
    return found.group(1) if found else ""
