"""What a session promises, on each database: reading writes nothing and forgets nothing that is worth keeping."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import literal, text
from sqlalchemy.exc import IntegrityError
from sqlmodel import select

from service.foundation.errors import Transient
from service.model.confirming_code import CodeChannel, ConfirmingCode
from service.store.engine import make_engine
from service.store.held import ask_once
from service.store.insert import add_once, insert_quickly
from service.store.transaction import reading, transaction

NOON = datetime(2026, 11, 26, 12, tzinfo=UTC)


def code(signature="a" * 32, **given):
    values = {"channel": CodeChannel.MAIL, "generation": 1, "digest": b"\x00\xff", "expires_at": NOON}
    return ConfirmingCode(signature_id=signature, **{**values, **given})


def codes(engine):
    with reading(engine) as session:
        return session.exec(select(ConfirmingCode).order_by(ConfirmingCode.signature_id)).all()


def test_what_is_written_while_reading_is_refused_or_forgotten(engine) -> None:
    try:
        with reading(engine) as session:
            session.add(code())
            session.flush()
    except Transient:
        assert engine.dialect.name == "postgresql"
    assert codes(engine) == []


def fall_asleep_while_another_waits(engine):
    with transaction(engine) as session:
        session.execute(text("SET idle_in_transaction_session_timeout = '50ms'"))
        insert_quickly(session, code(tries=1))
        with transaction(engine) as other:
            # It waits for the first to say whether it keeps the row, and the first says nothing.
            assert insert_quickly(other, code(tries=2), conflict="DO NOTHING")
        session.execute(text("SELECT 1"))


def test_who_sleeps_in_a_transaction_does_not_hold_the_others_for_ever(postgresql_url) -> None:
    engine = make_engine(postgresql_url)
    with reading(engine) as session:
        assert session.execute(text("SHOW idle_in_transaction_session_timeout")).scalar_one() == "5min"

    with pytest.raises(Transient):
        fall_asleep_while_another_waits(engine)

    assert codes(engine)[0].tries == 2
    engine.dispose()


def test_what_was_prepared_is_kept_from_one_reading_to_the_next(postgresql_url) -> None:
    engine = make_engine(postgresql_url)
    for _ in range(10):
        with reading(engine) as session:
            session.execute(select(literal(1).label("asked_often")))
    with reading(engine) as session:
        prepared = session.execute(text("SELECT statement FROM pg_prepared_statements")).scalars().all()
    engine.dispose()
    assert any("asked_often" in statement for statement in prepared)


def test_a_row_is_inserted_as_it_stands(engine) -> None:
    with transaction(engine) as session:
        assert insert_quickly(session, code(channel=CodeChannel.READ_OUT, tries=3))
    (found,) = codes(engine)
    assert (found.channel, found.generation, found.digest) == (CodeChannel.READ_OUT, 1, b"\x00\xff")
    assert (found.tries, found.expires_at, found.used_at) == (3, NOON, None)


def test_a_row_in_the_way_stays_or_changes_as_was_said(engine) -> None:
    with transaction(engine) as session:
        session.add(code())
        # What waits in the session is written first.
        assert not insert_quickly(session, code(tries=4), conflict="(signature_id, channel) DO NOTHING")
    assert codes(engine)[0].tries == 0
    with transaction(engine) as session:
        change = "(signature_id, channel) DO UPDATE SET tries = excluded.tries"
        assert insert_quickly(session, code(tries=4), conflict=change)
    assert codes(engine)[0].tries == 4


def test_a_row_in_the_way_of_which_nothing_was_said_is_an_error(engine) -> None:
    with transaction(engine) as session:
        insert_quickly(session, code())
    with pytest.raises(Transient) as told, transaction(engine) as session:
        insert_quickly(session, code(tries=4))
    assert isinstance(told.value.__cause__, IntegrityError)
    assert codes(engine)[0].tries == 0


def test_who_adds_a_row_once_goes_on_with_it(engine) -> None:
    with transaction(engine) as session:
        mine = code()
        assert add_once(session, mine)
        mine.tries = 2
        assert session.get(ConfirmingCode, (mine.signature_id, CodeChannel.MAIL)) is mine
    assert codes(engine)[0].tries == 2


def test_who_comes_second_adds_nothing(engine) -> None:
    with transaction(engine) as session:
        add_once(session, code())
    with transaction(engine) as session:
        late = code(tries=5)
        assert not add_once(session, late)
        assert late not in session
    assert codes(engine)[0].tries == 0


def test_who_reads_asks_once_and_who_writes_each_time(engine) -> None:
    asked = []

    def ask():
        asked.append(1)

    with reading(engine) as session:
        for key in ("one", "one", "two"):
            ask_once(session, key, ask)
    assert len(asked) == 2
    with transaction(engine) as session:
        for _ in range(2):
            ask_once(session, "one", ask)
    assert len(asked) == 4
