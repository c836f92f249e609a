"""Every fault of a relay, against the real sender on each database: what becomes of a mail, and how often it arrived."""

import dataclasses
import socket
import ssl
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from enum import Enum
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from sqlalchemy import Engine
from sqlmodel import Session

from service.mail.envelope import Draft
from service.mail.relay import Relay
from service.mail.smtp import SmtpTransport
from service.model.message import Message, MessageKind
from service.model.states import MessageState
from tests.doubles.house import CONFIRM, DELIVERY, House
from tests.faults.server import EXTENSIONS, LOOPBACK, Behaviour, Fault, FaultyServer, Manner, Moment, serving

SILENT_SECONDS = 0.4
PATIENT_SECONDS = 10.0


class Ends(Enum):
    """What a fault must come to at once."""

    GOES = MessageState.ACCEPTED
    WAITS = MessageState.QUEUED
    REFUSED = MessageState.REFUSED
    DOUBT = MessageState.UNCERTAIN


def answers(moment: Moment, *replies: str) -> list[Fault]:
    return [Fault(at=moment, reply=reply) for reply in replies]


def usual_but(manner: Manner) -> list[Fault]:
    # In the middle of a body the server has nothing to say.
    return [Fault(at=moment, manner=manner, keeps=True) for moment in Moment if moment is not Moment.BODY]


BROKEN = (Manner.CUT, Manner.SILENCE, Manner.HALF_CLOSE)
PASSING = ("421 4.7.0 closing", "450 4.2.0 busy", "451 4.3.0 trouble", "452 4.3.1 full")
FINAL = ("550 5.1.1 nobody", "552 5.3.4 too big", "550 5.7.1 policy", "554 5.6.0 no")
OURS = ("550 5.7.1 policy", "530 5.7.0 log in")
BEFORE_A_MAIL = (Moment.GREETING, Moment.EHLO)
OFFERING = (Moment.MAIL, Moment.RCPT, Moment.DATA)
TABLE: list[tuple[Fault, Ends]] = [
    # Nobody can be reached: no mail is touched, whatever the server says.
    *((fault, Ends.WAITS) for moment in BEFORE_A_MAIL for fault in answers(moment, PASSING[0], FINAL[2])),
    *((Fault(at=moment, manner=manner), Ends.WAITS) for moment in BEFORE_A_MAIL for manner in BROKEN),
    # Before the end of data the server has no duty: what breaks is tried again.
    *((fault, Ends.WAITS) for moment in OFFERING for fault in answers(moment, *PASSING)),
    *((Fault(at=moment, manner=manner), Ends.WAITS) for moment in OFFERING for manner in BROKEN),
    *((fault, Ends.WAITS) for fault in answers(Moment.MAIL, *OURS)),
    *((fault, Ends.REFUSED) for fault in answers(Moment.MAIL, FINAL[1])),
    *((fault, Ends.REFUSED) for moment in OFFERING[1:] for fault in answers(moment, *FINAL)),
    # After the fence only the server's word tells. A small mail is written whole before its line breaks.
    *((Fault(at=Moment.BODY, manner=manner), Ends.DOUBT) for manner in BROKEN),
    *((fault, Ends.WAITS) for fault in answers(Moment.END, *PASSING)),
    *((fault, Ends.REFUSED) for fault in answers(Moment.END, *FINAL)),
    *((fault, Ends.DOUBT) for fault in answers(Moment.END, "hello", "999 what", "150 odd")),
    *((Fault(at=Moment.END, manner=manner), Ends.DOUBT) for manner in BROKEN),
    *((Fault(at=Moment.END, manner=manner, keeps=True), Ends.DOUBT) for manner in BROKEN),
    # Slow is not broken.
    *((fault, Ends.GOES) for manner in (Manner.LATE, Manner.DRIP) for fault in usual_but(manner)),
]

# A letter is never repeated by itself; only in doubt is a confirmation treated otherwise.
CASES = [
    (fault, ends, kind)
    for fault, ends in TABLE
    for kind in ((DELIVERY, CONFIRM) if ends is Ends.DOUBT else (DELIVERY,))
]


@pytest.fixture
def house(engine: Engine) -> House:
    return House(engine)


@pytest.fixture
def server(tmp_path: Path) -> Iterator[FaultyServer]:
    with serving(tmp_path / "ledger") as server:
        yield server


def send(house: House, server: FaultyServer, *, relay: Relay | None = None, **more: Any) -> int:
    """Send what is due by a transport of its own, as a process that was just started does."""
    silent = any(fault.manner is Manner.SILENCE for fault in server.behaviour.faults)
    patience = SILENT_SECONDS if silent else PATIENT_SECONDS
    relays = [relay or Relay(host=LOOPBACK, port=server.port, implicit_tls=False)]
    transport = SmtpTransport(relays, timeout=patience, end_of_data_timeout=patience, **more)
    try:
        return house.send(by=transport)
    finally:
        transport.close()


def send_until_nothing_moves(house: House, server: FaultyServer) -> None:
    for _ in range(4):
        house.wait(timedelta(minutes=20))
        house.free()
        send(house, server)


def copies(server: FaultyServer) -> int:
    return len(server.ledger.entries())


