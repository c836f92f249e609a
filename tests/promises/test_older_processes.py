"""A process of an earlier version that runs on sends nothing that a later rule holds back, and ends in an emergency."""

import time
from datetime import timedelta

import pytest
from sqlalchemy import text
from sqlmodel import select

from service.campaigns.halt import begin_emergency
from service.mail.moves import Fenced, pass_fence
from service.model.message import Message
from service.model.runner import GENERATION, Runner, RunnerKind
from service.model.states import MessageState, ScheduleState
from service.signing.roll import letter_as_it_stands
from service.store.claim import claim_messages
from service.store.engine import make_engine
from service.store.generations import must_be_alone, older_processes
from service.store.sole import Place
from service.store.transaction import reading, transaction
from tests.coalition import Coalition, letter_file
from tests.promises.test_schedules import DAY, Planner

OLDER, SAME = "a" * 32, f"{'b' * 32}:{GENERATION}"
MINUTE = timedelta(minutes=1)
SHARE = text("SELECT pg_try_advisory_lock_shared(20261124)")
ALONE = text("SELECT pg_try_advisory_lock(20261124)")


@pytest.fixture
def planner(engine, root, noon):
    """Give a letter of which a reminder waits, and a process of an earlier version."""
    planner = Planner(engine, root, noon)
    planner.has()
    planner.plans()
    assert planner.tick(after=DAY) == 1
    begin_older(engine, now=planner.now)
    return planner


def begin_older(engine, *, now):
    with transaction(engine) as session:
        # As its code writes it, which knows no generation.
        session.execute(
            text(
                "INSERT INTO runner (id, kind, host, pid, queues, began_at, seen_at)"
                " VALUES (:id, 'worker', 'deadbeef', 1, '', :now, :now)"
            ),
            {"id": OLDER, "now": f"{now:%Y-%m-%d %H:%M:%S.%f}+00:00"},
        )


def carry(planner, owner):
    """Take what is due and let it pass the fence, as a sender does; tells how many pass."""
    with transaction(planner.engine) as session:
        taken = claim_messages(
            session,
            owner=owner,
            now=planner.now,
            lease=MINUTE,
            most=9,
            make_message_id=lambda key: f"<{key}@t>",
        )
    fenced = [Fenced(row=row, content_sha256="0" * 64, destination="x") for row in taken]
    with transaction(planner.engine) as session:
        passed = pass_fence(
            session.connection(), fenced, owner=owner, until=planner.now + MINUTE, now=planner.now
        )
    return len(passed), len(taken)


def states(planner):
    with reading(planner.engine) as session:
        return [one.state for one in session.exec(select(Message)).all()]


def try_it(planner):
    planner.change(trial_since=planner.now)


def hide_it(planner):
    # What an emergency holds at once is not all: this one came in the same moment.
    planner.change(emergency_at=planner.now)


def rest(planner):
    planner.moves("remind", ScheduleState.PAUSED)


def give_it_words(planner):
    with transaction(planner.engine) as session:
        session.execute(text("UPDATE schedule SET words_id = 'w' WHERE name = 'remind'"))


HOLDS = [try_it, hide_it, rest, give_it_words]


@pytest.mark.parametrize("holds", HOLDS)
def test_an_older_sender_does_not_get_it_past_its_fence(planner, holds):
    holds(planner)

    assert carry(planner, OLDER) == (0, 1)
    assert states(planner) == [MessageState.CLAIMED]


def test_an_older_sender_sends_all_else(planner):
    assert carry(planner, OLDER) == (1, 1)
    assert states(planner) == [MessageState.SUBMITTING]


@pytest.mark.parametrize("holds", [try_it, give_it_words])
def test_one_that_knows_the_rules_looks_at_them_itself(planner, holds):
    holds(planner)

    assert carry(planner, SAME) == (1, 1)


def test_what_others_hold_passes_beside_it(planner):
    """The statement that moves many goes on where one is passed over."""
    planner.has(number=3)
    planner.plans("again", days=2)
    assert planner.tick(after=DAY) > 1
    with transaction(planner.engine) as session:
        session.execute(text("UPDATE schedule SET words_id = 'w' WHERE name = 'again'"))

    passed, taken = carry(planner, OLDER)

    assert passed == 1
    assert taken > 1


