"""What the sender promises when the database fails it in the middle, on each database."""

import contextlib
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine
from sqlalchemy.exc import InternalError

from service.foundation.errors import Transient
from service.mail.book import Register
from service.mail.dialogue import Dialogue
from service.mail.relay import Relay
from service.mail.smtp import SmtpTransport
from service.mail.stock import Stock
from service.mail.transport import Mail
from service.model.states import MessageState
from service.store.transaction import Writer, transaction
from tests.doubles.house import DELIVERY, House
from tests.faults.server import LOOPBACK, Behaviour, FaultyServer, serving

QUEUED, ACCEPTED, CLAIMED = MessageState.QUEUED, MessageState.ACCEPTED, MessageState.CLAIMED


class DriverError(Exception):
    """Something of the driver."""


@pytest.fixture
def house(engine: Engine) -> House:
    return House(engine)


@pytest.fixture
def server(tmp_path: Path) -> Iterator[FaultyServer]:
    with serving(tmp_path / "ledger", Behaviour(answer_seconds=0.05)) as server:
        yield server


@pytest.fixture
def transport(server: FaultyServer) -> Iterator[SmtpTransport]:
    relay = Relay(host=LOOPBACK, port=server.port, implicit_tls=False)
    with contextlib.closing(SmtpTransport([relay], connections=2)) as transport:
        yield transport


def raising(error: Exception) -> Callable[..., None]:
    def raises(*_: object, **__: object) -> None:
        raise error

    return raises


def stocks() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if "_fill" in thread.name]


def test_a_database_that_only_reads_for_a_while_is_a_passing_trouble(engine: Engine) -> None:
    # PostgreSQL calls it an internal error: that is how a failover to another server begins.
    refusal = InternalError("UPDATE", None, DriverError("cannot execute UPDATE in a read-only transaction"))

    with pytest.raises(Transient), transaction(engine):
        raise refusal
    with pytest.raises(Transient), Writer(engine).transaction():
        raise refusal


def test_nobody_goes_on_taking_mail_for_a_sender_that_has_failed(
    house: House, transport: SmtpTransport, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(10):
        house.post(f"person{number}", kind=DELIVERY)
    monkeypatch.setattr(Dialogue, "hear", raising(ZeroDivisionError("nobody foresaw it")))
    monkeypatch.setattr(Register, "park", raising(Transient("The database is away.")))

    with pytest.raises(Transient):
        house.send(by=transport)

    assert stocks() == []


def test_a_mail_that_cannot_be_put_back_now_leaves_no_other_in_doubt(
    house: House, server: FaultyServer, transport: SmtpTransport, monkeypatch: pytest.MonkeyPatch
) -> None:
    persons = [f"person{number}" for number in range(12)]
    for person in persons:
        house.post(person, kind=DELIVERY)
    asked = 0
    give = Stock.next

    def next_mail(self: Stock, *, relay: str, wait: bool) -> Mail | None:
        nonlocal asked
        asked += 1
        if asked == 4:
            # The lease of what is ready has ended, and at this moment the database is away.
            house.time = house.row(persons[-1]).lease_until or house.time
        return give(self, relay=relay, wait=wait)

    monkeypatch.setattr(Stock, "next", next_mail)
    monkeypatch.setattr(Register, "give_back", raising(Transient("The database is away.")))

    with pytest.raises(Transient):
        house.send(by=transport)

    arrived = len(server.ledger.entries())
    assert arrived
    assert house.counts() == {ACCEPTED: arrived, CLAIMED: len(persons) - arrived}
