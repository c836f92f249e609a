"""A sending process for the proof by crashes: the real sender, with labels at which it can be stopped."""

import contextlib
import logging
import re
import signal
import socket
import threading
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from multiprocessing.connection import Connection
from typing import Any

from sqlalchemy import Engine, event
from sqlalchemy.exc import DBAPIError
from sqlmodel import Session

import service.model.campaign  # noqa: F401 -- the table of messages points to its table
from service.foundation.clock import now
from service.foundation.errors import ServiceError
from service.mail.envelope import Draft, Envelope
from service.mail.postman import Leases, Sender, deliver_due, free_stale
from service.mail.relay import Relay
from service.mail.smtp import SmtpTransport
from service.mail.transport import Book, Mail, Receipt, Told, Transport
from service.model.message import Message, MessageKind
from service.store.engine import make_engine
from tests.faults.server import LOOPBACK

SITE_KEY = b"k" * 32
_IDLE_SECONDS = 0.05
_TIMEOUT = 20.0
_MOVES = re.compile(r"\b(queued|claimed|submitting|accepted|uncertain)\b")
_END = b"\r\n.\r\n"


class Label(StrEnum):
    """A move of a message at which the process can be stopped."""

    BEFORE_CLAIM = "before the claim's commit"
    AFTER_CLAIM = "after the claim's commit"
    BEFORE_FENCE = "after 354, before the fence's commit"
    AFTER_FENCE = "after the fence's commit, before the body"
    MID_BODY = "mid body"
    AFTER_DOT = "after the dot, before the reply"
    BEFORE_ACCEPT = "after 250, before the accept's commit"
    AFTER_ACCEPT = "after the accept's commit"
    BEFORE_FREE = "free_stale, before its commit"
    AFTER_FREE = "free_stale, after its commit"


@dataclass(frozen=True, kw_only=True)
class Order:
    """What a sending process is told: where it works, how long its leases are, and where it is stopped."""

    database_url: str
    port: int
    owner: str
    claim_seconds: float
    submitting_seconds: float
    batch: int = 50
    connections: int = 1
    stop_at: Label | None = None


MakeTransport = Callable[[SmtpTransport], Transport]
"""What a process wraps around the real transport; a module's function, because it travels by its name."""


def as_it_is(transport: SmtpTransport) -> Transport:
    """Use the product's own transport, unchanged."""
    return transport


def work(order: Order, pipe: Connection, make_transport: MakeTransport) -> None:
    """Send until killed or told to stop by SIGTERM; a process's main function."""
    stopping = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stopping.set())
    # What is done to the databases is noisy, and what counts is counted by the harness.
    logging.disable(logging.CRITICAL)
    stops = Stops(order.stop_at, pipe)
    engine = make_engine(order.database_url)
    watch_commits(engine, stops)
    real = SmtpTransport(
        [Relay(host=LOOPBACK, port=order.port, implicit_tls=False)],
        timeout=_TIMEOUT,
        end_of_data_timeout=_TIMEOUT,
        connections=order.connections,
        dial=lambda host, port, timeout: TappedSocket.dial(host, port, timeout, stops),
    )
    transport = Fenced(make_transport(real), stops)
    while not stopping.is_set():
        with contextlib.suppress(ServiceError, DBAPIError):
            with stops.freeing():
                free_stale(engine, owner=None, clock=now)
            if _deliver(engine, transport, order):
                continue
        stopping.wait(_IDLE_SECONDS)


def compose(session: Session, message: Message) -> Draft:
    """Make a mail from its row alone, so that it is always the same."""
    del session
    return Draft(
        to=f"{message.recipient_ref}@lakes.example",
        subject=f"{message.kind.value} for {message.recipient_ref}",
        text=f"This is {message.dedupe_key}.\n" + ".A line that begins with a dot.\n" * 40,
        html="",
        sender_name="Coalition",
        reply_to=None,
        language="en",
        unsubscribe_url=f"https://letters.example/u/{message.recipient_ref}",
    )


def _deliver(engine: Engine, transport: Transport, order: Order) -> int:
    return deliver_due(
        engine,
        transport=transport,
        composers=dict.fromkeys(MessageKind, compose),
        sender=Sender(
            site_key=SITE_KEY,
            mail_from="letters@rivers.example",
            domain="rivers.example",
            leases=Leases(
                claim=timedelta(seconds=order.claim_seconds),
                submitting=timedelta(seconds=order.submitting_seconds),
            ),
        ),
        clock=now,
        owner=order.owner,
        most=order.batch,
    )


class Stops:
    """Where this process stops, once: it tells the harness, and waits for its word or its own end."""

    def __init__(self, label: Label | None, pipe: Connection) -> None:
        """Stop at this label, or nowhere."""
        self._label = label
        self._pipe = pipe
        self.is_freeing = False

    @contextlib.contextmanager
    def freeing(self) -> Iterator[None]:
        """Say that what is done meanwhile is free_stale's."""
        self.is_freeing = True
        try:
            yield
        finally:
            self.is_freeing = False

    def at(self, label: Label) -> None:
        """Stop here if this is where."""
        if label is self._label:
            self._label = None
            self._pipe.send(label.value)
            self._pipe.recv()


