"""Measures the public side beside bare views, and holds it against what was promised: `make bench-sign`."""

import argparse
import contextlib
import signal
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import psycopg

from benchmarks.databases import POSTGRESQL, Database, another_database, open_database
from benchmarks.figures import median, ratios
from benchmarks.installation import Installation, install
from benchmarks.processes import ContenderFailed
from benchmarks.signing.crowd import add_crowd, typed_in
from benchmarks.signing.load import Load, put_load, write_requests
from benchmarks.signing.people import confirm_requests, sign_requests
from benchmarks.signing.server import THREADS, WORKERS, Server, serving
from benchmarks.verdict import Line, at_least, holds, pronounce
from service.worker.forms import take_in_forms

SIGN_AMONG_MANY, CONFIRM_AMONG_MANY = "sign-on among many", "confirm among many"
SIGN, CONFIRM, PAGE, COUNT = "sign-on", "confirm", "letter page", "count.json"
TWO, BYTES, HELLO = "floor: two INSERTs", "floor: same bytes", "floor: hello"
WANTED = ((SIGN, TWO, 0.35), (CONFIRM, TWO, 0.35), (PAGE, BYTES, 0.6), (COUNT, HELLO, 0.7))
_MOST_LOST = 0.9
_LETTER, _LONG = "sign-here", "long-roll"
_NAMES = 5_000
_FASTEST = 1_500
"""No sign-on and no confirmation is expected to be answered faster than so many times a second."""

_TABLES = (
    "CREATE TABLE floor_person (id bigserial PRIMARY KEY, name text, email text)",
    "CREATE TABLE floor_mail (id bigserial PRIMARY KEY, email text, body text)",
)


@dataclass(frozen=True, kw_only=True)
class Plan:
    """How much is measured."""

    rounds: int
    seconds: int
    crowd: int
    folder: Path | None
    began: float = field(default_factory=time.monotonic)


@dataclass(kw_only=True)
class Signing:
    """An installation whose letter people sign and confirm, and the server of its pages."""

    plan: Plan
    folder: Path
    installation: Installation
    product: Server
    signed: int = 0
    answered: int = 0
    took_in: int = 0
    took_in_seconds: float = 0.0

    def sign(self) -> Load:
        """Let people send the form."""
        people = sign_requests(self.product, _LETTER, self.numbers())
        load = post(self.product, people, folder=self.folder, seconds=self.plan.seconds + 1)
        self.answered += load.requests
        return load

    def confirm(self) -> Load:
        """Let those who signed press the button."""
        self._take_in()
        buttons = confirm_requests(self.installation, _LETTER, most=_FASTEST * self.plan.seconds)
        # More can be confirmed in a second than signed, and nobody confirms twice: that turn is the shorter.
        seconds = max(1, self.plan.seconds - 1)
        return post(self.product, buttons, folder=self.folder, seconds=seconds)

    def numbers(self) -> range:
        """Give the numbers of people who have not signed yet."""
        first, self.signed = self.signed, self.signed + _FASTEST * (self.plan.seconds + 1)
        return range(first, self.signed)

    def _take_in(self) -> None:
        """Let the worker do what the form has left to it, and say how fast it does."""
        began = time.monotonic()
        self.took_in += take_in_forms(self.installation.services, "bench")
        self.took_in_seconds += time.monotonic() - began


@dataclass(kw_only=True)
class Stage:
    """The place where everything is measured: the product twice, with few signatures and with many, and the floor."""

    plan: Plan
    folder: Path
    few: Signing
    many: Signing
    floor: Server

    def turns(self) -> Mapping[str, Callable[[], Load]]:
        """Give every contender's turn, in an order in which each stands near what it is compared with."""
        page, count = f"/letters/{_LONG}", f"/letters/{_LONG}/count.json"
        return {
            TWO: self._two,
            SIGN: self.few.sign,
            SIGN_AMONG_MANY: self.many.sign,
            CONFIRM: self.few.confirm,
            CONFIRM_AMONG_MANY: self.many.confirm,
            BYTES: lambda: self._get(self.floor, "/page"),
            PAGE: lambda: self._get(self.few.product, page),
            HELLO: lambda: self._get(self.floor, "/hello"),
            COUNT: lambda: self._get(self.few.product, count),
        }

    def _two(self) -> Load:
        people = sign_requests(self.few.product, _LETTER, self.few.numbers())
        bodies = (("/two", body) for _, body in people)
        return post(self.floor, bodies, folder=self.folder, seconds=self.plan.seconds, again=True)

    def _get(self, server: Server, target: str) -> Load:
        path = write_requests(self.folder / "requests", [(target, "")] * 2)
        return put_load(server, path, seconds=self.plan.seconds, wanted="200", again=True)


def post(
    server: Server,
    requests: Iterator[tuple[str, str]] | Sequence[tuple[str, str]],
    *,
    folder: Path,
    seconds: int,
    again: bool = False,
) -> Load:
    """Put these requests to a server for so long; each is answered by being sent on."""
    path = write_requests(folder / "requests", requests)
    return put_load(server, path, seconds=seconds, wanted="303", again=again)


