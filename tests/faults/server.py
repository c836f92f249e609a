"""An SMTP server of our own that fails as it is told, and keeps a ledger of what it took."""

import asyncio
import contextlib
import hashlib
import os
import re
import socket
import ssl
import struct
import threading
import time
from collections import defaultdict, deque
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from tests.doubles.hanging_up import hang_up

LOOPBACK = "127.0.0.1"
EXTENSIONS = ("PIPELINING", "SIZE 10485760", "8BITMIME", "ENHANCEDSTATUSCODES", "SMTPUTF8")

_MESSAGE_ID = re.compile(rb"^Message-ID:\s*(\S+)", re.IGNORECASE | re.MULTILINE)
_DKIM = re.compile(rb"^DKIM-Signature:.*\r\n(?:[ \t].*\r\n)*", re.IGNORECASE | re.MULTILINE)
_END = b"\r\n.\r\n"
_CHUNK = 65536


class Moment(StrEnum):
    """Where in the conversation something goes wrong."""

    GREETING = "greeting"
    EHLO = "ehlo"
    MAIL = "mail"
    RCPT = "rcpt"
    DATA = "data"
    BODY = "body"
    END = "end"


class Manner(StrEnum):
    """How it goes wrong: another answer, the line cut, silence, or the usual answer in an unusual way."""

    ANSWER = "answers"
    CUT = "cuts"
    SILENCE = "is silent"
    LATE = "answers late"
    DRIP = "drips"
    HALF_CLOSE = "half-closes"


