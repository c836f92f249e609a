"""What SMTP does beyond the promises of every transport (tests/promises): relays, TLS, login, extensions."""

import contextlib
import socket
import ssl
import threading
import traceback
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.smtp import SMTP, AuthResult
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from service.foundation.clock import now
from service.foundation.errors import Refused
from service.mail.envelope import Envelope
from service.mail.relay import Relay
from service.mail.smtp import SmtpTransport
from service.mail.transport import Deferred, InDoubt, Rejected, RelayDown, Stage, Transport
from tests.doubles.postbox import Fault
from tests.doubles.relay_server import LOOPBACK, Server, serving

RECIPIENT = "zoe@office.example"


def envelope(body: bytes = b"Hello.\r\n", *, to: str = RECIPIENT) -> Envelope:
    return Envelope(
        mail_from="letters@rivers.example",
        rcpt_to=to,
        message_id="<abc@rivers.example>",
        data=b"Subject: Rivers\r\n\r\n" + body,
    )


def plain(port: int) -> Relay:
    return Relay(host=LOOPBACK, port=port, implicit_tls=False)


@dataclass(frozen=True)
class OverSmtp:
    server: Server
    transport: SmtpTransport


@pytest.fixture
def over_smtp() -> Iterator[OverSmtp]:
    with serving(enable_SMTPUTF8=True) as server:
        transport = SmtpTransport([plain(server.port)], timeout=5, end_of_data_timeout=5)
        yield OverSmtp(server, transport)
        transport.close()


def test_relays_say_how_large_a_mail_they_take() -> None:
    with serving(data_size_limit=9_000_000) as small, serving(data_size_limit=0) as boundless:
        relays = [plain(small.port), plain(boundless.port), plain(1)]
        transport = SmtpTransport(relays, timeout=5, end_of_data_timeout=5)

        assert transport.advertised() == {plain(small.port).name: 9_000_000}


def carry(transport: Transport, mail: Envelope | None = None) -> Any:
    return transport.send(mail or envelope(), before_data=lambda: None)


def test_one_connection_carries_many(over_smtp: OverSmtp) -> None:
    over_smtp.transport.ready()
    for _ in range(3):
        carry(over_smtp.transport)

    assert over_smtp.server.connections == 1


def test_a_connection_that_broke_in_between_is_made_again(over_smtp: OverSmtp) -> None:
    carry(over_smtp.transport)
    (connection,) = over_smtp.transport._exchange.resting
    assert connection.sock is not None
    connection.sock.shutdown(socket.SHUT_RDWR)

    carry(over_smtp.transport)

    assert (over_smtp.server.connections, len(over_smtp.server.kept)) == (2, 2)


def test_where_the_fence_refuses_the_connection_is_dropped_at_once(over_smtp: OverSmtp) -> None:
    def refuse() -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        over_smtp.transport.send(envelope(), before_data=refuse)

    assert over_smtp.transport._exchange.resting == []


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


def test_a_body_that_could_not_be_written_whole_is_no_doubt() -> None:
    # More than any socket takes in at once, so that its end, the dot, cannot have left.
    big = envelope(b"x" * 70 + b"\r\n" + (b"y" * 70 + b"\r\n") * 500_000)

    with closing_after_354() as port:
        transport = SmtpTransport([plain(port)], timeout=5)

        with pytest.raises(Deferred) as told:
            carry(transport, big)

    assert told.value.answer.stage is Stage.DATA


@contextlib.contextmanager
def closing_after_354() -> Iterator[int]:
    def serve() -> None:
        connection, _ = listener.accept()
        with connection, connection.makefile("rb") as commands:
            for reply in (b"220 here", b"250 hello", b"250 ok", b"250 ok", b"354 go on"):
                connection.sendall(reply + b"\r\n")
                commands.readline()

    with socket.create_server((LOOPBACK, 0)) as listener:
        thread = threading.Thread(target=serve)
        thread.start()
        yield listener.getsockname()[1]
        thread.join()


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
    assert [line for line in server.commands if line.startswith("MAIL")] == server.commands[:1]
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


@pytest.mark.parametrize(("password", "goes"), [("open sesame", 1), ("a7431z", 0)])
def test_a_wrong_password_loses_no_mail_and_stays_secret(password: str, goes: int) -> None:
    def check(server: SMTP, session: object, given: object, mechanism: str, data: Any) -> AuthResult:
        return AuthResult(success=data.password == b"open sesame", handled=False)

    with serving(authenticator=check, auth_require_tls=False) as server:
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
