"""What the proof must catch: a transport whose fence is only committed when the relay has answered."""

from collections.abc import Callable, Collection, Sequence

from service.mail.envelope import Envelope
from service.mail.smtp import SmtpTransport
from service.mail.transport import Book, Mail, Receipt, Told, Transport


class LateFence:
    """Carries mail like the real one, and passes the fence after the reply instead of before the first byte."""

    def __init__(self, inner: SmtpTransport) -> None:
        """Wrap the real transport."""
        self._inner = inner

    def ready(self) -> None:
        """Pass it on."""
        self._inner.ready()

    def close(self) -> None:
        """Pass it on."""
        self._inner.close()

    def carry(self, book: Book) -> None:
        """Send first, and pass the fence then: a crash in between forgets a mail that has gone out."""
        self._inner.carry(LateBook(book))

    def send(self, envelope: Envelope, *, before_data: Callable[[], None]) -> Receipt:
        """Send first, and pass the fence then."""
        receipt = self._inner.send(envelope, before_data=lambda: None)
        before_data()
        return receipt


class LateBook:
    """A book that lets every mail leave, and writes its fence down with what became of it."""

    def __init__(self, inner: Book) -> None:
        """Wrap the real book."""
        self._inner = inner

    def next(self, *, relay: str, wait: bool) -> Mail | None:
        """Pass it on."""
        return self._inner.next(relay=relay, wait=wait)

    def write(self, told: Sequence[Told], asked: Sequence[Mail]) -> Collection[Mail]:
        """Write down only what is told, fence first."""
        if told:
            self._inner.write([], [one.mail for one in told])
            self._inner.write(told, [])
        return asked


def with_a_late_fence(transport: SmtpTransport) -> Transport:
    """Wrap the real transport; a sending process finds this function by its name."""
    return LateFence(transport)
