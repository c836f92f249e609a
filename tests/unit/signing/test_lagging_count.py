"""A letter of some thousands is counted whenever somebody asks; one of very many is not counted at each of its changes."""

from types import SimpleNamespace

import pytest

from service.signing.lagging_count import MANY, LaggingCount
from service.signing.queries import Counts


class Counting:
    """Count one more each time, in half a second of a clock that only this moves."""

    def __init__(self, fewest: int = MANY) -> None:
        self.fewest, self.now, self.asked = fewest, 100.0, 0
        self.counted = LaggingCount(self._ask, clock=lambda: self.now)

    def _ask(self, *_: object) -> Counts:
        self.asked += 1
        self.now += 0.5
        return Counts(organizations=1, individuals=self.fewest - 2 + self.asked)

    def count(self, letter: str = "one", *, after: float = 0) -> int:
        """Give which of all its counts the number is of."""
        self.now += after
        return self.counted.count(None, SimpleNamespace(id=letter)).individuals - self.fewest + 2


def test_few_are_counted_each_time():
    counting = Counting(fewest=MANY - 10)

    assert [counting.count() for _ in range(3)] == [1, 2, 3]


@pytest.mark.parametrize(("after", "number"), [(0, 1), (9.4, 1), (9.6, 2)])
def test_what_takes_long_stands_for_twenty_times_as_long(after, number):
    counting = Counting()
    counting.count()

    assert counting.count(after=after) == number


def test_a_number_that_was_given_late_is_made_anew_once_it_is_time():
    counting = Counting()
    turns = []

    def turn(*, after: float) -> None:
        counting.now += after
        turns.append(counting.counted.turn("one"))

    counting.count()
    turn(after=20)
    counting.count(after=0)
    counting.count(after=1)
    turn(after=1)
    turn(after=10)
    counting.count()
    turn(after=0)
    turn(after=100)

    # Nothing was owed, nor is it time; then it is; after the count nothing is owed any more.
    assert turns == [0, 0, 1, 1, 1]


def test_a_letter_says_nothing_of_another():
    counting = Counting()

    assert (counting.count("one"), counting.count("two"), counting.count("one")) == (1, 2, 1)
