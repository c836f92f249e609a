"""A provider of certified mail, and the authority behind it: makes the receipts that real ones send, and forgeries of them.

What it writes is held against openssl, which is neither ours nor the library's that we verify with.
"""

import base64
import functools
import re
import subprocess
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from xml.sax.saxutils import escape

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1
from cryptography.hazmat.primitives.asymmetric.ec import generate_private_key as generate_ec_key
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.hazmat.primitives.serialization.pkcs7 import PKCS7Options, PKCS7SignatureBuilder
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from service.delivery.channels.pec.ber import pieces
from tests.required import tool

NOW = datetime(2026, 11, 27, 10, 30, tzinfo=UTC)
OURS, OFFICE = "coalition@pec.rivers.example", "presidency@pec.office.example"
DOMAIN = "pec.provider.example"
MESSAGE_ID = "d3adb33f@rivers.example"
SUBJECTS = {
    "accettazione": "ACCETTAZIONE",
    "non-accettazione": "AVVISO DI NON ACCETTAZIONE",
    "presa-in-carico": "PRESA IN CARICO",
    "avvenuta-consegna": "CONSEGNA",
    "errore-consegna": "AVVISO DI MANCATA CONSEGNA",
    "preavviso-errore-consegna": "AVVISO DI MANCATA CONSEGNA PER SUPERAMENTO TEMPO MASSIMO",
    "rilevazione-virus": "PROBLEMA DI SICUREZZA",
    "posta-certificata": "POSTA CERTIFICATA",
}
_DAY = timedelta(days=1)


@functools.cache
def key(label, *, curve=False):
    """Give the private key of this label, the same one each time: making one takes a while."""
    return generate_ec_key(SECP256R1()) if curve else generate_private_key(65537, 2048)


def _name(common):
    return x509.Name(
        [x509.NameAttribute(NameOID.COUNTRY_NAME, "IT"), x509.NameAttribute(NameOID.COMMON_NAME, common)]
    )


def _usage(*on):
    names = (
        *("digital_signature", "content_commitment", "key_encipherment", "data_encipherment"),
        *("key_agreement", "key_cert_sign", "crl_sign", "encipher_only", "decipher_only"),
    )
    return x509.KeyUsage(**{name: name in on for name in names})


@dataclass(frozen=True, kw_only=True)
class Authority:
    """An authority that issues certificates; one below another has that one's as `issuer`."""

    label: str
    certificate: x509.Certificate
    above: tuple[x509.Certificate, ...] = ()

    @property
    def pem(self):
        return self.certificate.public_bytes(Encoding.PEM).decode()

    def below(self, label, *, mail_domains=()):
        """Make an authority below this one; for `mail_domains` alone, as the Italian agency's is."""
        builder = _authority(label, issuer=self.certificate, depth=0)
        if mail_domains:
            permitted = [x509.RFC822Name(domain) for domain in mail_domains]
            permitted.append(x509.DirectoryName(x509.Name([x509.NameAttribute(NameOID.COUNTRY_NAME, "IT")])))
            builder = builder.add_extension(
                x509.NameConstraints(permitted_subtrees=permitted, excluded_subtrees=None), critical=False
            )
        builder = builder.add_extension(
            x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.EMAIL_PROTECTION]),
            critical=False,
        )
        return Authority(
            label=label,
            certificate=builder.sign(key(self.label), hashes.SHA256()),
            above=(self.certificate, *self.above),
        )

    def provider(self, domain=DOMAIN, **differently):
        """Make a provider whose certificate this authority has issued; `differently` as _provider() takes it."""
        return _provider(self, domain, **differently)


def make_authority(label="root", *, named=""):
    """Make an authority that stands behind itself; it may call itself as another one does."""
    builder = _authority(label, issuer=None, depth=1, named=named)
    return Authority(label=label, certificate=builder.sign(key(label), hashes.SHA256()))


def _authority(label, *, issuer, depth, named=""):
    public = key(label).public_key()
    above = issuer.public_key() if issuer else public
    return (
        x509.CertificateBuilder()
        .subject_name(_name(f"Authority {named or label}"))
        .issuer_name(issuer.subject if issuer else _name(f"Authority {named or label}"))
        .public_key(public)
        .serial_number(x509.random_serial_number())
        .not_valid_before(NOW - 900 * _DAY)
        .not_valid_after(NOW + 2000 * _DAY)
        .add_extension(x509.BasicConstraints(ca=True, path_length=depth), critical=True)
        .add_extension(_usage("key_cert_sign", "crl_sign"), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(above), critical=False)
    )


