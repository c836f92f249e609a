"""Neither the bytes of an answer nor its time tell who has signed; `make enumeration` asks two thousand times each."""

import itertools
import math
import sys

import pytest

from tests.coalition import Coalition
from tests.enumeration.ask import WHO, ask
from tests.enumeration.rank_sum import are_alike, p_value

WITHIN_MS = 1.0
"""Nobody across a network can tell such a difference from its own noise with the tries that the limits allow."""


# With few rounds medians are uncertain, and of many pairs one differs by chance: then only what is plain is called out.
UNLIKELY, PLAIN, MANY = 0.01, 0.0001, 1000


def test_no_answer_tells_who_has_signed(coalition: Coalition, rounds: int) -> None:
    answers = ask(coalition, rounds=rounds)

    pairs = {
        (one, other): p_value(answers.times[one], answers.times[other])
        for one, other in itertools.combinations(WHO, 2)
    }
    report = "\n".join(
        [f"{who:<14} median {middle:7.3f} ms" for who, middle in answers.medians().items()]
        + [f"{one} / {other}: p = {p:.3f}" for (one, other), p in pairs.items()]
    )
    sys.stdout.write(f"\n{rounds} each on {coalition.engine.dialect.name}\n{report}\n")
    assert len(answers.bodies) == 1
    assert all(len(times) == rounds for times in answers.times.values())
    unlikely = UNLIKELY if rounds >= MANY else PLAIN
    different = [
        (one, other)
        for one, other in pairs
        if not are_alike(answers.times[one], answers.times[other], within=WITHIN_MS, unlikely=unlikely)
    ]
    assert different == [], report


@pytest.mark.parametrize(
    ("one", "other", "p"),
    [
        # By hand: U = 10 where 12.5 is expected, no ties, z = 2 / 4.787.
        ([1.0, 2.0, 3.0, 4.0, 5.0], [1.5, 2.5, 3.5, 4.5, 5.5], 0.6761),
        ([1.0] * 20, [1.0] * 20, 1.0),
        (list(range(30)), list(range(100, 130)), 0.0),
    ],
)
def test_the_rank_sum_is_what_the_books_say(one: list[float], other: list[float], p: float) -> None:
    assert math.isclose(p_value(one, other), p, abs_tol=5e-4)


@pytest.mark.parametrize(("shift", "alike"), [(0.0, True), (0.4, True), (3.0, False)])
def test_a_difference_that_is_there_is_found(shift: float, *, alike: bool) -> None:
    one = [10 + number % 37 / 10 for number in range(400)]

    assert are_alike(one, [time + shift for time in one], within=WITHIN_MS, unlikely=PLAIN) is alike
