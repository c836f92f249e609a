"""A time-stamp authority on a loopback socket: `openssl ts` answers, and it misbehaves as it is told."""

import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

SETTINGS = """
[tsa]
default_tsa = here
[here]
serial = {folder}/serial
signer_cert = {folder}/authority.pem
certs = {folder}/root.pem
signer_key = {folder}/authority.key
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = {digests}
accuracy = secs:1
ess_cert_id_alg = sha256
"""
BUSY, GONE, GARBAGE, HALF, OF_ANOTHER, REFUSES, HANGS_UP = (
    "busy",
    "gone",
    "garbage",
    "half",
    "of another",
    "refuses",
    "hangs up",
)
FAULTS = (BUSY, GONE, GARBAGE, HALF, OF_ANOTHER, REFUSES, HANGS_UP)


def make_certificate(name: str, *, signed_by=None, usage=None, key=None):
    """Make a key and its certificate, of its own or signed by another pair; both as PEM beside the pair."""
    key = key or ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    issuer_certificate, issuer_key = signed_by or (None, key)
    built = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer_certificate.subject if issuer_certificate else subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(datetime(2020, 1, 1, tzinfo=UTC))
        .not_valid_after(datetime(2049, 1, 1, tzinfo=UTC))
        .add_extension(x509.BasicConstraints(ca=signed_by is None, path_length=None), critical=True)
    )
    if usage is not None:
        built = built.add_extension(x509.ExtendedKeyUsage([usage]), critical=True)
    certificate = built.sign(issuer_key, SHA256())
    pem = certificate.public_bytes(Encoding.PEM)
    secret = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return (certificate, key), pem, secret


def make_rsa_key():
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


class TimeStamps:
    """The authority: its address, its root certificate, the fault it has, and the questions it was asked."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.fault, self.asked = folder, "", list[bytes]()
        root, self.root, _ = make_certificate("Test root")
        _, pem, secret = make_certificate(
            "Test authority", signed_by=root, usage=ExtendedKeyUsageOID.TIME_STAMPING
        )
        for name, data in (("root.pem", self.root), ("authority.pem", pem), ("authority.key", secret)):
            (folder / name).write_bytes(data)
        (folder / "serial").write_text("01\n")
        for name, digests in (("tsa.cnf", "sha256, sha512"), ("refuses.cnf", "sha1")):
            (folder / name).write_text(SETTINGS.format(folder=folder, digests=digests))
        self.url = ""

    def answer(self, query: bytes) -> bytes:
        """Answer a question, or another one, or refuse it."""
        if self.fault == OF_ANOTHER:
            query = query.replace(query[-20:-13], bytes(7), 1)
        (self.folder / "query.tsq").write_bytes(query)
        config = "refuses.cnf" if self.fault == REFUSES else "tsa.cnf"
        command = ["openssl", "ts", "-reply", "-config", config, "-queryfile", "query.tsq", "-out", "r.tsr"]
        done = subprocess.run(command, cwd=self.folder, capture_output=True, check=False)
        assert (self.folder / "r.tsr").exists(), done.stderr
        made = (self.folder / "r.tsr").read_bytes()
        (self.folder / "r.tsr").unlink()
        return {GARBAGE: b"<html>Welcome</html>", HALF: made[: len(made) // 2]}.get(self.fault, made)

    @contextmanager
    def serving(self) -> Iterator["TimeStamps"]:
        """Answer while the block lasts."""
        authority = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                query = self.rfile.read(int(self.headers["Content-Length"]))
                authority.asked.append(query)
                if authority.fault == HANGS_UP:
                    self.connection.close()
                    return
                status = {BUSY: 503, GONE: 404}.get(authority.fault, 200)
                body = authority.answer(query) if status == 200 else b""
                self.send_response(status)
                self.send_header("Content-Type", "application/timestamp-reply")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                pass

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{server.server_address[1]}/tsr"
        thread = threading.Thread(target=server.serve_forever, args=(0.005,), daemon=True)
        thread.start()
        try:
            yield self
        finally:
            server.shutdown()
            server.server_close()
            thread.join()
