"""A sink of our own: takes every mail and writes down when; a process's main program.

Each line of its record is the moment (monotonic seconds, which all processes of a machine share), how many
connections are open, and the Message-ID. `newest`, where asked for, holds the newest mail as it came. It may think for a while before
it answers for a mail, as a relay far away does, and listens to the others meanwhile.
"""

import contextlib
import heapq
import itertools
import os
import re
import selectors
import socket
import sys
import time
from pathlib import Path

from benchmarks.conversation import Conversation

_MESSAGE_ID = re.compile(rb"^Message-ID:\s*(\S+)", re.IGNORECASE | re.MULTILINE)
_CHUNK = 262144


class Sink:
    """Listens, and talks to all clients in one thread."""

    def __init__(self, record: Path, newest: Path | None, *, answer_seconds: float = 0.0) -> None:
        """Bind a free port; nothing is accepted yet."""
        self._answer_seconds = answer_seconds
        self._taken = 0
        self._order = itertools.count()
        self._later: list[tuple[float, int, socket.socket]] = []
        self._owed: dict[socket.socket, bytes] = {}
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        self._record = os.open(record, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        self._newest = newest
        self._ready = selectors.DefaultSelector()
        self._ready.register(self._listener, selectors.EVENT_READ)
        self._talks: dict[socket.socket, Conversation] = {}

    @property
    def port(self) -> int:
        """Where it listens."""
        return int(self._listener.getsockname()[1])

    def run(self) -> None:
        """Serve until killed."""
        while True:
            for key, _ in self._ready.select(self._patience()):
                if key.fileobj is self._listener:
                    self._greet()
                elif isinstance(key.fileobj, socket.socket):
                    self._talk(key.fileobj)
            self._answer_those_who_waited()

    def _patience(self) -> float | None:
        return max(0.0, self._later[0][0] - time.monotonic()) if self._later else None

    def _answer_those_who_waited(self) -> None:
        while self._later and self._later[0][0] <= time.monotonic():
            client = heapq.heappop(self._later)[2]
            owed = self._owed.pop(client, b"")
            if client in self._talks:
                with contextlib.suppress(OSError):
                    client.sendall(owed)

    def _answer(self, client: socket.socket, reply: bytes, *, has_taken: bool) -> None:
        if client in self._owed:
            self._owed[client] += reply
        elif has_taken and self._answer_seconds:
            self._owed[client] = reply
            due = time.monotonic() + self._answer_seconds
            heapq.heappush(self._later, (due, next(self._order), client))
        else:
            client.sendall(reply)

    def _greet(self) -> None:
        client, _ = self._listener.accept()
        client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._talks[client] = Conversation(self._take)
        self._ready.register(client, selectors.EVENT_READ)
        client.sendall(Conversation.greeting)

    def _talk(self, client: socket.socket) -> None:
        talk = self._talks[client]
        try:
            heard, before = client.recv(_CHUNK), self._taken
            reply = talk.hear(heard)
            if reply:
                self._answer(client, reply, has_taken=self._taken > before)
        except OSError:
            heard = b""
        if not heard or talk.is_over:
            self._ready.unregister(client)
            del self._talks[client]
            client.close()

    def _take(self, mail: bytes) -> None:
        self._taken += 1
        found = _MESSAGE_ID.search(mail)
        name = found.group(1).decode() if found else "-"
        os.write(self._record, f"{time.monotonic():.6f} {len(self._talks)} {name}\n".encode())
        if self._newest is not None:
            self._newest.write_bytes(mail)


if __name__ == "__main__":
    record, answer_seconds, *newest = sys.argv[1:]
    sink = Sink(Path(record), Path(newest[0]) if newest else None, answer_seconds=float(answer_seconds))
    print(sink.port, flush=True)
    sink.run()
