"""Carry mail to a relay by SMTP; the only user of smtplib."""

import contextlib
import re
import select
import smtplib
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from service.foundation.errors import Refused
from service.mail.envelope import Envelope
from service.mail.relay import Relay, parse_smtp_urls
from service.mail.transport import (
    Answer,
    Deferred,
    InDoubt,
    Receipt,
    Rejected,
    RelayDown,
    Stage,
    enhanced_code,
    failure,
)

__all__ = ["Relay", "SmtpTransport", "parse_smtp_urls"]

BEFORE_DATA_SECONDS = 60.0
"""How long a relay may be silent before the end of data. RFC 5321, section 4.5.3.2, grants five minutes; to give up
earlier only means to try again, and a relay that hangs must not stop the confirmations."""

END_OF_DATA_SECONDS = 600.0
"""How long a relay may take for the bytes and then for its last answer (RFC 5321, section 4.5.3.2.6: ten minutes)."""

PAUSE_SECONDS = 30.0
"""For how long no relay is tried again after none could be reached."""

FRESH_SECONDS = 5.0
"""For how long a connection that answered is taken to be alive without asking it."""

MAILS_PER_CONNECTION = 100
"""So many mails go over one connection, then a new one is made: many relays end it, some without a word."""

# Our machine's own name would travel in the Received header of every mail; an address literal says nothing.
_NAMELESS = "[127.0.0.1]"
_QUEUE_ID = re.compile(
    r"(?:queued as |id=|^Ok )([A-Za-z0-9._-]{6,64})(?![\w@.-])", re.IGNORECASE | re.MULTILINE
)
_LEADING_DOT = re.compile(rb"^\.", re.MULTILINE)
_OK, _CLOSING = 250, 421
_ENDED = frozenset({None, _CLOSING})

T = TypeVar("T")
Dial = Callable[[str, int, float], socket.socket]