def _provider(
    authority,
    domain,
    *,
    since=None,
    until=None,
    purpose=ExtendedKeyUsageOID.EMAIL_PROTECTION,
    usage=("digital_signature",),
    curve=False,
):
    private = key(f"provider {domain}", curve=curve)
    builder = (
        x509.CertificateBuilder()
        .subject_name(_name(f"Posta Certificata {domain}"))
        .issuer_name(authority.certificate.subject)
        .public_key(private.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(since or NOW - 300 * _DAY)
        .not_valid_after(until or NOW + 300 * _DAY)
        .add_extension(_usage(*usage), critical=True)
        .add_extension(x509.ExtendedKeyUsage([purpose]), critical=False)
        .add_extension(
            x509.SubjectAlternativeName([x509.RFC822Name(f"posta-certificata@{domain}")]), critical=False
        )
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(authority.certificate.public_key()),
            critical=False,
        )
    )
    return Provider(
        domain=domain,
        private=private,
        certificate=builder.sign(key(authority.label), hashes.SHA256()),
        chain=(authority.certificate, *authority.above),
    )


@dataclass(frozen=True, kw_only=True)
class Says:
    """What a receipt certifies, and what its headers say where that is something else."""

    kind: str = "avvenuta-consegna"
    error: str = "nessuno"
    sender: str = OURS
    recipients: tuple[tuple[str, str], ...] = ((OFFICE, "certificato"),)
    message_id: str = MESSAGE_ID
    number: str = "opec29.20261127103000.00001.001.1.1"
    handed_to: str | None = None
    more: str = ""
    day: str = "27/11/2026"
    header_kind: str | None = None
    header_id: str | None = None
    header_sender: str | None = None
    before: str = ""

    def differing(self, **others):
        return replace(self, **others)

    @property
    def xml(self):
        of_one = self.kind in ("avvenuta-consegna", "errore-consegna", "preavviso-errore-consegna")
        handed_to = self.recipients[0][0] if self.handed_to is None and of_one else self.handed_to or ""
        recipients = "".join(
            f'<destinatari tipo="{kind}">{escape(address)}</destinatari>' for address, kind in self.recipients
        )
        optional = '<ricevuta tipo="completa"/>' if self.kind == "avvenuta-consegna" else ""
        optional += f"<consegna>{escape(handed_to)}</consegna>" if handed_to else ""
        optional += f"<errore-esteso>{escape(self.more)}</errore-esteso>" if self.more else ""
        return (
            f'<?xml version="1.0" encoding="UTF-8"?>\n{self.before}'
            f'<postacert tipo="{self.kind}" errore="{self.error}">\n'
            f"<intestazione><mittente>{escape(self.sender)}</mittente>{recipients}"
            f"<risposte>{escape(self.sender)}</risposte><oggetto>Protect the river</oggetto></intestazione>\n"
            f"<dati><gestore-emittente>Provider S.p.A.</gestore-emittente>"
            f'<data zona="+0100"><giorno>{self.day}</giorno><ora>11:30:05</ora></data>'
            f"<identificativo>{self.number}</identificativo><msgid>&lt;{escape(self.message_id)}&gt;</msgid>"
            f"{optional}</dati></postacert>\n"
        )


