"""Tell the sender of this process that there is work, or that it is to stop."""

import threading


class Wake:
    """A bell: whoever posts mail rings it after the commit, the sender waits for it; and the sign that it is to stop."""

    def __init__(self) -> None:
        """Begin silent."""
        self._bell = threading.Event()
        self._stop = threading.Event()

    def ring(self) -> None:
        """Say that there may be work."""
        self._bell.set()

    def stop(self) -> None:
        """Say for good that the process ends: what is under way is brought to an end within seconds."""
        self._stop.set()
        self.ring()

    def is_stopping(self) -> bool:
        """Tell whether the process ends."""
        return self._stop.is_set()

    def wait(self, seconds: float) -> bool:
        """Wait for the bell, at most so long; tells whether it rang, and silences it."""
        rang = self._bell.wait(seconds)
        self._bell.clear()
        return rang
