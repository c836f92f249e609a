"""Say who signed the bytes of a receipt (CMS, RFC 5652), and whether a trusted authority stands behind the signer (pure)."""

import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.x509 import verification
from cryptography.x509.oid import ExtendedKeyUsageOID

from service.delivery.channels.pec.ber import (
    FIELD,
    INTEGER,
    OCTETS,
    OID,
    SEQUENCE,
    SET,
    Piece,
    oid,
    only,
    pieces,
    unreadable,
)
from service.delivery.channels.pec.unproven import Unproven
from service.foundation.errors import Refused
from service.foundation.sentence import Sentence

Authorities = tuple[x509.Certificate, ...]
"""The certificates of those whose word is trusted about who a provider of certified mail is."""

_SIGNED_DATA, _DATA = oid("1.2.840.113549.1.7.2"), oid("1.2.840.113549.1.7.1")
_CONTENT_TYPE, _MESSAGE_DIGEST = oid("1.2.840.113549.1.9.3"), oid("1.2.840.113549.1.9.4")
_RSA = oid("1.2.840.113549.1.1.1")
_Digest = hashes.SHA256 | hashes.SHA384 | hashes.SHA512
# SHA-1 and MD5 are not among them: whoever finds two texts with one digest could put another receipt in place of a signed one.
_DIGESTS: dict[bytes, _Digest] = {
    oid("2.16.840.1.101.3.4.2.1"): hashes.SHA256(),
    oid("2.16.840.1.101.3.4.2.2"): hashes.SHA384(),
    oid("2.16.840.1.101.3.4.2.3"): hashes.SHA512(),
}
# By which digest a signature was made, where its algorithm says so; plain RSA leaves that to the digest's own field.
_MADE_BY: dict[bytes, str] = {
    oid("1.2.840.113549.1.1.11"): "sha256",
    oid("1.2.840.113549.1.1.12"): "sha384",
    oid("1.2.840.113549.1.1.13"): "sha512",
    oid("1.2.840.10045.4.3.2"): "sha256",
    oid("1.2.840.10045.4.3.3"): "sha384",
    oid("1.2.840.10045.4.3.4"): "sha512",
}
# A certificate is read piece by piece, when each is asked for: what strangers wrote into it may be wrong anywhere.
_MALFORMED = (
    ValueError,
    UnsupportedAlgorithm,
    x509.DuplicateExtension,
    x509.InvalidVersion,
    x509.UnsupportedGeneralNameType,
)
_LONGEST = 256 * 1024
_DEEPEST_CHAIN = 4


@dataclass(frozen=True, kw_only=True)
class Signer:
    """Who signed: the e-mail addresses of its certificate in small letters, and the certificate's SHA-256."""

    emails: frozenset[str]
    fingerprint: str


@dataclass(frozen=True, kw_only=True)
class _Signature:
    """One signature as it stands: whom it names, the digest it uses, what is signed, how, and the certificates beside it."""

    names: tuple[bytes, bytes]
    digest: _Digest
    attributes: bytes
    algorithm: bytes
    value: bytes
    certificates: tuple[bytes, ...]


def read_authorities(pem: str) -> Authorities:
    """Read the certificates of trusted authorities, in PEM one after the other; raises Refused where there is none."""
    try:
        return tuple(x509.load_pem_x509_certificates(pem.encode()))
    except ValueError:
        raise Refused(Sentence("The trusted authorities are not certificates in PEM form.")) from None


def signer_of(content: bytes, signature: bytes, *, authorities: Authorities, at: datetime) -> Signer:
    """Say who signed exactly these bytes, by a detached signature in DER or BER.

    The certificate must be valid `at` the time when the receipt came, be made for signing mail, and lead to one of the
    `authorities`. Raises Unproven, in one sentence, where any of that fails.
    """
    found = _read(signature)
    try:
        leaf, others = _certificates(found)
        _check_digest(found, content)
        _check_signature(found, leaf)
        _check_validity(leaf, at)
        _check_chain(leaf, others, authorities=authorities, at=at)
        return Signer(emails=_emails(leaf), fingerprint=leaf.fingerprint(hashes.SHA256()).hex())
    except _MALFORMED:
        raise unreadable() from None


