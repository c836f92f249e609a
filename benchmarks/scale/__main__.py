"""Run the measurement: `python -m benchmarks.scale`, or `make bench-scale`."""

import argparse
import contextlib
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from benchmarks.databases import POSTGRESQL, SQLITE, open_database
from benchmarks.installation import Installation, install
from benchmarks.processes import ContenderFailed
from benchmarks.scale import drain, firing, waiting
from benchmarks.verdict import Line, pronounce

PARTS = ("drain", "waiting", "firing")


def main(arguments: Sequence[str]) -> int:
    """Measure what the command line asks for; gives 0 only where every promise holds."""
    parser = argparse.ArgumentParser(prog="make bench-scale", description="Measures how the service grows.")
    parser.add_argument("--quick", action="store_true", help="one round of few mails, for a first look")
    parser.add_argument("--part", choices=PARTS, action="append", help="only this part")
    parser.add_argument("--mails", type=int, help="mails for each process and round")
    parser.add_argument("--folder", type=Path, help="put the database here; else where temporary files go")
    asked = parser.parse_args(arguments)
    rounds, mails = (1, asked.mails or 600) if asked.quick else (3, asked.mails or 2_000)
    parts = asked.part or PARTS
    try:
        with _installed(asked.folder) as (installation, folder):
            lines = list(_measure(installation, folder, parts, rounds, mails, is_quick=asked.quick))
    except ContenderFailed as failed:
        print(f"\nFAILED: {failed}", flush=True)
        return 1
    return pronounce(lines)


@contextlib.contextmanager
def _installed(folder: Path | None) -> Iterator[tuple[Installation, Path]]:
    with tempfile.TemporaryDirectory(prefix="undersigned-scale-", dir=folder) as name:
        here = Path(name)
        # The database's server is of another user, who must find the way to its own folder.
        here.chmod(0o755)
        with open_database(POSTGRESQL, here) as database:
            print(f"{database.name}: {database.safety}.", flush=True)
            yield install(database, here), here


def _measure(
    installation: Installation,
    folder: Path,
    parts: Sequence[str],
    rounds: int,
    mails: int,
    *,
    is_quick: bool,
) -> Iterator[Line]:
    letters = [*(waiting.letters_of(POSTGRESQL) if "waiting" in parts else ())]
    letters += [*(drain.letters_of(rounds, mails) if "drain" in parts else ())]
    letters += [*(firing.letters_of() if "firing" in parts else ())]
    for slug, signatories in letters:
        installation.add_letter(slug, signatories=signatories)
    if "waiting" in parts:
        people = 30 if is_quick else 300
        yield from waiting.measure_waiting(installation, people=people, folder=folder)
        yield from _wait_on_sqlite(folder / "sqlite", people=people)
    if "drain" in parts:
        yield from drain.measure_drain(installation, rounds=rounds)
    if "firing" in parts and not is_quick:
        yield from firing.measure_firing(installation)


def _wait_on_sqlite(folder: Path, *, people: int) -> Iterator[Line]:
    """Measure the wait on SQLite too, where `run` alone works: in an installation of its own."""
    folder.mkdir()
    with open_database(SQLITE, folder) as database:
        installation = install(database, folder)
        for slug, signatories in waiting.letters_of(SQLITE):
            installation.add_letter(slug, signatories=signatories)
        yield from waiting.measure_waiting(installation, people=people, folder=folder)
        installation.services.engine.dispose()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
