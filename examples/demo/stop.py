"""Makes a polite end from outside look like Ctrl-C, so that every `with` on the way out stops what it started."""

import signal
from types import FrameType


def stop_on_sigterm() -> None:
    """Raise KeyboardInterrupt in the main thread when SIGTERM comes."""
    signal.signal(signal.SIGTERM, _interrupt)


def _interrupt(_signal: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt
