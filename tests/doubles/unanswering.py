"""Hosts on loopback that do not answer: one never takes up a connection, one takes it up and says nothing."""

import contextlib
import socket
from collections.abc import Iterator


@contextlib.contextmanager
def deaf() -> Iterator[int]:
    """Give a port at which connections are not taken up: so many wait there that the next are not even let in."""
    with contextlib.ExitStack() as stack:
        listening = stack.enter_context(socket.socket())
        listening.bind(("127.0.0.1", 0))
        listening.listen(0)
        for _ in range(4):
            waiting = stack.enter_context(socket.socket())
            waiting.setblocking(False)
            waiting.connect_ex(listening.getsockname())
        yield int(listening.getsockname()[1])


@contextlib.contextmanager
def mute() -> Iterator[int]:
    """Give a port at which everybody is let in, and nobody is ever spoken to."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen(16)
        yield int(listening.getsockname()[1])
