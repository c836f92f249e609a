"""A mail server's controller that hangs up on everybody when it stops, so that no connection outlives its test."""

import asyncio

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP


class HangingUp(Controller):
    """Stops like its parent, and ends every conversation first."""

    def make(self) -> SMTP:
        """Make what speaks with one client."""
        return SMTP(self.handler, **self.SMTP_kwargs)

    def factory(self) -> SMTP:
        return self.make()

    def stop(self, *arguments: bool) -> None:
        assert isinstance(self.server, asyncio.Server)
        asyncio.run_coroutine_threadsafe(hang_up(self.loop, self.server), self.loop).result(5)
        super().stop(*arguments)


async def hang_up(loop: asyncio.AbstractEventLoop, server: asyncio.Server) -> None:
    """Let nobody in any more, and abort every connection until none is left for a while; the server is yet to close.

    A server that closes first drops whoever it has just let in without closing that connection.
    """
    for listening in server.sockets:
        loop.remove_reader(listening)
    quiet = 0
    while quiet < 3:
        # The loop keeps those that are closed until they are collected.
        connections = list(loop._transports.values())
        quiet = quiet + 1 if all(each.is_closing() for each in connections) else 0
        for connection in connections:
            connection.abort()
        # Whoever was let in at the last moment, and what was hung up on, come and go in the loop's next turns.
        await asyncio.sleep(0.005)
