"""Statements without a session keep what they should, and survive a server that was restarted."""

from datetime import UTC, date, datetime

import pytest

from service.foundation.errors import Transient
from service.store.direct import Direct
from service.store.transaction import transaction
from tests.doubles.house import in_parallel

MOMENT = datetime(2026, 11, 26, 12, 30, 15, 250_000, tzinfo=UTC)
NOTE = (
    "INSERT INTO follow_up (signature_id, opened_at) VALUES (:id, :opened)"
    " ON CONFLICT (signature_id) DO NOTHING"
)
COUNT_DAY = (
    "INSERT INTO mailbox_day (day, mailbox, typed, written) VALUES (:day, :mailbox, 1, 0) RETURNING typed"
)
BROKEN = "INSERT INTO mailbox_day (day, mailbox, typed, written) VALUES (:day, NULL, 1, 0)"
ADD = (
    "INSERT INTO mailbox_day (day, mailbox, typed, written) SELECT :day, v.mailbox, v.typed, 0 FROM {v} WHERE true"
    " ON CONFLICT (day, mailbox) DO UPDATE SET typed = mailbox_day.typed + excluded.typed"
    " RETURNING mailbox, typed, typed > 3"
)
COLUMNS = {"mailbox": "bytea", "typed": "integer"}
DAY = date(2026, 11, 26)


@pytest.fixture(params=[True, False], ids=["lasting", "fleeting"])
def line(request, engine):
    return Direct(engine, lasting=request.param)


def noted(engine):
    with transaction(engine) as session:
        return session.connection().exec_driver_sql("SELECT signature_id FROM follow_up").scalars().all()


def cut_all(line):
    """Do as a server does that is restarted: every connection that rests is gone."""
    for resting in line._idle:
        # SQLite has no server: its connections are only ever closed by ourselves.
        if resting.prepared is not None:
            resting.connection.connection.dbapi_connection.close()


def note(line, name, *, mailbox=b"m", last=COUNT_DAY):
    return line.run_as_one((NOTE, last), id=name, opened=MOMENT, day=DAY, mailbox=mailbox)


def test_all_of_them_are_kept_and_the_last_one_answers(engine, line):
    assert note(line, "one") == 1
    assert noted(engine) == ["one"]


def test_none_is_kept_where_one_fails(engine, line):
    with pytest.raises(Transient):
        note(line, "one", last=BROKEN)
    assert noted(engine) == []

    assert note(line, "two") == 1
    assert noted(engine) == ["two"]


def test_many_rows_go_in_at_once_and_come_back_with_their_types(line):
    rows = [(b"\x00\xff", 2), (b"other", 5)]

    assert sorted(map(tuple, line.run(ADD, columns=COLUMNS, rows=rows, day=DAY))) == [
        (b"\x00\xff", 2, 0),
        (b"other", 5, 1),
    ]
    assert [row[1] for row in line.run(ADD, columns=COLUMNS, rows=rows[:1], day=DAY)] == [4]


def test_a_value_that_was_nothing_before_may_be_something_later(engine, line):
    update = (
        "UPDATE follow_up SET opened_at = COALESCE(:later, opened_at) WHERE signature_id = :id RETURNING 1"
    )
    note(line, "one")

    assert line.run_as_one((NOTE, update), id="one", opened=MOMENT, later=None) == 1
    assert line.run_as_one((NOTE, update), id="one", opened=MOMENT, later=MOMENT) == 1
    assert line.run_as_one((NOTE, update), id="none", opened=MOMENT, later=MOMENT) in {None, 1}


def test_a_server_that_was_restarted_is_asked_again(engine, line):
    note(line, "one")
    cut_all(line)

    assert note(line, "two", mailbox=b"n") == 1
    assert sorted(noted(engine)) == ["one", "two"]


def test_many_at_one_moment_wait_for_a_connection_and_lose_nothing(engine, line):
    in_parallel(40, lambda number: note(line, f"{number:02}", mailbox=f"{number}".encode()))

    assert len(noted(engine)) == 40
    assert len(line._idle) <= 8


def test_nothing_rests_once_the_engine_is_disposed_of(engine, line):
    note(line, "one")

    engine.dispose()

    assert not line._idle
