"""The server that takes the mail of every contender alike, and counts it: Postfix's smtp-sink, or our own."""

import contextlib
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from benchmarks.processes import ROOT, cpu_of

_COUNTED = re.compile(rb"mesg=(\d+)")
_TAIL = 200
_START_SECONDS = 10.0


class Sink(Protocol):
    """A sink that runs."""

    @property
    def name(self) -> str:
        """What it is."""
        ...

    @property
    def port(self) -> int:
        """Where it listens, on the loopback interface."""
        ...

    def count(self) -> int:
        """Tell how many mails it has taken to their end."""
        ...

    def cpu_seconds(self) -> float:
        """Tell how much CPU it has had."""
        ...


@dataclass(frozen=True, kw_only=True)
class Arrival:
    """One mail that our own sink took: when, over how many open connections, and which."""

    at: float
    connections: int
    message_id: str


@dataclass(frozen=True, kw_only=True)
class SmtpSink:
    """Postfix's, which writes its running count into a file."""

    name: str
    port: int
    pid: int
    counts: Path

    def count(self) -> int:
        """Tell how many mails it has taken to their end."""
        with self.counts.open("rb") as file:
            file.seek(max(0, self.counts.stat().st_size - _TAIL))
            found = _COUNTED.findall(file.read())
        return int(found[-1]) if found else 0

    def cpu_seconds(self) -> float:
        """Tell how much CPU it has had."""
        return cpu_of(self.pid)


@dataclass(frozen=True, kw_only=True)
class OwnSink:
    """Our own, which also knows when each mail came."""

    name: str
    port: int
    pid: int
    record: Path
    newest: Path

    def count(self) -> int:
        """Tell how many mails it has taken to their end."""
        return self.record.read_bytes().count(b"\n")

    def cpu_seconds(self) -> float:
        """Tell how much CPU it has had."""
        return cpu_of(self.pid)

    def arrivals(self) -> list[Arrival]:
        """Read all that was taken, in order."""
        rows = (line.split(" ", 2) for line in self.record.read_text().splitlines())
        return [Arrival(at=float(at), connections=int(open_), message_id=name) for at, open_, name in rows]


@contextlib.contextmanager
def serving_any() -> Iterator[Sink]:
    """Serve by smtp-sink where it is at hand, else by our own."""
    program = shutil.which("smtp-sink") or shutil.which("smtp-sink", path="/usr/sbin:/usr/lib/postfix/sbin")
    with serving_postfix(program) if program else serving_own() as sink:
        yield sink


@contextlib.contextmanager
def serving_postfix(program: str) -> Iterator[SmtpSink]:
    """Serve by Postfix's smtp-sink on a free port, in an empty folder."""
    port = free_port()
    # As root it insists on being told whom to become.
    becoming = ["-u", "nobody"] if os.geteuid() == 0 else []
    with tempfile.TemporaryDirectory(prefix="undersigned-sink-") as folder:
        counts, empty = Path(folder) / "counts", Path(folder) / "empty"
        empty.mkdir()
        with counts.open("wb") as file:
            process = subprocess.Popen(
                [program, "-c", *becoming, f"127.0.0.1:{port}", "128"], cwd=empty, stdout=file
            )
        try:
            _wait_for(port)
            yield SmtpSink(name="Postfix smtp-sink", port=port, pid=process.pid, counts=counts)
        finally:
            process.kill()
            process.wait()


@contextlib.contextmanager
def serving_own(*, keep_newest: bool = False, answer_seconds: float = 0.0) -> Iterator[OwnSink]:
    """Serve by our own sink, which may keep the newest mail as it came, and think before it answers for a mail."""
    with tempfile.TemporaryDirectory(prefix="undersigned-sink-") as folder:
        record, newest = Path(folder) / "record", Path(folder) / "newest"
        record.touch()
        kept = [str(newest)] if keep_newest else []
        process = subprocess.Popen(
            [sys.executable, "-m", "benchmarks.own_sink", str(record), str(answer_seconds), *kept],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert process.stdout is not None
        try:
            port = int(process.stdout.readline())
            yield OwnSink(
                name="our own sink (Python)", port=port, pid=process.pid, record=record, newest=newest
            )
        finally:
            process.kill()
            process.wait()
            process.stdout.close()


def free_port() -> int:
    """Give a port that nobody listens at now."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


def _wait_for(port: int) -> None:
    end = time.monotonic() + _START_SECONDS
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            if time.monotonic() > end:
                raise
            time.sleep(0.02)
        else:
            return
