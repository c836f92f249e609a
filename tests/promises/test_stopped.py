"""What a process promises that is told to stop while it sends, on each database."""

import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine

from service.mail.relay import Relay
from service.mail.smtp import SmtpTransport
from service.model.states import MessageState
from tests.doubles.house import DELIVERY, House, Interrupted
from tests.faults.server import LOOPBACK, Behaviour, FaultyServer, serving

PERSONS = 30
QUEUED, ACCEPTED, UNCERTAIN = MessageState.QUEUED, MessageState.ACCEPTED, MessageState.UNCERTAIN


@pytest.fixture
def house(engine: Engine) -> House:
    return House(engine)


@pytest.fixture
def server(tmp_path: Path) -> Iterator[FaultyServer]:
    with serving(tmp_path / "ledger", Behaviour(answer_seconds=0.1)) as server:
        yield server


def transport_to(port: int, house: House) -> SmtpTransport:
    return SmtpTransport(
        [Relay(host=LOOPBACK, port=port, implicit_tls=False)],
        connections=3,
        is_stopping=lambda: house.is_stopping,
        stop_seconds=0.5,
    )


def post_many(house: House) -> None:
    for number in range(PERSONS):
        house.post(f"person{number}", kind=DELIVERY)


def stop(house: House) -> None:
    house.is_stopping = True


def stop_after_the_first(house: House, server: FaultyServer) -> None:
    """Stop as soon as one mail has arrived, however slow the machine is."""
    end = time.monotonic() + 20
    while not server.ledger.entries() and time.monotonic() < end:
        time.sleep(0.01)
    stop(house)


def test_no_mail_leaves_after_the_process_was_told_to_stop(house: House) -> None:
    post_many(house)
    relay = Interrupted(before=lambda: stop(house))

    house.send(by=relay)

    assert relay.postbox.kept == []
    assert house.counts() == {QUEUED: PERSONS}
    assert {house.row(f"person{number}").attempt for number in range(PERSONS)} == {0}


def test_the_relays_last_words_are_heard_and_all_else_waits(house: House, server: FaultyServer) -> None:
    post_many(house)
    threading.Thread(target=stop_after_the_first, args=[house, server], daemon=True).start()

    house.send(by=transport_to(server.port, house))

    arrived = len(server.ledger.entries())
    assert 0 < arrived < PERSONS
    assert house.counts() == {ACCEPTED: arrived, QUEUED: PERSONS - arrived}
    attempts = {
        row.attempt for row in map(house.row, (f"person{n}" for n in range(PERSONS))) if row.state is QUEUED
    }
    assert attempts == {0}


def test_what_a_relay_does_not_answer_for_is_in_doubt_and_keeps_nobody(
    house: House, server: FaultyServer
) -> None:
    server.behaviour.answer_seconds = 60
    post_many(house)
    threading.Thread(target=stop_after_the_first, args=[house, server], daemon=True).start()
    began = time.monotonic()

    house.send(by=transport_to(server.port, house))

    assert time.monotonic() - began < 5
    submitted = len(server.ledger.entries())
    assert 0 < submitted <= 3
    assert house.counts() == {UNCERTAIN: submitted, QUEUED: PERSONS - submitted}


def test_a_relay_that_cannot_be_reached_keeps_nobody(house: House) -> None:
    post_many(house)
    unreached = threading.Event()

    def dial(host: str, port: int, timeout: float) -> socket.socket:
        unreached.wait(20)
        raise TimeoutError

    transport = SmtpTransport(
        [Relay(host=LOOPBACK, port=1, implicit_tls=False)], dial=dial, is_stopping=lambda: house.is_stopping
    )
    threading.Timer(0.3, stop, [house]).start()
    began = time.monotonic()

    assert house.send(by=transport) == 0

    assert time.monotonic() - began < 5
    assert house.counts() == {QUEUED: PERSONS}
    unreached.set()
