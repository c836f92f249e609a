"""A proof by blows holds only where each of them fell: one that was not struck is named, and makes it fail."""

from pathlib import Path

from tests.faults.crew import Sqlite
from tests.faults.firing import Step
from tests.faults.schedules import many
from tests.faults.strikes import Blow, Strike, what_is_missing

KILL = Strike(blow=Blow.KILL, step=Step.BETWEEN)
SLEEP = Strike(blow=Blow.SLEEP, step=None)


def test_nothing_is_missing_where_all_have_fallen() -> None:
    assert what_is_missing([KILL, SLEEP, KILL], [KILL, KILL, SLEEP]) == []


def test_each_that_did_not_fall_is_named_and_none_at_all_proves_nothing() -> None:
    assert what_is_missing([KILL, SLEEP, KILL], [KILL]) == [
        f"2 of 3 blows were not struck (1 SIGKILL at {Step.BETWEEN}, 1 SIGSTOP and SIGCONT at sending)"
    ]
    assert what_is_missing([], []) == ["0 of 0 blows were not struck ()"]


def test_one_process_on_sqlite_is_to_be_killed_twenty_times(tmp_path: Path) -> None:
    storm = many(Sqlite(tmp_path), schedules=50, mails=100_000, seed=1, seconds=600)

    assert [one.blow for one in storm.strikes] == [Blow.KILL] * 20
    assert what_is_missing(storm.strikes, storm.strikes[:13]) != []
