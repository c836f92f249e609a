"""One side of an SMTP conversation in which everything is taken (pure): bytes in, bytes out."""

from collections.abc import Callable

_END = b"\r\n.\r\n"
_GREETING = b"220 sink ESMTP\r\n"
_EXTENSIONS = b"250-sink\r\n250-PIPELINING\r\n250-8BITMIME\r\n250-ENHANCEDSTATUSCODES\r\n250 DSN\r\n"
_REPLIES = {
    b"EHLO": _EXTENSIONS,
    b"HELO": b"250 sink\r\n",
    b"MAIL": b"250 2.1.0 Ok\r\n",
    b"RCPT": b"250 2.1.5 Ok\r\n",
    b"DATA": b"354 End data with <CR><LF>.<CR><LF>\r\n",
    b"RSET": b"250 2.0.0 Ok\r\n",
    b"NOOP": b"250 2.0.0 Ok\r\n",
    b"QUIT": b"221 2.0.0 Bye\r\n",
}
_UNKNOWN = b"502 5.5.2 Unknown\r\n"
_TAKEN = b"250 2.0.0 Ok\r\n"


class Conversation:
    """What one client says and is answered; each mail is given away before it is answered for."""

    greeting = _GREETING

    def __init__(self, take: Callable[[bytes], None]) -> None:
        """Begin; `take` is given every mail as it came over the wire."""
        self.is_over = False
        self._take = take
        self._heard = bytearray()
        self._is_data = False

    def hear(self, data: bytes) -> bytes:
        """Take in what came, and give what is to be answered."""
        self._heard += data
        replies = b""
        while (reply := self._next()) is not None:
            replies += reply
        return replies

    def _next(self) -> bytes | None:
        return self._next_mail() if self._is_data else self._next_command()

    def _next_command(self) -> bytes | None:
        end = self._heard.find(b"\r\n")
        if end < 0:
            return None
        verb = bytes(self._heard[:4]).upper()
        del self._heard[: end + 2]
        self._is_data = verb == b"DATA"
        self.is_over = self.is_over or verb == b"QUIT"
        return _REPLIES.get(verb, _UNKNOWN)

    def _next_mail(self) -> bytes | None:
        end = self._heard.find(_END)
        if end < 0:
            return None
        self._take(bytes(self._heard[: end + 2]))
        del self._heard[: end + len(_END)]
        self._is_data = False
        return _TAKEN
