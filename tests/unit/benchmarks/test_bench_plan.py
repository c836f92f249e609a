"""What the command line asks for."""

import pytest

from benchmarks.plan import read_plan


def test_without_a_word_everything_is_measured_as_it_was_promised() -> None:
    plan = read_plan([])

    assert plan.is_whole
    assert (plan.mails, plan.rounds, plan.audience, plan.few) == (20_000, 3, 100_000, 2_000)


@pytest.mark.parametrize(
    "asked",
    [["--quick"], ["--mails", "19999"], ["--part", "rates"], ["--without-node"], ["--database", "sqlite"]],
)
def test_whoever_asks_for_less_is_told_that_it_was_not_the_whole(asked: list[str]) -> None:
    assert not read_plan(asked).is_whole


def test_parts_come_in_their_own_order_whatever_was_asked_first() -> None:
    assert read_plan(["--part", "memory", "--part", "rates"]).parts == ("rates", "memory")


def test_what_comes_later_keeps_its_time() -> None:
    plan = read_plan(["--minutes", "5", "--run-seconds", "10"])

    assert plan.left_for("memory") == pytest.approx(300, abs=5)
    assert plan.left_for("latency") == pytest.approx(
        300 - plan.seconds_of("enqueue") - plan.seconds_of("memory"), abs=5
    )
