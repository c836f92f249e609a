"""An HTTP server on loopback that answers as a test's house does, and misbehaves where it is told to."""

import contextlib
import re
import socket
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Literal, Protocol

Manner = Literal[
    "cut",
    "break before",
    "break after",
    "silent before",
    "silent after",
    "half before",
    "half",
    "instead",
    "afterwards",
]
"""Hang up in the middle of what is asked; cut off before it is done, or after; say nothing, alike; half an answer, alike; an
answer in its place; another once it is done."""


@dataclass(frozen=True, kw_only=True)
class Asked:
    """One request as it came; the names of its headers are small."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, kw_only=True)
class Reply:
    """What is answered."""

    status: int = 200
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Fault:
    """One request that goes wrong: of those whose line ("POST /v1/letters") begins with `of`, a pattern, the next after `skip`."""

    of: str
    manner: Manner
    reply: Reply = Reply()
    skip: int = 0


class House(Protocol):
    """Who answers."""

    asked: list[Asked]
    faults: list[Fault]

    def answer(self, asked: Asked) -> Reply:
        """Do what is asked, and say so."""
        ...


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    house: House


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: _Server

    def answer(self) -> None:
        house = self.server.house
        fault = next_fault(house.faults, f"{self.command} {self.path}")
        length = int(self.headers.get("Content-Length") or 0)
        body = self.rfile.read(length // 2 if fault and fault.manner == "cut" else length)
        headers = {name.lower(): value for name, value in self.headers.items()}
        asked = Asked(method=self.command, path=self.path, headers=headers, body=body)
        house.asked.append(asked)
        if fault is None:
            self.say(house.answer(asked))
        elif fault.manner == "instead":
            self.say(fault.reply)
        elif fault.manner in {"cut", "break before"}:
            self.hang_up()
        elif fault.manner == "half before":
            self.say(fault.reply, much=len(fault.reply.body) // 2)
            self.hang_up()
        elif fault.manner == "silent before":
            self.wait_until_left()
        else:
            self.say_badly(house.answer(asked), fault)

    def say_badly(self, reply: Reply, fault: Fault) -> None:
        if fault.manner == "afterwards":
            self.say(fault.reply)
            return
        if fault.manner == "silent after":
            self.wait_until_left()
            return
        if fault.manner == "half":
            self.say(reply, much=len(reply.body) // 2)
        self.hang_up()

    def say(self, reply: Reply, *, much: int | None = None) -> None:
        self.send_response(reply.status)
        for name, value in {**reply.headers, "Content-Length": str(len(reply.body))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(reply.body[:much])

    def wait_until_left(self) -> None:
        self.close_connection = True
        with contextlib.suppress(OSError):
            while self.connection.recv(1024):
                pass

    def hang_up(self) -> None:
        self.close_connection = True
        with contextlib.suppress(OSError):
            self.wfile.flush()
            self.connection.shutdown(socket.SHUT_RDWR)

    def log_message(self, *_: object) -> None:
        pass


for _method in ("GET", "POST", "PUT", "PATCH", "DELETE"):
    setattr(_Handler, f"do_{_method}", _Handler.answer)


@contextlib.contextmanager
def open_house(house: House) -> Iterator[str]:
    """Serve a house while the block lasts; gives the beginning of its addresses."""
    with _Server(("127.0.0.1", 0), _Handler) as server:
        server.house = house
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.005})
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}"
        finally:
            server.shutdown()
            thread.join()


def next_fault(faults: list[Fault], line: str) -> Fault | None:
    """Take the fault that is meant for this line out of those that are to come; None where it goes well."""
    for place, fault in enumerate(faults):
        if re.match(fault.of, line):
            if fault.skip:
                faults[place] = replace(fault, skip=fault.skip - 1)
                return None
            return faults.pop(place)
    return None
