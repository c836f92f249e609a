"""A relay's ledger in memory, and a Postfix log written line by line as Postfix writes it."""

import itertools
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, tzinfo
from pathlib import Path

from service.mail.ledger.postfix import PostfixLedger
from service.mail.ledger.relay_ledger import (
    Absent,
    Fate,
    Finding,
    Found,
    Question,
    RelayLedger,
    Unknown,
)

_SAID = {
    Fate.SENT: "dsn=2.0.0, status=sent (250 2.0.0 Ok: queued as 5F3A)",
    Fate.DEFERRED: "dsn=4.4.1, status=deferred (connect to mx.lakes.example[192.0.2.7]:25: Connection refused)",
    Fate.BOUNCED: (
        "dsn=5.1.1, status=bounced (host mx.lakes.example[192.0.2.7] said: 550 5.1.1 <zoe@lakes.example>: "
        "Recipient address rejected: User unknown (in reply to RCPT TO command))"
    ),
}


class FakeLedger:
    """Knows what it is told, and nothing once it is closed; or proves the absence of all that it was not told of."""

    def __init__(self, *, proves_absence: bool = False) -> None:
        self.proves_absence = proves_absence
        self.has: dict[str, Found] = {}
        self.lost: dict[str, list[datetime]] = {}
        self.ends: datetime | None = None
        self.is_closed = False
        self.asked: list[Question] = []
        self.meanwhile: Callable[[], object] = lambda: None
        """What happens while it reads."""

    def look_up(self, questions: Sequence[Question]) -> Mapping[str, Finding]:
        self.asked += questions
        self.meanwhile()
        return {question.message_id: self._answer(question) for question in questions}

    def fault(self) -> str | None:
        return "The ledger is closed." if self.is_closed else None

    def _answer(self, question: Question) -> Finding:
        if self.is_closed:
            return Unknown()
        if question.message_id in self.has:
            return self.has[question.message_id]
        if self.proves_absence:
            return Absent()
        lost = self.lost.get(question.message_id, [])
        is_proved = bool(question.submitted) and set(question.submitted) <= set(lost)
        goes_on = self.ends is not None and self.ends >= max(question.submitted, default=self.ends)
        return Absent() if is_proved and goes_on else Unknown()


@dataclass
class FakeWorld:
    """The fake, told of what happened as the log is."""

    fake: FakeLedger = field(default_factory=FakeLedger)

    @property
    def ledger(self) -> RelayLedger:
        return self.fake

    def takes(self, message_id: str, at: datetime, *, fate: Fate = Fate.SENT) -> None:
        del at
        code = {Fate.SENT: "2.0.0", Fate.DEFERRED: "4.4.1", Fate.BOUNCED: "5.1.1"}.get(fate, "")
        queue_id = f"4jZyHF3dHbzJ{len(self.fake.has):03}"
        self.fake.has[message_id] = Found(queue_id=queue_id, fate=fate, enhanced_code=code)

    def loses(self, message_id: str, at: datetime) -> None:
        self.fake.lost.setdefault(message_id, []).append(at)

    def waits(self, message_id: str, at: datetime) -> None: ...

    def goes_on(self, until: datetime) -> None:
        self.fake.ends = until

    def close(self) -> None:
        self.fake.is_closed = True


