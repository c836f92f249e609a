"""How a sign-on form came, and which limits it is under (pure)."""

from dataclasses import dataclass
from datetime import timedelta

from service.signing.abuse import bucket
from service.signing.abuse.bucket import Limit
from service.signing.abuse.origin import Origin


@dataclass(frozen=True, kw_only=True)
class Caution:
    """What the operator decides: in less than `quickest` nobody fills in a form; so many a minute a letter takes."""

    quickest: timedelta = timedelta(0)
    a_minute: int = bucket.A_MINUTE


@dataclass(frozen=True, kw_only=True)
class Visit:
    """How a form came: from where, how long it had been open, whether the trap was filled, which proof was solved.

    `form` is what tells this form from all others.
    """

    address: str | None
    open_for: timedelta
    trapped: bool = False
    proof: bytes | None = None
    form: str = ""
    caution: Caution


def limits_of_letter(campaign_id: str, visit: Visit) -> dict[str, Limit]:
    """Give the limits of a form whoever sent it, by the names of their buckets."""
    wanted = {
        f"letter {campaign_id}": bucket.letter_limit(visit.caution.a_minute),
        "all letters": bucket.site_limit(visit.caution.a_minute),
    }
    if visit.proof is not None:
        wanted[proof_name(visit.proof)] = bucket.ONCE
    return wanted


def limits_of_address(origin: Origin | None) -> dict[str, Limit]:
    """Give the limits of where a form came from, by the names of their buckets; none where that is not known."""
    if origin is None:
        return {}
    return {
        f"subscriber {origin.subscriber}": bucket.ADDRESS,
        f"network {origin.network}": bucket.NETWORK,
        flood_name(origin): bucket.FLOOD,
    }


def flood_name(origin: Origin | None) -> str:
    """Name the bucket past which a network's forms are not kept any more; "" where it is not known."""
    return f"flood {origin.network}" if origin is not None else ""


def proof_name(proof: bytes | None) -> str:
    """Name the bucket by which a proof of work is used once."""
    return f"proof {proof.hex()}" if proof is not None else ""
