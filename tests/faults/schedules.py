"""The proof by schedules, `make crash-schedules`: kill who fires them, and hold every row against plan and ledger."""

import argparse
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from itertools import product
from pathlib import Path

from tests.faults.crew import Databases, Postgres, Sqlite
from tests.faults.firing import Step
from tests.faults.planned import Size
from tests.faults.storm import fire_in_hardship
from tests.faults.strikes import Blow, Storm, Strike
from tests.faults.verdict import conclude, show

_STEPS = (*Step, None)
# SQLite has neither others who take over nor a server that could be restarted.
_KILLS = tuple(Strike(blow=Blow.KILL, step=step) for step in _STEPS)
_ALL = tuple(Strike(blow=blow, step=step) for step, blow in product(_STEPS, Blow))
_FEW = (
    Strike(blow=Blow.KILL, step=Step.IN_A_PART),
    Strike(blow=Blow.SLEEP, step=Step.BETWEEN),
    Strike(blow=Blow.DATABASE, step=Step.BEGINNING),
)
_LETTERS = 5


def few(databases: Databases, *, seed: int) -> Storm:
    """Make a storm that is over within seconds, for every run of the tests."""
    return Storm(
        size=Size(letters=2, schedules=6, audience=100),
        part=30,
        strikes=_FEW if databases.can_stop else _KILLS[1:],
        seed=seed,
        seconds=180,
        crews=(2,) if databases.can_stop else (1,),
        pause=(0.1, 0.3),
    )


def many(
    databases: Databases, *, schedules: int, mails: int, seed: int, seconds: float, is_quick: bool = False
) -> Storm:
    """Make a storm of 2 to 8 processes on PostgreSQL, or of one on SQLite that is killed twenty times."""
    audience = mails // schedules
    strikes = (_ALL[::2] if is_quick else _ALL) if databases.can_stop else _KILLS * (2 if is_quick else 5)
    return Storm(
        size=Size(letters=_LETTERS, schedules=schedules, audience=audience),
        part=max(1, audience // 4),
        strikes=strikes,
        seed=seed,
        seconds=seconds,
        crews=(2, 8, 4) if databases.can_stop else (1,),
    )


def main(arguments: Sequence[str]) -> int:
    """Run the proof as the command line asks; gives 0 only where everything held."""
    asked, began = _read(arguments), time.monotonic()
    print(f"Whoever fires is killed, put to sleep and cut off; seed {asked.seed}.", flush=True)
    results = []
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="undersigned-crash-")))
        for left, databases in _open(asked.database, folder, stack):
            # Each may take its share of the time that those before it have left.
            seconds = (60 * asked.minutes - (time.monotonic() - began)) / left
            storm = many(
                databases,
                schedules=asked.schedules,
                mails=asked.mails or (5_000 if asked.quick else 100_000),
                seed=asked.seed,
                seconds=seconds,
                is_quick=asked.quick,
            )
            results += show([fire_in_hardship(databases, storm)])
    return conclude(results, began=began)


def _open(names: Sequence[str] | None, folder: Path, stack: ExitStack) -> Iterator[tuple[int, Databases]]:
    """Open each database that is asked for when its turn comes; gives how many are left with it."""
    wanted = names or ("postgresql", "sqlite")
    if "postgresql" in wanted:
        postgres = Postgres(folder)
        stack.callback(postgres.close)
        yield len(set(wanted)), postgres
    if "sqlite" in wanted:
        yield 1, Sqlite(folder)


def _read(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make crash-schedules", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="5,000 mails and half of the blows")
    parser.add_argument("--schedules", type=int, default=50, help="how many there are on each database (50)")
    parser.add_argument("--mails", type=int, help="how many they make together (100,000)")
    parser.add_argument("--database", choices=["sqlite", "postgresql"], action="append")
    parser.add_argument("--minutes", type=float, default=11.0, help="after so long nothing more is sent (11)")
    parser.add_argument("--seed", type=int, default=time.monotonic_ns() % 10**6)
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
