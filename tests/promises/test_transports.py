"""What every Transport promises, kept by the relay in memory and by SMTP against a real server; then SMTP alone."""

import asyncio
import contextlib
import socket
import ssl
import traceback
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any, Protocol

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from service.foundation.clock import now
from service.foundation.errors import Permanent, Refused, Transient, Uncertain
from service.mail.envelope import Envelope
from service.mail.smtp import Relay, SmtpTransport
from service.mail.transport import Deferred, InDoubt, Rejected, RelayDown, Stage, Transport
from tests.doubles.postbox import Fault, Postbox

LOOPBACK = "127.0.0.1"
RECIPIENT = "zoe@office.example"


def envelope(body: bytes = b"Hello.\r\n", *, to: str = RECIPIENT, headers: bytes = b"") -> Envelope:
    return Envelope(
        mail_from="letters@rivers.example",
        rcpt_to=to,
        message_id="<abc@rivers.example>",
        data=b"Subject: Rivers\r\n" + headers + b"\r\n" + body,
    )


class World(Protocol):
    """A transport, and what stands at its other end."""

    @property
    def transport(self) -> Transport: ...

    def fail_next(self, *faults: Fault | None) -> None: ...

    def received(self) -> list[bytes]: ...


class InMemory:
    def __init__(self) -> None:
        self.transport = Postbox()

    def fail_next(self, *faults: Fault | None) -> None:
        self.transport.fail_next(*faults)

    def received(self) -> list[bytes]:
        return [kept.data for kept in self.transport.kept]


@dataclass
class Server:
    """A real SMTP server on loopback that fails where it is told to."""

    faults: deque[Fault | None] = field(default_factory=deque)
    kept: list[bytes] = field(default_factory=list)
    recipients: list[str] = field(default_factory=list)
    commands: list[str] = field(default_factory=list)
    connections: int = 0
    answer: str = "250 2.0.0 Ok: queued as 4XyZab12"
    stall: float = 0
    port: int = 0

    def take(self, stage: Stage) -> Fault | None:
        return (
            self.faults.popleft()
            if self.faults and self.faults[0] and self.faults[0].stage is stage
            else None
        )

    async def end_of_data(self, server: Any, _: object, given: Any) -> str:
        if self.faults and self.faults[0] is None:
            self.faults.popleft()
        await asyncio.sleep(self.stall)
        fault = self.take(Stage.END)
        if fault is None or fault.arrives:
            self.kept.append(given.content)
            self.recipients += given.rcpt_tos
        if fault is not None and fault.code is None:
            server.transport.abort()
        return f"{fault.code} {fault.enhanced} no" if fault else self.answer

    handle_DATA = end_of_data


class FaultySmtp(SMTP):
    """Asks the Server before each command whether it is to fail."""

    transport: Any

    def connection_made(self, transport: Any) -> None:
        super().connection_made(transport)
        self.event_handler.connections += 1
        if self.event_handler.take(Stage.CONNECT):
            transport.abort()

    async def mail(self, arg: str | None) -> None:
        self.event_handler.commands.append(f"MAIL {arg}")
        if not await self._fails(Stage.MAIL):
            await super().smtp_MAIL(arg)

    async def rcpt(self, arg: str | None) -> None:
        if not await self._fails(Stage.RCPT):
            await super().smtp_RCPT(arg)

    async def data(self, arg: str) -> None:
        if not await self._fails(Stage.DATA):
            await super().smtp_DATA(arg)

    smtp_MAIL, smtp_RCPT, smtp_DATA = mail, rcpt, data

    async def _fails(self, stage: Stage) -> bool:
        fault = self.event_handler.take(stage)
        if fault is None:
            return False
        if fault.code is None:
            self.transport.abort()
        else:
            await self.push(f"{fault.code} {fault.enhanced} no such luck for {RECIPIENT}")
        return True


class FaultyController(Controller):
    def factory(self) -> SMTP:
        return FaultySmtp(self.handler, **self.SMTP_kwargs)


@contextlib.contextmanager
def serving(**options: Any) -> Iterator[Server]:
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        port = probe.getsockname()[1]
    server = Server(port=port)
    controller = FaultyController(server, hostname=LOOPBACK, port=port, **options)
    controller.start()
    # Starting the controller connects once.
    server.connections = 0
    try:
        yield server
    finally:
        controller.stop()


