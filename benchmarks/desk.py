"""How long the pages of the desk take with a million sign-ons, and whether memory stays flat: `make bench-desk`."""

import argparse
import contextlib
import signal
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from flask import Flask
from werkzeug.test import Client

from benchmarks.databases import POSTGRESQL, open_database
from benchmarks.desk_letter import fill
from benchmarks.desk_objects import SLUG, add_objects, things_of
from benchmarks.desk_pages import URL, Asked, pages_of_open_letter, pages_with_edition
from benchmarks.desk_release import editions_of, propose_many, release_many
from benchmarks.figures import is_flat, median, percentile
from benchmarks.installation import Installation, install
from benchmarks.order import HOST
from benchmarks.verdict import Line, at_most, holds, pronounce
from service.app import create_app
from service.campaigns.queries import get_campaign
from service.coordinators.accounts import give_role, make_coordinator
from service.coordinators.sessions import begin_session
from service.foundation.clock import now
from service.model.coordinator import Role
from service.store.transaction import transaction
from service.web.desk.cookie import cookie_name
from service.web.desk.guard import csrf_mark
from service.web.services import WebServices
from service.worker.secretariat import count_figures

_WANTED_MILLISECONDS = 200.0
# What is set by the typesetter is a file to download, and no page.
_FILES, _WANTED_OF_FILES = (".pdf", ".svg"), 2_000.0
_SHARE = 0.95
_FLAT_SHARE, _FLAT_MEGABYTES = 0.15, 15.0
Say = Callable[[str], None]


def main(arguments: Sequence[str]) -> int:
    """Fill a letter, ask for each page again and again, and hold it against what was promised."""
    parser = argparse.ArgumentParser(prog="make bench-desk", description="Measures the pages of the desk.")
    parser.add_argument(
        "--signatures", type=int, default=1_000_000, help="sign-ons of the letter (1,000,000)"
    )
    parser.add_argument("--mails", type=int, default=200_000, help="e-mails to them (200,000)")
    parser.add_argument(
        "--names", type=int, help="names of the edition that is proposed (as many as sign-ons)"
    )
    parser.add_argument("--times", type=int, default=40, help="how often each page is asked for (40)")
    parser.add_argument("--only", default="", help="ask only for addresses with this in them")
    parser.add_argument("--folder", type=Path, help="put the database here; else where temporary files go")
    asked = parser.parse_args(arguments)
    began = time.monotonic()

    def say(what: str) -> None:
        print(f"{time.monotonic() - began:6.0f} s: {what}", flush=True)

    with contextlib.ExitStack() as stack:
        here = Path(
            stack.enter_context(tempfile.TemporaryDirectory(prefix="undersigned-desk-", dir=asked.folder))
        )
        here.chmod(0o755)
        installation = install(stack.enter_context(open_database(POSTGRESQL, here)), here)
        fill(installation, signatures=asked.signatures, mails=asked.mails, say=say)
        add_objects(installation)
        counted = count_figures(installation.services, "bench")
        say(f"{counted} letter counted by the worker")
        lines = list(_measure(installation, asked, say))
        installation.services.engine.dispose()
    return pronounce(lines, seconds=time.monotonic() - began)