class Fenced:
    """A transport that can be stopped behind the fence; what stands before it is seen at the fence's commit."""

    def __init__(self, inner: Transport, stops: Stops) -> None:
        """Wrap a transport."""
        self._inner = inner
        self._stops = stops

    def ready(self) -> None:
        """Pass it on."""
        self._inner.ready()

    def close(self) -> None:
        """Pass it on."""
        self._inner.close()

    def carry(self, book: Book) -> None:
        """Pass it on, with a stop behind each fence."""
        self._inner.carry(FencedBook(book, self._stops))

    def send(self, envelope: Envelope, *, before_data: Callable[[], None]) -> Receipt:
        """Pass it on; nobody asks for it here."""
        return self._inner.send(envelope, before_data=before_data)


class FencedBook:
    """A book that stops behind the fence."""

    def __init__(self, inner: Book, stops: Stops) -> None:
        """Wrap a book."""
        self._inner = inner
        self._stops = stops

    def next(self, *, relay: str, wait: bool) -> Mail | None:
        """Pass it on."""
        return self._inner.next(relay=relay, wait=wait)

    def write(self, told: Sequence[Told], asked: Sequence[Mail]) -> Collection[Mail]:
        """Pass it on, and stop where a mail has passed."""
        passed = self._inner.write(told, asked)
        if passed:
            self._stops.at(Label.AFTER_FENCE)
        return passed


class TappedSocket(socket.socket):
    """A connection that can be stopped in the middle of a mail and behind its final dot."""

    stops: Stops
    is_mid_body: bool = False

    @classmethod
    def dial(cls, host: str, port: int, timeout: float, stops: Stops) -> "TappedSocket":
        """Open a connection to a host and port within some seconds."""
        plain = socket.create_connection((host, port), timeout)
        tapped = cls(plain.family, plain.type, plain.proto, plain.detach())
        tapped.settimeout(timeout)
        # Its parts must not wait for one another's acknowledgement.
        tapped.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        tapped.stops = stops
        return tapped

    def send(self, data: Any, flags: int = 0) -> int:
        """Send some of it; what holds a final dot goes in parts, with a stop between them."""
        text = bytes(data)
        end = text.find(_END)
        if end < 0:
            return super().send(text, flags)
        if not self.is_mid_body:
            self.is_mid_body = True
            return super().send(text[: max(1, end // 2)], flags)
        self.stops.at(Label.MID_BODY)
        end += len(_END)
        sent = super().send(text[:end], flags)
        if sent == end:
            self.is_mid_body = False
            self.stops.at(Label.AFTER_DOT)
        return sent


def watch_commits(engine: Engine, stops: Stops) -> None:
    """Stop before or after the commits that move messages, known by the events that they write."""
    moved = threading.local()

    # The hot path goes to the driver past the library's events, but not past its dialect.
    for name in ("do_execute", "do_executemany"):
        setattr(engine.dialect, name, _noting(getattr(engine.dialect, name), moved))

    @event.listens_for(engine, "rollback")
    def forget(_: Any) -> None:
        moved.words = set()

    committed = engine.dialect.do_commit

    def do_commit(connection: Any) -> None:
        words, moved.words = getattr(moved, "words", set()), set()
        labels = _labels(words, is_freeing=stops.is_freeing)
        for before, _ in labels:
            stops.at(before)
        committed(connection)
        for _, after in labels:
            if after is not None:
                stops.at(after)

    # No event of the library comes after the commit itself, and both sides of it are wanted.
    engine.dialect.do_commit = do_commit  # type: ignore[method-assign]  # -- this harness only, on one engine of its own


def _noting(execute: Callable[..., None], moved: threading.local) -> Callable[..., None]:
    """Note, before a statement is executed, the moves that it writes events of."""

    def do(cursor: Any, statement: str, parameters: Any, *more: Any) -> None:
        if "message_event" in statement and "INSERT" in statement.upper():
            words = getattr(moved, "words", set())
            moved.words = words | set(_MOVES.findall(f"{statement} {parameters}"))
        execute(cursor, statement, parameters, *more)

    return do


def _labels(words: set[str], *, is_freeing: bool) -> list[tuple[Label, Label | None]]:
    if is_freeing:
        return [(Label.BEFORE_FREE, Label.AFTER_FREE)] if words else []
    found: list[tuple[Label, Label | None]] = []
    if {"queued", "claimed"} <= words:
        found.append((Label.BEFORE_CLAIM, Label.AFTER_CLAIM))
    if {"claimed", "submitting"} <= words:
        found.append((Label.BEFORE_FENCE, None))
    if "accepted" in words:
        found.append((Label.BEFORE_ACCEPT, Label.AFTER_ACCEPT))
    return found
