"""What was done stays as it was written: whoever changes, deletes or reorders an event is found out, on each database."""

import threading
from datetime import timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from service.coordinators import audit
from service.coordinators.chain import Head, chain_events, forget_events, head_of, verify_chain
from service.model.audit_event import AuditEvent
from service.store.transaction import reading, transaction
from tests.coalition import Coalition

EVENTS = 6


@pytest.fixture
def coalition(engine, root, noon):
    coalition = Coalition(engine=engine, root=root, now=noon)
    with transaction(engine) as session:
        for number in range(EVENTS):
            audit.record(
                session, by="cli:ada", act="campaign.load", campaign_id=None, thing=str(number), now=noon
            )
    chained(coalition)
    return coalition


def chained(coalition):
    with transaction(coalition.engine) as session:
        return chain_events(session)


def verified(coalition, *heads):
    with reading(coalition.engine) as session:
        return verify_chain(session, heads=heads)


def head(coalition):
    with reading(coalition.engine) as session:
        return head_of(session)


def run(engine, *statements):
    with engine.begin() as connection:
        for statement in statements:
            connection.execute(text(statement))


def unguarded(engine, *statements):
    """Speak to the database as somebody who owns it and has taken its triggers away."""
    if engine.dialect.name == "postgresql":
        table = "ALTER TABLE audit_event"
        run(engine, f"{table} DISABLE TRIGGER USER", *statements, f"{table} ENABLE TRIGGER USER")
        return
    drops = [f"DROP TRIGGER audit_event_{event}_refused" for event in ("update", "delete")]
    run(engine, *drops, *statements)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_event SET actor = 'cli:eve'",
        "UPDATE audit_event SET thing = 'other' WHERE number = 2",
        "UPDATE audit_event SET number = 99 WHERE number = 2",
        "UPDATE audit_event SET hash = NULL WHERE number = 2",
        "DELETE FROM audit_event WHERE number = 6",
        "DELETE FROM audit_event",
    ],
)
def test_the_database_itself_refuses_to_change_or_delete_an_event(coalition, statement):
    with pytest.raises(DBAPIError, match="is frozen"):
        run(coalition.engine, statement)

    assert verified(coalition).faults == ()


def test_one_that_has_no_place_yet_is_guarded_too(coalition):
    with transaction(coalition.engine) as session:
        audit.record(session, by="cli:ada", act="campaign.open", campaign_id=None, now=coalition.now)

    for statement in ("UPDATE audit_event SET act = 'x' WHERE number IS NULL", "DELETE FROM audit_event"):
        with pytest.raises(DBAPIError, match="is frozen"):
            run(coalition.engine, statement)
    assert (chained(coalition), verified(coalition).events) == (1, EVENTS + 1)


SWAPPED = (
    "UPDATE audit_event SET number = 99 WHERE number = 2",
    "UPDATE audit_event SET number = 2 WHERE number = 3",
    "UPDATE audit_event SET number = 3 WHERE number = 99",
)


@pytest.mark.parametrize(
    "statements",
    [
        *(
            (f"UPDATE audit_event SET {column} = 'x' WHERE number = 2",)
            for column in ("actor", "act", "thing", "campaign_id", "hash")
        ),
        ("UPDATE audit_event SET prev = hash WHERE number = 4",),
        ("UPDATE audit_event SET at = '2020-01-01 00:00:00.000000' WHERE number = 4",),
        ("DELETE FROM audit_event WHERE number = 1",),
        ("DELETE FROM audit_event WHERE number = 3",),
        ("DELETE FROM audit_event WHERE number = 6",),
        ("DELETE FROM audit_event WHERE number > 2",),
        SWAPPED,
    ],
)
def test_whoever_takes_the_guards_away_and_changes_something_is_found_out(coalition, statements):
    unguarded(coalition.engine, *statements)

    assert verified(coalition).faults


def test_a_history_that_was_written_anew_does_not_have_the_head_that_was_told(coalition):
    told = head(coalition)
    assert verified(coalition, told).faults == ()
    unguarded(
        coalition.engine,
        "DELETE FROM audit_event WHERE number > 3",
        "UPDATE audit_event SET number = NULL, prev = NULL, hash = NULL, thing = 'other'",
        f"UPDATE audit_chain SET head_number = 0, head_hash = '{'0' * 64}'",
    )
    chained(coalition)

    assert verified(coalition).faults == ()
    assert verified(coalition, told).faults
    assert verified(coalition, Head(number=2, hash=told.hash)).faults


def test_what_two_do_at_once_gets_two_numbers_and_none_is_left_out(coalition):
    def act(name):
        for _ in range(5):
            with transaction(coalition.engine) as session:
                audit.record(session, by=name, act="campaign.load", campaign_id=None, now=coalition.now)
            chained(coalition)

    threads = [threading.Thread(target=act, args=(f"cli:{number}",)) for number in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    chained(coalition)

    found = verified(coalition)
    assert (found.faults, found.events, found.head.number, found.waiting) == ((), 21, 21, 0)


def test_what_is_too_old_goes_from_the_beginning_only_and_the_rest_still_holds(coalition):
    with transaction(coalition.engine) as session:
        later = coalition.now + timedelta(days=1)
        session.add(AuditEvent(at=later, actor="clock", act="campaign.close"))
    chained(coalition)
    told = head(coalition)
    with transaction(coalition.engine) as session:
        forget_events(session, [1, 2, 5])

    found = verified(coalition, told)
    assert (found.faults, found.base, found.events) == ((), 2, EVENTS - 1)