@dataclass(frozen=True, kw_only=True)
class Provider:
    """A provider of certified mail: signs what it certifies."""

    domain: str
    private: object = field(repr=False)
    certificate: x509.Certificate
    chain: tuple[x509.Certificate, ...]

    def robbed_of_its_name(self):
        """Make one who has this provider's certificate, as everybody has, and not its key."""
        return replace(self, private=key("attacker"))

    def as_an_authority(self):
        """Make this provider issue certificates, which nobody has allowed it to."""
        return Authority(label=f"provider {self.domain}", certificate=self.certificate, above=self.chain)

    def receipt(self, says=None, *, digest=None, open_ended=False, carried=b"", xmls=None):
        """Make a receipt; `carried` is the message in it, `xmls` what stands in place of its one daticert.xml."""
        says = says or Says()
        content = self.content(says, carried=carried, xmls=xmls)
        return self.mail(says, content, self.sign(content, digest=digest, open_ended=open_ended))

    def content(self, says, *, carried=b"", xmls=None):
        """Give what is signed: words for people, daticert.xml, and the message where it is carried."""
        boundary = "----------=_1764239405-1838-1410"
        parts = [
            b'Content-Type: text/plain; charset="utf-8"\r\nContent-Transfer-Encoding: 8bit\r\n\r\n'
            + f"Ricevuta: {says.kind}\r\n".encode()
        ]
        parts += [
            b'Content-Type: application/xml; name="daticert.xml"\r\n'
            b'Content-Disposition: inline; filename="daticert.xml"\r\n'
            b"Content-Transfer-Encoding: base64\r\n\r\n" + base64.encodebytes(xml).replace(b"\n", b"\r\n")
            for xml in ([says.xml.encode()] if xmls is None else xmls)
        ]
        if carried:
            parts.append(
                b'Content-Type: message/rfc822; name="postacert.eml"\r\n'
                b'Content-Disposition: inline; filename="postacert.eml"\r\n\r\n' + carried
            )
        mark = f"--{boundary}".encode()
        head = f'Content-Type: multipart/mixed; boundary="{boundary}"\r\nMIME-Version: 1.0\r\n\r\n'.encode()
        whole = head + b"".join(mark + b"\r\n" + part + b"\r\n" for part in parts) + mark + b"--\r\n"
        return re.sub(rb"\r?\n", b"\r\n", whole)

    def sign(self, content, *, digest=None, open_ended=False):
        """Sign it; `open_ended` writes the signature as a stream of BER, as Java programs do."""
        builder = (
            PKCS7SignatureBuilder()
            .set_data(content)
            .add_signer(self.certificate, self.private, digest or hashes.SHA256())
        )
        for above in self.chain:
            builder = builder.add_certificate(above)
        made = builder.sign(Encoding.DER, [PKCS7Options.DetachedSignature, PKCS7Options.Binary])
        return _as_stream(made) if open_ended else made

    def mail(self, says, content, signature):
        """Put a mail together: headers that nobody signs, what is signed, the signature."""
        carried = says.kind == "posta-certificata"
        headers = [
            ("Received", "from mx.provider.example by mx.provider.example; Fri, 27 Nov 2026 11:30:06 +0100"),
            ("Subject", f"{SUBJECTS.get(says.kind, says.kind)}: Protect the river"),
            ("X-Riferimento-Message-ID", f"<{says.header_id or says.message_id}>"),
            ("Date", "Fri, 27 Nov 2026 11:30:05 +0100"),
            ("To", says.sender),
            ("X-Trasporto" if carried else "X-Ricevuta", says.header_kind or says.kind),
            ("From", says.header_sender or f"posta-certificata@{self.domain}"),
            ("MIME-Version", "1.0"),
            (
                "Content-Type",
                'multipart/signed; protocol="application/x-pkcs7-signature"; micalg="sha-256"; boundary="----08FC"',
            ),
            ("Message-ID", f"<{says.number}.receipt@{self.domain}>"),
        ]
        head = "".join(f"{name}: {value}\r\n" for name, value in headers).encode()
        wrapped = base64.encodebytes(signature).replace(b"\n", b"\r\n")
        return (
            head
            + b"\r\nThis is an S/MIME signed message\r\n\r\n------08FC\r\n"
            + content
            + b"\r\n------08FC\r\n"
            b'Content-Type: application/x-pkcs7-signature; name="smime.p7s"\r\n'
            b"Content-Transfer-Encoding: base64\r\n"
            b'Content-Disposition: attachment; filename="smime.p7s"\r\n\r\n'
            + wrapped
            + b"\r\n------08FC--\r\n"
        )


def _as_stream(signature):
    """Write the outer pieces of a signature with open ends (X.690, 8.1.3.6)."""

    def opened(tag, content):
        return bytes([tag, 0x80]) + content + b"\x00\x00"

    (outer,) = pieces(signature)
    kind, below = pieces(outer.content)
    (signed,) = pieces(below.content)
    version, digests, about, beside, signers = pieces(signed.content)
    inside = opened(0x30, about.content), opened(0xA0, beside.content)
    whole = version.whole + digests.whole + b"".join(inside) + signers.whole
    return opened(0x30, kind.whole + opened(0xA0, opened(0x30, whole)))


def openssl_accepts(raw: bytes, authority: Authority, folder: Path, *, at=NOW) -> bool:
    """Ask openssl whether this mail is signed, whole, and by somebody whom the authority stands behind."""
    program = tool("openssl", package="openssl")
    (folder / "receipt.eml").write_bytes(raw)
    (folder / "authority.pem").write_text(authority.pem)
    command = [
        program,
        "cms",
        "-verify",
        "-in",
        "receipt.eml",
        "-CAfile",
        "authority.pem",
        "-out",
        "signed.bin",
    ]
    command += ["-attime", str(int(at.timestamp())), "-partial_chain"]
    return subprocess.run(command, cwd=folder, capture_output=True, check=False).returncode == 0
