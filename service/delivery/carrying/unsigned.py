"""Count what comes unsigned, so that nobody can try signatures by the thousand."""

from datetime import datetime

from sqlmodel import Session

from service.foundation.errors import Transient
from service.foundation.sentence import Sentence
from service.signing.abuse import bucket
from service.signing.abuse.buckets import take_from
from service.signing.abuse.origin import origin_of
from service.store.keyring import Keyring

TOO_OFTEN = Sentence("Too much came unsigned from your network just now; try again in a minute.")


def count_unsigned(session: Session, keyring: Keyring, *, address: str | None, now: datetime) -> None:
    """Count one against the address that it comes from; raises Transient where there were too many."""
    origin = origin_of(address)
    if origin is None:
        return
    wanted = [
        (f"unsigned subscriber {origin.subscriber}", bucket.ADDRESS),
        (f"unsigned network {origin.network}", bucket.NETWORK),
    ]
    if take_from(session, wanted, site_key=keyring.site_key, now=now):
        raise Transient(TOO_OFTEN)
