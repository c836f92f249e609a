"""Sign the bytes of a mail, so that receivers know its domain and that nobody changed it (RFC 6376; pure)."""

import base64
import functools
import hashlib
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from enum import StrEnum

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_der_private_key,
)

LIFETIME = timedelta(days=14)
"""How long a signature holds: a mail may wait here for 7 days, and at a relay for another 5; a replay may not."""

OVERSIGNED = (
    "From",
    "To",
    "Cc",
    "Reply-To",
    "Sender",
    "Subject",
    "Date",
    "Message-ID",
    "In-Reply-To",
    "References",
    "MIME-Version",
    "Content-Type",
    "Content-Transfer-Encoding",
    "Content-Disposition",
    "Content-Description",
    "Content-ID",
    "Content-Language",
    "List-Id",
    "List-Help",
    "List-Owner",
    "List-Post",
    "List-Archive",
    "List-Subscribe",
    "List-Unsubscribe",
    "List-Unsubscribe-Post",
    "Auto-Submitted",
    "Precedence",
    "Feedback-ID",
)
"""Headers that nobody may change, take away or add: each is named once more than it stands in the mail
(RFC 6376, section 8.15; RFC 8058, section 4, asks for the two by which one click unsubscribes)."""

RSA_BITS = 2048

_COLUMNS = 76
_FIELD_END = re.compile(rb"\r\n(?![ \t])")
_FIELD_NAME = re.compile(rb"[!-9;-~]+")
_SPACES = re.compile(rb"  +")


class Algorithm(StrEnum):
    """How a signature is made; both are over SHA-256 (RFC 8301 for the first, RFC 8463 for the second)."""

    RSA = "rsa-sha256"
    ED25519 = "ed25519-sha256"


class DkimKey:
    """One private key, prepared once, and the selector under which its public half is published."""

    def __init__(self, private: bytes, *, selector: str) -> None:
        """Read a private key as make_private_key() made it; raises ValueError for any other bytes."""
        self.selector = selector
        self.private = private
        self.algorithm, self._make, self._public = _open(private)

    @property
    def record(self) -> str:
        """The text to publish under `<selector>._domainkey.<domain>` (RFC 6376, section 3.6.1)."""
        return f"v=DKIM1; k={self.algorithm.partition('-')[0]}; p={_base64(self._public).decode()}"

    def make_signature(self, data: bytes) -> bytes:
        """Sign bytes; equal bytes always give an equal signature."""
        return self._make(data)


class DkimSigner:
    """Signs the mails of one domain with each of its keys; threads may share it."""

    def __init__(self, keys: Sequence[DkimKey], *, domain: str) -> None:
        """Take the keys in the order of their signatures, and the domain in ASCII, as From has it."""
        self.keys = tuple(keys)
        self.domain = domain

    def sign(self, data: bytes, *, at: datetime) -> bytes:
        """Give the mail with its signatures before its first header; see signatures()."""
        return self.signatures(data, at=at) + data

    def signatures(self, data: bytes, *, at: datetime) -> bytes:
        """Give one DKIM-Signature header per key, to stand before a mail; equal arguments give equal bytes.

        `data` is one whole mail, every line ended by CRLF. `at` has a zone; it becomes `t=`, to the second, and
        the signature holds for LIFETIME from then. Raises ValueError where a line does not end, a header cannot
        be read, or there is not exactly one From (RFC 6376, section 5.4).
        """
        if not data.endswith(b"\r\n"):
            raise ValueError("The last line of a mail to be signed ends in CRLF.")
        head, _, body = data.partition(b"\r\n\r\n")
        fields = [_field(raw) for raw in _FIELD_END.split(head.removesuffix(b"\r\n"))]
        body_hash = _base64(hashlib.sha256(canonical_body(body)).digest())
        names, order = _plan(tuple(name for name, _ in fields))
        signed = b"".join([fields[place][1] for place in order])
        times = b"t=%d; x=%d;" % (at.timestamp(), (at + LIFETIME).timestamp())
        return b"".join(self._header(key, times, names, body_hash, signed) for key in self.keys)

    def _header(self, key: DkimKey, times: bytes, names: bytes, body_hash: bytes, signed: bytes) -> bytes:
        unsigned = b"\r\n ".join(
            (
                b" v=1; a=%s; c=relaxed/relaxed;" % key.algorithm.encode(),
                b"d=%s;" % self.domain.encode("ascii"),
                b"s=%s; %s" % (key.selector.encode("ascii"), times),
                names,
                b"bh=%s;" % body_hash,
                b"b=",
            )
        )
        signature = key.make_signature(signed + b"dkim-signature:" + canonical_value(unsigned))
        return b"DKIM-Signature:" + unsigned + b"\r\n ".join(_pieces(_base64(signature))) + b"\r\n"


