"""The database is tidied, on each system: nothing of what was deleted is left in files, and nobody waits for long."""

import threading
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import text

from service.foundation.errors import Transient
from service.model.message import MessageEvent
from service.store import vacuum
from service.store.transaction import reading, transaction
from service.store.vacuum import after_purge, room_of, tidy, write_anew

WORD = "canary-of-a-deleted-row"
ROWS = 4000
# PostgreSQL keeps its files itself.
only_on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def fill(engine, *, rows=ROWS):
    at = datetime(2026, 11, 24, 12, tzinfo=UTC)
    with transaction(engine) as session:
        session.add_all(
            [
                MessageEvent(message_id="none", at=at, was="", became="queued", attempt=0, reason=WORD)
                for _ in range(rows)
            ]
        )


def empty(engine):
    with transaction(engine) as session:
        session.execute(text("DELETE FROM message_event"))


def empty_and_fail(engine):
    with transaction(engine) as session:
        session.execute(text("DELETE FROM message_event"))
        raise Transient("the relay is away")


def files(engine):
    database = Path(engine.url.database)
    return {path.name: path.read_bytes() for path in database.parent.glob(f"{database.name}*")}


def test_after_many_were_deleted_no_file_holds_a_byte_of_them(engine):
    fill(engine)
    empty(engine)
    assert after_purge(engine)

    if engine.dialect.name == "sqlite":
        assert [name for name, data in files(engine).items() if WORD.encode() in data] == []


@only_on_sqlite
def test_who_reads_for_long_keeps_nobody_waiting(engine):
    fill(engine)
    with reading(engine) as session:
        session.execute(text("SELECT count(*) FROM message_event")).scalar_one()
        empty(engine)
        # A log that is still read stays until the night, and those who write go on.
        assert not after_purge(engine)
        fill(engine, rows=1)
    assert after_purge(engine)


def test_at_night_a_small_database_with_much_room_is_written_anew_and_keeps_its_rows(engine):
    fill(engine)
    before = room_of(engine)
    empty(engine)
    fill(engine, rows=3)
    assert tidy(engine) is (engine.dialect.name == "sqlite")

    after = room_of(engine)
    assert (after.empty, after.total < before.total) == (0, engine.dialect.name == "sqlite")
    with reading(engine) as session:
        assert session.execute(text("SELECT count(*) FROM message_event")).scalar_one() == 3
    assert tidy(engine) is False


@only_on_sqlite
def test_a_large_one_is_left_to_a_person(engine, monkeypatch):
    fill(engine)
    empty(engine)
    monkeypatch.setattr(vacuum, "SMALL_BYTES", 1000)
    assert tidy(engine) is False
    assert room_of(engine).is_worth_it

    write_anew(engine)
    assert not room_of(engine).is_worth_it


def test_a_connection_that_tidied_still_writes_whole_transactions(engine):
    fill(engine)
    write_anew(engine)
    after_purge(engine)
    with pytest.raises(Transient, match="away"):
        empty_and_fail(engine)

    with reading(engine) as session:
        assert session.execute(text("SELECT count(*) FROM message_event")).scalar_one() == ROWS


def test_while_it_is_written_anew_those_who_write_wait_and_lose_nothing(engine):
    fill(engine)
    failed = []

    def write():
        try:
            for _ in range(20):
                fill(engine, rows=1)
        except Transient as error:
            failed.append(error)

    threads = [threading.Thread(target=write) for _ in range(2)]
    for thread in threads:
        thread.start()
    for _ in range(5):
        write_anew(engine)
    for thread in threads:
        thread.join()

    assert failed == []
    with reading(engine) as session:
        assert session.execute(text("SELECT count(*) FROM message_event")).scalar_one() == ROWS + 40