class PostfixLog:
    """The log of a Postfix, in one of the three formats of time stamps."""

    def __init__(
        self, path: Path, *, style: str = "traditional", zone: tzinfo = UTC, name: str = "postfix"
    ) -> None:
        self.path = path
        self._style, self._zone, self._name = style, zone, name
        self._numbers = itertools.count(100)
        self.written: list[bytes] = []

    def say(self, at: datetime, program: str, words: str, *, pid: int = 77) -> None:
        """Write one line."""
        local = at.astimezone(self._zone)
        tag = f"{self._name}/{program}"
        line = {
            "traditional": f"{local:%b} {local.day:2} {local:%H:%M:%S} relay {tag}[{pid}]: {words}",
            "iso": f"{local.isoformat(timespec='microseconds')} relay {tag}[{pid}]: {words}",
            "rfc5424": f"<22>1 {local.isoformat(timespec='milliseconds')} relay {tag} {pid} - - {words}",
        }[self._style]
        self.raw(line.encode() + b"\n", at=at)

    def raw(self, line: bytes, *, at: datetime) -> None:
        """Write bytes, as at a moment."""
        with self.path.open("ab") as file:
            file.write(line)
        self.written.append(line)
        os.utime(self.path, (at.timestamp(), at.timestamp()))

    def new_queue_id(self) -> str:
        """Give a long queue id that was not used before."""
        return f"4jZyHF3dHbzJ{next(self._numbers)}"

    def opens(self, at: datetime, queue_id: str, *, pid: int, client: str = "localhost[127.0.0.1]") -> None:
        """Write what the server says when a client has named its recipient."""
        self.say(at, "smtpd", f"connect from {client}", pid=pid)
        self.say(at, "smtpd", f"{queue_id}: client={client}", pid=pid)

    def names(self, at: datetime, queue_id: str, message_id: str) -> None:
        """Write what is said while a mail is still being read."""
        self.say(at, "cleanup", f"{queue_id}: message-id={message_id}")

    def keeps(self, at: datetime, queue_id: str) -> None:
        """Write what is said once a mail was taken over."""
        words = f"{queue_id}: from=<letters@rivers.example>, size=372, nrcpt=1 (queue active)"
        self.say(at, "qmgr", words)

    def tries(self, at: datetime, queue_id: str, fate: Fate) -> None:
        """Write what became of a mail."""
        relay = "relay=mx.lakes.example[192.0.2.7]:25, delay=0.02, delays=0.01/0.01/0/0"
        self.say(at, "smtp", f"{queue_id}: to=<zoe@lakes.example>, {relay}, {_SAID[fate]}")

    def takes(self, message_id: str, at: datetime, *, fate: Fate = Fate.SENT, pid: int = 5) -> str:
        """Write the whole course of a mail; gives its queue id."""
        queue_id = self.new_queue_id()
        self.opens(at, queue_id, pid=pid)
        self.names(at, queue_id, message_id)
        self.keeps(at, queue_id)
        self.say(
            at,
            "smtpd",
            "disconnect from localhost[127.0.0.1] ehlo=1 mail=1 rcpt=1 data=1 commands=4",
            pid=pid,
        )
        if fate is not Fate.QUEUED:
            self.tries(at, queue_id, fate)
        if fate in {Fate.SENT, Fate.BOUNCED}:
            self.say(at, "qmgr", f"{queue_id}: removed")
        return queue_id

    def loses(
        self,
        message_id: str,
        at: datetime,
        *,
        pid: int = 6,
        named: bool = False,
        words: str = "lost connection",
    ) -> str:
        """Write the course of a mail whose client went away in the middle; its name comes last, where it comes."""
        queue_id = self.new_queue_id()
        self.opens(at, queue_id, pid=pid)
        self.say(at, "smtpd", f"{words} after DATA (165 bytes) from localhost[127.0.0.1]", pid=pid)
        self.say(
            at,
            "smtpd",
            "disconnect from localhost[127.0.0.1] ehlo=1 mail=1 rcpt=1 data=0/1 commands=3/4",
            pid=pid,
        )
        if named:
            self.names(at, queue_id, message_id)
        return queue_id

    def idles(self, at: datetime) -> None:
        """Write a line that means nothing."""
        self.say(at, "anvil", "statistics: max connection rate 1/60s for (smtp:192.0.2.9) at Nov 24 11:50:00")


class PostfixWorld:
    """A Postfix log that began an hour before noon, and the ledger that reads it."""

    def __init__(
        self, folder: Path, *, noon: datetime, style: str = "traditional", is_only_relay: bool = True
    ) -> None:
        self.log = PostfixLog(folder / "mail.log", style=style)
        self.ledger: RelayLedger = PostfixLedger(
            self.log.path, is_only_relay=is_only_relay, zone=UTC, postqueue=folder / "postqueue"
        )
        self.log.idles(noon - timedelta(hours=1))

    def takes(self, message_id: str, at: datetime, *, fate: Fate = Fate.SENT) -> None:
        self.log.takes(message_id, at, fate=fate)

    def loses(self, message_id: str, at: datetime) -> None:
        self.log.loses(message_id, at)

    def waits(self, message_id: str, at: datetime) -> None:
        del message_id
        self.log.opens(at, self.log.new_queue_id(), pid=8)

    def goes_on(self, until: datetime) -> None:
        self.log.idles(until)

    def close(self) -> None:
        self.log.path.unlink()
