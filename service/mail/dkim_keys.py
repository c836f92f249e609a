"""Make and open the DKIM keys of this site: RSA under the first selector, Ed25519 under a second one."""

from collections.abc import Sequence
from datetime import datetime
from functools import partial

from sqlmodel import Session

from service.foundation.errors import Refused
from service.foundation.sealing import RootKey
from service.mail.dkim import Algorithm, DkimKey, make_private_key
from service.store.site_secrets import make_secret, open_secret

# The order of the selectors in DKIM_SELECTOR.
_ALGORITHMS = (Algorithm.RSA, Algorithm.ED25519)


def make_dkim_keys(
    session: Session, root: RootKey, selectors: Sequence[str], *, now: datetime
) -> tuple[str, ...]:
    """Make the keys that these selectors lack; gives the selectors for which one was made."""
    return tuple(
        selector
        for selector, algorithm in zip(selectors, _ALGORITHMS, strict=False)
        if make_secret(
            session,
            root,
            _name(selector, algorithm),
            make=partial(make_private_key, algorithm),
            now=now,
        )
    )


def open_dkim_keys(session: Session, root: RootKey, selectors: Sequence[str]) -> tuple[DkimKey, ...]:
    """Open the keys of these selectors, in their order; raises Refused where one was never made."""
    return tuple(
        _open(session, root, selector, algorithm)
        for selector, algorithm in zip(selectors, _ALGORITHMS, strict=False)
    )


def _open(session: Session, root: RootKey, selector: str, algorithm: Algorithm) -> DkimKey:
    private = open_secret(session, root, _name(selector, algorithm))
    if private is None:
        raise Refused(f"There is no DKIM key for the selector {selector} yet: run `undersigned init` first.")
    return DkimKey(private, selector=selector)


def _name(selector: str, algorithm: Algorithm) -> str:
    return f"dkim {algorithm.value} {selector}"
