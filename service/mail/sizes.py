"""How large a mail our relays take, as they last said: asked in a thread apart, so that no page and no transaction waits long."""

import threading
import time
from collections.abc import Callable, Mapping

FRESH_SECONDS = 600.0
"""So long an answer holds, also that none came."""
WAIT_SECONDS = 5.0
"""So long a page waits for an answer; then it goes by what was known before."""


class RelaySizes:
    """What the relays of this process said of the largest mail that they take."""

    def __init__(
        self,
        ask: Callable[[], Mapping[str, int]],
        *,
        clock: Callable[[], float] = time.monotonic,
        wait_seconds: float = WAIT_SECONDS,
    ) -> None:
        """Prepare, without asking; `ask` gives the sizes in bytes by the relays' names, and may take its time."""
        self._ask, self._clock, self._wait_seconds = ask, clock, wait_seconds
        self._lock = threading.Lock()
        self._known: Mapping[str, int] = {}
        self._fresh_until: float | None = None
        self._asking: threading.Thread | None = None

    def known(self) -> Mapping[str, int]:
        """Give the sizes in bytes by the relays' names, empty where none is known. No transaction may be open: it may wait for the network."""
        with self._lock:
            if self._fresh_until is not None and self._clock() < self._fresh_until:
                return self._known
            if self._asking is None:
                self._asking = threading.Thread(target=self._refresh, daemon=True)
                self._asking.start()
            asking = self._asking
        asking.join(self._wait_seconds)
        with self._lock:
            return self._known

    def _refresh(self) -> None:
        answered: Mapping[str, int] = {}
        try:
            answered = self._ask()
        finally:
            with self._lock:
                # A relay that cannot be reached now takes no larger mails than before.
                self._known = {**self._known, **answered}
                self._fresh_until = self._clock() + FRESH_SECONDS
                self._asking = None
