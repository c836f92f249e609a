"""The benchmark of the sender works from end to end; with numbers as small as these it says nothing of speed."""

import subprocess
import sys

from tests.house.repository import ROOT

SMALL = ("--quick", "--part", "rates", "--database", "sqlite", "--without-node", "--mails", "16")


def test_every_contender_is_measured_and_every_mail_counted() -> None:
    run = subprocess.run(
        [sys.executable, "-m", "benchmarks.mail", *SMALL],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )

    told = run.stdout.splitlines()
    assert all(
        any(name in line for line in told) for name in ("ours, SQLite", "(a) plain loop", "(c) ceiling")
    )
    assert any(line.startswith("holds") and "every mail arrived, and once" in line for line in told), (
        run.stderr
    )
    assert told[-1].endswith("This was not the whole measurement.")
    assert run.returncode == (0 if told[-1].startswith("Passed") else 1)
