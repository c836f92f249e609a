"""A mail server's controller that hangs up on everybody when it stops, so that no connection outlives its test."""

import asyncio

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP


class HangingUp(Controller):
    """Stops like its parent, and ends every conversation first."""

    def __init__(self, *arguments: object, **options: object) -> None:
        super().__init__(*arguments, **options)
        self.conversations: list[SMTP] = []

    def make(self) -> SMTP:
        """Make what speaks with one client."""
        return SMTP(self.handler, **self.SMTP_kwargs)

    def factory(self) -> SMTP:
        conversation = self.make()
        self.conversations.append(conversation)
        return conversation

    def stop(self, *arguments: bool) -> None:
        asyncio.run_coroutine_threadsafe(self._hang_up(), self.loop).result(5)
        super().stop(*arguments)

    async def _hang_up(self) -> None:
        for conversation in self.conversations:
            if conversation.transport is not None:
                conversation.transport.abort()
        # What was hung up on is closed by the loop's next turns.
        await asyncio.sleep(0.01)
