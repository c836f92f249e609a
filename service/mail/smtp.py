"""Carry mail to a relay by SMTP, over several connections at once."""

import threading
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from service.mail.carrying import Carrying
from service.mail.connection import Dial, Manner, make_tls_context
from service.mail.connection import dial as plain_dial
from service.mail.envelope import Envelope
from service.mail.exchange import Exchange
from service.mail.relay import Relay, parse_smtp_urls
from service.mail.transport import Answer, Book, Mail, Outcome, Receipt, RelayDown, Stage, Told

__all__ = ["Relay", "SmtpTransport", "parse_smtp_urls"]

BEFORE_DATA_SECONDS = 60.0
"""How long a relay may be silent before the end of data. RFC 5321, section 4.5.3.2, grants five minutes; to give up
earlier only means to try again, and a relay that hangs must not stop the confirmations."""

END_OF_DATA_SECONDS = 600.0
"""How long a relay may take for the bytes and then for its last answer (RFC 5321, section 4.5.3.2.6: ten minutes)."""

STOP_SECONDS = 5.0
"""For so long the last word is waited for on what was submitted when the process ends; without one it is in doubt."""

CONNECTIONS = 16
"""So many connections at most are open at once; where a relay grants fewer, those it grants."""

# Our machine's own name would travel in the Received header of every mail; an address literal says nothing.
_NAMELESS = "[127.0.0.1]"


class SmtpTransport:
    """Hands mail to the first relay that can be reached, over as many connections as there is work for, up to a limit.

    Keeps the promises of the Transport protocol; threads that share one wait for each other. A relay that works
    is stayed with until it breaks. `dial` opens the socket to a host and port within some seconds. Once `is_stopping`
    says that the process ends, nothing more is begun, and what is under way ends within `stop_seconds`.
    """

    def __init__(  # noqa: PLR0913 -- all but the relays have a default
        self,
        relays: Sequence[Relay],
        *,
        ca_file: Path | None = None,
        local_hostname: str = _NAMELESS,
        timeout: float = BEFORE_DATA_SECONDS,
        end_of_data_timeout: float = END_OF_DATA_SECONDS,
        dial: Dial | None = None,
        connections: int = CONNECTIONS,
        is_stopping: Callable[[], bool] = lambda: False,
        stop_seconds: float = STOP_SECONDS,
    ) -> None:
        """Prepare, without connecting; raises Refused where `ca_file` holds no certificate."""
        self._exchange = Exchange(
            relays=tuple(relays),
            most=connections,
            is_stopping=is_stopping,
            stop_seconds=stop_seconds,
            manner=Manner(
                context=make_tls_context(ca_file),
                local_hostname=local_hostname,
                timeout=timeout,
                end_of_data_timeout=end_of_data_timeout,
                dial=dial or plain_dial,
            ),
        )
        self._lock = threading.Lock()

    def ready(self) -> None:
        """Make sure that a relay can be reached; raises RelayDown, at once while the last failure is fresh."""
        with self._lock:
            self._exchange.reach()

    def advertised(self) -> Mapping[str, int]:
        """Ask the relays how large a mail they take, in bytes, by their names (RFC 1870).

        A relay that cannot be reached or names no limit is left out. It waits for nobody who carries: its connections are
        its own.
        """
        opened = [self._exchange.dial(relay).connection for relay in self._exchange.relays]
        sizes = {}
        for connection in opened:
            if connection is not None:
                if connection.dialogue.offers.size:
                    sizes[connection.relay.name] = connection.dialogue.offers.size
                connection.leave()
        return sizes

    def carry(self, book: Book) -> None:
        """Carry every mail that the book gives, by the next relay where one fails before it has asked for the bytes."""
        with self._lock:
            Carrying(exchange=self._exchange, book=book).run()

    def send(self, envelope: Envelope, *, before_data: Callable[[], None]) -> Receipt:
        """Hand one mail over."""
        book = _BookOfOne(mail=Mail(envelope=envelope), before_data=before_data)
        self.carry(book)
        if book.outcome is None:
            raise RelayDown(Answer(stage=Stage.CONNECT), "No mail was carried: the process ends.")
        if isinstance(book.outcome, Receipt):
            return book.outcome
        raise book.outcome

    def close(self) -> None:
        """Say good-bye to the relay; the next mail connects again."""
        with self._lock:
            self._exchange.close()


@dataclass(kw_only=True)
class _BookOfOne:
    """The book of a single mail."""

    mail: Mail
    before_data: Callable[[], None]
    outcome: Outcome | None = None
    _was_given: bool = False

    def next(self, *, relay: str, wait: bool) -> Mail | None:
        """Give the mail once."""
        del relay, wait
        if self._was_given:
            return None
        self._was_given = True
        return self.mail

    def write(self, told: Sequence[Told], asked: Sequence[Mail]) -> Collection[Mail]:
        """Keep what was told, and let `before_data` allow the bytes."""
        for one in told:
            self.outcome = one.outcome
        if asked:
            self.before_data()
        return asked