@dataclass(frozen=True, kw_only=True)
class _Desk:
    """The desk that is measured, who works at it, and how often each page is asked for."""

    app: Flask
    installation: Installation
    person: str
    times: int

    def measure(self, pages: Sequence[Asked], *, share: float) -> Iterator[Line]:
        """Ask for each page again and again; memory may grow by so large a share meanwhile."""
        took: dict[Asked, list[float]] = {page: [] for page in pages}
        statuses: dict[Asked, set[int]] = {page: set() for page in pages}
        resident = 0.0
        for turn in range(self.times + 2):
            # A proof of who one is lasts for minutes, and some pages ask for a fresh one.
            client, csrf = _signed_in(self.app, self.installation, self.person)
            for page in pages:
                began = time.perf_counter()
                status = page.of(client, csrf)
                seconds = time.perf_counter() - began
                # The first two only warm what is kept.
                if turn >= 2:
                    took[page].append(1000 * seconds)
                    statuses[page].add(status)
            if turn == 1:
                resident = _resident_megabytes()
        after = _resident_megabytes()
        for page in pages:
            slow = percentile(took[page], _SHARE)
            print(f"  {slow:7.1f} ms at 95 %, {median(took[page]):7.1f} ms in the middle  {page}", flush=True)
        yield from _judge(took, statuses)
        yield holds(
            "memory is flat while they are asked for",
            measured=f"{after - resident:+.1f} MB",
            wanted=f"<= {share:.0%} or {_FLAT_MEGABYTES:g} MB",
            so=is_flat(small=resident, large=after, share=share, slack=_FLAT_MEGABYTES),
        )


def _measure(installation: Installation, asked: argparse.Namespace, say: Say) -> Iterator[Line]:
    """Measure the letter while it is open, once it was proposed, and once it was released."""
    app = _application(installation)
    desk = _Desk(app=app, installation=installation, person=_owner(installation), times=asked.times)

    def wanted(pages: Sequence[Asked]) -> Sequence[Asked]:
        return [one for one in pages if asked.only in str(one)]

    things = {**things_of(installation), **editions_of(installation)}
    yield from desk.measure(wanted(pages_of_open_letter(app, things)), share=_FLAT_SHARE)
    names = asked.signatures if asked.names is None else asked.names
    propose_many(installation, names=names)
    say(f"proposed with {names:,} names")
    # What made the edition has left memory behind that is no page's: from here on only what is added counts.
    things = {**things, **editions_of(installation)}
    yield from desk.measure(wanted(pages_with_edition(app, things, when="proposed")), share=0)
    release_many(installation)
    say("released")
    things = {**things, **editions_of(installation)}
    yield from desk.measure(wanted(pages_with_edition(app, things, when="released")), share=0)


def _judge(took: Mapping[Asked, list[float]], statuses: Mapping[Asked, set[int]]) -> Iterator[Line]:
    for page, times in took.items():
        wanted = _WANTED_OF_FILES if page.path.endswith(_FILES) else _WANTED_MILLISECONDS
        yield at_most(str(page), percentile(times, _SHARE), wanted, unit="ms")
    wrong = sorted(str(page) for page, found in statuses.items() if found != {200})
    yield holds(
        "every page answers with 200",
        measured=f"{len(wrong)} do not",
        wanted="0" + "".join(f"; {page}" for page in wrong[:3]),
        so=not wrong,
    )


def _application(installation: Installation) -> Flask:
    services = installation.services
    return create_app(
        WebServices(
            engine=services.engine,
            keyring=services.keyring,
            clock=services.clock,
            public_url=URL,
            trusted_proxies=0,
            onion_location="",
            wake=services.wake.ring,
        )
    )


def _owner(installation: Installation) -> str:
    services = installation.services
    with transaction(services.engine) as session:
        row = make_coordinator(
            session,
            services.keyring.desk,
            name="Olga Owner",
            email="olga@rivers.example",
            now=now(),
            language="en",
            is_admin=True,
        )
        campaign = get_campaign(session, SLUG)
        give_role(session, coordinator_id=row.id, campaign_id=campaign.id, role=Role.OWNER, now=now())
    return row.id


def _signed_in(app: Flask, installation: Installation, person: str) -> tuple[Client, str]:
    services = installation.services
    with transaction(services.engine) as session:
        secret = begin_session(
            session, services.keyring.desk, coordinator_id=person, device="Firefox on Linux", now=now()
        )
    client = app.test_client()
    client.set_cookie(cookie_name(URL), secret, domain=HOST, secure=True)
    with app.app_context():
        return client, csrf_mark(secret)


def _resident_megabytes() -> float:
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024
    return 0.0


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    sys.exit(main(sys.argv[1:]))