class OverSmtp:
    def __init__(self, server: Server) -> None:
        self.server = server
        self.transport = SmtpTransport([plain(server.port)], timeout=5, end_of_data_timeout=5)

    def fail_next(self, *faults: Fault | None) -> None:
        self.server.faults.extend(faults)

    def received(self) -> list[bytes]:
        return self.server.kept


def plain(port: int) -> Relay:
    return Relay(host=LOOPBACK, port=port, implicit_tls=False)


@pytest.fixture(params=["in memory", "over SMTP"])
def world(request: pytest.FixtureRequest) -> Iterator[World]:
    if request.param == "in memory":
        yield InMemory()
        return
    with serving() as server:
        over_smtp = OverSmtp(server)
        yield over_smtp
        over_smtp.transport.close()


FAULTS = [
    # the fault, what is raised, and how often the fence had been called by then
    (Fault(stage=Stage.CONNECT), RelayDown, 0),
    (Fault(stage=Stage.MAIL, code=451, enhanced="4.3.0"), Deferred, 0),
    (Fault(stage=Stage.MAIL, code=421, enhanced="4.7.0"), Deferred, 0),
    (Fault(stage=Stage.MAIL, code=550, enhanced="5.7.1"), Deferred, 0),
    (Fault(stage=Stage.MAIL, code=552, enhanced="5.3.4"), Rejected, 0),
    (Fault(stage=Stage.MAIL), Deferred, 0),
    (Fault(stage=Stage.RCPT, code=450, enhanced="4.7.1"), Deferred, 0),
    (Fault(stage=Stage.RCPT, code=421), Deferred, 0),
    (Fault(stage=Stage.RCPT, code=530, enhanced="5.7.0"), Deferred, 0),
    (Fault(stage=Stage.RCPT, code=550, enhanced="5.1.1"), Rejected, 0),
    (Fault(stage=Stage.RCPT), Deferred, 0),
    (Fault(stage=Stage.DATA, code=452, enhanced="4.3.1"), Deferred, 0),
    (Fault(stage=Stage.DATA, code=554, enhanced="5.6.0"), Rejected, 0),
    (Fault(stage=Stage.DATA), Deferred, 0),
    (Fault(stage=Stage.END, code=451, enhanced="4.2.0"), Deferred, 1),
    (Fault(stage=Stage.END, code=554, enhanced="5.7.1"), Rejected, 1),
    (Fault(stage=Stage.END, arrives=False), InDoubt, 1),
    (Fault(stage=Stage.END, arrives=True), InDoubt, 1),
]
NAMES = [
    f"{fault.stage.value} {fault.code or 'breaks'} {fault.arrives or ''}".strip() for fault, *_ in FAULTS
]


@pytest.mark.parametrize(("fault", "raised", "fence_calls"), FAULTS, ids=NAMES)
def test_a_failure_tells_the_truth(
    world: World, fault: Fault, raised: type[Exception], fence_calls: int
) -> None:
    world.fail_next(fault)
    calls: list[int] = []

    with pytest.raises(raised) as told:
        world.transport.send(envelope(), before_data=lambda: calls.append(1))

    assert type(told.value) is raised
    assert told.value.answer.stage is fault.stage  # type: ignore[attr-defined]  # -- every one of them has an answer
    assert (told.value.answer.code, told.value.answer.enhanced) == (fault.code, fault.enhanced)  # type: ignore[attr-defined]  # -- as above
    assert len(calls) == fence_calls
    assert len(world.received()) == fault.arrives


@pytest.mark.parametrize(("fault", "raised", "fence_calls"), FAULTS, ids=NAMES)
def test_after_a_failure_the_next_mail_goes_through(
    world: World, fault: Fault, raised: type[Exception], fence_calls: int
) -> None:
    world.fail_next(fault)
    with pytest.raises(raised):
        world.transport.send(envelope(b"First.\r\n"), before_data=lambda: None)

    world.transport.send(envelope(b"Second.\r\n"), before_data=lambda: None)

    assert world.received()[-1].endswith(b"Second.\r\n")


