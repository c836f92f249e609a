"""How long a confirming mail takes from the commit of its sign-on to the relay's 250, on both runners and both databases."""

import contextlib
import http.client
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from sqlmodel import col, select

from benchmarks.databases import POSTGRESQL, SQLITE
from benchmarks.figures import percentile
from benchmarks.installation import Installation
from benchmarks.order import HOST, MAIL_FROM, SELECTOR
from benchmarks.processes import ROOT, ContenderFailed
from benchmarks.signing.people import sign_requests
from benchmarks.signing.server import Server
from benchmarks.sink import OwnSink, free_port, serving_own
from benchmarks.verdict import Line, at_most
from service.campaigns.queries import get_campaign
from service.foundation.settings import PREFIX
from service.model.message import Message, MessageKind
from service.store.transaction import reading

RUNNERS = {"run": (("run",),), "serve and worker": (("serve",), ("worker",))}
WORK_ON: Mapping[str, Sequence[str]] = {SQLITE: ("run",), POSTGRESQL: tuple(RUNNERS)}
"""The runners that work on each database."""
WANTED_SECONDS = 1.0
_EVERY_SECONDS = 0.2
_READY_SECONDS = 60.0
_LAST_SECONDS = 15.0
_FORM = {"Content-Type": "application/x-www-form-urlencoded", "Host": HOST}


def letters_of(database: str) -> Iterator[tuple[str, int]]:
    """Name the letters that are needed on a database."""
    yield from ((_letter(name), 0) for name in WORK_ON[database])


def measure_waiting(installation: Installation, *, people: int, folder: Path) -> Iterator[Line]:
    """Sign five times a second, by each runner that works on the installation's database."""
    print(f"\nFrom a sign-on's commit to the sink's 250, in seconds, on {installation.name}:")
    for name in WORK_ON[installation.name]:
        waits = _measure(installation, _letter(name), RUNNERS[name], people=people, folder=folder)
        at_95 = percentile(waits, 0.95)
        print(
            f"  {name:<18}{len(waits):>4} sign-ons: median {percentile(waits, 0.5):.2f}, 95 % {at_95:.2f},"
            f" longest {max(waits):.2f}",
            flush=True,
        )
        what = f"{name} on {installation.name}: a confirmation's wait at 95 %"
        yield at_most(what, at_95, WANTED_SECONDS, unit="s")


def _measure(
    installation: Installation,
    letter: str,
    commands: Sequence[Sequence[str]],
    *,
    people: int,
    folder: Path,
) -> list[float]:
    with serving_own() as sink, contextlib.ExitStack() as stack:
        server = None
        for command in commands:
            started = stack.enter_context(_started(installation, command, sink, folder))
            server = server or started
        assert server is not None
        _wait_until_ready(server)
        requests = list(sign_requests(server, letter, range(people)))
        # The first page is made slowly, and a worker needs a moment to begin.
        time.sleep(5)
        committed = [_sign(server, *request) for request in requests]
        end = time.monotonic() + _LAST_SECONDS
        while sink.count() < people and time.monotonic() < end:
            time.sleep(0.1)
        came = {arrival.message_id: arrival.at for arrival in sink.arrivals()}
    names = _names(installation, letter)
    if len(names) != people:
        raise ContenderFailed(f"Of {people} sign-ons {len(names)} were taken in.")
    return [came.get(name, float("inf")) - at for name, at in zip(names, committed, strict=True)]


def _sign(server: Server, path: str, body: str) -> float:
    line = http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)
    line.request("POST", path, body, _FORM)
    status = line.getresponse().status
    at = time.monotonic()
    line.close()
    if status != 303:
        raise ContenderFailed(f"A form was answered with {status}.")
    time.sleep(_EVERY_SECONDS)
    return at


def _names(installation: Installation, letter: str) -> list[str]:
    """Give the Message-IDs of the confirming mails, in the order in which the forms came."""
    with reading(installation.services.engine) as session:
        campaign = get_campaign(session, letter)
        found = (
            select(Message.message_id)
            .where(col(Message.campaign_id) == campaign.id, col(Message.kind) == MessageKind.CONFIRM)
            .order_by(col(Message.id))
        )
        return [name or "" for name in session.exec(found)]


@contextlib.contextmanager
def _started(
    installation: Installation, command: Sequence[str], sink: OwnSink, folder: Path
) -> Iterator[Server]:
    port = free_port()
    order = installation.sending_to(sink.port)
    settings = {
        **{name: order[name] for name in ("database_url", "data_dir", "key_dir", "smtp_url")},
        "journal_dir": str(Path(order["key_dir"]).parent / "journal"),
        "public_url": f"https://{HOST}",
        "mail_from": MAIL_FROM,
        "dkim_selector": SELECTOR,
        "form_seconds": "0",
        "sign_rate": "60000",
    }
    pages = [] if command[0] == "worker" else ["--port", str(port)]
    with (folder / "runners.log").open("ab") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "service", *command, *pages],
            cwd=folder,
            env={"PATH": "/usr/bin:/bin", "PYTHONPATH": str(ROOT)}
            | {f"{PREFIX}{name.upper()}": value for name, value in settings.items()},
            stdout=log,
            stderr=log,
        )
    try:
        yield Server(process, port)
    finally:
        process.terminate()
        process.wait()


def _wait_until_ready(server: Server) -> None:
    end = time.monotonic() + _READY_SECONDS
    while True:
        try:
            server.get("/readyz")
        except ContenderFailed:
            if time.monotonic() > end:
                raise
            time.sleep(0.2)
        else:
            return


def _letter(runner: str) -> str:
    return f"waits-{runner.split()[0]}"