@pytest.mark.parametrize(
    ("fault", "ends", "kind"), CASES, ids=[f"{fault}-{kind}" for fault, _, kind in CASES]
)
def test_a_fault_ends_in_the_state_that_is_true(
    house: House, server: FaultyServer, fault: Fault, ends: Ends, kind: MessageKind
) -> None:
    house.post(kind=kind)
    server.behaviour.faults.append(fault)

    send(house, server)

    goes_once_more = ends is Ends.DOUBT and kind is CONFIRM
    assert not server.behaviour.faults, "the fault was not met"
    assert house.state() is (MessageState.QUEUED if goes_once_more else ends.value)
    assert house.row().possible_duplicate is goes_once_more
    assert copies(server) == fault.keeps

    send_until_nothing_moves(house, server)

    settled = (
        ends.value if ends in {Ends.REFUSED, Ends.DOUBT} and not goes_once_more else MessageState.ACCEPTED
    )
    assert house.state() is settled
    assert copies(server) == fault.keeps + (settled is MessageState.ACCEPTED and ends is not Ends.GOES)
    assert len({entry.sha256 for entry in server.ledger.entries()}) <= 1


@pytest.mark.parametrize("ends", [Ends.WAITS, Ends.DOUBT])
def test_a_fault_of_one_mail_is_not_the_next_ones(house: House, server: FaultyServer, ends: Ends) -> None:
    for person in ("anna", "bela"):
        house.post(person, kind=DELIVERY)
    moment = Moment.RCPT if ends is Ends.WAITS else Moment.END
    server.behaviour.faults.append(Fault(at=moment, manner=Manner.CUT))

    send(house, server)

    assert sorted(house.state(person).value for person in ("anna", "bela")) == sorted(
        [ends.value.value, "accepted"]
    )
    assert copies(server) == 1


@pytest.mark.parametrize("missing", ["PIPELINING", "SIZE", "8BITMIME", "ENHANCEDSTATUSCODES", ""])
def test_a_relay_without_an_extension_takes_the_mail(
    house: House, server: FaultyServer, missing: str
) -> None:
    kept = tuple(name for name in EXTENSIONS if missing and not name.startswith(missing))
    server.behaviour.extensions = kept
    house.post()

    send(house, server)

    assert (house.state(), copies(server)) == (MessageState.ACCEPTED, 1)


def test_a_relay_that_knows_no_ehlo_loses_nothing(house: House, server: FaultyServer) -> None:
    server.behaviour.knows_ehlo = False
    house.post()

    send(house, server)

    # It may be spoken to by HELO or left alone; the mail is there or still waits, never neither.
    assert (house.state(), copies(server)) in {(MessageState.ACCEPTED, 1), (MessageState.QUEUED, 0)}


def test_a_greylisting_relay_gets_it_at_the_third_try(house: House, server: FaultyServer) -> None:
    server.behaviour.greylists = 2
    house.post(kind=DELIVERY)

    for _ in range(3):
        send(house, server)
        house.time = max(house.time, house.row().due_at)

    assert (house.state(), house.row().attempt, copies(server)) == (MessageState.ACCEPTED, 3, 1)


def test_a_relay_that_asks_for_the_data_of_nobody_keeps_nothing(house: House, server: FaultyServer) -> None:
    server.behaviour.careless = True
    server.behaviour.faults.append(Fault(at=Moment.RCPT, reply=FINAL[0]))
    house.post(kind=DELIVERY)

    send(house, server)

    assert (house.state(), copies(server)) == (MessageState.REFUSED, 0)


# Letters beyond ASCII


class FarHouse(House):
    """A house whose recipient's address needs SMTPUTF8."""

    def compose(self, session: Session, message: Message) -> Draft:
        return dataclasses.replace(super().compose(session, message), to="zoë@lakes.example")


@pytest.mark.parametrize("offers", [True, False])
def test_a_relay_that_refuses_smtputf8_refuses_the_mail(
    engine: Engine, server: FaultyServer, offers: int
) -> None:
    house = FarHouse(engine)
    house.post()
    server.behaviour.refuses_smtputf8 = True
    if not offers:
        server.behaviour.extensions = EXTENSIONS[:-1]

    send(house, server)

    assert (house.state(), copies(server)) == (MessageState.REFUSED, 0)


# TLS that is not to be trusted


def self_signed(folder: Path) -> ssl.SSLContext:
    """Make a server's context whose certificate nobody has a reason to trust."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "faulty.test")])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(datetime(2020, 1, 1, tzinfo=UTC))
        .not_valid_after(datetime(2120, 1, 1, tzinfo=UTC))
        .sign(key, hashes.SHA256())
    )
    file = folder / "self-signed.pem"
    file.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        + certificate.public_bytes(serialization.Encoding.PEM)
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    return context


def to_loopback(_: str, port: int, timeout: float) -> socket.socket:
    return socket.create_connection((LOOPBACK, port), timeout)


@pytest.mark.parametrize("wrong", ["a stranger's certificate", "clear text", "no STARTTLS"])
def test_where_tls_is_wrong_the_mail_waits_and_no_byte_of_it_leaves(
    house: House, tmp_path: Path, wrong: str
) -> None:
    tls = self_signed(tmp_path) if wrong == "a stranger's certificate" else None
    house.post(kind=DELIVERY)
    with serving(tmp_path / "ledger", Behaviour(tls=tls)) as server:
        far = Relay(host="faulty.test", port=server.port, implicit_tls=wrong != "no STARTTLS")

        send(house, server, relay=far, dial=to_loopback)

        assert (house.state(), house.row().attempt, copies(server)) == (MessageState.QUEUED, 0, 0)