def test_it_is_told_of_while_it_lives(planner):
    with reading(planner.engine) as session:
        assert [one.id for one in older_processes(session, now=planner.now)] == [OLDER]
        assert older_processes(session, now=planner.now + MINUTE) == []
    with transaction(planner.engine) as session:
        session.execute(text("DELETE FROM runner"))
        now = planner.now
        row = Runner(id="c", kind=RunnerKind.RUN, host="h", pid=1, began_at=now, seen_at=now)
        row.generation = GENERATION
        session.add(row)
    with reading(planner.engine) as session:
        assert older_processes(session, now=planner.now) == []


def test_an_edition_that_is_frozen_meanwhile_is_one_that_it_can_open_and_stands_afterwards(
    engine, root, noon
):
    coalition = Coalition(engine=engine, root=root, now=noon)
    coalition.open(letter_file(more='admit = "everyone"')).sign_and_confirm("“The Baikal” Group")
    coalition.sign_and_confirm("Rhine").close()
    begin_older(engine, now=coalition.now)

    frozen = coalition.propose()

    # It knows no such key, and opens no edition that has one.
    assert "sorting" not in frozen.letter.as_record()
    coalition.wait(days=1)
    again = coalition.propose()
    assert (again.new, again.edition.number) == (False, frozen.edition.number)
    with reading(engine) as session:
        now = letter_as_it_stands(session, coalition.keyring, coalition.campaign(), now=coalition.now)
    assert now.sorting == 1


def test_only_an_emergency_leaves_no_room_for_it(planner):
    with reading(planner.engine) as session:
        assert not must_be_alone(session)
    with transaction(planner.engine) as session:
        begin_emergency(session, planner.campaign.slug, by="ada", now=planner.now)
    with reading(planner.engine) as session:
        assert must_be_alone(session)


@pytest.fixture
def earlier(postgresql_url):
    """Give the connection by which a process of an earlier version holds its place."""
    engine = make_engine(postgresql_url)
    connection = engine.connect().execution_options(isolation_level="AUTOCOMMIT")
    assert connection.execute(SHARE).scalar_one()
    yield connection
    connection.invalidate()
    engine.dispose()


@pytest.fixture
def places(postgresql_url):
    """Give the places of two processes of this version."""
    engines = [make_engine(postgresql_url) for _ in range(2)]
    places = [Place(engine, alone=False) for engine in engines]
    for place in places:
        place.take()
    yield places
    for place, engine in zip(places, engines, strict=True):
        place.leave()
        engine.dispose()


def may_come(engine, question=SHARE):
    with engine.connect() as connection:
        came = connection.execute(question).scalar_one()
        connection.invalidate()
    return came


def test_who_is_of_an_earlier_version_is_cut_off_and_let_in_again(earlier, places):
    for place in (*places, *places):
        place.shut_out_earlier()

    with pytest.raises(Exception, match=r"terminat|closed|lost"):
        earlier.execute(text("SELECT 1"))
    assert not may_come(earlier.engine)
    assert not may_come(earlier.engine, ALONE)
    # Others of this version come and go meanwhile.
    third = Place(places[0]._engine, alone=False)
    third.take()
    third.keep()
    third.leave()

    for place in (*places, *places):
        place.let_earlier_in()

    assert may_come(earlier.engine)
    assert not may_come(earlier.engine, ALONE)


def test_whoever_shuts_them_out_may_die(earlier, places):
    first, second = places
    for place in (second, first, second):
        place.shut_out_earlier()
    gate, other = (first, second) if first._is_gate else (second, first)
    assert not may_come(earlier.engine)

    gate.leave()
    end = time.monotonic() + 10
    while not other._is_gate and time.monotonic() < end:
        # The server lets go of what the dead one held a moment later.
        time.sleep(0.05)
        other.shut_out_earlier()

    assert not may_come(earlier.engine)
