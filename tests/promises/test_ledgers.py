"""What every relay's ledger promises, kept by the fake and by the reader of a Postfix log in each of its formats."""

from datetime import datetime, timedelta
from pathlib import Path
from typing import Protocol

import pytest

from service.mail.ledger.relay_ledger import Absent, Fate, Finding, Found, Question, RelayLedger, Unknown
from tests.doubles.ledger import FakeWorld, PostfixWorld

OURS, OTHER = "<ours@rivers.example>", "<other@rivers.example>"


class World(Protocol):
    """A ledger, and what can happen to the relay that keeps it."""

    @property
    def ledger(self) -> RelayLedger: ...

    def takes(self, message_id: str, at: datetime, *, fate: Fate = Fate.SENT) -> None: ...

    def loses(self, message_id: str, at: datetime) -> None: ...

    def waits(self, message_id: str, at: datetime) -> None: ...

    def goes_on(self, until: datetime) -> None: ...

    def close(self) -> None: ...


@pytest.fixture(params=["fake", "traditional", "iso", "rfc5424"])
def world(request: pytest.FixtureRequest, tmp_path: Path, noon: datetime) -> World:
    if request.param == "fake":
        return FakeWorld()
    return PostfixWorld(tmp_path, noon=noon, style=request.param)


def ask(world: World, *submitted: datetime, message_id: str = OURS) -> Finding:
    question = Question(message_id=message_id, submitted=submitted)
    return world.ledger.look_up([question])[message_id]


@pytest.mark.parametrize(
    ("fate", "code"),
    [(Fate.QUEUED, ""), (Fate.SENT, "2.0.0"), (Fate.DEFERRED, "4.4.1"), (Fate.BOUNCED, "5.1.1")],
)
def test_what_it_has_is_found_with_what_became_of_it(
    world: World, noon: datetime, fate: Fate, code: str
) -> None:
    world.takes(OTHER, noon)
    world.takes(OURS, noon, fate=fate)

    found = ask(world, noon)

    assert isinstance(found, Found)
    assert found.queue_id
    assert (found.fate, found.enhanced_code) == (fate, code)


def test_a_client_that_went_away_in_the_middle_left_nothing(world: World, noon: datetime) -> None:
    world.loses(OURS, noon)
    world.goes_on(noon + timedelta(minutes=10))

    assert ask(world, noon) == Absent()


def test_silence_proves_nothing(world: World, noon: datetime) -> None:
    world.takes(OTHER, noon)
    world.goes_on(noon + timedelta(minutes=10))

    assert ask(world, noon) == Unknown()


def test_a_client_that_may_still_send_its_dot_proves_nothing(world: World, noon: datetime) -> None:
    world.waits(OURS, noon)
    world.goes_on(noon + timedelta(minutes=10))

    assert ask(world, noon) == Unknown()


def test_each_submission_must_be_lost_by_itself(world: World, noon: datetime) -> None:
    later = noon + timedelta(minutes=20)
    world.loses(OURS, later)
    world.goes_on(later + timedelta(minutes=10))

    assert ask(world, noon, later) == Unknown()


def test_a_copy_that_was_taken_outweighs_one_that_was_lost(world: World, noon: datetime) -> None:
    world.takes(OURS, noon)
    world.loses(OURS, noon + timedelta(minutes=20))
    world.goes_on(noon + timedelta(hours=1))

    assert isinstance(ask(world, noon, noon + timedelta(minutes=20)), Found)


def test_of_a_mail_whose_submission_is_not_known_nothing_is_proved_absent(
    world: World, noon: datetime
) -> None:
    world.loses(OURS, noon)
    world.goes_on(noon + timedelta(minutes=10))

    question = Question(message_id=OURS, submitted=())

    assert world.ledger.look_up([question]) == {OURS: Unknown()}


def test_every_question_gets_its_own_answer(world: World, noon: datetime) -> None:
    world.takes(OTHER, noon)
    world.loses(OURS, noon + timedelta(minutes=1))
    world.goes_on(noon + timedelta(minutes=10))
    third = "<third@rivers.example>"
    questions = [
        Question(message_id=OTHER, submitted=(noon,)),
        Question(message_id=OURS, submitted=(noon + timedelta(minutes=1),)),
        Question(message_id=third, submitted=(noon + timedelta(minutes=1),)),
    ]

    answers = world.ledger.look_up(questions)

    assert isinstance(answers[OTHER], Found)
    # One lost session speaks for one mail, whichever of the two it was.
    assert sorted(type(answers[one]).__name__ for one in (OURS, third)) == ["Absent", "Unknown"]


def test_what_was_found_takes_nothing_away_from_what_was_lost(world: World, noon: datetime) -> None:
    world.takes(OTHER, noon)
    world.loses(OURS, noon)
    world.goes_on(noon + timedelta(minutes=10))
    questions = [Question(message_id=one, submitted=(noon,)) for one in (OTHER, OURS)]

    answers = world.ledger.look_up(questions)

    assert isinstance(answers[OTHER], Found)
    assert answers[OURS] == Absent()


def test_a_ledger_that_is_closed_says_so_and_tells_nothing(world: World, noon: datetime) -> None:
    world.takes(OURS, noon)
    assert world.ledger.fault() is None

    world.close()

    assert ask(world, noon) == Unknown()
    assert world.ledger.fault()


def test_nothing_asked_is_nothing_answered(world: World) -> None:
    assert world.ledger.look_up([]) == {}
