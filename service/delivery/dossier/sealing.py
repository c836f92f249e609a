"""Who signs a dossier and who stamps its time, as the operator has set it up."""

import secrets
from dataclasses import dataclass
from pathlib import Path

from service.delivery.asking import Asking
from service.delivery.dossier.certificate import Seals
from service.delivery.dossier.signature import Signer, read_signer
from service.delivery.dossier.time_stamp import Authority, Nonce
from service.foundation.errors import Refused
from service.foundation.sentence import Sentence

_LARGEST_PEM = 1_000_000
_NONCE_BITS = 63


@dataclass(frozen=True, kw_only=True)
class Sealing:
    """Who signs a dossier and who stamps its time, None where nobody does; `asking` reaches the authority."""

    signer: Signer | None
    authority: Authority | None
    asking: Asking
    nonce: Nonce

    @property
    def seals(self) -> Seals:
        """What the certificate says of them."""
        return Seals(
            signer=self.signer.name if self.signer else "",
            signer_sha256=self.signer.fingerprint if self.signer else "",
            authority=self.authority.url if self.authority else "",
        )


def read_sealing(
    *, certificate: Path | None, key: Path | None, authority_url: str, authority_certificates: Path | None
) -> Sealing:
    """Read the PEM files that sign dossiers and check their stamps; without a certificate and key nobody signs.

    Raises Refused where a file cannot be read, or certificate and key do not belong together.
    """
    signer = authority = None
    if certificate is not None and key is not None:
        signer = read_signer(_read(certificate), _read(key))
    if authority_url and authority_certificates is not None:
        authority = Authority(url=authority_url, certificates=_read(authority_certificates))
    return Sealing(
        signer=signer, authority=authority, asking=Asking(), nonce=lambda: secrets.randbits(_NONCE_BITS)
    )


def _read(path: Path) -> bytes:
    unreadable = Refused(
        Sentence("{path} cannot be read, or is too large to hold certificates or a key.", path=str(path))
    )
    try:
        with path.open("rb") as file:
            data = file.read(_LARGEST_PEM + 1)
    except OSError as error:
        raise unreadable from error
    if len(data) > _LARGEST_PEM:
        raise unreadable
    return data
