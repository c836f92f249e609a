"""An authenticator in software: makes a key pair (ES256) and signs as a device with a passkey does, or as it is told to."""

import hashlib
import json
import secrets
from dataclasses import dataclass, field

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url, encode_cbor

_USER_PRESENT, _USER_VERIFIED, _WITH_KEY = 0x01, 0x04, 0x40


@dataclass
class Authenticator:
    """One device with one key; what it claims may be changed by a test."""

    origin: str
    host: str
    verifies_user: bool = True
    counts: int = 0
    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))
    credential_id: bytes = field(default_factory=lambda: secrets.token_bytes(32))
    user: bytes = b""

    def make(self, options: dict[str, object]) -> str:
        """Answer navigator.credentials.create()."""
        self.user = base64url_to_bytes(options["user"]["id"])
        client = self._client("webauthn.create", str(options["challenge"]))
        statement = {"fmt": "none", "attStmt": {}, "authData": self._data(with_key=True)}
        return self._answer(clientDataJSON=client, attestationObject=encode_cbor(statement))

    def sign(self, options: dict[str, object], *, challenge: str = "") -> str:
        """Answer navigator.credentials.get()."""
        client = self._client("webauthn.get", challenge or str(options["challenge"]))
        data = self._data()
        signed = self.key.sign(data + hashlib.sha256(client).digest(), ec.ECDSA(hashes.SHA256()))
        return self._answer(
            clientDataJSON=client, authenticatorData=data, signature=signed, userHandle=self.user
        )

    def _client(self, kind: str, challenge: str) -> bytes:
        return json.dumps({"type": kind, "challenge": challenge, "origin": self.origin}).encode()

    def _data(self, *, with_key: bool = False) -> bytes:
        flags = _USER_PRESENT | (_USER_VERIFIED * self.verifies_user) | (_WITH_KEY * with_key)
        head = hashlib.sha256(self.host.encode()).digest() + bytes([flags]) + self.counts.to_bytes(4, "big")
        if not with_key:
            return head
        length = len(self.credential_id).to_bytes(2, "big")
        return head + bytes(16) + length + self.credential_id + self._public_key()

    def _public_key(self) -> bytes:
        # COSE (RFC 9053): EC2, ES256, P-256.
        point = self.key.public_key().public_numbers()
        return encode_cbor(
            {1: 2, 3: -7, -1: 1, -2: point.x.to_bytes(32, "big"), -3: point.y.to_bytes(32, "big")}
        )

    def _answer(self, **parts: bytes) -> str:
        name = bytes_to_base64url(self.credential_id)
        response = {part: bytes_to_base64url(value) for part, value in parts.items()}
        return json.dumps({"id": name, "rawId": name, "type": "public-key", "response": response})
