"""Tell the sender of this process that there is work."""

import threading


class Wake:
    """A bell: whoever posts mail rings it after the commit, the sender waits for it."""

    def __init__(self) -> None:
        """Begin silent."""
        self._bell = threading.Event()

    def ring(self) -> None:
        """Say that there may be work."""
        self._bell.set()

    def wait(self, seconds: float) -> bool:
        """Wait for the bell, at most so long; tells whether it rang, and silences it."""
        rang = self._bell.wait(seconds)
        self._bell.clear()
        return rang
