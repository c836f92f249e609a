"""Several workers of the product drain one outbox while they are killed, frozen and cut off: nothing lost, nothing doubled."""

import tempfile
from pathlib import Path

import pytest

from tests.faults.crew import Postgres
from tests.faults.workers import Hardship, drain_in_hardship

pytestmark = pytest.mark.soak


def test_workers_in_hardship_lose_and_double_nothing() -> None:
    # The database's server is of another user, who does not find the way to a folder of the tests'.
    with tempfile.TemporaryDirectory(prefix="undersigned-crash-") as folder:
        databases = Postgres(Path(folder))
        try:
            hardship = Hardship(workers=2, mails=500, blows=3, seed=1, answer_seconds=0.4)
            result = drain_in_hardship(databases, hardship)
        finally:
            databases.close()

    assert not result.faults, result
    assert result.tally is not None
    assert result.tally.doubt > 0, "no blow met a mail on its way"
    assert (result.tally.lost, result.tally.doubled) == (0, 0)
