"""Open a connection to a relay: reach it, secure it, log in, hear what it offers; the only user of smtplib."""

import contextlib
import select
import smtplib
import socket
import ssl
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from service.foundation.errors import Refused
from service.mail.dialogue import Dialogue, Offers
from service.mail.relay import Relay
from service.mail.transport import Answer, RelayDown, Stage, enhanced_code

FRESH_SECONDS = 5.0
"""For how long a connection that answered is taken to be alive without asking it."""

ASK_SECONDS = 5.0
"""How long it may take to answer whether it is alive: a router may have forgotten the connection without a word."""

Dial = Callable[[str, int, float], socket.socket]

_OK = 250
_CHUNK = 65536


@dataclass(frozen=True, kw_only=True)
class Manner:
    """How every relay is spoken to; times are seconds. `dial` opens the socket to a host and port within some."""

    context: ssl.SSLContext
    local_hostname: str
    timeout: float
    end_of_data_timeout: float
    dial: Dial


class Connection(smtplib.SMTP):
    """One connection to one relay; the library opens it, and the mails then go by its `dialogue`.

    `offers` counts the mails that were offered on it; `spoke_at` is when something last went to and fro (monotonic).
    """

    dialogue: Dialogue

    def __init__(self, relay: Relay, manner: Manner) -> None:
        """Prepare, without connecting."""
        super().__init__(local_hostname=manner.local_hostname, timeout=manner.timeout)
        self.relay = relay
        self.offers = 0
        self._manner = manner
        self.spoke_at = time.monotonic()
        # The library checks the certificate after STARTTLS against this name.
        self._host = relay.host

    def open(self) -> None:
        """Connect, secure and log in; raises RelayDown, and is closed then."""
        try:
            self._open()
        except BaseException:
            self.close()
            raise
        self.dialogue = Dialogue(
            relay=self.relay.name,
            tls=_tls_of(self.sock),
            offers=Offers(
                pipelining=self.has_extn("pipelining"),
                size=self._size(),
                smtputf8=self.has_extn("smtputf8"),
                dsn=self.has_extn("dsn"),
            ),
        )

    def is_alive(self) -> bool:
        """Tell whether the relay still answers, or did a moment ago; asking makes it forget what it had begun for us."""
        if time.monotonic() - self.spoke_at < FRESH_SECONDS and not self.has_something_to_say():
            return True
        try:
            self._sock.settimeout(min(ASK_SECONDS, self._manner.timeout))
            return self.rset()[0] == _OK
        except (OSError, smtplib.SMTPException):
            return False

    def has_something_to_say(self) -> bool:
        """Tell whether an answer, or the end of the connection, waits that nobody asked for."""
        return self.sock is None or bool(select.select([self.sock], [], [], 0)[0])

    def has_read_all(self, data: bytes) -> bool:
        """Tell whether nothing can be left to read behind what was read last; inside TLS nobody knows."""
        return len(data) < _CHUNK and not isinstance(self.sock, ssl.SSLSocket)

    def leave(self) -> None:
        """Take leave without waiting for the answer, and close: there is nothing more to learn from it."""
        with contextlib.suppress(OSError):
            self._sock.send(b"QUIT\r\n")
        self.close()

    def read(self) -> bytes | None:
        """Read what is there, without waiting: None where nothing is, b"" where the relay has gone."""
        try:
            return self._sock.recv(_CHUNK)
        except (BlockingIOError, ssl.SSLWantReadError, ssl.SSLWantWriteError, InterruptedError):
            return None
        except OSError:
            return b""

    def write(self) -> bool:
        """Write what the dialogue has to say, as far as it goes without waiting; tells whether the line holds."""
        unwritten = self.dialogue.unwritten
        try:
            while unwritten:
                self.dialogue.wrote(self._sock.send(unwritten))
        except (BlockingIOError, ssl.SSLWantReadError, ssl.SSLWantWriteError, InterruptedError):
            return True
        except OSError:
            return False
        return True

    def join(self) -> socket.socket:
        """Give the socket, from now on one that never waits."""
        self._sock.settimeout(0)
        return self._sock

    @property
    def _sock(self) -> socket.socket:
        if self.sock is None:
            raise OSError("The connection is closed.")
        return self.sock

    def _open(self) -> None:
        self._prepare(Stage.CONNECT, lambda: self.connect(self.relay.host, self.relay.port))
        # A mail goes out by few large writes, and none of them is to wait for an acknowledgement.
        self._sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._prepare(Stage.GREETING, self.ehlo)
        if not self.relay.implicit_tls and not self.relay.is_loopback:
            if not self.has_extn("starttls"):
                raise RelayDown(
                    Answer(stage=Stage.TLS, relay=self.relay.name),
                    f"{self.relay.name} does not offer STARTTLS, and no mail goes there in clear text.",
                )
            self._prepare(Stage.TLS, lambda: self.starttls(context=self._manner.context))
            self._prepare(Stage.GREETING, self.ehlo)
        if self.relay.user:
            self._prepare(Stage.LOGIN, lambda: self.login(self.relay.user, self.relay.password))

    def _size(self) -> int | None:
        if not self.has_extn("size"):
            return None
        limit = self.esmtp_features.get("size", "")
        return int(limit) if limit.isdecimal() else 0

    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:
        dialled = self._manner.dial(host, port, timeout)
        if not self.relay.implicit_tls:
            return dialled
        try:
            return self._manner.context.wrap_socket(dialled, server_hostname=host)
        except BaseException:
            dialled.close()
            raise

    def _prepare(self, stage: Stage, speak: Callable[[], tuple[int, bytes]]) -> None:
        try:
            code, reply = speak()
        except smtplib.SMTPResponseException as refused:
            # The library's exception holds the relay's own words, and those may hold our user's name.
            raise RelayDown(self._answer(stage, refused.smtp_code, _bytes(refused.smtp_error))) from None
        except (OSError, smtplib.SMTPException) as error:
            raise RelayDown(
                Answer(stage=stage, relay=self.relay.name),
                f"{self.relay.name} cannot be used: {_cause(error)}.",
            ) from error
        if code // 100 != 2:
            raise RelayDown(self._answer(stage, code, reply))

    def _answer(self, stage: Stage, code: int, reply: bytes) -> Answer:
        return Answer(
            stage=stage,
            relay=self.relay.name,
            code=code if code > 0 else None,
            enhanced=enhanced_code(reply.decode("ascii", "replace")),
        )


