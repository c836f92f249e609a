"""The relays that take our mail: which can be reached, and the connections to them that rest between two runs."""

import contextlib
import queue
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from service.mail.connection import Connection, Manner
from service.mail.relay import Relay
from service.mail.transport import Answer, RelayDown, Stage

PAUSE_SECONDS = 30.0
"""For how long no relay is tried again after none could be reached."""


LOOK_SECONDS = 0.25
"""So often it is looked, while waiting for others, whether the process ends."""


@dataclass(kw_only=True)
class Dialled:
    """What came of an attempt to open one more connection."""

    relay: Relay
    connection: Connection | None
    trouble: RelayDown | None

    def result(self) -> Connection:
        """Give the connection; raises what kept it from being opened."""
        if self.connection is not None:
            return self.connection
        assert self.trouble is not None
        raise self.trouble


@dataclass(kw_only=True)
class Exchange:
    """What outlives one carrying: the connections that rest, and what is known of the relays."""

    relays: tuple[Relay, ...]
    manner: Manner
    most: int
    is_stopping: Callable[[], bool]
    stop_seconds: float
    resting: list[Connection] = field(default_factory=list)
    down: RelayDown | None = None
    down_until: float = 0.0

    def reach(self) -> None:
        """Have at least one connection that rests and is alive; raises RelayDown."""
        if self.down is not None and time.monotonic() < self.down_until:
            raise RelayDown(self.down.answer, str(self.down))
        self.drop_dead()
        if self.resting:
            return
        first: RelayDown | None = None
        for relay in self.relays:
            try:
                self.resting.append(self._open_apart(relay))
            except RelayDown as trouble:
                first = first or trouble
            else:
                self.down = None
                return
        assert first is not None
        self.note_down(first)
        raise first

    def open(self, relay: Relay) -> Connection:
        """Open a connection; raises RelayDown."""
        connection = Connection(relay, self.manner)
        connection.open()
        return connection

    def _open_apart(self, relay: Relay) -> Connection:
        """Open a connection in a thread of its own, which is left behind where the process ends meanwhile."""
        opened: queue.SimpleQueue[Dialled] = queue.SimpleQueue()
        threading.Thread(target=lambda: opened.put(self.dial(relay)), daemon=True).start()
        while not self.is_stopping():
            with contextlib.suppress(queue.Empty):
                return opened.get(timeout=LOOK_SECONDS).result()
        raise RelayDown(Answer(stage=Stage.CONNECT, relay=relay.name), "The process ends.")

    def dial(self, relay: Relay) -> "Dialled":
        """Open a connection, and tell what came of it."""
        try:
            return Dialled(relay=relay, connection=self.open(relay), trouble=None)
        except RelayDown as trouble:
            return Dialled(relay=relay, connection=None, trouble=trouble)
        except Exception:  # noqa: BLE001 -- whatever it is, the mails that wait for this line must hear of it
            unknown = RelayDown(Answer(stage=Stage.CONNECT, relay=relay.name))
            return Dialled(relay=relay, connection=None, trouble=unknown)

    def note_down(self, trouble: RelayDown) -> None:
        """Remember that no relay could be reached, for a while."""
        self.down, self.down_until = trouble, time.monotonic() + PAUSE_SECONDS

    def drop_dead(self) -> None:
        """Close what rests and is not alive any more."""
        resting, self.resting = self.resting, []
        dead: set[Relay] = set()
        for connection in resting:
            # Where one died the others have hardly lived on, and each would have to be waited for.
            if connection.relay not in dead and connection.is_alive():
                self.resting.append(connection)
            else:
                dead.add(connection.relay)
                connection.close()

    def close(self) -> None:
        """Leave every relay."""
        for connection in self.resting:
            connection.leave()
        self.resting.clear()