@pytest.mark.parametrize(("fault", "raised", "fence_calls"), FAULTS, ids=NAMES)
def test_no_failure_holds_an_address(
    world: World, fault: Fault, raised: type[Exception], fence_calls: int
) -> None:
    world.fail_next(fault)

    with pytest.raises(raised) as told:
        world.transport.send(envelope(), before_data=lambda: None)

    assert "@" not in "".join(traceback.format_exception(told.value))


def test_what_was_taken_is_what_was_sent(world: World) -> None:
    sent = envelope(b"...\r\n.\r\n.hidden\r\n\r\nEnd.\r\n")

    receipt = world.transport.send(sent, before_data=lambda: None)

    assert world.received() == [sent.data]
    assert (receipt.reply_code, receipt.enhanced_code, receipt.tls) == (250, "2.0.0", "")


def test_the_fence_comes_before_the_first_byte_and_once(world: World) -> None:
    seen: list[int] = []

    world.transport.send(envelope(), before_data=lambda: seen.append(len(world.received())))

    assert seen == [0]


class Stopped(Exception):
    """What a fence raises."""


@pytest.mark.parametrize(
    "stop", [Stopped(), Transient("x"), Permanent("x"), Uncertain("x"), KeyboardInterrupt()]
)
def test_where_the_fence_refuses_nothing_is_sent(world: World, stop: BaseException) -> None:
    def refuse() -> None:
        raise stop

    with pytest.raises(type(stop)) as raised:
        world.transport.send(envelope(b"Secret.\r\n"), before_data=refuse)
    world.transport.send(envelope(b"Next.\r\n"), before_data=lambda: None)

    assert raised.value is stop
    assert [data.rpartition(b"\r\n\r\n")[2] for data in world.received()] == [b"Next.\r\n"]


def test_ready_says_whether_anyone_can_be_reached(world: World) -> None:
    world.transport.ready()
    world.transport.send(envelope(), before_data=lambda: None)

    assert len(world.received()) == 1


# SMTP alone


@pytest.fixture
def over_smtp() -> Iterator[OverSmtp]:
    with serving(enable_SMTPUTF8=True) as server:
        world = OverSmtp(server)
        yield world
        world.transport.close()


def carry(transport: Transport, mail: Envelope | None = None) -> Any:
    return transport.send(mail or envelope(), before_data=lambda: None)


def test_one_connection_carries_many(over_smtp: OverSmtp) -> None:
    over_smtp.transport.ready()
    for _ in range(3):
        carry(over_smtp.transport)

    assert over_smtp.server.connections == 1


def test_a_connection_that_broke_in_between_is_made_again(over_smtp: OverSmtp) -> None:
    carry(over_smtp.transport)
    over_smtp.transport._connection.sock.shutdown(socket.SHUT_RDWR)  # type: ignore[union-attr]  # -- it is open

    carry(over_smtp.transport)

    assert (over_smtp.server.connections, len(over_smtp.server.kept)) == (2, 2)


@pytest.mark.parametrize(
    ("answer", "queue_id"),
    [
        ("250 2.0.0 Ok: queued as 4XyZab12", "4XyZab12"),
        ("250 OK id=1qABcd-0001Xy-2a", "1qABcd-0001Xy-2a"),
        ("250 Ok 0100018f2a-abcdef01-000000", "0100018f2a-abcdef01-000000"),
        ("250-2.0.0 Two lines\r\n250 2.0.0 Ok: queued as 9AbCdEf", "9AbCdEf"),
        (f"250 queued as {RECIPIENT}", ""),
        ("250 fine", ""),
    ],
)
def test_the_relays_own_id_is_kept_and_never_an_address(
    over_smtp: OverSmtp, answer: str, queue_id: str
) -> None:
    over_smtp.server.answer = answer

    assert carry(over_smtp.transport).remote_queue_id == queue_id


def test_silence_after_the_end_of_data_is_doubt() -> None:
    with serving() as server:
        server.stall = 0.5
        transport = SmtpTransport([plain(server.port)], end_of_data_timeout=0.1)

        with pytest.raises(InDoubt):
            carry(transport)


