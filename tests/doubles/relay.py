"""A real SMTP server on loopback that keeps what it takes, as slowly as a test wants."""

import asyncio
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage

from aiosmtpd.smtp import SMTP, Envelope, Session

from tests.doubles.hanging_up import HangingUp


@dataclass
class Relay:
    """What the server has taken, in order, and when; `seconds_each` is how long it thinks about each mail."""

    port: int
    seconds_each: float = 0.0
    taken: list[EmailMessage] = field(default_factory=list)
    taken_at: list[float] = field(default_factory=list)

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:
        """Keep one mail."""
        await asyncio.sleep(self.seconds_each)
        assert isinstance(envelope.content, bytes)
        parsed = message_from_bytes(envelope.content, policy=policy.default)
        assert isinstance(parsed, EmailMessage)
        self.taken_at.append(time.monotonic())
        self.taken.append(parsed)
        return "250 2.0.0 taken"

    def wait_for(self, enough: int, *, seconds: float) -> bool:
        """Wait until so many mails came in; tells whether they did."""
        end = time.monotonic() + seconds
        while len(self.taken) < enough and time.monotonic() < end:
            time.sleep(0.02)
        return len(self.taken) >= enough


@contextmanager
def open_relay(*, seconds_each: float = 0.0) -> Iterator[Relay]:
    """Run a relay on a free loopback port while the block lasts."""
    relay = Relay(port=free_port(), seconds_each=seconds_each)
    controller = HangingUp(relay, hostname="127.0.0.1", port=relay.port, enable_SMTPUTF8=True)
    controller.start()
    try:
        yield relay
    finally:
        controller.stop()


def free_port() -> int:
    """Find a loopback port that nobody listens on."""
    with socket.socket() as candidate:
        candidate.bind(("127.0.0.1", 0))
        return int(candidate.getsockname()[1])
