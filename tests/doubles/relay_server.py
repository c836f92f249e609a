"""A real SMTP server on loopback that fails where it is told to."""

import asyncio
import contextlib
import socket
from collections import deque
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from aiosmtpd.smtp import SMTP

from service.mail.transport import Stage
from tests.doubles.hanging_up import HangingUp
from tests.doubles.postbox import Fault

LOOPBACK = "127.0.0.1"


@dataclass
class Server:
    """What the server was told to do, and what it has seen."""

    faults: deque[Fault | None] = field(default_factory=deque)
    kept: list[bytes] = field(default_factory=list)
    recipients: list[str] = field(default_factory=list)
    commands: list[str] = field(default_factory=list)
    connections: int = 0
    answer: str = "250 2.0.0 Ok: queued as 4XyZab12"
    stall: float = 0
    port: int = 0
    pipelining: bool = False

    async def handle_EHLO(
        self, _server: Any, session: Any, _given: Any, hostname: str, responses: list[str]
    ) -> list[str]:
        session.host_name = hostname
        return [*responses[:-1], "250-PIPELINING", responses[-1]] if self.pipelining else responses

    def take(self, stage: Stage) -> Fault | None:
        return (
            self.faults.popleft()
            if self.faults and self.faults[0] and self.faults[0].stage is stage
            else None
        )

    async def end_of_data(self, server: Any, _: object, given: Any) -> str:
        if self.faults and self.faults[0] is None:
            self.faults.popleft()
        await asyncio.sleep(self.stall)
        fault = self.take(Stage.END)
        if fault is None or fault.arrives:
            self.kept.append(given.content)
            self.recipients += given.rcpt_tos
        if fault is not None and fault.code is None:
            server.transport.abort()
        return f"{fault.code} {fault.enhanced} no" if fault else self.answer


class FaultySmtp(SMTP):
    """Asks the Server before each command whether it is to fail."""

    transport: Any

    def connection_made(self, transport: Any) -> None:
        super().connection_made(transport)
        self.event_handler.connections += 1
        if self.event_handler.take(Stage.CONNECT):
            transport.abort()

    async def fails(self, stage: Stage) -> bool:
        fault = self.event_handler.take(stage)
        if fault is None:
            return False
        if fault.code is None:
            self.transport.abort()
        else:
            await self.push(f"{fault.code} {fault.enhanced} no such luck for someone@office.example")
        return True


def command(name: str) -> Callable[[FaultySmtp, str | None], Awaitable[None]]:
    async def obey(self: FaultySmtp, arg: str | None) -> None:
        self.event_handler.commands.append(f"{name} {arg}")
        if not await self.fails(Stage[name]):
            await getattr(SMTP, f"smtp_{name}")(self, arg)

    return obey


# The names are the library's, which looks for one method for each command.
setattr(Server, f"handle_{Stage.DATA.name}", Server.end_of_data)
for stage in (Stage.MAIL, Stage.RCPT, Stage.DATA):
    setattr(FaultySmtp, f"smtp_{stage.name}", command(stage.name))


class FaultyController(HangingUp):
    def make(self) -> SMTP:
        return FaultySmtp(self.handler, **self.SMTP_kwargs)


@contextlib.contextmanager
def serving(**options: Any) -> Iterator[Server]:
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        port = probe.getsockname()[1]
    server = Server(port=port)
    controller = FaultyController(
        server, hostname=LOOPBACK, port=port, **{"enable_SMTPUTF8": False, **options}
    )
    controller.start()
    # Starting the controller connects once.
    server.connections = 0
    try:
        yield server
    finally:
        controller.stop()
