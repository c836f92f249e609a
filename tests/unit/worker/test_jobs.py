"""The one list of jobs fits both runners: each period is a line of cron, and each job is done by somebody, by one way."""

import pytest

from service.worker.cluster import cron_of, own_jobs, shared_jobs
from service.worker.jobs import JOBS, SENDER, Queue

EVERY = frozenset(Queue)


@pytest.mark.parametrize(
    ("seconds", "line"),
    [
        (1, "* * * * * */1"),
        (10, "* * * * * */10"),
        (60, "*/1 * * * *"),
        (600, "*/10 * * * *"),
        (3600, "0 * * * *"),
    ],
)
def test_a_period_is_a_line_of_cron(seconds: int, line: str) -> None:
    assert cron_of(seconds) == line


@pytest.mark.parametrize("seconds", [7, 61, 90, 7200])
def test_a_period_that_is_no_part_of_an_hour_is_none(seconds: int) -> None:
    with pytest.raises(ValueError, match="no part of an hour"):
        cron_of(seconds)


def test_every_job_is_done_by_one_way_and_has_a_name_of_its_own() -> None:
    own, shared = own_jobs(EVERY), shared_jobs(EVERY)

    assert sorted(job.name for job in (*own, *shared)) == sorted({job.name for job in JOBS})
    assert SENDER in {job.name for job in own}
    assert all(cron_of(job.every_seconds) for job in shared)


@pytest.mark.parametrize("queue", sorted(EVERY - {Queue.MAIL}))
def test_a_worker_does_only_what_it_was_told_to(queue: Queue) -> None:
    assert {job.queue for job in shared_jobs({queue})} == {queue}
    assert own_jobs({queue}) == ()
