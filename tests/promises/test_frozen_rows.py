"""What was frozen stays as it was frozen, whoever speaks to the database; only a purge removes it."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from tests.coalition import Coalition

CHANGES = [
    "UPDATE edition SET content = :bytes",
    "UPDATE edition SET fingerprint = :word",
    "UPDATE edition SET number = number + 1",
    "UPDATE edition SET revision_id = :word",
    "UPDATE edition SET kind = 'addendum'",
    "UPDATE edition SET follows = :word",
    "UPDATE edition SET frozen_at = :moment",
    "UPDATE edition SET released_at = NULL",
    "UPDATE edition SET released_at = :moment",
    "DELETE FROM edition",
    "UPDATE letter_revision SET content = :bytes",
    "UPDATE letter_revision SET sha256 = :word",
    "UPDATE letter_revision SET number = number + 1",
    "DELETE FROM letter_revision",
    "UPDATE approval SET decision = 'changes'",
    "DELETE FROM approval",
]


@pytest.fixture
def released(engine, root, noon):
    coalition = Coalition(engine=engine, root=root, now=noon).open().sign_and_confirm("Lake Alliance")
    accept_all(coalition)
    coalition.close().propose()
    coalition.approve_all().release()
    return coalition


def accept_all(coalition):
    run(coalition, "UPDATE signature SET accepted_at = :moment")


def run(coalition, statement):
    values = {"bytes": b"other", "word": "f" * 32, "moment": coalition.now.replace(year=2030)}
    used = {name: value for name, value in values.items() if f":{name}" in statement}
    with coalition.engine.begin() as connection:
        connection.execute(text(statement), used)


def rows(coalition):
    with coalition.engine.connect() as connection:
        return [
            connection.execute(text(f"SELECT * FROM {table} ORDER BY id")).all()
            for table in ("edition", "letter_revision", "approval")
        ]


def test_no_statement_changes_what_was_frozen(released):
    before = rows(released)

    for statement in CHANGES:
        with pytest.raises(DBAPIError, match="is frozen"):
            run(released, statement)

    assert rows(released) == before


def test_a_letter_whose_keys_were_shredded_can_be_purged(released):
    run(released, "DELETE FROM campaign_key")
    for table in ("issued_copy", "delivery_event", "delivery", "approval", "edition"):
        run(released, f"DELETE FROM {table}")

    assert rows(released)[0] == []


def test_a_stopped_edition_stays_void(released):
    run(released, "UPDATE edition SET voided_at = :moment")

    with pytest.raises(DBAPIError, match="is frozen"):
        run(released, "UPDATE edition SET voided_at = NULL")


def test_an_approver_may_think_again_until_the_release(engine, root, noon):
    coalition = Coalition(engine=engine, root=root, now=noon).open().sign_and_confirm("Lake Alliance")
    accept_all(coalition)
    coalition.close().propose()
    coalition.approve_all()

    run(coalition, "UPDATE approval SET decision = 'changes'")

    with coalition.engine.connect() as connection:
        decisions = connection.execute(text("SELECT DISTINCT decision FROM approval")).scalars().all()
    assert decisions == ["changes"]
