"""How fast a published letter's page and count are, beside bare Flask views of the same bytes: `python -m benchmarks.pages`."""

import argparse
import contextlib
import json
import selectors
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flask import Flask, Response
from sqlalchemy import update
from sqlmodel import col

from benchmarks.databases import POSTGRESQL, open_database
from benchmarks.installation import Installation, install
from benchmarks.order import settings_of
from benchmarks.processes import cpu_of_family
from service.app import create_app
from service.foundation.clock import now
from service.model.campaign import Campaign
from service.model.states import CampaignState
from service.store.transaction import transaction
from service.web.services import WebServices
from service.wiring import make_services

SLUG, HOST = "clean-river", "letters.rivers.example"
WORKERS, THREADS, LINES = 2, 8, 16
PAGE, COUNT = f"/letters/{SLUG}", f"/letters/{SLUG}/count.json"
# What is compared: ours, the bare view of the same kind, and the share of its rate that ours has to reach.
AIMS = (("page", PAGE, "/page", 0.6), ("count.json", COUNT, "/hello", 0.7))


def ours(order: str) -> Flask:
    """Make the product's application; gunicorn calls this in each worker."""
    services = make_services(settings_of(json.loads(order)))
    return create_app(
        WebServices(
            engine=services.engine,
            keyring=services.keyring,
            clock=services.clock,
            public_url=services.settings.public_url,
            trusted_proxies=0,
            onion_location="",
            wake=services.wake.ring,
        )
    )


def bare(page: str) -> Flask:
    """Make the application that ours is held against: two views and nothing else."""
    app, data = Flask("bare"), Path(page).read_bytes()

    @app.get("/page")
    def show() -> Response:
        return Response(data, mimetype="text/html")

    @app.get("/hello")
    def hello() -> str:
        return "hello"

    return app


@dataclass(frozen=True)
class Server:
    """One of the two that are held against one another."""

    port: int
    pid: int


@dataclass(frozen=True)
class Answers:
    """What came back: how many a second, how many bytes each had, and how much CPU it took the servers (µs)."""

    rate: float
    length: int
    cpu: float


def main() -> int:
    """Measure in rounds, alternating, and print each round; gives 1 where an aim is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--names", type=int, default=5_000, help="public names on the roll (default 5000)")
    parser.add_argument("--rounds", type=int, default=5, help="rounds of all four (default 5)")
    parser.add_argument("--seconds", type=float, default=2.0, help="seconds for each (default 2)")
    chosen = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="bench-pages-"))
    try:
        with open_database(POSTGRESQL, folder) as database:
            installation = install(database, folder)
            _publish(installation, names=chosen.names)
            ratios = _measure(installation, folder, rounds=chosen.rounds, seconds=chosen.seconds)
            installation.services.engine.dispose()
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return _verdict(ratios)


def _publish(installation: Installation, *, names: int) -> None:
    installation.add_letter(SLUG, signatories=names)
    sent = update(Campaign).where(col(Campaign.slug) == SLUG)
    with transaction(installation.services.engine) as session:
        session.execute(sent.values(state=CampaignState.SENT, published_at=now()))


def _measure(
    installation: Installation, folder: Path, *, rounds: int, seconds: float
) -> dict[str, list[float]]:
    ratios: dict[str, list[float]] = {name: [] for name, *_ in AIMS}
    with _served(f"ours({json.dumps(json.dumps(dict(installation.order)))})", folder) as product:
        page = folder / "page.html"
        page.write_bytes(_fetch(product.port, PAGE))
        with _served(f"bare({json.dumps(str(page))})", folder) as plain:
            for number in range(rounds):
                for name, path, bare_path, _ in AIMS:
                    turns = [(product, path), (plain, bare_path)][:: 1 if number % 2 else -1]
                    found = {
                        server: _load(server, where, seconds, installation.database.server_cpu)
                        for server, where in turns
                    }
                    ratios[name].append(found[product].rate / found[plain].rate)
                    _tell(name, found[product], found[plain])
    return ratios


def _tell(name: str, ours_: Answers, bare_: Answers) -> None:
    print(
        f"{name:<11} ours {ours_.rate:6.0f}/s, {ours_.cpu:4.0f} µs of CPU each, {ours_.length} bytes;"
        f" bare {bare_.rate:6.0f}/s, {bare_.cpu:4.0f} µs: {ours_.rate / bare_.rate:.2f} of its rate,"
        f" {bare_.cpu / ours_.cpu:.2f} by CPU",
        flush=True,
    )


def _verdict(ratios: Mapping[str, list[float]]) -> int:
    missed = 0
    for name, _, _, aim in AIMS:
        middle = statistics.median(ratios[name])
        missed += middle < aim
        print(
            f"{name}: {middle:.2f} of the bare view; the aim is {aim}: {'kept' if middle >= aim else 'MISSED'}"
        )
    return 1 if missed else 0


@contextlib.contextmanager
def _served(factory: str, folder: Path) -> Iterator[Server]:
    """Serve an application by gunicorn, with two workers of eight threads, and give it once it answers."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    log = (folder / "gunicorn.log").open("ab")
    command = [sys.executable, "-m", "gunicorn", "--workers", str(WORKERS), "--threads", str(THREADS)]
    command += ["--bind", f"127.0.0.1:{port}", "--keep-alive", "30", f"benchmarks.pages:{factory}"]
    server = subprocess.Popen(command, stdout=log, stderr=log)
    try:
        _wait_for(port)
        yield Server(port=port, pid=server.pid)
    finally:
        server.terminate()
        server.wait()
        log.close()