def test_nonsense_after_the_end_of_data_is_doubt(over_smtp: OverSmtp) -> None:
    over_smtp.server.answer = "hello?"

    with pytest.raises(InDoubt):
        carry(over_smtp.transport)


def test_a_mail_too_big_for_the_relay_is_rejected_before_it_is_offered() -> None:
    with serving(data_size_limit=1000) as server:
        transport = SmtpTransport([plain(server.port)])

        with pytest.raises(Rejected, match="1000 at most"):
            carry(transport, envelope(b"x" * 70 + b"\r\n" + b"y" * 990 + b"\r\n"))
        carry(transport)
        transport.close()

    assert len(server.kept) == 1
    assert len(server.commands) == 1
    assert f"SIZE={len(envelope().data)}" in server.commands[0]


def test_an_address_beyond_ascii_goes_where_smtputf8_is_offered(over_smtp: OverSmtp) -> None:
    carry(over_smtp.transport, envelope(to="zoë@office.example"))

    assert over_smtp.server.recipients == ["zoë@office.example"]
    assert "SMTPUTF8" in over_smtp.server.commands[0]


def test_an_address_beyond_ascii_is_rejected_where_smtputf8_is_not_offered() -> None:
    with serving() as server:
        transport = SmtpTransport([plain(server.port)])

        with pytest.raises(Rejected, match="SMTPUTF8") as told:
            carry(transport, envelope(to="zoë@office.example"))
        transport.close()

    assert "@" not in str(told.value)
    assert server.commands == []


# Several relays


@pytest.fixture
def two() -> Iterator[tuple[Server, Server, SmtpTransport]]:
    with serving() as first, serving(enable_SMTPUTF8=True) as second:
        transport = SmtpTransport([plain(first.port), plain(second.port)], timeout=5)
        yield first, second, transport
        transport.close()


@pytest.mark.parametrize(
    "fault",
    [
        Fault(stage=Stage.CONNECT),
        Fault(stage=Stage.MAIL),
        Fault(stage=Stage.RCPT),
        Fault(stage=Stage.DATA),
    ],
    ids=lambda fault: fault.stage.value,
)
def test_before_the_fence_the_next_relay_takes_over(
    two: tuple[Server, Server, SmtpTransport], fault: Fault
) -> None:
    first, second, transport = two
    first.faults.append(fault)
    calls: list[int] = []

    receipt = transport.send(envelope(), before_data=lambda: calls.append(1))

    assert (len(first.kept), len(second.kept), len(calls)) == (0, 1, 1)
    assert receipt.relay.endswith(str(second.port))


def test_behind_the_fence_no_other_relay_is_tried(two: tuple[Server, Server, SmtpTransport]) -> None:
    first, second, transport = two
    first.faults.append(Fault(stage=Stage.END))

    with pytest.raises(InDoubt):
        carry(transport)

    assert second.connections == 0


def test_a_mail_that_one_relay_cannot_take_goes_by_the_other(
    two: tuple[Server, Server, SmtpTransport],
) -> None:
    _, second, transport = two

    carry(transport, envelope(to="zoë@office.example"))

    assert second.recipients == ["zoë@office.example"]


def test_where_one_relay_is_down_and_one_breaks_only_this_mail_waits(
    two: tuple[Server, Server, SmtpTransport],
) -> None:
    first, second, transport = two
    first.faults.append(Fault(stage=Stage.CONNECT))
    second.faults.append(Fault(stage=Stage.RCPT))

    with pytest.raises(Deferred) as told:
        carry(transport)

    assert not isinstance(told.value, RelayDown)


def test_where_nobody_can_be_reached_ready_says_so_and_does_not_knock_again_at_once() -> None:
    with serving() as server:
        server.faults.append(Fault(stage=Stage.CONNECT))
        transport = SmtpTransport([plain(server.port)])
        with pytest.raises(RelayDown):
            transport.ready()

        with pytest.raises(RelayDown):
            transport.ready()

        assert server.connections == 1


# TLS and login


