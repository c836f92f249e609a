"""A detached CMS signature over the manifest of a dossier (RFC 5652), by the coalition's own certificate and key."""

from dataclasses import dataclass, field

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.hashes import SHA256, SHA512
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_private_key
from cryptography.hazmat.primitives.serialization.pkcs7 import PKCS7Options, PKCS7SignatureBuilder

from service.foundation.errors import Refused
from service.foundation.sentence import Sentence

# Without signed attributes, whose time would be our own word alone: for a time there is the time-stamp.
_MANNER = [PKCS7Options.Binary, PKCS7Options.DetachedSignature, PKCS7Options.NoAttributes]


@dataclass(frozen=True, kw_only=True)
class Signer:
    """Who signs: the certificate, those that lead from it to a root, and the key, which no text shows."""

    certificates: tuple[x509.Certificate, ...]
    key: RSAPrivateKey | EllipticCurvePrivateKey = field(repr=False)

    @property
    def name(self) -> str:
        """What the certificate calls its owner (RFC 4514)."""
        return self.certificates[0].subject.rfc4514_string()

    @property
    def fingerprint(self) -> str:
        """The SHA-256 of the certificate, as 64 hexadecimal digits."""
        return self.certificates[0].fingerprint(SHA256()).hex()

    def sign(self, data: bytes) -> bytes:
        """Sign bytes: a CMS SignedData in DER that holds the certificates and not the bytes."""
        builder = PKCS7SignatureBuilder().set_data(data)
        builder = builder.add_signer(self.certificates[0], self.key, SHA512())
        for certificate in self.certificates[1:]:
            builder = builder.add_certificate(certificate)
        return builder.sign(Encoding.DER, _MANNER)


def read_signer(certificates: bytes, key: bytes) -> Signer:
    """Read who signs from two PEM files: the certificate first, and its key without a password.

    Raises Refused, in one sentence each, where they cannot be read or do not belong together.
    """
    try:
        chain = tuple(x509.load_pem_x509_certificates(certificates))
    except ValueError as error:
        raise Refused(
            Sentence("The certificate that signs dossiers cannot be read: it is a PEM file.")
        ) from error
    try:
        private = load_pem_private_key(key, password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise Refused(
            Sentence("The key that signs dossiers cannot be read: a PEM file without a password.")
        ) from error
    if not isinstance(private, RSAPrivateKey | EllipticCurvePrivateKey):
        raise Refused(Sentence("The key that signs dossiers is neither an RSA nor an elliptic-curve key."))
    spki = (Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    if private.public_key().public_bytes(*spki) != chain[0].public_key().public_bytes(*spki):
        raise Refused(
            Sentence("The key that signs dossiers is not the one of its certificate, the first in that file.")
        )
    return Signer(certificates=chain, key=private)
