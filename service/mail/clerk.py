"""Has a book written in a thread of its own, one group after the other, while the lines go on talking."""

import threading
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass

from service.mail.transport import Book, Mail, Told


@dataclass(frozen=True, kw_only=True)
class _Group:
    """What is written by one commit."""

    told: Sequence[Told]
    asked: Sequence[Mail]


class Clerk:
    """Writes one group at a time; `ring` is called, from the clerk's thread, when it has done so."""

    def __init__(self, book: Book, *, ring: Callable[[], None]) -> None:
        """Begin idle; its thread is started with the first group."""
        self._book = book
        self._ring = ring
        self._wanted = threading.Semaphore(0)
        self._group: _Group | None = None
        self._allowed: Collection[Mail] | None = None
        self._raised: BaseException | None = None
        self._is_over = False
        self._thread: threading.Thread | None = None
        self.is_busy = False

    @property
    def is_done(self) -> bool:
        """Tell whether a group was written whose outcome was not taken yet."""
        return self._allowed is not None or self._raised is not None

    def give(self, told: Sequence[Told], asked: Sequence[Mail]) -> None:
        """Have a group written; the clerk must be idle."""
        assert not self.is_busy
        if self._thread is None:
            self._thread = threading.Thread(target=self._work, daemon=True)
            self._thread.start()
        self.is_busy = True
        self._group = _Group(told=told, asked=asked)
        self._wanted.release()

    def take(self) -> Collection[Mail]:
        """Give the mails that may leave, of the group that was written; raises what the book raised."""
        allowed, raised = self._allowed, self._raised
        self._allowed, self._raised, self.is_busy = None, None, False
        if raised is not None:
            raise raised
        assert allowed is not None
        return allowed

    def close(self) -> None:
        """End the thread, when it has written what it has in hand."""
        self._is_over = True
        self._wanted.release()
        if self._thread is not None:
            self._thread.join()

    def _work(self) -> None:
        while True:
            self._wanted.acquire()
            group, self._group = self._group, None
            if group is None:
                # Only the end releases without a group.
                return
            try:
                self._allowed = self._book.write(group.told, group.asked)
            except BaseException as raised:  # noqa: BLE001 -- it is raised again in the thread that carries
                self._raised = raised
            self._ring()