def make_tls_context(ca_file: Path | None) -> ssl.SSLContext:
    """Make the context that verifies relays; raises Refused where `ca_file` holds no certificate."""
    context = ssl.create_default_context()
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    if ca_file is not None:
        try:
            context.load_verify_locations(cafile=ca_file)
        except OSError as error:
            raise Refused(
                f"SMTP_CA_FILE names {ca_file}, which holds no certificate that can be read."
            ) from error
    return context


def dial(host: str, port: int, timeout: float) -> socket.socket:
    """Open a socket to a host and port within some seconds."""
    return socket.create_connection((host, port), timeout)


def _cause(error: Exception) -> str:
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"its certificate is not to be trusted ({error.verify_message})"
    if isinstance(error, smtplib.SMTPNotSupportedError):
        return "it does not offer to log in, and SMTP_URL names a user"
    if isinstance(error, TimeoutError):
        return "it did not answer in time"
    if isinstance(error, smtplib.SMTPServerDisconnected):
        return "it closed the connection or was silent for too long"
    return (error.strerror or type(error).__name__) if isinstance(error, OSError) else type(error).__name__


def _tls_of(sock: socket.socket | None) -> str:
    if not isinstance(sock, ssl.SSLSocket):
        return ""
    cipher = sock.cipher()
    return f"{sock.version()} {cipher[0] if cipher else ''}".strip()


def _bytes(text: bytes | str) -> bytes:
    return text.encode() if isinstance(text, str) else text
