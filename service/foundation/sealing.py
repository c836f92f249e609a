"""Personal data at rest: sealed under a key per campaign, found again by keyed hashes.

One secret stays outside the database: the root key. It wraps each campaign's three keys (data, index, token);
deleting the wrapped row shreds the campaign.
"""

import secrets
from dataclasses import dataclass
from functools import lru_cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from service.foundation.errors import Permanent
from service.foundation.keyed import keyed_hash

KEY_BYTES = 32
_FORMAT = b"\x01"
_NONCE_BYTES = 12
_BUCKET = 32
_FILE_BUCKET = 64 * 1024
_KEYS_READY = 64


@dataclass(frozen=True, kw_only=True, slots=True)
class Place:
    """Where a sealed value stands; opened anywhere else, it does not open."""

    table: str
    column: str
    row: str

    def bytes_in(self, campaign: str) -> bytes:
        """Give the bytes that bind a value to this place in a campaign."""
        return f"{self.table}.{self.column}:{self.row}:{campaign}".encode()


@dataclass(frozen=True, kw_only=True, slots=True, repr=False)
class CampaignKeys:
    """The opened keys of one campaign."""

    campaign: str
    data: bytes
    index: bytes
    token: bytes

    def seal(self, text: str, *, place: Place) -> bytes:
        """Seal a text for one place: format byte, 12-byte nonce, AES-256-GCM of the text padded to 32-byte steps."""
        return self._seal(_pad(text.encode(), _BUCKET), place)

    def seal_file(self, data: bytes, *, place: Place) -> bytes:
        """Seal a file as seal() does a text, padded to steps of 64 KB: its exact size would tell which file it is."""
        return self._seal(_pad(data, _FILE_BUCKET), place)

    def open(self, sealed: bytes, *, place: Place) -> str:
        """Open what was sealed for this place; raises Permanent where it was moved, changed or cut."""
        return self.open_file(sealed, place=place).decode()

    def open_file(self, sealed: bytes, *, place: Place) -> bytes:
        """Open a file that was sealed for this place; raises as open() does."""
        if sealed[:1] != _FORMAT:
            raise Permanent(f"A sealed value in {place.table}.{place.column} has an unknown format.")
        nonce, ciphertext = sealed[1 : 1 + _NONCE_BYTES], sealed[1 + _NONCE_BYTES :]
        try:
            padded = _cipher(self.data).decrypt(nonce, ciphertext, place.bytes_in(self.campaign))
        except InvalidTag as error:
            raise Permanent(f"A sealed value in {place.table}.{place.column} does not open.") from error
        return _unpad(padded)

    def blind(self, kind: str, text: str) -> bytes:
        """Give the keyed hash by which equal texts of one kind are found within this campaign: 32 bytes."""
        return keyed_hash(self.index, f"{kind}\0{text}".encode())

    def _seal(self, padded: bytes, place: Place) -> bytes:
        nonce = secrets.token_bytes(_NONCE_BYTES)
        return _FORMAT + nonce + _cipher(self.data).encrypt(nonce, padded, place.bytes_in(self.campaign))


@dataclass(frozen=True, slots=True, repr=False)
class RootKey:
    """The one secret that lies outside the database: 32 bytes."""

    secret: bytes

    def derive(self, purpose: str) -> bytes:
        """Derive the key for one purpose by HKDF-SHA256 (RFC 5869): 32 bytes."""
        return _derived(self.secret, purpose)

    def make_campaign_keys(self, campaign: str) -> tuple[CampaignKeys, bytes]:
        """Make the keys of a new campaign; the second value is their wrapped form, to be kept."""
        whole = secrets.token_bytes(3 * KEY_BYTES)
        return _split(campaign, whole), self._wrap("wrap", whole, name=campaign)

    def open_campaign_keys(self, campaign: str, wrapped: bytes) -> CampaignKeys:
        """Open a campaign's wrapped keys; raises Permanent where this root key did not wrap them."""
        return _split(campaign, self._unwrap("wrap", wrapped, name=campaign))

    def wrap_secret(self, secret: bytes, *, name: str) -> bytes:
        """Wrap a secret of the whole site, such as a private key; it opens under this name only."""
        return self._wrap("wrap-site-secret", secret, name=name)

    def open_secret(self, wrapped: bytes, *, name: str) -> bytes:
        """Open what wrap_secret() wrapped; raises Permanent where another root key or name did."""
        return self._unwrap("wrap-site-secret", wrapped, name=name)

    def _wrap(self, purpose: str, secret: bytes, *, name: str) -> bytes:
        nonce = secrets.token_bytes(_NONCE_BYTES)
        return _FORMAT + nonce + AESGCM(self.derive(purpose)).encrypt(nonce, secret, name.encode())

    def _unwrap(self, purpose: str, wrapped: bytes, *, name: str) -> bytes:
        nonce, ciphertext = wrapped[1 : 1 + _NONCE_BYTES], wrapped[1 + _NONCE_BYTES :]
        try:
            return AESGCM(self.derive(purpose)).decrypt(nonce, ciphertext, name.encode())
        except InvalidTag as error:
            raise Permanent("The root key in KEY_DIR is not the one this database was made with.") from error


@lru_cache(maxsize=_KEYS_READY)
def _derived(secret: bytes, purpose: str) -> bytes:
    return HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=None, info=purpose.encode()).derive(secret)


@lru_cache(maxsize=_KEYS_READY)
def _cipher(key: bytes) -> AESGCM:
    return AESGCM(key)


def _split(campaign: str, whole: bytes) -> CampaignKeys:
    data, index, token = (whole[i : i + KEY_BYTES] for i in range(0, 3 * KEY_BYTES, KEY_BYTES))
    return CampaignKeys(campaign=campaign, data=data, index=index, token=token)


def _pad(plain: bytes, bucket: int) -> bytes:
    # The length of a name says something of the name: ISO/IEC 7816-4 padding to the next 32 bytes hides it.
    return plain + b"\x80" + b"\0" * (-(len(plain) + 1) % bucket)


def _unpad(padded: bytes) -> bytes:
    return padded[: padded.rindex(b"\x80")]
