"""Token buckets, by arithmetic on whole milliseconds (pure)."""

from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True, kw_only=True)
class Limit:
    """So many at once, and one more each time `step` has passed; all begins anew with the day, unless `over_midnight`."""

    burst: int
    step: timedelta
    over_midnight: bool = False

    @property
    def step_ms(self) -> int:
        """The time in which one token comes; at least one millisecond."""
        return max(1, self.step // timedelta(milliseconds=1))

    @property
    def room_ms(self) -> int:
        """The time in which an empty bucket becomes full."""
        return self.burst * self.step_ms


ONCE = Limit(burst=1, step=timedelta(hours=23), over_midnight=True)
"""For what may be used once: a proof of work, which is over long before the second token comes."""

ADDRESS = Limit(burst=30, step=timedelta(minutes=1))
"""For one address: an office, a conference room and a mobile carrier's gateway have one for many people."""

NETWORK = Limit(burst=120, step=timedelta(seconds=15))
"""For the network around it, over which whoever rents servers can move."""

FLOOD = Limit(burst=2_000, step=timedelta(seconds=1))
"""For the network once more: past its limit what comes is held for a look, past this one it is not kept at all."""

A_MINUTE = 2400
"""How many sign-ons a minute one letter takes unless the operator says else; the busiest petition known had 2,000."""


def letter_limit(a_minute: int) -> Limit:
    """Give the limit of one letter, over whoever signs."""
    return Limit(burst=a_minute, step=timedelta(minutes=1) / a_minute)


def site_limit(a_minute: int) -> Limit:
    """Give the limit of all letters together: two busy ones at a time."""
    return letter_limit(2 * a_minute)


@dataclass(frozen=True, kw_only=True)
class Taken:
    """What became of a bucket; `full_at` is when it will be full again, in milliseconds since 1970."""

    full_at: int
    refused: bool


def take_one(full_at: int | None, limit: Limit, *, now: int) -> Taken:
    """Take one token, where there is one; an empty bucket stays as it is. A bucket that is not there yet is full.

    service/signing/abuse/buckets.py says the same in SQL.
    """
    after = max(full_at or 0, now) + limit.step_ms
    if after > now + limit.room_ms:
        return Taken(full_at=full_at or 0, refused=True)
    return Taken(full_at=after, refused=False)
