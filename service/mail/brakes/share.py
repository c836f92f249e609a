"""How much mail one mailbox gets in a day from all letters together (pure)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum

from service.foundation.addresses import similar_address
from service.foundation.keyed import keyed_hash

INDEX_BYTES = 16


class Share(StrEnum):
    """Who causes a kind of mail, and so which share of a day it counts in.

    TYPED: anybody who types an address into a form. WRITTEN: a letter's secretariat. FREE: never counted or kept
    back, for it is the letter itself, or somebody's work waits for it.
    """

    TYPED = "typed"
    WRITTEN = "written"
    FREE = "free"


A_DAY: Mapping[Share, int] = {Share.TYPED: 10, Share.WRITTEN: 20}
"""So many mails a day and mailbox. Each share is its own: what strangers type never uses up what the owner asked for.

10: a secretary may sign for ten organizations in one sitting, and whoever confirms one gets the share anew; for
somebody whose address is abused it is a nuisance and no flood. 20: her ten reminders and ten notes of thanks fit.
"""

OVER = "its mailbox had its share of mail for today"


@dataclass(frozen=True, kw_only=True)
class Goes:
    """The mail may go."""


@dataclass(frozen=True, kw_only=True)
class WaitsUntil:
    """The mail waits for the mailbox's next day."""

    at: datetime


@dataclass(frozen=True, kw_only=True)
class Ends:
    """The mail does not go at all; `expires` where its own time ends before the mailbox's next day begins."""

    expires: bool


def after_counting(
    share: Share, place: int, *, now: datetime, expires_at: datetime
) -> Goes | WaitsUntil | Ends:
    """Decide on the mail that is number `place` of its share today: it goes, waits until the next day, or ends.

    A confirmation does not wait: tomorrow nobody expects it, and the person can ask for it again.
    """
    if share is Share.FREE or place <= A_DAY[share]:
        return Goes()
    if share is Share.TYPED:
        return Ends(expires=False)
    tomorrow = next_day(now)
    return WaitsUntil(at=tomorrow) if tomorrow < expires_at else Ends(expires=True)


def day_of(now: datetime) -> date:
    """Give the day that a moment counts in: the one of UTC, for a mailbox has no zone that we know."""
    return now.astimezone(UTC).date()


def next_day(now: datetime) -> datetime:
    """Give the moment at which the next day begins."""
    return datetime.combine(day_of(now) + timedelta(days=1), time(), tzinfo=UTC)


def day_key(site_key: bytes, day: date) -> bytes:
    """Derive the key of one day, so that the hashes of one mailbox on two days have nothing in common."""
    # No dedupe key of a Message-ID and no return path, the other uses of this key, begins like this.
    return keyed_hash(site_key, f"mailbox-day\0{day.isoformat()}".encode())


def mailbox_index(key: bytes, address: str) -> bytes:
    """Give the keyed hash of the mailbox that an address reaches: 16 bytes."""
    # Folded further than it may be for writing to it: who types `name+1@` floods the mailbox of `name@`.
    return keyed_hash(key, similar_address(address).encode())[:INDEX_BYTES]
