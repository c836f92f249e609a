"""Schedules fire once, to everybody meant, while who fires them is killed, put to sleep and cut off from its database."""

import tempfile
from pathlib import Path

from tests.faults.crew import Databases, Postgres, Sqlite
from tests.faults.schedules import few
from tests.faults.storm import fire_in_hardship


def fires_all(databases: Databases) -> None:
    result = fire_in_hardship(databases, few(databases, seed=1))

    assert not result.faults, result
    assert result.tally is not None
    assert (result.tally.lost, result.tally.doubled, result.tally.waiting) == (0, 0, 0)


def test_workers_that_share_a_database_fire_each_schedule_once() -> None:
    # The database's server is of another user, who does not find the way to a folder of the tests'.
    with tempfile.TemporaryDirectory(prefix="undersigned-crash-") as folder:
        databases = Postgres(Path(folder))
        try:
            fires_all(databases)
        finally:
            databases.close()


def test_one_process_that_is_killed_again_and_again_fires_each_schedule_once(tmp_path: Path) -> None:
    fires_all(Sqlite(tmp_path))