@dataclass(frozen=True)
class Authority:
    """A certificate authority of our own, and a server's context for any name."""

    key: ec.EllipticCurvePrivateKey
    certificate: x509.Certificate
    folder: Path

    @property
    def file(self) -> Path:
        path = self.folder / "ca.pem"
        path.write_bytes(self.certificate.public_bytes(serialization.Encoding.PEM))
        return path

    def context_for(self, name: str) -> ssl.SSLContext:
        key = ec.generate_private_key(ec.SECP256R1())
        certificate = issue(name, key, signer=self)
        path = self.folder / f"{name}.pem"
        path.write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM,
                serialization.PrivateFormat.PKCS8,
                serialization.NoEncryption(),
            )
            + certificate.public_bytes(serialization.Encoding.PEM)
        )
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(path)
        return context


def issue(name: str, key: ec.EllipticCurvePrivateKey, *, signer: Authority | None) -> x509.Certificate:
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(signer.certificate.subject if signer else subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now() - timedelta(days=1))
        .not_valid_after(now() + timedelta(days=1))
        .add_extension(x509.BasicConstraints(ca=signer is None, path_length=None), critical=True)
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
    )
    return builder.sign(signer.key if signer else key, hashes.SHA256())


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    key = ec.generate_private_key(ec.SECP256R1())
    return Authority(key, issue("Authority of the tests", key, signer=None), tmp_path_factory.mktemp("ca"))


def to_loopback(host: str, port: int, timeout: float) -> socket.socket:
    del host
    return socket.create_connection((LOOPBACK, port), timeout)


def far(port: int, *, name: str = "relay.test", implicit_tls: bool = False, password: str = "") -> Relay:
    return Relay(
        host=name, port=port, implicit_tls=implicit_tls, user="sender" if password else "", password=password
    )


def test_starttls_is_verified_and_its_version_recorded(authority: Authority) -> None:
    with serving(tls_context=authority.context_for("relay.test")) as server:
        transport = SmtpTransport([far(server.port)], ca_file=authority.file, dial=to_loopback)

        receipt = carry(transport)
        transport.close()

    assert receipt.tls.startswith("TLSv1.3 TLS_")
    assert len(server.kept) == 1


def test_implicit_tls_is_verified(authority: Authority) -> None:
    with serving(ssl_context=authority.context_for("relay.test")) as server:
        relay = far(server.port, implicit_tls=True)
        transport = SmtpTransport([relay], ca_file=authority.file, dial=to_loopback)

        receipt = carry(transport)
        transport.close()

    assert receipt.tls.startswith("TLSv1.3")


@pytest.mark.parametrize(
    ("certified", "trusts_ours"),
    [("other.test", 1), ("relay.test", 0), ("", 1)],
    ids=["another name", "an unknown authority", "no STARTTLS"],
)
def test_nothing_goes_in_clear_text_or_to_a_stranger(
    authority: Authority, certified: str, trusts_ours: int
) -> None:
    context = authority.context_for(certified) if certified else None
    with serving(auth_require_tls=False, tls_context=context) as server:
        transport = SmtpTransport(
            [far(server.port, password="hush")],
            ca_file=authority.file if trusts_ours else None,
            dial=to_loopback,
        )

        with pytest.raises(RelayDown, match=r"certificate|STARTTLS"):
            carry(transport)

    assert (server.kept, server.commands) == ([], [])


@pytest.mark.parametrize(("password", "goes"), [("open sesame", 1), ("wrong", 0)])
def test_a_wrong_password_loses_no_mail_and_stays_secret(password: str, goes: int) -> None:
    def check(server: SMTP, session: object, given: object, mechanism: str, data: Any) -> AuthResult:
        return AuthResult(success=data.password == b"open sesame", handled=False)

    with serving(authenticator=check, auth_require_tls=False, auth_required=True) as server:
        relay = Relay(host=LOOPBACK, port=server.port, implicit_tls=False, user="sender", password=password)
        transport = SmtpTransport([relay])

        with contextlib.nullcontext() if goes else pytest.raises(RelayDown, match="535") as told:
            carry(transport)
        transport.close()

    assert len(server.kept) == goes
    assert told is None or password not in "".join(traceback.format_exception(told.value))


def test_a_file_without_certificates_is_refused(tmp_path: Path) -> None:
    empty = tmp_path / "empty.pem"
    empty.write_text("nothing")

    with pytest.raises(Refused, match="SMTP_CA_FILE"):
        SmtpTransport([plain(25)], ca_file=empty)
