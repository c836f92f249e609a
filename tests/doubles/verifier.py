"""A receiver that checks signatures: dkimpy, with the records it would find in the DNS."""

import functools
from collections.abc import Sequence
from dataclasses import dataclass, field

import dkim

from service.mail.dkim import Algorithm, DkimKey, DkimSigner, make_private_key

DOMAIN = "rivers.example"


@functools.cache
def both_keys() -> tuple[DkimKey, DkimKey]:
    """Make one key of each algorithm, once for a test run."""
    return (
        DkimKey(make_private_key(Algorithm.RSA), selector="s1"),
        DkimKey(make_private_key(Algorithm.ED25519), selector="e1"),
    )


def both_signer() -> DkimSigner:
    """Make a signer that signs by both algorithms."""
    return DkimSigner(both_keys(), domain=DOMAIN)


@dataclass(frozen=True)
class Verifier:
    """Checks mails against the records of some keys."""

    keys: Sequence[DkimKey] = field(default_factory=both_keys)
    domain: str = DOMAIN

    def verdicts(self, data: bytes) -> list[bool]:
        """Tell of each key's signature, in their order, whether it holds."""
        return [self._holds(data, place) for place in range(len(self.keys))]

    def _holds(self, data: bytes, place: int) -> bool:
        try:
            return bool(dkim.DKIM(data).verify(idx=place, dnsfunc=self._record))
        except dkim.DKIMException:
            return False

    def _record(self, name: bytes, timeout: int = 5) -> bytes | None:
        del timeout
        found = {f"{key.selector}._domainkey.{self.domain}.".encode(): key.record for key in self.keys}
        return found[name].encode() if name in found else None