def _read(signature: bytes) -> _Signature:
    if len(signature) > _LONGEST:
        raise unreadable()
    (outer,) = only(signature, SEQUENCE, open_ended=True)
    kind, field = only(outer.content, OID, FIELD, open_ended=True)
    (signed,) = only(field.content, SEQUENCE, open_ended=True)
    parts = pieces(signed.content, open_ended=True)
    beside = [piece for piece in parts[3:] if piece.tag == FIELD]
    signers = [piece for piece in parts[3:] if piece.tag == SET]
    if tuple(piece.tag for piece in parts[:3]) != (INTEGER, SET, SEQUENCE) or len(beside) + len(signers) != 2:
        raise unreadable()
    # Detached: it names the kind of content, and holds none of its own that could be taken for the receipt.
    (of,) = only(parts[2].content, OID, open_ended=True)
    if kind.content != _SIGNED_DATA or of.content != _DATA or not (beside and signers):
        raise unreadable()
    (signer,) = only(signers[0].content, SEQUENCE, open_ended=True)
    return _of_signer(signer, tuple(one.whole for one in pieces(beside[0].content, open_ended=True)))


def _of_signer(signer: Piece, certificates: tuple[bytes, ...]) -> _Signature:
    parts = pieces(signer.content, open_ended=True)
    if tuple(part.tag for part in parts[:6]) != (INTEGER, SEQUENCE, SEQUENCE, FIELD, SEQUENCE, OCTETS):
        raise unreadable()
    _, named, digest, attributes, algorithm, value = parts[:6]
    issuer, serial = only(named.content, SEQUENCE, INTEGER)
    used = _DIGESTS.get(pieces(digest.content)[0].content) if digest.content else None
    if used is None:
        raise Unproven(Sentence("The receipt is signed by a digest that is not safe: it proves nothing."))
    # What is signed is a set, whatever field of the structure it stands in (RFC 5652, 5.4): always DER.
    return _Signature(
        names=(issuer.whole, serial.content),
        digest=used,
        attributes=bytes([SET]) + attributes.whole[1:],
        algorithm=pieces(algorithm.content)[0].content if algorithm.content else b"",
        value=value.content,
        certificates=certificates,
    )


def _certificates(found: _Signature) -> tuple[x509.Certificate, list[x509.Certificate]]:
    """Give the signer's certificate, and the others that came with it."""
    held = [(_names_of(data), x509.load_der_x509_certificate(data)) for data in found.certificates]
    mine = [certificate for names, certificate in held if names == found.names]
    if len(mine) != 1:
        raise Unproven(Sentence("The certificate of who signed the receipt is missing: it proves nothing."))
    return mine[0], [certificate for names, certificate in held if names != found.names]


def _names_of(certificate: bytes) -> tuple[bytes, bytes]:
    """Give the issuer's name and the serial number of a certificate, as bytes: compared, never understood."""
    (whole,) = only(certificate, SEQUENCE)
    parts = pieces(whole.content)
    body = pieces(parts[0].content) if parts else ()
    # Those of the first version do not say which version they are.
    named = [piece for piece in body if piece.tag != FIELD][:3]
    if [piece.tag for piece in named] != [INTEGER, SEQUENCE, SEQUENCE]:
        raise unreadable()
    # A serial number is positive (RFC 5280, 4.1.2.2); a library that reads others only warns of them.
    if not any(named[0].content) or named[0].content[0] & 0x80:
        raise unreadable()
    return named[2].whole, named[0].content


def _check_digest(found: _Signature, content: bytes) -> None:
    digest = hashes.Hash(found.digest)
    digest.update(content)
    said = _attributes(found.attributes)
    if said[_CONTENT_TYPE].tag != OID or said[_CONTENT_TYPE].content != _DATA:
        raise unreadable()
    if not hmac.compare_digest(said[_MESSAGE_DIGEST].content, digest.finalize()):
        raise Unproven(Sentence("The receipt was changed after it was signed: it proves nothing."))


