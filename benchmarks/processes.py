"""Run a contender in a process of its own: let it get ready, start the clock, and take its CPU time and peak memory.

A contender is given one argument, its order as JSON. It says `ready`, waits for a line, works, says `done` with
a JSON object, and ends when its input ends.
"""

import json
import math
import os
import re
import select
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

ROOT = Path(__file__).resolve().parent.parent
_TICKS = os.sysconf("SC_CLK_TCK")
_READY_SECONDS = 60.0
_PEAK = re.compile(r"^VmHWM:\s*(\d+) kB$", re.MULTILINE)


class ContenderFailed(Exception):
    """A contender did not do what it was told; the sentence says which, and the end of what it complained of."""


@dataclass(frozen=True, kw_only=True)
class Usage:
    """What a run cost: seconds by the clock, seconds of CPU (its children's too), megabytes at its highest."""

    seconds: float
    cpu_seconds: float
    peak_megabytes: float
    told: Mapping[str, Any] = field(default_factory=dict)
    was_cut: bool = False


def python_contender(module: str, order: Mapping[str, Any]) -> "Contender":
    """Start one of our own modules as a contender."""
    return Contender([sys.executable, "-m", module], order)


class Contender:
    """A process that was started and is getting ready; the block's end is its own."""

    def __init__(self, command: Sequence[str], order: Mapping[str, Any]) -> None:
        """Start it."""
        self.name = command[-1]
        # A file, for a pipe that nobody reads would stop who writes much into it.
        self._complaints = tempfile.TemporaryFile("w+")  # noqa: SIM115 -- it lives as long as the contender
        self._process = subprocess.Popen(
            [*command, json.dumps(order)],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._complaints,
            text=True,
        )
        self._began = 0.0
        self._cpu_at_start = 0.0

    def __enter__(self) -> Self:
        """Wait until it is ready; what it did until then is not measured."""
        try:
            if self._hears("ready", seconds=_READY_SECONDS) is None:
                self._fail()
        except ContenderFailed:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        """See that it is gone."""
        self._process.kill()
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            assert pipe is not None
            pipe.close()
        self._complaints.close()

    @property
    def pid(self) -> int:
        """Its number."""
        return self._process.pid

    def go(self) -> None:
        """Start the clock and let it work."""
        self._cpu_at_start = cpu_of(self.pid)
        self._began = time.monotonic()
        self._say("go\n")

    def wait(self, *, seconds: float = math.inf) -> Usage | None:
        """Wait until it is done; gives None where it still works after so many seconds."""
        told = self._hears("done", seconds=seconds)
        if told is None:
            return None
        ended, peak = time.monotonic(), peak_of(self.pid)
        return self._end(ended, peak, json.loads(told or "{}"), was_cut=False)

    def cut(self) -> Usage:
        """Kill it in the middle of its work, and give what it has cost."""
        ended, peak = time.monotonic(), peak_of(self.pid)
        # Not by the library, which would take note of an end of its own accord, and with it what it has cost.
        os.kill(self.pid, signal.SIGKILL)
        return self._end(ended, peak, {}, was_cut=True)

    def stop(self) -> None:
        """Let it see the end of its input, which a contender that works until then takes for the sign to be done."""
        assert self._process.stdin is not None
        self._process.stdin.close()

    def _end(self, ended: float, peak: float, told: Mapping[str, Any], *, was_cut: bool) -> Usage:
        assert self._process.stdin is not None
        if not self._process.stdin.closed:
            self._process.stdin.close()
        _, status, used = os.wait4(self.pid, 0)
        self._process.returncode = os.waitstatus_to_exitcode(status)
        if self._process.returncode and not was_cut:
            self._fail()
        return Usage(
            seconds=ended - self._began,
            cpu_seconds=used.ru_utime + used.ru_stime - self._cpu_at_start,
            # Where the system tells it of the program itself; the other figure may be that of the process it came from.
            peak_megabytes=peak or used.ru_maxrss / 1024,
            told=told,
            was_cut=was_cut,
        )

    def _say(self, words: str) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(words)
        self._process.stdin.flush()

    def _hears(self, word: str, *, seconds: float) -> str | None:
        """Wait for the line that begins with this word, and give the rest of it; None where it does not come in time."""
        assert self._process.stdout is not None
        timeout = None if math.isinf(seconds) else seconds
        if not select.select([self._process.stdout], [], [], timeout)[0]:
            return None
        said, _, rest = self._process.stdout.readline().partition(" ")
        if said.strip() != word:
            self._fail()
        return rest.strip()

    def _fail(self) -> None:
        self._process.kill()
        self._complaints.seek(0)
        last = self._complaints.read().strip().splitlines()[-12:]
        raise ContenderFailed("\n".join((f"{self.name} did not come to its end:", *last)))


def cpu_of(pid: int) -> float:
    """Give the seconds of CPU that a living process and its ended children have had; 0 where the system does not tell."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return sum(int(ticks) for ticks in fields[11:15]) / _TICKS


def cpu_of_family(pid: int) -> float:
    """Give the seconds of CPU of a process, its children and all that came of them, living or not."""
    return cpu_of(pid) + sum(cpu_of_family(child) for child in _children(pid))


def peak_of(pid: int) -> float:
    """Give the megabytes that a living process had in memory at its highest; 0 where the system does not tell."""
    try:
        found = _PEAK.search(Path(f"/proc/{pid}/status").read_text())
    except OSError:
        return 0.0
    return int(found.group(1)) / 1024 if found else 0.0


def _children(pid: int) -> Iterator[int]:
    for tasks in Path(f"/proc/{pid}/task").glob("*/children"):
        yield from (int(child) for child in tasks.read_text().split())
