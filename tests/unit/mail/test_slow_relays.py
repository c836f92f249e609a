"""Relays that are slow in unusual ways: none holds a mail, or the others, for longer than it may."""

import contextlib
import socket
import threading
import time
from collections.abc import Callable, Collection, Iterator, Sequence
from weakref import WeakKeyDictionary

import pytest

from service.mail.envelope import Envelope
from service.mail.relay import Relay
from service.mail.smtp import SmtpTransport
from service.mail.transport import Deferred, InDoubt, Mail, Receipt, Told

LOOPBACK = "127.0.0.1"
HELLO = b"220 slow.test\r\n"
OFFERS = b"250-slow.test\r\n250 PIPELINING\r\n"
END = b"\r\n.\r\n"

Act = Callable[[socket.socket], None]


class Shelf:
    """A book with some mails, which keeps what it is told."""

    def __init__(self, number: int) -> None:
        self.left = [mail(place) for place in range(number)]
        self.told: dict[str, Told] = {}

    def next(self, *, relay: str, wait: bool) -> Mail | None:
        del relay, wait
        return self.left.pop(0) if self.left else None

    def write(self, told: Sequence[Told], asked: Sequence[Mail]) -> Collection[Mail]:
        self.told |= {one.mail.envelope.message_id: one for one in told}
        return asked


def mail(number: int) -> Mail:
    return Mail(
        envelope=Envelope(
            mail_from="letters@rivers.example",
            rcpt_to=f"person{number}@office.example",
            message_id=f"<{number}@rivers.example>",
            data=b"Subject: Rivers\r\n\r\nHello.\r\n",
        )
    )


# What was heard behind a mark: with pipelining the next commands come in one piece with the end of a mail.
_UNREAD: WeakKeyDictionary[socket.socket, bytes] = WeakKeyDictionary()


def read_until(client: socket.socket, mark: bytes) -> bytes:
    heard = _UNREAD.pop(client, b"")
    while mark not in heard:
        chunk = client.recv(65536)
        if not chunk:
            raise OSError
        heard += chunk
    before, _, _UNREAD[client] = heard.partition(mark)
    return before + mark


@contextlib.contextmanager
def relay(act: Act, *, clients: list[socket.socket] | None = None) -> Iterator[int]:
    """Serve one client at a time until the block ends: `act` does what follows on EHLO."""
    with socket.create_server((LOOPBACK, 0)) as server:

        def converse(client: socket.socket) -> None:
            with client, contextlib.suppress(OSError):
                client.sendall(HELLO)
                read_until(client, b"\r\n")
                client.sendall(OFFERS)
                act(client)

        def serve() -> None:
            with contextlib.suppress(OSError):
                while True:
                    client, _ = server.accept()
                    if clients is not None:
                        clients.append(client)
                    threading.Thread(target=converse, args=(client,), daemon=True).start()

        threading.Thread(target=serve, daemon=True).start()
        yield server.getsockname()[1]
        server.shutdown(socket.SHUT_RDWR)


def transport_to(port: int, **patience: float) -> SmtpTransport:
    return SmtpTransport(
        [Relay(host=LOOPBACK, port=port, implicit_tls=False)],
        timeout=patience.get("timeout", 10),
        end_of_data_timeout=patience.get("end_of_data_timeout", 10),
        connections=1,
    )


def take_the_data(client: socket.socket) -> None:
    read_until(client, b"DATA\r\n")
    client.sendall(b"250 ok\r\n250 ok\r\n354 go on\r\n")


def test_an_answer_that_drips_is_not_waited_for_for_ever() -> None:
    def drip(client: socket.socket) -> None:
        take_the_data(client)
        read_until(client, END)
        for _ in range(200):
            client.sendall(b"250-still thinking\r\n")
            time.sleep(0.05)

    shelf, began = Shelf(1), time.monotonic()
    with relay(drip) as port, contextlib.closing(transport_to(port, end_of_data_timeout=0.5)) as transport:
        transport.carry(shelf)

    assert time.monotonic() - began < 5
    (told,) = shelf.told.values()
    assert isinstance(told.outcome, InDoubt)


def test_who_is_silent_after_a_mail_has_no_more_patience_than_who_is_silent_before() -> None:
    clients: list[socket.socket] = []

    def fall_silent(client: socket.socket) -> None:
        if len(clients) == 1:
            take_the_data(client)
            read_until(client, END + b"MAIL")
            client.sendall(b"250 ok\r\n")
        read_until(client, b"nothing more")

    shelf, began = Shelf(2), time.monotonic()
    with (
        relay(fall_silent, clients=clients) as port,
        contextlib.closing(transport_to(port, timeout=0.5, end_of_data_timeout=60)) as transport,
    ):
        transport.carry(shelf)

    assert time.monotonic() - began < 5
    assert isinstance(shelf.told["<0@rivers.example>"].outcome, Receipt)
    assert isinstance(shelf.told["<1@rivers.example>"].outcome, Deferred)


def test_connections_that_went_dead_in_silence_hold_up_the_next_mail_once_and_shortly(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("service.mail.connection.FRESH_SECONDS", 0.0)
    monkeypatch.setattr("service.mail.connection.ASK_SECONDS", 0.5)
    clients: list[socket.socket] = []
    at_rest = threading.Event()

    def forget(client: socket.socket) -> None:
        # As a router does: whoever speaks on an old connection is not answered any more.
        is_old = not at_rest.is_set()
        while True:
            read_until(client, b"DATA\r\n")
            if is_old and at_rest.is_set():
                read_until(client, b"nothing more")
            client.sendall(b"250 ok\r\n250 ok\r\n354 go on\r\n")
            read_until(client, END)
            time.sleep(0.1)
            client.sendall(b"250 ok\r\n")

    with relay(forget, clients=clients) as port:
        transport = SmtpTransport([Relay(host=LOOPBACK, port=port, implicit_tls=False)], connections=4)
        with contextlib.closing(transport):
            transport.carry(Shelf(12))
            at_rest.set()
            shelf, began = Shelf(1), time.monotonic()
            transport.carry(shelf)
            took = time.monotonic() - began

    assert isinstance(shelf.told["<0@rivers.example>"].outcome, Receipt)
    assert took < 1.5
