"""The migrations make what the models say, on both databases, and are numbered without a gap."""

import re
from datetime import datetime

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, column, insert, inspect, table

from service.foundation.errors import Transient
from service.model.incoming_report import IncomingReport
from service.model.message import Message, MessageEvent, MessageKind
from service.model.report_kind import ReportKind
from service.model.tables import metadata
from service.store.migrate import is_up_to_date, migrate
from service.store.transaction import reading, transaction
from tests.house.repository import ROOT, files


def test_migrations_make_the_tables_of_the_models(engine: Engine) -> None:
    with engine.connect() as connection:
        context = MigrationContext.configure(
            connection, opts={"compare_type": True, "include_name": _is_ours}
        )

        assert compare_metadata(context, metadata) == []


def _is_ours(name: str | None, kind: str, _: object) -> bool:
    return not (kind == "table" and (name or "").startswith("procrastinate_"))


def test_both_make_the_same_tables_and_no_others(engine: Engine) -> None:
    tables = set(inspect(engine).get_table_names())

    # What the queue of several workers has on PostgreSQL is brought in by its own library.
    assert {name for name in tables if not name.startswith("procrastinate_")} == {
        *metadata.tables,
        "alembic_version",
    }


def test_migrating_again_changes_nothing(engine: Engine) -> None:
    migrate(engine)

    assert is_up_to_date(engine)


def test_messages_with_their_events_and_reports_survive_the_table_made_anew(
    bare_engine: Engine, noon: datetime
) -> None:
    migrate(bare_engine, to="0003")
    message = Message(
        kind=MessageKind.CONFIRM,
        recipient_ref="anna",
        occurrence="1",
        dedupe_key="confirm||anna|1",
        priority=0,
        due_at=noon,
        expires_at=noon,
        created_at=noon,
        message_id="<a@rivers.example>",
    )
    event = MessageEvent(message_id=message.id, at=noon, was="", became="queued", attempt=0)
    report = IncomingReport(fingerprint=b"f", message_ref=message.id, kind=ReportKind.HARD, received_at=noon)
    rows = (message, event, report)
    with transaction(bare_engine) as session:
        for row in rows:
            # A column that a later migration adds is not there yet, and its default must not be written either.
            there = inspect(session.connection()).get_columns(row.__tablename__)
            columns = [type(row).__table__.c[found["name"]] for found in there]
            as_it_was = table(row.__tablename__, *(column(found.name, found.type) for found in columns))
            values = {found.name: getattr(row, found.name) for found in columns}
            session.execute(insert(as_it_was).values(values))

    migrate(bare_engine)

    with reading(bare_engine) as session:
        assert tuple(session.get(type(row), row.id) for row in rows) == rows
    second = {**rows[0].model_dump(), "id": "b" * 32, "dedupe_key": "another"}
    with pytest.raises(Transient), transaction(bare_engine) as session:
        session.add(Message(**second))


def test_migrations_are_numbered_without_a_gap() -> None:
    found = [path.name for path in files(".py", under="migrations/versions")]

    assert all(re.fullmatch(r"\d{4}_[a-z0-9_]+\.py", name) for name in found)
    assert [int(name[:4]) for name in found] == list(range(1, len(found) + 1))


def test_each_migration_follows_the_one_before() -> None:
    directory = ScriptDirectory(str(ROOT / "migrations"))
    numbers = [path.name[:4] for path in files(".py", under="migrations/versions")]

    chain = [(script.revision, script.down_revision) for script in directory.walk_revisions()]

    assert chain[::-1] == list(zip(numbers, [None, *numbers], strict=False))