def _wait_for(port: int) -> None:
    for _ in range(300):
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise TimeoutError("The server did not come up; its log lies in the folder of the run.")


def _request(path: str) -> bytes:
    return f"GET {path} HTTP/1.1\r\nHost: {HOST}\r\n\r\n".encode()


def _fetch(port: int, path: str) -> bytes:
    with socket.create_connection(("127.0.0.1", port)) as line:
        line.sendall(_request(path).replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n"))
        whole = b"".join(iter(lambda: line.recv(65536), b""))
    head, _, body = whole.partition(b"\r\n\r\n")
    if not head.startswith(b"HTTP/1.1 200"):
        raise ValueError(f"{path} was answered with {head[:40]!r}.")
    return body


def _load(server: Server, path: str, seconds: float, database_cpu: Callable[[], float]) -> Answers:
    """Ask over a few lines at once, each the next time as soon as it was answered."""
    port = server.port
    request, length = _request(path), _length_of_answer(port, path)
    chosen, ends, answered = selectors.DefaultSelector(), time.perf_counter() + seconds, 0
    lines = [socket.create_connection(("127.0.0.1", port)) for _ in range(LINES)]
    open_bytes: dict[Any, int] = {}
    for line in lines:
        chosen.register(line, selectors.EVENT_READ, line)
        open_bytes[line] = length
        line.sendall(request)
    began, cpu = time.perf_counter(), cpu_of_family(server.pid) + database_cpu()
    while (here := time.perf_counter()) < ends:
        for key, _ in chosen.select(timeout=0.1):
            asked: socket.socket = key.data
            open_bytes[asked] -= len(asked.recv(262_144))
            if open_bytes[asked] <= 0:
                answered += 1
                open_bytes[asked] = length
                asked.sendall(request)
    cpu = cpu_of_family(server.pid) + database_cpu() - cpu
    for line in lines:
        line.close()
    return Answers(answered / (here - began), length, cpu / max(1, answered) * 1e6)


def _length_of_answer(port: int, path: str) -> int:
    """Give the length of an answer with its head; every answer to one path has the same."""
    with socket.create_connection(("127.0.0.1", port)) as line:
        line.sendall(_request(path))
        whole = line.recv(262_144)
        head = whole.partition(b"\r\n\r\n")[0]
        wanted = next(
            int(row.split(b":")[1])
            for row in head.split(b"\r\n")
            if row.lower().startswith(b"content-length")
        )
        return len(head) + 4 + wanted


if __name__ == "__main__":
    sys.exit(main())
