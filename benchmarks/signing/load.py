"""Put load on a server with wrk, from a file of requests."""

import json
import shutil
import subprocess
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from benchmarks.order import HOST
from benchmarks.processes import ContenderFailed
from benchmarks.signing.server import THREADS, WORKERS, Server

_SCRIPT = Path(__file__).parent / "requests.lua"
_CLIENTS = 2
# Whoever is slow is measured as slow, and is no broken connection.
_PATIENCE = "60s"
_ANSWER = "JSON "


@dataclass(frozen=True, kw_only=True)
class Load:
    """One run: how many were answered, with which codes, how fast, and the server's CPU in seconds."""

    requests: int
    seconds: float
    statuses: Mapping[str, int]
    p50: float
    p99: float
    cpu_seconds: float

    @property
    def rate(self) -> float:
        """Answers a second."""
        return self.requests / self.seconds


def write_requests(path: Path, requests: Iterable[tuple[str, str]]) -> Path:
    """Write paths, each with the body of its POST ("" for a GET)."""
    path.write_text("".join(f"{target}\t{body}\n" for target, body in requests))
    return path


def put_load(server: Server, requests: Path, *, seconds: int, wanted: str, again: bool = False) -> Load:
    """Send requests for so many seconds over as many connections as the server has threads.

    Where nobody was answered in that time, the rate is 0. Raises ContenderFailed where an answer has another code than
    `wanted`, a connection broke, or, unless requests may be sent `again`, there were too few of them.
    """
    command = [
        *(_program(), "--threads", str(_CLIENTS), "--connections", str(WORKERS * THREADS)),
        *(
            "--duration",
            f"{seconds}s",
            "--timeout",
            _PATIENCE,
            "--script",
            str(_SCRIPT),
            "--header",
            f"Host: {HOST}",
            server.url,
        ),
        *("--", str(requests), str(_CLIENTS), "repeat" if again else "once"),
    ]
    cpu = server.cpu_seconds()
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=seconds + 60)
    cpu = server.cpu_seconds() - cpu
    said = [line for line in done.stdout.splitlines() if line.startswith(_ANSWER)]
    if not said:
        raise ContenderFailed(f"wrk did not come to its end:\n{done.stdout[-800:]}{done.stderr[-800:]}")
    told = json.loads(said[-1].removeprefix(_ANSWER))
    statuses: Counter[str] = Counter()
    for part in told["statuses"]:
        statuses.update(part)
    if set(statuses) - {wanted} or told["broken"] or told["dry"]:
        raise ContenderFailed(
            f"{requests.name}: {dict(statuses)} where {wanted} was wanted, {told['broken']} connections broke"
            f"{', and there were too few requests' if told['dry'] else ''}."
        )
    return Load(
        requests=told["requests"],
        seconds=told["seconds"],
        statuses=statuses,
        p50=told["p50"],
        p99=told["p99"],
        cpu_seconds=cpu,
    )


def _program() -> str:
    program = shutil.which("wrk")
    if program is None:
        raise ContenderFailed("wrk is not installed: `apt-get install wrk` brings it.")
    return program
