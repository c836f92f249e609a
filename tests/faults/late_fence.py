"""What the proof must catch: a transport whose fence is only committed when the relay has answered."""

from collections.abc import Callable

from service.mail.envelope import Envelope
from service.mail.smtp import SmtpTransport
from service.mail.transport import Receipt, Transport


class LateFence:
    """Carries mail like the real one, and calls before_data after the reply instead of before the first byte."""

    def __init__(self, inner: SmtpTransport) -> None:
        """Wrap the real transport."""
        self._inner = inner

    def ready(self) -> None:
        """Pass it on."""
        self._inner.ready()

    def send(self, envelope: Envelope, *, before_data: Callable[[], None]) -> Receipt:
        """Send first, and pass the fence then: a crash in between forgets a mail that has gone out."""
        receipt = self._inner.send(envelope, before_data=lambda: None)
        before_data()
        return receipt


def with_a_late_fence(transport: SmtpTransport) -> Transport:
    """Wrap the real transport; a sending process finds this function by its name."""
    return LateFence(transport)
