"""Schedules fire once, to everybody meant, while who fires them is killed, put to sleep and cut off from its database."""

import tempfile
from pathlib import Path

import pytest

from tests.faults.crew import Databases, Postgres, Sqlite
from tests.faults.schedules import few
from tests.faults.storm import fire_in_hardship

pytestmark = pytest.mark.soak


def what_is_wrong(databases: Databases) -> list[str]:
    """Fire under blows; gives the faults, and each number of mails that is not 0 and should be."""
    result = fire_in_hardship(databases, few(databases, seed=1))
    assert result.tally is not None, result
    numbers = {name: getattr(result.tally, name) for name in ("lost", "doubled", "waiting")}
    return [*result.faults, *(f"{number} {name}" for name, number in numbers.items() if number)]


def test_workers_that_share_a_database_fire_each_schedule_once() -> None:
    # The database's server is of another user, who does not find the way to a folder of the tests'.
    with tempfile.TemporaryDirectory(prefix="undersigned-crash-") as folder:
        databases = Postgres(Path(folder))
        try:
            wrong = what_is_wrong(databases)
        finally:
            databases.close()

    assert wrong == []


def test_one_process_that_is_killed_again_and_again_fires_each_schedule_once(tmp_path: Path) -> None:
    assert what_is_wrong(Sqlite(tmp_path)) == []
