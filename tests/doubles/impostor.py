"""Somebody on loopback who speaks TLS with a certificate of his own making: nobody who looks at it tells him anything."""

import contextlib
import socketserver
import ssl
import tempfile
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from tests.doubles.pec_provider import key, make_authority


@dataclass
class Impostor:
    """What he was told inside TLS, and where he is."""

    heard: bytearray = field(default_factory=bytearray)
    port: int = 0


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
            while told := line.recv(65536):
                self.server.impostor.heard += told


@contextlib.contextmanager
def impostor() -> Iterator[Impostor]:
    """Let him wait for somebody while the block lasts."""
    private = key("impostor").private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    with tempfile.TemporaryDirectory() as folder, _Server(("127.0.0.1", 0), _Talk) as server:
        both = Path(folder) / "both.pem"
        both.write_bytes(private + make_authority("impostor").pem.encode())
        server.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        server.context.load_cert_chain(both)
        server.impostor = Impostor(port=server.server_address[1])
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield server.impostor
        finally:
            server.shutdown()
            thread.join()
