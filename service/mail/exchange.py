"""The relays that take our mail: which can be reached, and the connections to them that rest between two runs."""

import time
from dataclasses import dataclass, field

from service.mail.connection import Connection, Manner
from service.mail.relay import Relay
from service.mail.transport import RelayDown

PAUSE_SECONDS = 30.0
"""For how long no relay is tried again after none could be reached."""


@dataclass(kw_only=True)
class Exchange:
    """What outlives one carrying: the connections that rest, and what is known of the relays."""

    relays: tuple[Relay, ...]
    manner: Manner
    most: int
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
                self.resting.append(self.open(relay))
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

    def note_down(self, trouble: RelayDown) -> None:
        """Remember that no relay could be reached, for a while."""
        self.down, self.down_until = trouble, time.monotonic() + PAUSE_SECONDS

    def drop_dead(self) -> None:
        """Close what rests and is not alive any more."""
        resting, self.resting = self.resting, []
        for connection in resting:
            if connection.is_alive():
                self.resting.append(connection)
            else:
                connection.close()

    def close(self) -> None:
        """Leave every relay."""
        for connection in self.resting:
            connection.leave()
        self.resting.clear()