class SmtpTransport:
    """Hands mail to the first relay that can be reached, over one connection that is kept; one mail at a time.

    Keeps the promises of the Transport protocol; threads that share one wait for each other. A relay that works
    is stayed with until it breaks. `dial` opens the socket to a host and port within some seconds.
    """

    def __init__(
        self,
        relays: Sequence[Relay],
        *,
        ca_file: Path | None = None,
        local_hostname: str = _NAMELESS,
        timeout: float = BEFORE_DATA_SECONDS,
        end_of_data_timeout: float = END_OF_DATA_SECONDS,
        dial: Dial | None = None,
    ) -> None:
        """Prepare, without connecting; raises Refused where `ca_file` holds no certificate."""
        self._relays = tuple(relays)
        self._manner = _Manner(
            context=_tls_context(ca_file),
            local_hostname=local_hostname,
            timeout=timeout,
            end_of_data_timeout=end_of_data_timeout,
            dial=dial or _dial,
        )
        self._lock = threading.Lock()
        self._connection: _Connection | None = None
        self._down: tuple[Answer, str] | None = None
        self._down_until = 0.0

    def ready(self) -> None:
        """Make sure that a relay can be reached; raises RelayDown, at once while the last failure is fresh."""
        with self._lock:
            if self._down is not None and time.monotonic() < self._down_until:
                raise RelayDown(*self._down)
            self._drop_if_broken()
            self._by_any_relay(self._reach)

    def send(self, envelope: Envelope, *, before_data: Callable[[], None]) -> Receipt:
        """Hand one mail over, by the next relay where one fails before it has asked for the bytes."""
        with self._lock:
            self._drop_if_worn()
            self._drop_if_broken()
            connection = self._by_any_relay(lambda relay: self._offer(relay, envelope))
            try:
                before_data()
            except BaseException:
                self._drop()
                raise
            with self._kept_if_answered():
                return connection.submit(envelope.data)

    def close(self) -> None:
        """Say good-bye to the relay; the next mail connects again."""
        with self._lock:
            self._say_good_bye()

    def _by_any_relay(self, act: Callable[[Relay], T]) -> T:
        troubles: list[RelayDown | _Lost | _Incapable] = []
        for relay in self._in_order():
            try:
                done = act(relay)
            except (RelayDown, _Lost, _Incapable) as trouble:
                troubles.append(trouble)
            else:
                self._down = None
                return done
        raise self._verdict(troubles)

    def _in_order(self) -> list[Relay]:
        kept = [self._connection.relay] if self._connection is not None else []
        return kept + [relay for relay in self._relays if relay not in kept]

    def _verdict(self, troubles: Sequence["RelayDown | _Lost | _Incapable"]) -> Deferred | Rejected:
        if all(isinstance(trouble, _Incapable) for trouble in troubles):
            return troubles[0]
        if all(isinstance(trouble, RelayDown) for trouble in troubles):
            self._down = troubles[0].answer, str(troubles[0])
            self._down_until = time.monotonic() + PAUSE_SECONDS
            return troubles[0]
        # One relay works, only not for this mail now: others need not wait with it.
        return Deferred(next(one.answer for one in troubles if not isinstance(one, _Incapable)))

    def _reach(self, relay: Relay) -> "_Connection":
        kept = self._connection
        if kept is not None and kept.relay == relay:
            return kept
        self._drop()
        connection = _Connection(relay, self._manner)
        try:
            connection.open()
        except BaseException:
            connection.close()
            raise
        self._connection = connection
        return connection

    def _offer(self, relay: Relay, envelope: Envelope) -> "_Connection":
        connection = self._reach(relay)
        carried = connection.carried
        try:
            with self._kept_if_answered():
                connection.offer(envelope)
        except Deferred as deferred:
            # A relay may end a connection between two mails; that says nothing about this one.
            if not carried or deferred.answer.stage is not Stage.MAIL or deferred.answer.code not in _ENDED:
                raise
            connection = self._reach(relay)
            with self._kept_if_answered():
                connection.offer(envelope)
        return connection

    @contextlib.contextmanager
    def _kept_if_answered(self) -> Iterator[None]:
        """Keep the connection only where the relay is sure to be where we believe it is."""
        usable = False
        try:
            yield
            usable = True
        except (Deferred, Rejected) as told:
            usable = isinstance(told, _Incapable) or told.answer.code not in _ENDED
            raise
        finally:
            if not usable:
                self._drop()

    def _drop_if_worn(self) -> None:
        if self._connection is not None and self._connection.carried >= MAILS_PER_CONNECTION:
            self._say_good_bye()

    def _say_good_bye(self) -> None:
        if self._connection is not None:
            with contextlib.suppress(OSError, smtplib.SMTPException):
                self._connection.quit()
        self._drop()

    def _drop_if_broken(self) -> None:
        if self._connection is not None and not self._connection.is_alive():
            self._drop()

    def _drop(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None


class _Lost(Deferred):
    """The connection broke before the relay had asked for the bytes: another may take the mail."""


class _Incapable(Rejected):
    """The mail is beyond what a relay can take; another may take it."""


@dataclass(frozen=True, kw_only=True)
class _Manner:
    """How every relay is spoken to."""

    context: ssl.SSLContext
    local_hostname: str
    timeout: float
    end_of_data_timeout: float
    dial: Dial


class _Connection(smtplib.SMTP):
    """One connection to one relay, with the step between the relay's 354 and the first byte that the library lacks."""

    def __init__(self, relay: Relay, manner: _Manner) -> None:
        super().__init__(local_hostname=manner.local_hostname, timeout=manner.timeout)
        self.relay = relay
        self.carried = 0
        self._manner = manner
        self._free_since: float | None = None
        # The library checks the certificate after STARTTLS against this name.
        self._host = relay.host

    def open(self) -> None:
        """Connect, secure and log in; raises RelayDown."""
        self._prepare(Stage.CONNECT, lambda: self.connect(self.relay.host, self.relay.port))
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

    def is_alive(self) -> bool:
        """Tell whether the relay still answers, or did a moment ago; asking makes it forget what it had begun for us."""
        if self._is_fresh() and not self._has_something_to_say():
            return True
        try:
            return self.rset()[0] == _OK
        except (OSError, smtplib.SMTPException):
            return False

    def offer(self, envelope: Envelope) -> None:
        """Offer one mail until the relay asks for its bytes (354)."""
        options = self._options(envelope)
        self._free_since = None
        if self.has_extn("pipelining"):
            self._offer_at_once(envelope, options)
            return
        self._ask(Stage.MAIL, lambda: self.mail(envelope.mail_from, options), wanted=2)
        self._ask(Stage.RCPT, lambda: self.rcpt(envelope.rcpt_to), wanted=2)
        self._ask(Stage.DATA, lambda: self.docmd("DATA"), wanted=3)

    def submit(self, data: bytes) -> Receipt:
        """Send the bytes that the relay asked for, to the final dot, and read what it says."""
        assert self.sock is not None
        self.sock.settimeout(self._manner.end_of_data_timeout)
        self._write(data)
        answer, reply = self._last_answer()
        self.sock.settimeout(self._manner.timeout)
        self._free_since = time.monotonic()
        self.carried += 1
        if answer.code is None or answer.code // 100 != 2:
            raise failure(answer)
        return Receipt(
            relay=self.relay.name,
            reply_code=answer.code,
            enhanced_code=answer.enhanced,
            remote_queue_id=_queue_id(reply),
            tls=_tls_of(self.sock),
        )

    def _offer_at_once(self, envelope: Envelope, options: Sequence[str]) -> None:
        """Write MAIL, RCPT and DATA in one go and read the three answers (RFC 2920); the first refusal counts."""
        # An Envelope's addresses hold no space, bracket or control, so they cannot break out of these lines.
        mail = " ".join((f"MAIL FROM:<{envelope.mail_from}>", *options))
        lines = f"{mail}\r\nRCPT TO:<{envelope.rcpt_to}>\r\nDATA\r\n".encode()
        refused: Deferred | Rejected | InDoubt | None = None
        try:
            self._ask(Stage.MAIL, lambda: self._send_and_read(lines), wanted=2)
        except (Deferred, Rejected) as error:
            refused = error
        for stage, wanted in ((Stage.RCPT, 2), (Stage.DATA, 3)):
            if isinstance(refused, _Lost):
                break
            try:
                self._ask(stage, self.getreply, wanted=wanted)
            except (Deferred, Rejected) as error:
                refused = refused or error
            else:
                if stage is Stage.DATA and refused is not None:
                    self._end_unwanted_data()
        if refused is not None:
            raise refused

    def _send_and_read(self, lines: bytes) -> tuple[int, bytes]:
        self.send(lines)
        return self.getreply()

    def _end_unwanted_data(self) -> None:
        """End at once the data that a relay asks for although it refused the recipient (RFC 2920, section 3.1)."""
        with contextlib.suppress(OSError, smtplib.SMTPException):
            self._send_and_read(b".\r\n")

    def _is_fresh(self) -> bool:
        """Tell whether the relay took a mail whole a moment ago, so that there is nothing for it to forget."""
        return self._free_since is not None and time.monotonic() - self._free_since < FRESH_SECONDS

    def _has_something_to_say(self) -> bool:
        """Tell whether an answer, or the end of the connection, waits that nobody asked for."""
        if self.sock is None:
            return True
        return bool(select.select([self.sock], [], [], 0)[0])

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

    def _options(self, envelope: Envelope) -> list[str]:
        limit = self.esmtp_features.get("size", "")
        if limit.isdecimal() and 0 < int(limit) < len(envelope.data):
            raise _Incapable(
                Answer(stage=Stage.MAIL, relay=self.relay.name),
                f"The mail has {len(envelope.data)} bytes and {self.relay.name} takes {limit} at most.",
            )
        if envelope.needs_smtputf8 and not self.has_extn("smtputf8"):
            raise _Incapable(
                Answer(stage=Stage.MAIL, relay=self.relay.name),
                f"The mail has an address with letters beyond ASCII, and {self.relay.name} does not offer SMTPUTF8.",
            )
        sized = [f"SIZE={len(envelope.data)}"] if self.has_extn("size") else []
        return sized + (["SMTPUTF8", "BODY=8BITMIME"] if envelope.needs_smtputf8 else [])

    def _ask(self, stage: Stage, speak: Callable[[], tuple[int, bytes]], *, wanted: int) -> None:
        try:
            code, reply = speak()
        except (OSError, smtplib.SMTPException) as error:
            raise _Lost(Answer(stage=stage, relay=self.relay.name)) from error
        if code // 100 != wanted:
            raise failure(self._answer(stage, code, reply))

    def _write(self, data: bytes) -> None:
        try:
            self.send(_LEADING_DOT.sub(b"..", data) + b".\r\n")
        except (OSError, smtplib.SMTPException) as error:
            # What could not be written whole lacks its last line, so the relay has not seen the end of the data
            # and must throw the rest away (RFC 5321, section 4.1.1.4): no doubt.
            raise Deferred(Answer(stage=Stage.DATA, relay=self.relay.name)) from error

    def _last_answer(self) -> tuple[Answer, bytes]:
        try:
            code, reply = self.getreply()
        except (OSError, smtplib.SMTPException) as error:
            raise failure(Answer(stage=Stage.END, relay=self.relay.name)) from error
        return self._answer(Stage.END, code, reply), reply

    def _answer(self, stage: Stage, code: int, reply: bytes) -> Answer:
        return Answer(
            stage=stage,
            relay=self.relay.name,
            code=code if code > 0 else None,
            enhanced=enhanced_code(reply.decode("ascii", "replace")),
        )


def _tls_context(ca_file: Path | None) -> ssl.SSLContext:
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


def _dial(host: str, port: int, timeout: float) -> socket.socket:
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


def _queue_id(reply: bytes) -> str:
    found = _QUEUE_ID.search(reply.decode("ascii", "replace"))
    return found.group(1) if found else ""


def _tls_of(sock: socket.socket) -> str:
    if not isinstance(sock, ssl.SSLSocket):
        return ""
    cipher = sock.cipher()
    return f"{sock.version()} {cipher[0] if cipher else ''}".strip()


def _bytes(text: bytes | str) -> bytes:
    return text.encode() if isinstance(text, str) else text
