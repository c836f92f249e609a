"""What every carrier promises, on the simulator of its other side, whatever that does: one letter, and nothing told that is not so."""

import contextlib
import logging
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.delivery.parcel import InDoubt, NotNow, NotTaken
from service.foundation.logs import set_up_logs
from tests.carriers import ASKING, Killed, Side, Told, Trouble, carry
from tests.doubles.impostor import Wrong, impostor
from tests.doubles.relay import free_port
from tests.doubles.unanswering import deaf, mute
from tests.sides import SIDES

TAKES = [Trouble.SILENT_AFTER, Trouble.CLOSES_AFTER, Trouble.HALF, Trouble.TAKES_AND_FAILS]
QUICK = [trouble for trouble in Trouble if "silent" not in trouble.value]
# What the words of the other side themselves say, whichever way it is.
SAID = {
    Trouble.REFUSES: NotTaken,
    Trouble.THROTTLES: NotNow,
}
# Of these nobody can know, where the other side knows no keys.
UNKNOWN = [*(trouble for trouble in Trouble if "before" in trouble.value), *TAKES]


@pytest.fixture(params=SIDES)
def side(request: pytest.FixtureRequest) -> Iterator[Side]:
    with SIDES[request.param]() as side:
        yield side


@pytest.fixture(params=["regulations", "cwc"])
def keyless(request: pytest.FixtureRequest) -> Iterator[Side]:
    with SIDES[request.param]() as side:
        yield side


@pytest.fixture(params=["lob", "pingen", "soapbox", "pec"])
def keyed(request: pytest.FixtureRequest) -> Iterator[Side]:
    with SIDES[request.param]() as side:
        yield side


@pytest.fixture
def logged(caplog: pytest.LogCaptureFixture) -> Iterator[pytest.LogCaptureFixture]:
    """Keep the logs as the service keeps them, with nothing hidden in them."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    hooks = sys.excepthook, threading.excepthook
    set_up_logs(as_json=False)
    root.handlers[:] = [caplog.handler]
    root.setLevel(logging.DEBUG)
    yield caplog
    root.handlers[:] = handlers
    root.setLevel(level)
    sys.excepthook, threading.excepthook = hooks


def is_told_truly(side: Side, told: Told) -> None:
    """Hold what was told of a parcel that had never gone before against what the office has."""
    has = side.letters()
    assert has <= 1
    if told.receipt:
        assert has == 1
    elif isinstance(told.error, NotTaken):
        assert has == 0
    elif isinstance(told.error, NotNow):
        # By its key it may go again, whatever became of it.
        assert has == 0 or side.knows_keys


def may_go_again(side: Side, told: Told) -> bool:
    return side.knows_keys or isinstance(told.error, NotNow)


def test_a_letter_that_meets_no_trouble_is_there_once(side: Side) -> None:
    told = carry(side)

    assert told.receipt
    assert (told.fences, side.letters()) == (1, 1)


@pytest.mark.parametrize("trouble", Trouble)
def test_whatever_goes_wrong_is_told_truly_and_makes_no_second_letter(
    side: Side, trouble: Trouble, logged: pytest.LogCaptureFixture
) -> None:
    side.goes_wrong(trouble)

    told = carry(side)

    is_told_truly(side, told)
    assert isinstance(told.error, SAID.get(trouble, NotNow | NotTaken | InDoubt | None))
    if may_go_again(side, told):
        assert carry(side, again=told.fences > 0).receipt
        assert side.letters() == 1
    for secret in side.secrets:
        assert secret not in told.words
        assert secret not in logged.text


@pytest.mark.parametrize("trouble", UNKNOWN)
def test_where_no_key_is_known_whatever_breaks_off_is_left_to_a_person(
    keyless: Side, trouble: Trouble
) -> None:
    keyless.goes_wrong(trouble)

    assert isinstance(carry(keyless).error, InDoubt)
    assert keyless.letters() == (trouble in TAKES)


@pytest.mark.parametrize("trouble", TAKES)
def test_what_has_arrived_is_found_again_by_its_key_and_not_sent_again(keyed: Side, trouble: Trouble) -> None:
    keyed.goes_wrong(trouble)
    carry(keyed)
    assert keyed.letters() == 1

    assert carry(keyed, again=True).receipt
    assert carry(keyed, again=True).receipt
    assert keyed.letters() == 1


@settings(max_examples=15)
@given(troubles=st.lists(st.sampled_from(QUICK), max_size=4))
@pytest.mark.parametrize("name", SIDES)
def test_whatever_goes_wrong_however_often_there_is_one_letter_at_most(
    name: str, troubles: list[Trouble]
) -> None:
    with SIDES[name]() as side:
        again = False
        for trouble in troubles:
            side.goes_wrong(trouble)
            told = carry(side, again=again)
            again = again or told.fences > 0
            assert side.letters() <= 1
            if not may_go_again(side, told):
                return
        side.goes_well()

        assert carry(side, again=again).receipt
        assert side.letters() == 1


def test_a_process_that_dies_at_the_fence_has_sent_nothing(side: Side) -> None:
    def die() -> None:
        raise Killed

    with pytest.raises(Killed):
        carry(side, at_the_fence=die)

    assert side.letters() == 0
    assert not any(mark in side.heard() for mark in side.marks)
    if side.knows_keys:
        assert carry(side, again=True).receipt
        assert side.letters() == 1


@contextlib.contextmanager
def nobody() -> Iterator[int]:
    yield free_port()


@pytest.mark.parametrize(
    ("there", "s"),
    [(nobody, ""), (deaf, ""), (mute, ""), (mute, "s")],
    ids=["nobody listens", "nobody takes it up", "nobody speaks", "nobody begins TLS"],
)
def test_where_nobody_is_there_for_it_nothing_is_sent_and_it_goes_again(
    side: Side, there: Callable[[], AbstractContextManager[int]], s: str
) -> None:
    with there() as port:
        carrier, parcel = side.elsewhere(port, s, ASKING)

        with pytest.raises(NotNow):
            carrier.carry(parcel, fence=lambda: None)


@pytest.mark.parametrize("wrong", Wrong)
def test_who_cannot_prove_who_it_is_hears_nothing(side: Side, wrong: Wrong) -> None:
    with impostor(wrong) as stranger:
        trusting = replace(ASKING, ca_file=stranger.trusted)
        carrier, parcel = side.elsewhere(stranger.port, "s", trusting)

        with pytest.raises(NotNow):
            carrier.carry(parcel, fence=lambda: None)

        # Who is what it says it is gets as far as to be spoken to: nothing else keeps the others from it.
        assert bool(stranger.believed) == (wrong is Wrong.NOTHING)
        assert wrong is Wrong.NOTHING or stranger.heard == b""


def test_who_asks_to_come_less_often_and_says_when_is_taken_at_its_word(side: Side) -> None:
    side.goes_wrong(Trouble.THROTTLES)

    told = carry(side)

    assert isinstance(told.error, NotNow)
    assert (told.error.again_after is not None) == side.says_when
    assert not side.says_when or told.error.again_after >= timedelta(seconds=30)
