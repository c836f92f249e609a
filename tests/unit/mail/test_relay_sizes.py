"""What our relays take is asked apart, once for a while, and never waited for without end."""

import threading

from service.delivery.letter_mail import THE_SETTING, allowed
from service.mail.sizes import FRESH_SECONDS, RelaySizes

SMALL = {"small.example:25": 9_000_000}


class Clock:
    """A clock that goes by hand."""

    def __init__(self) -> None:
        self.at = 0.0

    def __call__(self) -> float:
        return self.at


def test_an_answer_holds_for_a_while_also_that_none_came():
    answers, clock = [{}, SMALL, {}], Clock()
    sizes = RelaySizes(lambda: answers.pop(0), clock=clock)

    assert (sizes.known(), sizes.known(), len(answers)) == ({}, {}, 2)
    clock.at += FRESH_SECONDS
    assert (sizes.known(), sizes.known(), len(answers)) == (SMALL, SMALL, 1)
    # A relay that cannot be reached now will take no more than it did.
    clock.at += FRESH_SECONDS
    assert (sizes.known(), len(answers)) == (SMALL, 0)


def test_nobody_waits_for_long_and_all_wait_for_the_same_answer():
    answered, asked = threading.Event(), []

    def ask():
        asked.append(None)
        answered.wait(10)
        return SMALL

    sizes = RelaySizes(ask, wait_seconds=0.01)

    assert [sizes.known(), sizes.known()] == [{}, {}]
    answered.set()
    for _ in range(1000):
        if sizes.known():
            break
    assert (sizes.known(), len(asked)) == (SMALL, 1)


def test_the_smallest_is_what_a_letter_may_have_and_who_says_so():
    assert allowed(7_000_000, {}) == (7_000_000, THE_SETTING)
    assert allowed(7_000_000, SMALL) == (7_000_000, THE_SETTING)
    assert allowed(20_000_000, {**SMALL, "b.example:25": 10_000_000}) == (9_000_000, "small.example:25")