def main(arguments: Sequence[str]) -> int:
    """Measure; gives 0 only where every promise holds."""
    plan = _read_plan(arguments)
    try:
        with _staged(plan) as stage:
            lines = list(_measure(stage))
    except ContenderFailed as failed:
        print(f"\nFAILED: {failed}", flush=True)
        return 1
    return pronounce(lines, seconds=time.monotonic() - plan.began)


@contextlib.contextmanager
def _staged(plan: Plan) -> Iterator[Stage]:
    with contextlib.ExitStack() as stack:
        folder = Path(
            stack.enter_context(tempfile.TemporaryDirectory(prefix="undersigned-bench-", dir=plan.folder))
        )
        folder.chmod(0o755)
        database = stack.enter_context(open_database(POSTGRESQL, folder))
        print(
            f"PostgreSQL ({database.safety}); gunicorn with {WORKERS} workers of {THREADS} threads, and wrk beside it.",
            flush=True,
        )
        few = _signing(stack, plan, folder / "few", database, signatories=_NAMES)
        many = _signing(stack, plan, folder / "many", another_database(database, "crowded"), signatories=1)
        began = time.monotonic()
        rows = add_crowd(many.installation, _LETTER, signatories=plan.crowd)
        print(f"{rows:,} signatures are in one of the two databases, after {time.monotonic() - began:.0f} s.")
        with psycopg.connect(database.url, autocommit=True) as connection:
            for table in _TABLES:
                connection.execute(table)
        page = folder / "page.html"
        page.write_bytes(few.product.get(f"/letters/{_LONG}"))
        print(f"The page of the letter with {_NAMES:,} public names has {page.stat().st_size:,} bytes.")
        floor = stack.enter_context(
            serving("floor", {"database_url": database.url, "page": str(page)}, folder=folder)
        )
        yield Stage(plan=plan, folder=folder, few=few, many=many, floor=floor)


def _signing(
    stack: contextlib.ExitStack, plan: Plan, folder: Path, database: Database, *, signatories: int
) -> Signing:
    folder.mkdir()
    installation = install(database, folder)
    installation.add_letter(_LETTER, signatories=0)
    installation.add_letter(_LONG, signatories=signatories, settings='names_shown = "live"')
    product = stack.enter_context(serving("product", installation.order, folder=folder))
    return Signing(plan=plan, folder=folder, installation=installation, product=product)


def _measure(stage: Stage) -> Iterator[Line]:
    plan = stage.plan
    print(f"\n{'round':<7}{'what':<24}{'a second':>10}{'p50 ms':>9}{'p99 ms':>9}{'CPU µs each':>13}")
    rounds = [_round(str(number), stage.turns()) for number in range(1, plan.rounds + 1)]
    for what, floor, wanted in WANTED:
        yield at_least(f"{what}, beside {floor}", median(ratios(rounds, what, floor)), wanted)
    for among, what in ((SIGN_AMONG_MANY, SIGN), (CONFIRM_AMONG_MANY, CONFIRM)):
        kept = median(ratios(rounds, among, what))
        yield at_least(f"{what} with {plan.crowd:,} signatures, beside without", kept, _MOST_LOST)
    for signing in (stage.few, stage.many):
        rate = signing.took_in / signing.took_in_seconds
        print(f"\nThe worker took in {signing.took_in:,} of these forms, alone and {rate:,.0f} a second.")
    answered = stage.few.answered + stage.many.answered
    kept_rows = sum(typed_in(each.installation, _LETTER) for each in (stage.few, stage.many))
    yield holds(
        f"every sign-on that was answered is kept ({answered:,})",
        measured=f"{kept_rows:,}",
        wanted=f">= {answered:,}",
        so=kept_rows >= answered,
    )


def _round(number: str, turns: Mapping[str, Callable[[], Load]]) -> dict[str, float]:
    measured: dict[str, float] = {}
    for name, turn in turns.items():
        load = turn()
        measured[name] = load.rate
        print(
            f"{number:<7}{name:<24}{load.rate:>10,.0f}{1000 * load.p50:>9.1f}{1000 * load.p99:>9.1f}"
            f"{1e6 * load.cpu_seconds / max(1, load.requests):>13,.0f}",
            flush=True,
        )
    return measured


def _read_plan(arguments: Sequence[str]) -> Plan:
    parser = argparse.ArgumentParser(prog="make bench-sign", description="Measures the public side.")
    parser.add_argument("--quick", action="store_true", help="one round, 3 seconds each, a small crowd")
    parser.add_argument("--rounds", type=int, help="how often everybody takes a turn (6)")
    parser.add_argument("--seconds", type=int, help="how long a turn takes (3)")
    parser.add_argument("--crowd", type=int, help="signatures in the table at the end (1,000,000)")
    parser.add_argument("--folder", type=Path, help="put the database here; else where temporary files go")
    asked = parser.parse_args(arguments)
    return Plan(
        rounds=asked.rounds or (1 if asked.quick else 6),
        seconds=asked.seconds or 3,
        crowd=asked.crowd or (20_000 if asked.quick else 1_000_000),
        folder=asked.folder,
    )


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    sys.exit(main(sys.argv[1:]))
