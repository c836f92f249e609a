"""Somebody on loopback who speaks TLS with a certificate that is wrong: nobody who looks at it tells him anything."""

import contextlib
import ipaddress
import socketserver
import ssl
import tempfile
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from service.foundation.clock import now
from tests.doubles.pec_provider import key, make_authority

_DAY = timedelta(days=1)


class Wrong(StrEnum):
    """What is wrong with his certificate; with the last one he is no impostor."""

    STRANGER = "nobody knows who issued it"
    ELSEWHERE = "it is of another host"
    OUT_OF_DATE = "it is out of date"
    NOTHING = "nothing"


@dataclass
class Impostor:
    """What he was told inside TLS, who was content with his certificate, and where he is.

    `trusted` is the file of the authority that issued it, or of one that did not where nobody knows who did.
    """

    heard: bytearray = field(default_factory=bytearray)
    believed: int = 0
    port: int = 0
    trusted: str = ""


class _Server(socketserver.ThreadingTCPServer):
    daemon_threads = True
    impostor: Impostor
    context: ssl.SSLContext


class _Talk(socketserver.BaseRequestHandler):
    server: _Server

    def handle(self) -> None:
        with (
            contextlib.suppress(OSError),
            self.server.context.wrap_socket(self.request, server_side=True) as line,
        ):
            self.server.impostor.believed += 1
            while told := line.recv(65536):
                self.server.impostor.heard += told


@contextlib.contextmanager
def impostor(wrong: Wrong) -> Iterator[Impostor]:
    """Let him wait for somebody while the block lasts."""
    private = key("impostor").private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    with tempfile.TemporaryDirectory() as folder, _Server(("127.0.0.1", 0), _Talk) as server:
        both, trusted = Path(folder) / "both.pem", Path(folder) / "trusted.pem"
        both.write_bytes(private + _certificate(wrong).public_bytes(Encoding.PEM))
        trusted.write_text(make_authority("web").pem)
        server.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        server.context.load_cert_chain(both)
        server.impostor = Impostor(port=server.server_address[1], trusted=str(trusted))
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.005})
        thread.start()
        try:
            yield server.impostor
        finally:
            server.shutdown()
            thread.join()


def _certificate(wrong: Wrong) -> x509.Certificate:
    """Issue him a certificate: by the real clock, because TLS looks at that one."""
    issuer = "nobody" if wrong is Wrong.STRANGER else "web"
    here = ipaddress.ip_address("192.0.2.7" if wrong is Wrong.ELSEWHERE else "127.0.0.1")
    ends = now() + (-_DAY if wrong is Wrong.OUT_OF_DATE else _DAY)
    return (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, str(here))]))
        .issuer_name(make_authority(issuer).certificate.subject)
        .public_key(key("impostor").public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(ends - 9 * _DAY)
        .not_valid_after(ends)
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(here)]), critical=False)
        .sign(key(issuer), hashes.SHA256())
    )
