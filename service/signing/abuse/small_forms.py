"""Decide whether what a stranger asks for by a small form is done, or quietly let be; the page is the same."""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from service.signing.abuse import bucket
from service.signing.abuse.bucket import Limit
from service.signing.abuse.buckets import take_from
from service.signing.abuse.lists import look_up
from service.signing.abuse.origin import origin_of
from service.store.keyring import Keyring


@dataclass(frozen=True, kw_only=True)
class Asking:
    """How a small form came: from which address, and whether the trap was filled where it has one."""

    address: str | None
    trapped: bool = False


def is_let_be(
    session: Session,
    keyring: Keyring,
    asking: Asking,
    *,
    campaign_id: str,
    email: str,
    now: datetime,
) -> bool:
    """Tell whether what is asked for is not to be done: the trap was filled, a list blocks it, or a limit is reached.

    `email` is the mailbox that would be written to, empty where that is not known yet. Takes tokens, so
    call it after the rows are locked that the caller needs, and whatever the caller will do.
    """
    origin = origin_of(asking.address)
    found = look_up(session, keyring, campaign_id=campaign_id, email=email, origin=origin)
    wanted: list[tuple[str, Limit]] = []
    if origin is not None and not found.allowed_network:
        # Apart from the sign-ons: who asks for links all day may still sign, and the other way round.
        wanted.append((f"asking subscriber {origin.subscriber}", bucket.ADDRESS))
        wanted.append((f"asking network {origin.network}", bucket.NETWORK))
    empty = take_from(session, wanted, site_key=keyring.site_key, now=now)
    return asking.trapped or found.blocked or bool(empty)
