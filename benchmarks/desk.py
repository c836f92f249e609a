"""How long the pages of the desk take with a million sign-ons, and whether memory stays flat: `make bench-desk`."""

import argparse
import contextlib
import signal
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from flask import Flask
from werkzeug.test import Client

from benchmarks.databases import POSTGRESQL, open_database
from benchmarks.desk_letter import fill
from benchmarks.desk_objects import SLUG, add_objects, things_of
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
from service.web.desk.blueprint import ACTS
from service.web.desk.cookie import cookie_name
from service.web.desk.guard import csrf_mark
from service.web.services import WebServices
from service.worker.secretariat import count_figures

_WANTED_MILLISECONDS = 200.0
# What is set by the typesetter is a file to download, and no page.
_FILES, _WANTED_OF_FILES = (".pdf", ".svg"), 2_000.0
_SHARE = 0.95
_FLAT_SHARE, _FLAT_MEGABYTES = 0.15, 15.0
_URL = f"https://{HOST}"
# Those of a coordinator that tell of all its letters.
_OWN = ("/desk/", "/desk/calendar", "/desk/account")
# The table of sign-ons as people use it: what has few, what has many, and far down.
_TABLE = f"/desk/letters/{SLUG}/signatories"
_FOUND = ("Keeper", "Keeper 0000014", "keeper0000014@district14.example", "nobody")
_ASKED = (
    "stands=held",
    "stands=awaiting",
    "stands=conditional",
    "stands=pending",
    "stands=counted",
    "stands=withdrawn",
    "kind=organization",
    "country=IS",
    "country=IS&stands=held",
    "named=counted",
    "language=es",
    "grade=none",
    "version=1",
)


def main(arguments: Sequence[str]) -> int:
    """Fill a letter, ask for each page again and again, and hold it against what was promised."""
    parser = argparse.ArgumentParser(prog="make bench-desk", description="Measures the pages of the desk.")
    parser.add_argument(
        "--signatures", type=int, default=1_000_000, help="sign-ons of the letter (1,000,000)"
    )
    parser.add_argument("--mails", type=int, default=200_000, help="e-mails to them (200,000)")
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
        lines = list(_measure(installation, times=asked.times, only=asked.only))
        installation.services.engine.dispose()
    return pronounce(lines, seconds=time.monotonic() - began)


@dataclass(frozen=True, kw_only=True)
class _Asked:
    """One address of the desk, and what was typed to search, where it is the answer to that."""

    path: str
    words: str = ""

    def __str__(self) -> str:
        return f"{self.path.removeprefix('/desk/letters/')}{f' ({self.words})' if self.words else ''}"

    def of(self, client: Client, csrf: str) -> int:
        """Ask for it, to the last byte; gives the status."""
        if self.words:
            form = {"csrf": csrf, "words": self.words}
            # As the browser says it of a form that it sends to where it came from.
            answer = client.post(self.path, data=form, base_url=_URL, headers={"Origin": _URL})
        else:
            answer = client.get(self.path, base_url=_URL)
        answer.get_data()
        return answer.status_code


def _measure(installation: Installation, *, times: int, only: str) -> Iterator[Line]:
    app = _application(installation)
    person = _owner(installation)
    pages = [one for one in _pages(app, things_of(installation)) if only in str(one)]
    took: dict[_Asked, list[float]] = {page: [] for page in pages}
    statuses: dict[_Asked, set[int]] = {page: set() for page in pages}
    resident = 0.0
    for turn in range(times + 2):
        # A proof of who one is lasts for minutes, and some pages ask for a fresh one.
        client, csrf = _signed_in(app, installation, person)
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
        wanted=f"<= {_FLAT_SHARE:.0%} or {_FLAT_MEGABYTES:g} MB",
        so=is_flat(small=resident, large=after, share=_FLAT_SHARE, slack=_FLAT_MEGABYTES),
    )


def _judge(took: Mapping[_Asked, list[float]], statuses: Mapping[_Asked, set[int]]) -> Iterator[Line]:
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
            public_url=_URL,
            trusted_proxies=0,
            onion_location="",
            wake=services.wake.ring,
        )
    )


def _pages(app: Flask, things: Mapping[str, Sequence[str]]) -> list[_Asked]:
    """Give each page of the desk that is about the letter or about one thing of it, and the table as people use it."""
    rules = sorted(
        rule.rule
        for rule in app.url_map.iter_rules()
        if rule.endpoint in ACTS
        and rule.arguments - {"slug"} <= set(things)
        and ("slug" in rule.arguments or rule.rule in _OWN)
        and "GET" in (rule.methods or set())
    )
    paths = [path for rule in rules for path in _filled(rule.replace("<slug>", SLUG), things)]
    return [
        *(_Asked(path=path) for path in paths),
        *(_Asked(path=f"{_TABLE}?{query}") for query in _ASKED),
        *(_Asked(path=f"{_TABLE}/search", words=words) for words in _FOUND),
    ]


def _filled(rule: str, things: Mapping[str, Sequence[str]]) -> list[str]:
    """Put each thing into an address that names one; of drafts alone there are words to change and a mail to look at."""
    place = next((name for name in things if f"<{name}>" in rule), "")
    if not place:
        return [rule]
    which = "draft" if rule.endswith(("/words", "/mail")) else place
    return [rule.replace(f"<{place}>", thing) for thing in things[which]]


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
    client.set_cookie(cookie_name(_URL), secret, domain=HOST, secure=True)
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
