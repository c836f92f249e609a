"""Serve an application by gunicorn, two workers of eight threads, while a block lasts."""

import contextlib
import json
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from pathlib import Path

from benchmarks.order import HOST
from benchmarks.processes import ROOT, ContenderFailed, cpu_of_family
from benchmarks.sink import free_port

WORKERS, THREADS = 2, 8
_READY_SECONDS = 60.0


class Server:
    """A server at work."""

    def __init__(self, process: subprocess.Popen[bytes], port: int) -> None:
        """Keep what is asked of it."""
        self._process, self.port = process, port

    @property
    def url(self) -> str:
        """Where it answers."""
        return f"http://127.0.0.1:{self.port}"

    def get(self, path: str) -> bytes:
        """Give what a page answers; raises ContenderFailed where it is not there."""
        request = urllib.request.Request(self.url + path, headers={"Host": HOST})
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                found: bytes = answer.read()
        except OSError as error:
            raise ContenderFailed(f"{path} cannot be opened: {error}") from error
        return found

    def cpu_seconds(self) -> float:
        """Give the CPU that it and its workers have had."""
        return cpu_of_family(self._process.pid)


@contextlib.contextmanager
def serving(application: str, order: Mapping[str, str], *, folder: Path) -> Iterator[Server]:
    """Serve `benchmarks.signing.apps:<application>()`; raises ContenderFailed where it does not answer."""
    port, given, log = free_port(), folder / f"{application}.json", folder / f"{application}.log"
    given.write_text(json.dumps(dict(order)))
    command = [
        *(sys.executable, "-m", "gunicorn", "--bind", f"127.0.0.1:{port}"),
        *("--workers", str(WORKERS), "--threads", str(THREADS), "--worker-class", "gthread"),
        f"benchmarks.signing.apps:{application}({str(given)!r})",
    ]
    with log.open("ab") as complaints:
        process = subprocess.Popen(command, cwd=ROOT, stdout=complaints, stderr=complaints)
    try:
        _wait(process, port, log)
        yield Server(process, port)
    finally:
        process.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(timeout=15)
        process.kill()
        process.wait()


def _wait(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    end = time.monotonic() + _READY_SECONDS
    while time.monotonic() < end and process.poll() is None:
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=5).close()
        except urllib.error.HTTPError:
            return
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise ContenderFailed(f"gunicorn does not answer:\n{log.read_text(errors='replace')[-2000:]}")