def make_private_key(algorithm: Algorithm) -> bytes:
    """Make a new private key (RSA of 2048 bits, or Ed25519): PKCS #8, DER, not encrypted."""
    made = (
        generate_private_key(public_exponent=65537, key_size=RSA_BITS)
        if algorithm is Algorithm.RSA
        else Ed25519PrivateKey.generate()
    )
    return made.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())


def canonical_value(value: bytes) -> bytes:
    """Bring a header's value, with its folds, to the relaxed form (RFC 6376, section 3.4.2), without a line end."""
    return _with_single_spaces(value.replace(b"\r\n", b"")).strip(b" ")


def canonical_body(body: bytes) -> bytes:
    """Bring a body to the relaxed form (RFC 6376, section 3.4.4): spaces and empty lines at ends do not count.

    Every line of it, the last one too, ends in CRLF.
    """
    body = _with_single_spaces(body).replace(b" \r\n", b"\r\n")
    end = len(body)
    while body.endswith(b"\r\n", 0, end):
        end -= 2
    return body[:end] + b"\r\n" if end else b""


def _with_single_spaces(data: bytes) -> bytes:
    """Put one space for each run of spaces and tabs."""
    # A pattern that begins with two plain spaces is searched for ten times as fast as one of a set.
    return _SPACES.sub(b" ", data.replace(b"\t", b" "))


def _open(private: bytes) -> tuple[Algorithm, Callable[[bytes], bytes], bytes]:
    """Give a key's algorithm, its way of signing, and its public half as records hold it."""
    key = load_der_private_key(private, password=None)
    if isinstance(key, RSAPrivateKey):
        padding, sha256 = PKCS1v15(), SHA256()
        public = key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        return Algorithm.RSA, lambda data: key.sign(data, padding, sha256), public
    if isinstance(key, Ed25519PrivateKey):
        # What is signed is the hash, and the record holds the bare 32 bytes (RFC 8463, sections 3 and 4.2).
        public = key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
        return Algorithm.ED25519, lambda data: key.sign(hashlib.sha256(data).digest()), public
    raise ValueError("A DKIM key is one of RSA or Ed25519.")


@functools.lru_cache(maxsize=1024)
def _field(raw: bytes) -> tuple[bytes, bytes]:
    """Give a header's name in lower case, and its canonical line; most mails of a moment share most headers."""
    name, colon, value = raw.partition(b":")
    if not colon or not _FIELD_NAME.fullmatch(name):
        raise ValueError("A mail to be signed has a header that cannot be read.")
    return name.lower(), b"%s:%s\r\n" % (name.lower(), canonical_value(value))


@functools.lru_cache(maxsize=256)
def _plan(names: tuple[bytes, ...]) -> tuple[bytes, tuple[int, ...]]:
    """Give the tag `h=` for headers of these names, and the places of those that are signed in the order it names them."""
    if names.count(b"from") != 1:
        raise ValueError("A mail to be signed has exactly one From.")
    places: dict[bytes, list[int]] = defaultdict(list)
    for place, name in enumerate(names):
        places[name].append(place)
    # Of headers that stand more than once, the lowest is signed first (RFC 6376, section 5.4.2).
    order = tuple(place for name in _oversigned() for place in reversed(places.get(name, ())))
    counts = Counter(name for name in names if name in _oversigned())
    return _names_tag(counts), order


@functools.cache
def _oversigned() -> dict[bytes, str]:
    return {name.lower().encode(): name for name in OVERSIGNED}


def _names_tag(times: Mapping[bytes, int]) -> bytes:
    """Write `h=`, folded: each name as often as its header stands in the mail, and once more."""
    lines = ["h="]
    for key, name in _oversigned().items():
        for _ in range(times.get(key, 0) + 1):
            if len(lines[-1]) + len(name) + 2 > _COLUMNS:
                lines.append("")
            lines[-1] += f"{name}:"
    return "\r\n ".join(lines).removesuffix(":").encode() + b";"


def _base64(data: bytes) -> bytes:
    return base64.b64encode(data)


def _pieces(text: bytes) -> Iterator[bytes]:
    # Behind "b=" and the one space of a fold a line stays below 78 columns.
    return (text[start : start + _COLUMNS - 4] for start in range(0, len(text), _COLUMNS - 4))
