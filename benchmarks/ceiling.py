"""Contender (c): how fast the sink can be at all, by the same finished bytes over and over, pipelined, in one thread."""

import selectors
import socket
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from benchmarks.child import Work, take_part

_ENVELOPE = b"MAIL FROM:<letters@rivers.example>\r\nRCPT TO:<office@district.example>\r\nDATA\r\n"
_CHUNK = 65536


class Line:
    """One connection: it sends a body as soon as the sink asks for one, and the next envelope with it."""

    def __init__(self, port: int, mails: int, body: bytes) -> None:
        """Connect and greet."""
        self.socket = socket.create_connection(("127.0.0.1", port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.left = mails
        self._body = body + b".\r\n"
        self._socket_says(b"220")
        self.socket.sendall(b"EHLO bench\r\n")
        self._socket_says(b"250 ")

    def begin(self) -> None:
        """Offer the first mail."""
        self.socket.sendall(_ENVELOPE)

    def go_on(self) -> bool:
        """Read what came and answer it; tells whether the sink has said good-bye."""
        heard = self.socket.recv(_CHUNK)
        # A line may come in two pieces; these replies are so short that it does not happen on one machine.
        if b"354" in heard:
            self.left -= 1
            self.socket.sendall(self._body + (_ENVELOPE if self.left else b"QUIT\r\n"))
        return not heard or b"221" in heard

    def _socket_says(self, code: bytes) -> None:
        heard = b""
        while code not in heard:
            heard += self.socket.recv(_CHUNK)


def prepare(order: Mapping[str, Any]) -> Work:
    """Open all connections."""
    body, count, number = Path(order["wire"]).read_bytes(), int(order["count"]), int(order["connections"])
    lines = [
        Line(int(order["port"]), count // number + (place < count % number), body) for place in range(number)
    ]

    def work() -> Mapping[str, Any]:
        ready = selectors.DefaultSelector()
        for line in lines:
            ready.register(line.socket, selectors.EVENT_READ, line)
            line.begin()
        open_lines = len(lines)
        while open_lines:
            for key, _ in ready.select():
                if key.data.go_on():
                    ready.unregister(key.fileobj)
                    open_lines -= 1
        return {"bytes": count * len(body)}

    return work


if __name__ == "__main__":
    take_part(prepare)
