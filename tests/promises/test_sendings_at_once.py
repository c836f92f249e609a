"""What is shown of the copies of a letter is asked of the database in as few questions for many offices as for one."""

from collections.abc import Iterator, Mapping
from datetime import datetime

import pytest
from sqlalchemy import Engine, event
from sqlmodel import select

from service.delivery.follow import follow_deliveries
from service.delivery.otherwise import instead_of
from service.delivery.report import campaign_report
from service.delivery.sendings import editions_seen, sendings_of
from service.delivery.steps import move_delivery
from service.foundation.sealing import RootKey
from service.model.delivery import Delivery
from service.model.states import DeliveryState
from service.store.transaction import reading, transaction
from tests.coalition import OUTWARD, Coalition, letter_file

MANY = 12
OFFICE = """
[[recipients]]
name = "Office {number}"
emails = ["office-{number}@office.example"]
channels = ["email", "post"]
address = ["{number} Palace Square", "Capital City"]
country = "US"
"""


@pytest.fixture
def coalition(engine: Engine, root: RootKey, noon: datetime) -> Coalition:
    """Give a letter to many offices, of which some copies left, some failed and some wait for somebody."""
    one = Coalition(engine=engine, root=root, now=noon)
    tables = "".join(OFFICE.format(number=number) for number in range(1, MANY))
    one.open(letter_file(more='admit = "everyone"', tables=tables)).sign_and_confirm("Lake Alliance")
    one.close().propose()
    one.approve_all().release()
    one.deliver_mail()
    with transaction(engine) as session:
        follow_deliveries(session, now=one.now)
        failing = select(Delivery).where(
            Delivery.state == DeliveryState.HANDED_OVER, Delivery.channel == "email"
        )
        for delivery in session.exec(failing).all()[1::2]:
            move_delivery(session, delivery, DeliveryState.FAILED, evidence="sent back", now=one.now)
    return one


@pytest.fixture
def asked(engine: Engine) -> Iterator[list[str]]:
    """Give every statement that is sent to the database."""
    statements: list[str] = []

    def note(_: object, __: object, statement: str, *___: object) -> None:
        statements.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    yield statements
    event.remove(engine, "before_cursor_execute", note)


def edition_of(coalition: Coalition) -> str:
    with reading(coalition.engine) as session:
        (edition,) = editions_seen(session, coalition.keyring, coalition.campaign())
    return edition.id


def numbers_of(statements: list[str], *tables: str) -> Mapping[str, int]:
    return {table: sum(f"FROM {table}" in one for one in statements) for table in tables}


def test_steps_pictures_and_faults_are_read_once_for_all_sendings(
    coalition: Coalition, asked: list[str]
) -> None:
    edition = edition_of(coalition)
    with reading(coalition.engine) as session:
        campaign = coalition.campaign()
        asked.clear()
        seen = sendings_of(session, coalition.keyring, campaign, edition)

    assert len(seen) > MANY
    assert all(one.steps for one in seen)
    assert numbers_of(asked, "delivery_event", "delivery_file", "carriage") == {
        "delivery_event": 1,
        "delivery_file": 1,
        "carriage": 1,
    }
    assert len(asked) < MANY


def test_the_other_ways_of_all_that_failed_are_found_at_once(coalition: Coalition, asked: list[str]) -> None:
    edition = edition_of(coalition)
    with reading(coalition.engine) as session:
        campaign = coalition.campaign()
        asked.clear()
        found = instead_of(session, coalition.keyring, campaign, edition, OUTWARD)

    assert len(found) > 1
    assert all(found.values())
    assert len(asked) <= len(found)


def test_a_report_reads_the_steps_of_all_copies_at_once(coalition: Coalition, asked: list[str]) -> None:
    with reading(coalition.engine) as session:
        campaign = coalition.campaign()
        asked.clear()
        told = campaign_report(session, coalition.keyring, campaign)["deliveries"]

    assert len(told) > MANY
    assert all(one["evidence"] for one in told)
    assert numbers_of(asked, "delivery_event") == {"delivery_event": 1}
