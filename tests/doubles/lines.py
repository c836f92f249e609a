"""A relay that knows its connections apart, and a book that counts: what the carrying of many mails is tested with."""

import asyncio
import contextlib
import re
import socket
import ssl
import struct
import threading
import time
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field

from service.mail.envelope import Envelope
from service.mail.relay import Relay
from service.mail.transport import Mail, Outcome, Told

LOOPBACK = "127.0.0.1"
CUT, SILENT, CUT_AFTER = "cut", "silent", "cut after"
"""Instead of an answer: cut the connection, say nothing more, or cut it right behind the usual answer."""

_MESSAGE_ID = re.compile(rb"^Message-ID: (\S+)", re.MULTILINE)
_REPLIES = {
    "MAIL": "250 2.1.0 ok",
    "RCPT": "250 2.1.5 ok",
    "DATA": "354 go on",
    "RSET": "250 ok",
    "END": "250 2.0.0 ok",
}


@dataclass(frozen=True, kw_only=True)
class Step:
    """A moment in a conversation: on which connection, at which command, for which of its mails; each from 0."""

    connection: int
    verb: str
    mail: int


Script = Callable[[Step], str | None]
"""What happens instead of the usual at a step: another answer, CUT, SILENT, CUT_AFTER or None."""


@dataclass(kw_only=True)
class LinesServer:
    """The relay; a test may change all of it while it serves. `kept` holds each mail that it took over."""

    most: int = 1000
    script: Script = lambda _: None
    keeps_what_it_cuts: bool = False
    seconds_each: float = 0.0
    pipelining: bool = True
    tls: ssl.SSLContext | None = None
    port: int = 0
    kept: list[tuple[str, int]] = field(default_factory=list)
    bytes_of: dict[str, bytes] = field(default_factory=dict)
    opened: int = 0
    refused: int = 0
    open_now: int = 0
    most_at_once: int = 0
    is_dead: bool = False
    loop: asyncio.AbstractEventLoop | None = None
    _writers: set[asyncio.StreamWriter] = field(default_factory=set)

    @property
    def relay(self) -> Relay:
        """Give how a transport names it."""
        return Relay(host="relay.test" if self.tls else LOOPBACK, port=self.port, implicit_tls=bool(self.tls))

    def copies(self) -> Counter[str]:
        """Count how often each mail was taken over, by its Message-ID."""
        return Counter(message_id for message_id, _ in self.kept)

    def die(self) -> None:
        """Cut every connection, and greet nobody any more; for a script, which runs where the relay does."""
        self.is_dead = True
        self.cut_all()

    def cut_all(self) -> None:
        """Cut every connection; for a script."""
        for writer in list(self._writers):
            _cut(writer)

    def cut_all_from_outside(self) -> None:
        """Cut every connection, from another thread, and wait until it is done."""
        done = threading.Event()

        def cut() -> None:
            self.cut_all()
            done.set()

        assert self.loop is not None
        self.loop.call_soon_threadsafe(cut)
        done.wait()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Speak with one client to the end."""
        number, self.opened = self.opened, self.opened + 1
        self._writers.add(writer)
        try:
            if self.is_dead:
                _cut(writer)
            elif self.open_now >= self.most:
                self.refused += 1
                writer.write(b"421 4.7.0 too many connections\r\n")
                await writer.drain()
            else:
                self.open_now += 1
                self.most_at_once = max(self.most_at_once, self.open_now)
                try:
                    await self._converse(number, reader, writer)
                finally:
                    self.open_now -= 1
        except (OSError, EOFError, asyncio.IncompleteReadError):
            pass
        finally:
            self._writers.discard(writer)
            writer.close()

    async def _converse(
        self, number: int, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        mails, is_ready = -1, False
        await self._say(Step(connection=number, verb="GREETING", mail=0), "220 here", writer, reader)
        while not writer.is_closing():
            line = await reader.readuntil(b"\r\n")
            verb = line[:4].decode("ascii", "replace").upper()
            mails += verb == "MAIL"
            if verb in {"EHLO", "QUIT"} or (verb == "DATA" and not is_ready):
                self._answer_plainly(verb, writer)
                continue
            step = Step(connection=number, verb=verb, mail=mails)
            goes_on = await self._say(step, _REPLIES.get(verb, "502 what?"), writer, reader)
            is_ready = goes_on and verb == "RCPT"
            if goes_on and verb == "DATA":
                content = await self._content(reader)
                await asyncio.sleep(self.seconds_each)
                await self._end(Step(connection=number, verb="END", mail=mails), content, writer, reader)

    def _answer_plainly(self, verb: str, writer: asyncio.StreamWriter) -> None:
        if verb == "EHLO":
            pipelining = b"250-PIPELINING\r\n" * self.pipelining
            writer.write(b"250-here\r\n%b250 SIZE 100000000\r\n" % pipelining)
        elif verb == "DATA":
            writer.write(b"503 5.5.1 no recipient\r\n")
        else:
            writer.close()

    async def _content(self, reader: asyncio.StreamReader) -> bytes:
        lines: list[bytes] = []
        while (line := await reader.readuntil(b"\n")) != b".\r\n":
            lines.append(line.removeprefix(b".") if line.startswith(b"..") else line)
        return b"".join(lines)

    async def _end(
        self, step: Step, content: bytes, writer: asyncio.StreamWriter, reader: asyncio.StreamReader
    ) -> None:
        answer = self.script(step)
        if answer in {None, CUT_AFTER} or (answer in {CUT, SILENT} and self.keeps_what_it_cuts):
            found = _MESSAGE_ID.search(content)
            name = found.group(1).decode() if found else "-"
            self.kept.append((name, step.connection))
            self.bytes_of[name] = content
        await self._act(answer, _REPLIES["END"], writer, reader)

    async def _say(
        self, step: Step, usual: str, writer: asyncio.StreamWriter, reader: asyncio.StreamReader
    ) -> bool:
        """Say the usual or what the script wants; tells whether the usual was said."""
        answer = self.script(step)
        await self._act(answer, usual, writer, reader)
        return answer is None

    async def _act(
        self, answer: str | None, usual: str, writer: asyncio.StreamWriter, reader: asyncio.StreamReader
    ) -> None:
        if answer == CUT:
            _cut(writer)
        elif answer == SILENT:
            while await reader.read(65536):
                pass
            writer.close()
        else:
            writer.write(f"{usual if answer in {None, CUT_AFTER} else answer}\r\n".encode())
            await writer.drain()
            if answer == CUT_AFTER or (answer or "").startswith("421"):
                writer.close()


@contextlib.contextmanager
def lines_server(server: LinesServer | None = None) -> Iterator[LinesServer]:
    """Run the relay on a free loopback port while the block lasts."""
    server = server or LinesServer()
    loop = server.loop = asyncio.new_event_loop()
    ready = threading.Event()

    def run() -> None:
        asyncio.set_event_loop(loop)
        listening = loop.run_until_complete(
            asyncio.start_server(server.serve, LOOPBACK, 0, ssl=server.tls, limit=2**20)
        )
        server.port = listening.sockets[0].getsockname()[1]
        ready.set()
        loop.run_forever()
        listening.close()
        # Whoever was let in at the last moment is known to the server after a turn, and is hung up on too.
        loop.run_until_complete(asyncio.sleep(0.01))
        server.die()
        if tasks := asyncio.all_tasks(loop):
            loop.run_until_complete(asyncio.wait(tasks, timeout=2))
        # What was closed is gone only after another turn.
        for transport in list(loop._transports.values()):
            transport.abort()
        loop.run_until_complete(asyncio.sleep(0.01))
        loop.close()

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    ready.wait()
    try:
        yield server
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join()


@dataclass(kw_only=True)
class CountingBook:
    """A book of mails in order, which counts what it is asked and told."""

    mails: list[Mail]
    allows: Callable[[Mail], bool] = lambda _: True
    at_write: Callable[[], object] = lambda: None
    given: list[Mail] = field(default_factory=list)
    asked: Counter[Mail] = field(default_factory=Counter)
    allowed: set[Mail] = field(default_factory=set)
    told: list[tuple[Mail, Outcome]] = field(default_factory=list)
    told_at: dict[Mail, float] = field(default_factory=dict)
    writes: int = 0

    def next(self, *, relay: str, wait: bool) -> Mail | None:
        """Give the next mail."""
        del relay, wait
        if not self.mails:
            return None
        self.given.append(self.mails.pop(0))
        return self.given[-1]

    def write(self, told: Sequence[Told], asked: Sequence[Mail]) -> Collection[Mail]:
        """Keep what was told, and allow."""
        self.writes += 1
        self.at_write()
        self.told += [(one.mail, one.outcome) for one in told]
        self.told_at |= {one.mail: time.monotonic() for one in told}
        self.asked.update(asked)
        passed = [mail for mail in asked if self.allows(mail)]
        self.allowed.update(passed)
        return passed

    def outcomes(self) -> Counter[str]:
        """Count how the mails ended, by the names of the outcomes."""
        return Counter(type(outcome).__name__ for _, outcome in self.told)


def make_mails(number: int, *, body: bytes = b"Hello.\r\n") -> list[Mail]:
    """Make mails to different people."""
    return [
        Mail(
            envelope=Envelope(
                mail_from="us@rivers.example",
                rcpt_to=f"p{place}@lakes.example",
                message_id=f"<{place}@rivers.example>",
                data=b"Message-ID: <%d@rivers.example>\r\n\r\n" % place + body,
            )
        )
        for place in range(number)
    ]


def _cut(writer: asyncio.StreamWriter) -> None:
    sock = writer.get_extra_info("socket")
    if sock is not None and sock.fileno() >= 0:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()
