"""How fast a chamber is asked: never more often in a second than it likes, by all threads of this process together."""

import threading
import time
from collections.abc import Callable


class Rhythm:
    """Lets those who ask pass one after the other, each so long after the one before."""

    def __init__(
        self,
        most_a_second: int,
        *,
        ticks: Callable[[], float] = time.monotonic,
        pause: Callable[[float], None] = time.sleep,
    ) -> None:
        """Begin without a wait; `ticks` and `pause` count in seconds."""
        self._step, self._ticks, self._pause = 1 / most_a_second, ticks, pause
        self._next, self._lock = 0.0, threading.Lock()

    def wait(self) -> None:
        """Return when it is one's turn."""
        with self._lock:
            turn = max(self._ticks(), self._next)
            self._next = turn + self._step
        if (seconds := turn - self._ticks()) > 0:
            self._pause(seconds)