@dataclass(frozen=True, kw_only=True)
class Fault:
    """One thing that goes wrong once: at a moment, in a manner.

    `reply` is the answer for ANSWER. `keeps` says whether the server keeps the mail when it goes wrong at the
    end of the data, or at any moment for LATE and DRIP, whose answers are the usual ones.
    """

    at: Moment
    manner: Manner = Manner.ANSWER
    reply: str = ""
    keeps: bool = False

    def __str__(self) -> str:
        """Name it as a test's id does."""
        return f"{self.at}-{self.reply[:9].strip() or self.manner}{'-kept' if self.keeps else ''}".replace(
            " ", "-"
        )


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One mail that was taken: when (monotonic seconds), which, and the SHA-256 of it without its DKIM header."""

    at: float
    message_id: str
    sha256: str


class Ledger:
    """What the server took, one line a mail in a file, written before the mail is answered for."""

    def __init__(self, path: Path) -> None:
        """Go on with the file, or begin it."""
        self._path = path
        self._file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)

    def keep(self, data: bytes) -> None:
        """Write one mail down; its content is only kept as a hash."""
        headers, _, body = data.partition(b"\r\n\r\n")
        found = _MESSAGE_ID.search(headers)
        message_id = found.group(1).decode() if found else "-"
        unsigned = _DKIM.sub(b"", headers + b"\r\n") + b"\r\n" + body
        line = f"{time.monotonic():.6f} {message_id} {hashlib.sha256(unsigned).hexdigest()}\n"
        os.write(self._file, line.encode())

    def length(self) -> int:
        """Give how long the file is; it grows with every mail."""
        return os.fstat(self._file).st_size

    def entries(self) -> list[Entry]:
        """Read everything that was ever taken, in order."""
        rows = (line.split(" ") for line in self._path.read_text().splitlines())
        return [Entry(at=float(at), message_id=name, sha256=digest) for at, name, digest in rows]

    def copies(self) -> dict[str, list[Entry]]:
        """Give the entries by Message-ID; the length of each list is the count of its copies."""
        found: dict[str, list[Entry]] = defaultdict(list)
        for entry in self.entries():
            found[entry.message_id].append(entry)
        return found


@dataclass(kw_only=True)
class Behaviour:
    """What the server does to whom; set it before the conversation, or while it lasts."""

    faults: deque[Fault] = field(default_factory=deque)
    extensions: tuple[str, ...] = EXTENSIONS
    knows_ehlo: bool = True
    refuses_smtputf8: bool = False
    careless: bool = False
    """Ask for the data even where no recipient was let in (RFC 2920, section 3.1)."""
    greylists: int = 0
    """So many times each pair of sender and recipient is deferred before it is let in."""
    tls: ssl.SSLContext | None = None
    """Speak TLS from the first byte."""
    late_seconds: float = 0.1
    answer_seconds: float = 0.0
    """How long every mail is thought about."""


class FaultyServer:
    """The server: start it with `serving`; `behaviour` and the gate may be changed from another thread."""

    def __init__(self, ledger: Ledger, behaviour: Behaviour) -> None:
        """Keep what decides; nothing listens yet."""
        self.ledger = ledger
        self.behaviour = behaviour
        self.port = 0
        self.gate = threading.Event()
        """While it is closed, the next mail is kept and not answered for; those after it are."""
        self.gate.set()
        self.is_holding = False
        self.pairs: dict[bytes, int] = defaultdict(int)
        self._writers: set[asyncio.StreamWriter] = set()
        self._loop = asyncio.new_event_loop()

    def cut(self) -> None:
        """Cut every line that is open, with a reset."""
        asyncio.run_coroutine_threadsafe(self._cut_all(), self._loop).result(5)

    def take(self, moment: Moment) -> Fault | None:
        """Take the next fault, if it is meant for this moment."""
        faults = self.behaviour.faults
        return faults.popleft() if faults and faults[0].at is moment else None

    def run(self, ready: threading.Event) -> None:
        """Serve until stopped; for a thread of its own."""
        asyncio.set_event_loop(self._loop)
        server = self._loop.run_until_complete(
            asyncio.start_server(self._converse, LOOPBACK, 0, ssl=self.behaviour.tls, limit=_CHUNK)
        )
        self.port = server.sockets[0].getsockname()[1]
        ready.set()
        self._loop.run_forever()
        self._loop.run_until_complete(hang_up(self._loop, server))
        server.close()
        for task in asyncio.all_tasks(self._loop):
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                self._loop.run_until_complete(task)
        self._loop.close()

    def stop(self) -> None:
        """Stop serving; from any thread."""
        self._loop.call_soon_threadsafe(self._loop.stop)

    async def _converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writers.add(writer)
        try:
            await _Conversation(self, reader, writer).run()
        except (OSError, EOFError, _Ended):
            pass
        finally:
            self._writers.discard(writer)
            writer.transport.abort()

    async def _cut_all(self) -> None:
        for writer in list(self._writers):
            _reset(writer)


class _Ended(Exception):
    """The conversation is over."""


class _Conversation:
    """One client's turn: commands in, replies out, with what was told to go wrong."""

    def __init__(
        self, server: FaultyServer, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        self._server = server
        self._behaviour = server.behaviour
        self._reader = reader
        self._writer = writer
        self._buffer = bytearray()
        self._from = b""
        self._to: list[bytes] = []
        self._commands: dict[bytes, Callable[[bytes], Awaitable[None]]] = {
            b"EHLO": self._ehlo,
            b"HELO": self._helo,
            b"MAIL": self._mail,
            b"RCPT": self._rcpt,
            b"DATA": self._data,
            b"QUIT": self._quit,
        }

    async def run(self) -> None:
        await self._say(Moment.GREETING, "220 faulty.test ESMTP")
        while True:
            line = await self._until(b"\r\n")
            verb = line[:4].upper()
            command = self._commands.get(verb)
            if command is not None:
                await command(line)
            else:
                await self._write("250 2.0.0 ok" if verb in {b"RSET", b"NOOP"} else "502 5.5.1 unknown")

    async def _ehlo(self, _: bytes) -> None:
        if not self._behaviour.knows_ehlo:
            await self._write("502 5.5.1 unknown")
            return
        lines = ["faulty.test", *self._behaviour.extensions]
        reply = "\r\n".join(f"250-{line}" for line in lines[:-1])
        await self._say(Moment.EHLO, f"{reply}\r\n250 {lines[-1]}" if reply else f"250 {lines[-1]}")

    async def _helo(self, _: bytes) -> None:
        await self._write("250 faulty.test")

    async def _mail(self, line: bytes) -> None:
        self._from, self._to = b"", []
        if b"SMTPUTF8" in line and self._behaviour.refuses_smtputf8:
            await self._write("555 5.6.7 no such letters here")
        elif await self._say(Moment.MAIL, "250 2.1.0 ok"):
            self._from = line

    async def _rcpt(self, line: bytes) -> None:
        pair = self._from + line
        self._server.pairs[pair] += 1
        if not self._from:
            await self._write("503 5.5.1 MAIL first")
        elif self._server.pairs[pair] <= self._behaviour.greylists:
            await self._write("450 4.7.1 greylisted")
        elif await self._say(Moment.RCPT, "250 2.1.5 ok"):
            self._to.append(line)

    async def _data(self, _: bytes) -> None:
        if not self._to and not self._behaviour.careless:
            await self._write("503 5.5.1 RCPT first")
            return
        if not await self._say(Moment.DATA, "354 go on"):
            return
        self._buffer[:0] = b"\r\n"
        fault = self._server.take(Moment.BODY)
        if fault is not None:
            await self._until(b"\r\n\r\n")
            await self._suffer(fault, "")
        raw = await self._until(_END)
        content = raw.removesuffix(b".\r\n").replace(b"\r\n..", b"\r\n.").removeprefix(b"\r\n")
        await self._answer_for(content)

    async def _answer_for(self, content: bytes) -> None:
        recipients, self._to = self._to, []
        if not recipients:
            await self._write("554 5.5.1 no valid recipients")
            return
        fault = self._server.take(Moment.END)
        if fault is None or fault.keeps:
            self._server.ledger.keep(content)
        await self._wait_at_the_gate()
        if self._behaviour.answer_seconds:
            await asyncio.sleep(self._behaviour.answer_seconds)
        reply = "250 2.0.0 Ok: queued as FAULTY0001"
        if fault is None:
            await self._write(reply)
        else:
            await self._suffer(fault, reply)

    async def _wait_at_the_gate(self) -> None:
        if self._server.is_holding or self._server.gate.is_set():
            return
        self._server.is_holding = True
        while not self._server.gate.is_set():
            await asyncio.sleep(0.01)
        self._server.is_holding = False

    async def _quit(self, _: bytes) -> None:
        await self._write("221 2.0.0 bye")
        raise _Ended

    async def _say(self, moment: Moment, reply: str) -> bool:
        """Say the usual, or suffer what was told; tells whether the usual was said."""
        fault = self._server.take(moment)
        if fault is None:
            await self._write(reply)
            return True
        await self._suffer(fault, reply)
        return fault.manner in {Manner.LATE, Manner.DRIP}

    async def _suffer(self, fault: Fault, reply: str) -> None:
        match fault.manner:
            case Manner.ANSWER:
                await self._write(fault.reply)
                if fault.reply.startswith("421"):
                    raise _Ended
            case Manner.LATE:
                await asyncio.sleep(self._behaviour.late_seconds)
                await self._write(reply)
            case Manner.DRIP:
                await self._drip(reply)
            case Manner.SILENCE:
                await self._listen_on()
            case Manner.HALF_CLOSE:
                self._writer.write_eof()
                await self._listen_on()
            case Manner.CUT:
                _reset(self._writer)
                raise _Ended

    async def _listen_on(self) -> None:
        while await self._reader.read(_CHUNK):
            pass
        raise _Ended

    async def _drip(self, reply: str) -> None:
        for character in f"{reply}\r\n":
            self._writer.write(character.encode())
            await self._writer.drain()
            await asyncio.sleep(0.002)

    async def _write(self, reply: str) -> None:
        self._writer.write(f"{reply}\r\n".encode())
        await self._writer.drain()

    async def _until(self, mark: bytes) -> bytes:
        searched = 0
        while (place := self._buffer.find(mark, searched)) < 0:
            searched = max(0, len(self._buffer) - len(mark))
            chunk = await self._reader.read(_CHUNK)
            if not chunk:
                raise _Ended
            self._buffer += chunk
        found = bytes(self._buffer[: place + len(mark)])
        del self._buffer[: place + len(mark)]
        return found


@contextlib.contextmanager
def serving(ledger: Path, behaviour: Behaviour | None = None) -> Iterator[FaultyServer]:
    """Run a server on a free loopback port while the block lasts."""
    server = FaultyServer(Ledger(ledger), behaviour or Behaviour())
    ready = threading.Event()
    thread = threading.Thread(target=server.run, args=(ready,), daemon=True)
    thread.start()
    ready.wait()
    try:
        yield server
    finally:
        server.gate.set()
        server.stop()
        thread.join()


def _reset(writer: asyncio.StreamWriter) -> None:
    sock = writer.get_extra_info("socket")
    if sock is not None and sock.fileno() >= 0:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()
