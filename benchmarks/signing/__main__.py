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

from benchmarks.databases import POSTGRESQL, open_database
from benchmarks.figures import median, ratios
from benchmarks.installation import Installation, install
from benchmarks.processes import ContenderFailed
from benchmarks.signing.crowd import add_crowd, typed_in
from benchmarks.signing.load import Load, put_load, write_requests
from benchmarks.signing.people import confirm_requests, sign_requests
from benchmarks.signing.server import THREADS, WORKERS, Server, serving
from benchmarks.verdict import Line, all_hold, at_least, holds
from service.worker.forms import take_in_forms

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
class Stage:
    """The place where everything is measured."""

    plan: Plan
    folder: Path
    installation: Installation
    product: Server
    floor: Server
    signed: int = 0
    answered: int = 0
    took_in: int = 0
    took_in_seconds: float = 0.0

    def turns(self) -> Mapping[str, Callable[[], Load]]:
        """Give every contender's turn, in an order in which each stands near its floor."""
        page, count = f"/letters/{_LONG}", f"/letters/{_LONG}/count.json"
        return {
            TWO: self._two,
            SIGN: self._sign,
            CONFIRM: self._confirm,
            BYTES: lambda: self._get(self.floor, "/page"),
            PAGE: lambda: self._get(self.product, page),
            HELLO: lambda: self._get(self.floor, "/hello"),
            COUNT: lambda: self._get(self.product, count),
        }

    def _numbers(self) -> range:
        first, self.signed = self.signed, self.signed + _FASTEST * self.plan.seconds
        return range(first, self.signed)

    def _sign(self) -> Load:
        people = sign_requests(self.product, _LETTER, self._numbers())
        # The worker takes its time for each of them.
        load = self._post(self.product, people, wanted="303", seconds=max(2, self.plan.seconds))
        self.answered += load.requests
        return load

    def _two(self) -> Load:
        people = sign_requests(self.product, _LETTER, self._numbers())
        return self._post(self.floor, (("/two", body) for _, body in people), wanted="303", again=True)

    def _confirm(self) -> Load:
        self._take_in()
        buttons = confirm_requests(self.installation, _LETTER, most=_FASTEST * self.plan.seconds)
        # More can be confirmed in a second than signed, and nobody confirms twice.
        return self._post(self.product, buttons, wanted="303", seconds=max(1, 2 * self.plan.seconds // 3))

    def _take_in(self) -> None:
        """Let the worker do what the form has left to it, and say how fast it does."""
        began = time.monotonic()
        taken = take_in_forms(self.installation.services, "bench")
        self.took_in += taken
        self.took_in_seconds += time.monotonic() - began

    def _post(
        self,
        server: Server,
        requests: Iterator[tuple[str, str]] | Sequence[tuple[str, str]],
        *,
        wanted: str,
        seconds: int = 0,
        again: bool = False,
    ) -> Load:
        path = write_requests(self.folder / "requests", requests)
        return put_load(server, path, seconds=seconds or self.plan.seconds, wanted=wanted, again=again)

    def _get(self, server: Server, target: str) -> Load:
        path = write_requests(self.folder / "requests", [(target, "")] * 2)
        return put_load(server, path, seconds=self.plan.seconds, wanted="200", again=True)


def main(arguments: Sequence[str]) -> int:
    """Measure; gives 0 only where every promise holds."""
    plan = _read_plan(arguments)
    try:
        with _staged(plan) as stage:
            lines = list(_measure(stage))
    except ContenderFailed as failed:
        print(f"\nFAILED: {failed}", flush=True)
        return 1
    print(f"\nThe verdict, after {time.monotonic() - plan.began:.0f} s:")
    for line in lines:
        print(line)
    kept = all_hold(lines)
    print("Passed: every line holds." if kept else "FAILED: a line does not hold.", flush=True)
    return 0 if kept else 1


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
        installation = install(database, folder)
        installation.add_letter(_LETTER, signatories=0)
        installation.add_letter(_LONG, signatories=_NAMES, settings='names_shown = "live"')
        with psycopg.connect(database.url, autocommit=True) as connection:
            for table in _TABLES:
                connection.execute(table)
        product = stack.enter_context(serving("product", installation.order, folder=folder))
        page = folder / "page.html"
        page.write_bytes(product.get(f"/letters/{_LONG}"))
        print(f"The page of the letter with {_NAMES:,} public names has {page.stat().st_size:,} bytes.")
        floor = stack.enter_context(
            serving("floor", {"database_url": database.url, "page": str(page)}, folder=folder)
        )
        yield Stage(plan=plan, folder=folder, installation=installation, product=product, floor=floor)


def _measure(stage: Stage) -> Iterator[Line]:
    plan = stage.plan
    print(f"\n{'round':<7}{'what':<22}{'a second':>10}{'p50 ms':>9}{'p99 ms':>9}{'CPU µs each':>13}")
    before = [_round(str(number), stage.turns()) for number in range(1, plan.rounds + 1)]
    for what, floor, wanted in WANTED:
        yield at_least(f"{what}, beside {floor}", median(ratios(before, what, floor)), wanted)
    began = time.monotonic()
    rows = add_crowd(stage.installation, _LETTER, signatories=plan.crowd)
    print(f"\n{rows:,} signatures are in the table now, after {time.monotonic() - began:.0f} s more.")
    turns = {name: turn for name, turn in stage.turns().items() if name in {TWO, SIGN, CONFIRM}}
    after = [_round(f"{number}'", turns) for number in range(1, plan.rounds + 1)]
    for what in (SIGN, CONFIRM):
        kept = median(ratios(after, what, TWO)) / median(ratios(before, what, TWO))
        yield at_least(f"{what} with {rows:,} signatures, beside without", kept, _MOST_LOST)
    print(
        f"\nThe worker took in {stage.took_in:,} of these forms, alone and {stage.took_in / stage.took_in_seconds:,.0f} a second."
    )
    kept_rows = typed_in(stage.installation, _LETTER)
    yield holds(
        f"every sign-on that was answered is kept ({stage.answered:,})",
        measured=f"{kept_rows:,}",
        wanted=f">= {stage.answered:,}",
        so=kept_rows >= stage.answered,
    )


def _round(number: str, turns: Mapping[str, Callable[[], Load]]) -> dict[str, float]:
    measured: dict[str, float] = {}
    for name, turn in turns.items():
        load = turn()
        measured[name] = load.rate
        print(
            f"{number:<7}{name:<22}{load.rate:>10,.0f}{1000 * load.p50:>9.1f}{1000 * load.p99:>9.1f}"
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