def _attributes(data: bytes) -> dict[bytes, Piece]:
    """Give each signed attribute by its kind; each of the two that matter stands there once, with one value."""
    (whole,) = only(data, SET)
    pairs = [only(one.content, OID, SET) for one in pieces(whole.content) if one.tag == SEQUENCE]
    kinds = [kind.content for kind, _ in pairs]
    found: dict[bytes, Piece] = {}
    for kind, values in pairs:
        inside = pieces(values.content)
        if kind.content in (_CONTENT_TYPE, _MESSAGE_DIGEST) and len(inside) == 1:
            found[kind.content] = inside[0]
    if len(found) != 2 or kinds.count(_CONTENT_TYPE) != 1 or kinds.count(_MESSAGE_DIGEST) != 1:
        raise unreadable()
    return found


def _check_signature(found: _Signature, leaf: x509.Certificate) -> None:
    made_by = _MADE_BY.get(found.algorithm, found.digest.name if found.algorithm == _RSA else "")
    key = leaf.public_key()
    if made_by != found.digest.name or not isinstance(key, RSAPublicKey | EllipticCurvePublicKey):
        raise unreadable()
    try:
        if isinstance(key, RSAPublicKey):
            key.verify(found.value, found.attributes, PKCS1v15(), found.digest)
        else:
            key.verify(found.value, found.attributes, ECDSA(found.digest))
    except InvalidSignature:
        raise Unproven(
            Sentence("The signature of this receipt is not that of its certificate: it proves nothing.")
        ) from None


def _check_validity(leaf: x509.Certificate, at: datetime) -> None:
    if not leaf.not_valid_before_utc <= at <= leaf.not_valid_after_utc:
        raise Unproven(
            Sentence("The certificate of who signed was not valid when the receipt came: it proves nothing.")
        )


def _check_chain(
    leaf: x509.Certificate, others: Sequence[x509.Certificate], *, authorities: Authorities, at: datetime
) -> None:
    if not authorities:
        raise Unproven(
            Sentence("No authority for certified mail is trusted here: the receipt proves nothing.")
        )
    verifier = (
        verification.PolicyBuilder()
        .store(verification.Store(list(authorities)))
        .time(at.astimezone(UTC).replace(tzinfo=None))
        .max_chain_depth(_DEEPEST_CHAIN)
        .extension_policies(ca_policy=_AUTHORITY, ee_policy=_PROVIDER)
        .build_client_verifier()
    )
    try:
        verifier.verify(leaf, list(others))
    except verification.VerificationError:
        raise Unproven(
            Sentence("No authority that is trusted here stands behind the receipt: it proves nothing.")
        ) from None


def _emails(leaf: x509.Certificate) -> frozenset[str]:
    try:
        names = leaf.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return frozenset()
    return frozenset(email.lower() for email in names.get_values_for_type(x509.RFC822Name))


def _for_mail(
    _policy: verification.Policy, _certificate: x509.Certificate, usage: x509.ExtendedKeyUsage | None
) -> None:
    allowed = {ExtendedKeyUsageOID.EMAIL_PROTECTION, ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE}
    if usage is not None and not allowed & set(usage):
        message = "not for mail"
        raise ValueError(message)


def _for_signing(_policy: verification.Policy, _certificate: x509.Certificate, usage: x509.KeyUsage) -> None:
    if not (usage.digital_signature or usage.content_commitment):
        message = "not for signing"
        raise ValueError(message)


# The library's own rules for authorities, but for the purpose: theirs is the web, ours is mail.
_AUTHORITY = verification.ExtensionPolicy.webpki_defaults_ca().may_be_present(
    x509.ExtendedKeyUsage, verification.Criticality.AGNOSTIC, _for_mail
)
_PROVIDER = (
    verification.ExtensionPolicy.permit_all()
    .require_present(x509.KeyUsage, verification.Criticality.AGNOSTIC, _for_signing)
    .may_be_present(x509.ExtendedKeyUsage, verification.Criticality.AGNOSTIC, _for_mail)
)
