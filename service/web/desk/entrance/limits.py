"""How often somebody may try to come in: by account, by browser and by network, with the buckets that forms have."""

from datetime import timedelta

from flask import request

from service.coordinators.enter import is_known_device
from service.foundation.errors import Refused
from service.foundation.sentence import Sentence
from service.signing.abuse import bucket
from service.signing.abuse.bucket import Limit
from service.signing.abuse.buckets import take_from
from service.signing.abuse.origin import origin_of
from service.store.transaction import reading, transaction
from service.web.desk.cookie import read_device
from service.web.services import services

ACCOUNT = Limit(burst=10, step=timedelta(minutes=3), over_midnight=True)
"""For one account from everywhere; a browser in which it has come in before has a bucket of its own beside it."""
_ADDRESS = Limit(burst=20, step=timedelta(seconds=30))

TOO_MANY = Sentence(
    "There were too many tries just now. Wait for five minutes and try again; nothing is locked and nothing is lost."
)


class TooMany(Refused):
    """Somebody tries to come in too often."""


def take_a_try(account: str, *, coordinator_id: str = "") -> None:
    """Take one try for an account, named by whatever was typed or is known of it, "" where nothing is; raises TooMany.

    Whoever tries a stranger's account does not lock out its owner: known browsers are counted apart.
    """
    here, origin = services(), origin_of(request.remote_addr)
    device = read_device(here.public_url)
    with reading(here.engine) as session:
        known = is_known_device(session, coordinator_id=coordinator_id, device=device)
    wanted = [(f"desk account {account}" + (f" {device}" if known else ""), ACCOUNT)] if account else []
    if origin is not None:
        wanted.append((f"desk subscriber {origin.subscriber}", _ADDRESS))
        wanted.append((f"desk network {origin.network}", bucket.NETWORK))
    with transaction(here.engine) as session:
        empty = take_from(session, wanted, site_key=here.keyring.site_key, now=here.now())
    if empty:
        raise TooMany(TOO_MANY)
