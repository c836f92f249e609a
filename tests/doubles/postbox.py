"""A relay in memory: it keeps what it takes, and fails where it is told to, as a real one would."""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

from service.mail.envelope import Envelope
from service.mail.transport import Answer, OneByOne, Receipt, RelayDown, Stage, failure

RELAY = "postbox:25"
_ASKED = (Stage.MAIL, Stage.RCPT, Stage.DATA)


@dataclass(frozen=True, kw_only=True)
class Fault:
    """What goes wrong for one mail: a reply with this code, or, without one, a connection that breaks.

    `arrives` tells of a break after the end of data whether the relay had kept the mail by then.
    """

    stage: Stage
    code: int | None = None
    enhanced: str = ""
    arrives: bool = False


class Postbox(OneByOne):
    """A Transport that keeps each envelope it took, in order."""

    def __init__(self) -> None:
        """Begin empty and without faults."""
        self.kept: list[Envelope] = []
        self.tries = 0
        self._faults: deque[Fault | None] = deque()

    def fail_next(self, *faults: Fault | None) -> None:
        """Let the next mails meet these faults, one each; None stands for one that goes through."""
        self._faults.extend(faults)

    def ready(self) -> None:
        """Stand ready, unless the next fault is that nobody can be reached."""
        if self._faults and _is_down(self._faults[0]):
            fault = self._faults.popleft()
            raise RelayDown(_answer(fault))

    def send(self, envelope: Envelope, *, before_data: Callable[[], None]) -> Receipt:
        """Take one mail, or fail at the stage that was asked for."""
        self.tries += 1
        fault = self._faults.popleft() if self._faults else None
        if fault is not None and _is_down(fault):
            raise RelayDown(_answer(fault))
        if fault is not None and fault.stage in _ASKED:
            raise failure(_answer(fault))
        before_data()
        if fault is None or fault.arrives:
            self.kept.append(envelope)
        if fault is not None:
            raise failure(_answer(fault))
        return Receipt(
            relay=RELAY,
            reply_code=250,
            enhanced_code="2.0.0",
            remote_queue_id=f"{len(self.kept):06}",
            tls="",
        )


def _is_down(fault: Fault | None) -> bool:
    return fault is not None and fault.stage not in {*_ASKED, Stage.END}


def _answer(fault: Fault | None) -> Answer:
    assert fault is not None
    return Answer(stage=fault.stage, relay=RELAY, code=fault.code, enhanced=fault.enhanced)
