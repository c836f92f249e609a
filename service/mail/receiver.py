"""Take returned mail in by SMTP or LMTP, from the mail server in front of us; the only user of aiosmtpd."""

import asyncio
import contextlib
import logging
from collections.abc import Callable, Iterator
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session, syntax

from service.foundation.errors import Refused, ServiceError

_log = logging.getLogger(__name__)

LARGEST = 10_000_000
"""Bytes of a returned mail; a letter with its PDF that comes back whole still fits."""

_IDLE_SECONDS = 120
_TURN_SECONDS = 0.005
_TAKEN = "250 2.6.0 taken"
_NO_SUCH = "550 5.1.1 no such mailbox"
_ONE_AT_A_TIME = "452 4.5.3 one recipient at a time"
_LATER = "451 4.3.0 try again later"

Accept = Callable[[str], bool]
"""Tells whether an address is one of ours."""

Keep = Callable[[str, bytes], None]
"""Takes a mail to one address of ours into account and returns when that is committed; may raise ServiceError."""


@contextlib.contextmanager
def receiving(host: str, port: int, *, accept: Accept, keep: Keep) -> Iterator[int]:
    """Listen until the block ends, and give the port; raises Refused where it cannot be listened at.

    A mail is answered with 250 only after `keep` has returned; until then the server in front keeps it and comes
    again. One recipient is taken in one transaction, so that one answer is right in LMTP (RFC 2033) as well.
    """
    # The library logs the addresses that it hears.
    logging.getLogger("mail.log").setLevel(logging.CRITICAL)
    logging.getLogger("mail.debug").setLevel(logging.CRITICAL)
    controller = _Controller(_Door(accept, keep), hostname=host, port=port)
    try:
        controller.start()
    except (OSError, TimeoutError) as error:
        controller.loop.close()
        raise Refused(f"BOUNCE_LISTEN: nobody can listen at port {port} of that host.") from error
    try:
        yield controller.bound_port
    finally:
        controller.stop()


class _Door:
    """Decides at each step of a transaction (the library calls these by name)."""

    def __init__(self, accept: Accept, keep: Keep) -> None:
        self._accept = accept
        self._keep = keep

    async def handle_RCPT(
        self, _: SMTP, __: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if not self._accept(address):
            return _NO_SUCH
        if envelope.rcpt_tos:
            return _ONE_AT_A_TIME
        envelope.rcpt_tos.append(address)
        envelope.rcpt_options.extend(options)
        return "250 2.1.5 go on"

    async def handle_DATA(self, _: SMTP, __: Session, envelope: Envelope) -> str:
        data = envelope.original_content or b""
        try:
            await asyncio.to_thread(self._keep, envelope.rcpt_tos[0], data)
        except ServiceError as error:
            _log.warning("a returned mail could not be kept: %s", type(error).__name__)
            return _LATER
        return _TAKEN

    async def handle_exception(self, error: Exception) -> str:
        # What it was about stays unsaid: its text may hold an address.
        _log.error("a returned mail was not taken in: %s", type(error).__name__)
        return _LATER


class _Protocol(SMTP):
    """SMTP that also knows the greeting of LMTP, and can be hung up on."""

    def __init__(self, *arguments: Any, connections: set[asyncio.Transport], **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._connections = connections

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin to speak with a client."""
        super().connection_made(transport)
        assert isinstance(transport, asyncio.Transport)
        self._connections.add(transport)

    def connection_lost(self, error: Exception | None) -> None:
        """End what was begun with it."""
        self._connections.discard(self.transport)
        super().connection_lost(error)

    @syntax("LHLO hostname")
    async def smtp_LHLO(self, arg: str) -> None:
        """Greet as in LMTP (RFC 2033, section 4.1)."""
        await self.smtp_EHLO(arg)

    async def smtp_VRFY(self, arg: str) -> None:  # noqa: ARG002 -- the library calls it with the name that was asked for
        """Tell nobody which addresses there are (RFC 5321, section 7.3)."""
        await self.push("252 2.1.5 send some mail")


class _Controller(Controller):
    """Runs the door in a thread of its own, and hangs up on everybody when it stops."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._connections: set[asyncio.Transport] = set()

    def factory(self) -> Any:
        """Make the protocol of one connection."""
        return _Protocol(
            self.handler,
            data_size_limit=LARGEST,
            enable_SMTPUTF8=True,
            hostname="undersigned",
            ident="",
            timeout=_IDLE_SECONDS,
            loop=self.loop,
            connections=self._connections,
        )

    def stop(self, *arguments: bool) -> None:
        """Let nobody in any more, end what is under way, and stop; what was not answered for comes again."""
        asyncio.run_coroutine_threadsafe(self._hang_up(), self.loop).result()
        super().stop(*arguments)

    async def _hang_up(self) -> None:
        assert isinstance(self.server, asyncio.Server)
        # A server that closes first drops whoever it has just let in without closing that connection.
        for listening in self.server.sockets:
            self.loop.remove_reader(listening)
        # A client that was let in just now, and what was aborted, come and go in the loop's next turns.
        for _ in range(3):
            for connection in list(self._connections):
                connection.abort()
            await asyncio.sleep(_TURN_SECONDS)

    def _trigger_server(self) -> None:
        # The library tries the door once itself, at the port that was asked for; 0 would lead nowhere.
        self.port = self.bound_port
        super()._trigger_server()  # type: ignore[no-untyped-call]  # -- the library has no types

    @property
    def bound_port(self) -> int:
        """The port that is really listened at, where 0 was asked for."""
        assert isinstance(self.server, asyncio.Server)
        return int(self.server.sockets[0].getsockname()[1])
