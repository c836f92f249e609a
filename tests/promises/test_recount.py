"""What is kept apart from its rows is counted again, on each database; who is just at work is no difference."""

import logging
import threading
from datetime import timedelta
from types import SimpleNamespace

import pytest
from sqlalchemy import text
from sqlmodel import select

from service.model.message import Message, MessageKind
from service.model.retention import UpkeepRound
from service.model.schedule import Occurrence
from service.model.update import Update
from service.store.guards import GUARDS, missing_guards
from service.store.transaction import reading, transaction
from service.store.wake import Wake
from service.upkeep import recount as recounting
from service.upkeep.recount import What, look, settle
from service.worker.recounting import recount
from tests.coalition import Coalition, letter_file
from tests.promises import test_planned_updates as planned
from tests.promises.test_schedules import DAY, Planner
from tests.promises.test_updates import Letter
from tests.reminding import pass_time


@pytest.fixture
def planner(engine, root, noon):
    return Planner(engine, root, noon)


def night(letter):
    """Take the round of a night; gives how many differences it found."""
    services = SimpleNamespace(engine=letter.engine, clock=lambda: letter.now, wake=Wake())
    return recount(services, "test")


def next_night(letter):
    letter.now += DAY
    return night(letter)


def warnings(letter):
    with reading(letter.engine) as session:
        found = select(Message.occurrence).where(Message.kind == MessageKind.ALERT)
        return sorted(
            one.rpartition(":")[0].partition(":")[2].partition(":")[0] for one in session.exec(found)
        )


def fired(planner, *, number=3):
    planner.has(number=number)
    planner.plans()
    assert planner.tick(after=DAY) == number


def put(letter, table, **values):
    with transaction(letter.engine) as session:
        row = session.exec(select(table)).one()
        for name, value in values.items():
            setattr(row, name, value)
        session.add(row)


def value(letter, table, name):
    with reading(letter.engine) as session:
        return getattr(session.exec(select(table)).one(), name)


def test_in_a_house_that_nobody_touched_all_numbers_agree(planner):
    fired(planner)
    letter = Letter(planner.engine, planner.keyring.root, planner.now)
    letter.signed(4)
    start = letter.start()
    letter.post(start)

    assert (night(letter), warnings(letter)) == (0, [])
    with reading(planner.engine) as session:
        row = session.exec(select(UpkeepRound)).one()
    assert (row.looked_at, row.differences, row.ended_at) == (2, 0, letter.now)


def test_a_number_that_differs_is_put_right_told_and_logged_in_numbers_only(planner, caplog):
    fired(planner)
    put(planner, Occurrence, posted=7)
    with caplog.at_level(logging.ERROR):
        assert night(planner) == 1

    assert value(planner, Occurrence, "posted") == 3
    assert warnings(planner) == ["occurrence"]
    (line,) = [one.getMessage() for one in caplog.records]
    assert "kept 7, counted 3, put right" in line
    assert (next_night(planner), warnings(planner)) == (0, ["occurrence"])


def test_it_is_counted_once_a_night(planner):
    fired(planner)
    night(planner)
    put(planner, Occurrence, posted=7)

    assert night(planner) == 0
    assert next_night(planner) == 1


def test_an_update_is_put_right_too(engine, root, noon):
    letter = Letter(engine, root, noon)
    letter.signed(4)
    letter.send()
    put(letter, Update, recipients=2)

    assert night(letter) == 1
    assert value(letter, Update, "recipients") == 4


def test_a_planned_update_is_counted_by_its_update_alone(planner):
    planned.has_signed(planner, number=3)
    planned.plans(planner)
    assert planner.tick(after=DAY) == 3

    assert next_night(planner) == 0
    assert warnings(planner) == []


def test_what_still_fires_is_not_counted(planner):
    planner.has(number=4)
    planner.plans()
    planner.now += DAY
    planner.begin()
    planner.post(parts=1, most=2)
    put(planner, Occurrence, posted=9)

    assert night(planner) == 0


