"""What a statement for many rows promises, on each database: every cell arrives as it was given."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from sqlalchemy import Column, Integer, MetaData, String, Table, select

from service.foundation.errors import Transient
from service.model.columns import Moment
from service.store.rows import run_for_rows, touch_rows
from service.store.transaction import Writer, transaction

# Names that begin with one another, and with the names of the statement's own parameters.
THINGS = Table(
    "thing",
    MetaData(),
    Column("id", String, primary_key=True),
    Column("id_of", String),
    Column("number", Integer),
    Column("at", Moment),
    Column("at_last", Moment),
    Column("word", String),
)
COLUMNS = {"id": "text", "id_of": "text", "id_of_it": "text", "number": "integer"}
INSERT = (
    "INSERT INTO thing (id, id_of, word, number, at, at_last)"
    " SELECT v.id, v.id_of, v.id_of_it, v.number, :at, :at_last FROM {v}"
)
SET = (
    "UPDATE thing SET id_of = v.id_of, number = v.number + :n, word = :nth, at = :at"
    " FROM {v} WHERE thing.id = v.id RETURNING thing.id"
)
NOON = datetime(2026, 11, 24, 12, 0, 0, 250_000, tzinfo=UTC)
TEXTS = [
    "",
    "plain",
    "it's",
    'a "quoted" word',
    "back\\slash \\' \\\"",
    '{"a": [1, null, "}{"], "b": {}}',
    "{a,b}",
    "{",
    "NULL",
    "null",
    "a,b",
    " spaces ",
    "lines\nand\ttabs\r\n",
    ":at %(at)s %s %% ? $1 v.id {v}",
    "Grüß Привет 你好 مرحبا 👩‍👩‍👧 ཚེ་རིང་",
    "\u2028\ufeff\u200e",
    "x" * 5000,
]


@pytest.fixture
def engine(bare_engine):
    THINGS.create(bare_engine)
    return bare_engine


def run(engine, sql, rows, *, columns=COLUMNS, **values):
    with transaction(engine) as session:
        return run_for_rows(session.connection(), sql, columns=columns, rows=rows, **values)


def touch(engine, sql, rows, *, columns, **values):
    with transaction(engine) as session:
        return touch_rows(session.connection(), sql, columns=columns, rows=rows, **values)


def put(engine, rows):
    return run(engine, INSERT, rows, at=NOON, at_last=NOON + timedelta(days=1))


def found(engine):
    with engine.connect() as connection:
        return {row.id: row for row in connection.execute(select(THINGS))}


def test_every_text_arrives_as_it_was_given(engine):
    put(engine, [(f"{number}", text, text, number) for number, text in enumerate(TEXTS)])

    rows = found(engine)
    assert [rows[str(number)].id_of for number in range(len(TEXTS))] == TEXTS
    assert [rows[str(number)].word for number in range(len(TEXTS))] == TEXTS


def test_every_text_is_found_and_given_back(engine):
    put(engine, [(text, None, None, 1) for text in TEXTS])

    touched = touch(
        engine,
        SET,
        [(text, "seen", 2) for text in TEXTS],
        columns={"id": "text", "id_of": "text", "number": "integer"},
        n=1,
        nth="",
        at=NOON,
    )

    assert touched == set(TEXTS)
    assert {row.id_of for row in found(engine).values()} == {"seen"}


def test_nothing_stays_nothing(engine):
    put(engine, [("a", None, None, None), ("b", "", "x", 0), ("c", None, "NULL", None)])

    assert [(row.id_of, row.word, row.number) for _, row in sorted(found(engine).items())] == [
        (None, None, None),
        ("", "x", 0),
        (None, "NULL", None),
    ]


def test_a_column_of_nothing_but_none_is_one(engine):
    put(engine, [("a", None, None, None), ("b", None, None, None)])

    assert {(row.id_of, row.word, row.number) for row in found(engine).values()} == {(None, None, None)}


@pytest.mark.parametrize("number", [0, -1, 2**31 - 1, -(2**31)])
def test_whole_numbers_arrive(engine, number):
    put(engine, [("a", None, None, number)])

    assert found(engine)["a"].number == number


def test_moments_are_kept_as_their_columns_keep_them(engine):
    elsewhere = timezone(timedelta(hours=5, minutes=30))
    run(engine, INSERT, [("a", None, None, 1)], at=NOON.astimezone(elsewhere), at_last=None)
    with engine.begin() as connection:
        connection.execute(THINGS.insert().values(id="b", at=NOON))

    rows = found(engine)
    assert rows["a"].at == rows["b"].at == NOON
    assert rows["a"].at_last is None
    with engine.connect() as connection:
        same = select(THINGS.c.id).where(THINGS.c.at == NOON)
        assert set(connection.execute(same).scalars()) == {"a", "b"}


def test_each_row_gets_its_own_values_and_the_statement_its_common_ones(engine):
    put(engine, [(f"{number}", "old", "old", number) for number in range(700)])

    touched = touch(
        engine,
        SET,
        [(f"{number}", f"new {number}", number * 10) for number in range(0, 1400, 2)],
        columns={"id": "text", "id_of": "text", "number": "integer"},
        n=3,
        nth="third",
        at=NOON + timedelta(hours=1),
    )

    rows = found(engine)
    assert touched == {f"{number}" for number in range(0, 700, 2)}
    for number in range(700):
        row = rows[str(number)]
        even = number % 2 == 0
        assert (row.id_of, row.number, row.word, row.at) == (
            (f"new {number}", number * 10 + 3, "third", NOON + timedelta(hours=1))
            if even
            else ("old", number, "old", NOON)
        )


def test_a_row_that_the_statement_passes_over_is_not_given_back(engine):
    put(engine, [("a", None, None, 1), ("b", None, None, 2)])

    touched = touch(
        engine,
        "UPDATE thing SET number = 9 FROM {v} WHERE thing.id = v.id AND thing.number = v.number RETURNING thing.id",
        [("a", 1), ("b", 1), ("nobody", 1)],
        columns={"id": "text", "number": "integer"},
    )

    assert touched == {"a"}
    assert [row.number for _, row in sorted(found(engine).items())] == [9, 2]


def test_what_touches_no_row_gives_nothing(engine):
    values = {"n": 1, "nth": "", "at": NOON}
    columns = {"id": "text", "id_of": "text", "number": "integer"}

    assert touch(engine, SET, [("nobody", "x", 1)], columns=columns, **values) == set()
    assert put(engine, [("a", None, None, 1)]) == []


def test_no_rows_at_all_do_nothing(engine):
    assert put(engine, []) == []
    assert found(engine) == {}


def test_it_is_kept_or_not_with_its_transaction(engine):
    def put_and_fail():
        with transaction(engine) as session:
            run_for_rows(
                session.connection(),
                INSERT,
                columns=COLUMNS,
                rows=[("a", None, None, 1)],
                at=NOON,
                at_last=NOON,
            )
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        put_and_fail()

    assert found(engine) == {}


def test_a_row_that_somebody_else_made_is_told_plainly_and_keeps_the_others_out(engine):
    put(engine, [("a", None, None, 1)])

    with pytest.raises(Transient, match="Somebody else"):
        put(engine, [("b", None, None, 1), ("a", None, None, 1)])

    assert set(found(engine)) == {"a"}


def test_no_value_is_told_where_a_statement_fails(engine):
    put(engine, [("a", None, None, 1)])

    with pytest.raises(Transient) as told:
        put(engine, [("b", "a secret", "another", 1), ("a", None, None, 1)])

    assert "secret" not in str(told.value)
    assert "secret" not in str(told.value.__cause__)


def test_after_a_failure_the_kept_connection_serves_again(engine):
    writer = Writer(engine)
    rows = {"columns": COLUMNS, "at": NOON, "at_last": NOON}
    with writer.transaction() as connection:
        run_for_rows(connection, INSERT, rows=[("a", None, None, 1)], **rows)
    with pytest.raises(Transient), writer.transaction() as connection:
        run_for_rows(connection, INSERT, rows=[("a", None, None, 1)], **rows)
    with writer.transaction() as connection:
        run_for_rows(connection, INSERT, rows=[("b", None, None, 1)], **rows)
    writer.close()

    assert set(found(engine)) == {"a", "b"}


def test_cells_whose_names_begin_with_one_another_are_told_apart(engine):
    put(engine, [("a", None, None, 1)])

    touched = touch(
        engine,
        "UPDATE thing SET id_of = v.c, word = v.column, number = v.co FROM {v} WHERE thing.id = v.id RETURNING thing.id",
        [("a", "short", "long", 5)],
        columns={"id": "text", "c": "text", "column": "text", "co": "integer"},
    )

    row = found(engine)["a"]
    assert touched == {"a"}
    assert (row.id_of, row.word, row.number) == ("short", "long", 5)


def test_more_rows_than_one_statement_takes_are_all_done(engine):
    rows = [(f"{number}", "x", "y", number) for number in range(8000)]

    put(engine, rows)
    touched = touch(
        engine,
        "UPDATE thing SET number = 0 FROM {v} WHERE thing.id = v.id AND thing.number = v.number RETURNING thing.id",
        [(id_, number, "", "") for id_, _, _, number in [*rows, ("nobody", "", "", 1)]],
        columns={"id": "text", "number": "integer", "first": "text", "second": "text"},
    )

    assert len(found(engine)) == 8000
    assert touched == {id_ for id_, *_ in rows}
    assert {row.number for row in found(engine).values()} == {0}