def test_of_a_sending_that_no_step_led_to_a_person_is_told_and_nothing_is_changed(engine, root, noon):
    coalition = Coalition(engine=engine, root=root, now=noon)
    coalition.open(letter_file(more='admit = "everyone"')).sign_and_confirm("Lake Alliance").close().propose()
    coalition.approve_all().release()
    coalition.deliver_mail()
    assert night(coalition) == 0

    with transaction(engine) as session:
        session.execute(text("UPDATE delivery SET state = 'answered'"))
    assert next_night(coalition) == 1
    coalition.deliver_mail()
    (told,) = [
        mail for mail in coalition.mails() if "borne out by any of its steps" in " ".join(mail.text.split())
    ]
    assert told.to == "letter@rivers.example"
    with reading(engine) as session:
        assert session.execute(text("SELECT state FROM delivery")).scalars().all() == ["answered"]


def test_a_round_that_was_stopped_is_gone_on_with(planner, monkeypatch):
    monkeypatch.setattr(recounting, "AT_A_TIME", 1)
    planner.has(number=2)
    for name in ("one", "two", "three"):
        planner.plans(name, days=1, clock=f"0{len(name)}:00")
    planner.tick(after=2 * DAY)
    stopped = Wake()
    services = SimpleNamespace(engine=planner.engine, clock=lambda: planner.now, wake=stopped)
    looks = []
    stopped.is_stopping = lambda: looks.append(1) or len(looks) > 2
    recount(services, "test")
    assert value(planner, UpkeepRound, "looked_at") == 2

    planner.now += timedelta(hours=1)
    night(planner)
    assert value(planner, UpkeepRound, "looked_at") == 3
    assert value(planner, UpkeepRound, "ended_at") == planner.now


def test_while_updates_are_posted_and_people_confirm_nothing_differs(engine, root, noon):
    coalition = Coalition(engine=engine, root=root, now=noon)
    coalition.open(letter_file(more='admit = "everyone"')).sign_and_confirm("Lake Alliance")
    letter = Letter(engine, root, noon)
    letter.signed(5)
    ended, found, failed = threading.Event(), [], []

    def count_on_and_on():
        while not ended.is_set():
            for what in What:
                with reading(engine) as session:
                    looked = look(session, what, after="")
                for thing in looked.differing:
                    with transaction(engine) as session:
                        found.append(settle(session, what, thing))

    def work():
        try:
            for number in range(12):
                coalition.sign_and_confirm(f"Group {number}")
                letter.signed(3)
                letter.send()
                pass_time(engine, coalition.keyring, lead=DAY, now=noon + timedelta(hours=20 * number))
        except Exception as error:
            failed.append(error)
            raise
        finally:
            ended.set()

    counter, worker = threading.Thread(target=count_on_and_on), threading.Thread(target=work)
    counter.start()
    worker.start()
    worker.join(120)
    counter.join(120)

    assert failed == []
    assert [one for one in found if one is not None] == []


def test_the_guards_are_those_that_the_migrations_made(engine):
    with reading(engine) as session:
        assert missing_guards(session) == frozenset()
        found = (
            "SELECT name FROM sqlite_master WHERE type = 'trigger'"
            if engine.dialect.name == "sqlite"
            else "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal AND tgrelid::regclass::text !~ 'procrastinate'"
        )
        assert set(session.execute(text(found)).scalars()) == GUARDS


def test_a_guard_that_is_lost_is_told(planner, caplog):
    name = "signature_update_moves_page"
    where = " ON signature" if planner.engine.dialect.name == "postgresql" else ""
    with planner.engine.begin() as connection:
        connection.execute(text(f"DROP TRIGGER {name}{where}"))
    with caplog.at_level(logging.ERROR):
        night(planner)

    assert name in caplog.text
    assert value(planner, UpkeepRound, "differences") == 1


def test_what_agrees_when_it_is_looked_at_again_is_no_difference(planner):
    fired(planner)
    letter = Letter(planner.engine, planner.keyring.root, planner.now)
    letter.signed(2)
    letter.send()
    with transaction(planner.engine) as session:
        things = [
            (What.OCCURRENCE, session.exec(select(Occurrence.id)).one()),
            (What.UPDATE, session.exec(select(Update.id)).one()),
            (What.DELIVERY, "gone"),
        ]
        assert [settle(session, what, thing) for what, thing in things] == [None, None, None]
