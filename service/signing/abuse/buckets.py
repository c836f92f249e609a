"""Take tokens out of the buckets in the database, all that one form needs by one statement."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from sqlalchemy import delete, literal
from sqlmodel import Session, col

from service.foundation.keyed import keyed_hash
from service.model.abuse import TokenBucket
from service.signing.abuse.bucket import Limit
from service.store.direct import Direct
from service.store.rows import run_for_rows

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_BYTES = 16
_COLUMNS = {"bucket": "bytea", "step": "bigint", "room": "bigint"}
# What service/signing/abuse/bucket.py says of one bucket, for as many as there are.
_TAKE = """
INSERT INTO token_bucket (bucket, day, full_at, step, room, refused)
SELECT v.bucket, :today, :now + v.step, v.step, v.room, 0 FROM {v} WHERE true
ON CONFLICT (bucket) DO UPDATE SET
  step = excluded.step,
  room = excluded.room,
  full_at = CASE
    WHEN token_bucket.full_at <= :now THEN :now + excluded.step
    WHEN token_bucket.full_at + excluded.step > :now + excluded.room THEN token_bucket.full_at
    ELSE token_bucket.full_at + excluded.step END,
  refused = CASE
    WHEN token_bucket.full_at > :now AND token_bucket.full_at + excluded.step > :now + excluded.room THEN 1
    ELSE 0 END
 RETURNING bucket, refused,
  EXISTS (SELECT 1 FROM abuse_rule AS r WHERE r.campaign_id IN ('', :campaign))
  OR EXISTS (SELECT 1 FROM attack_mode AS a WHERE a.campaign_id = :campaign)
"""


@dataclass(frozen=True, kw_only=True)
class Weighed:
    """Which buckets were empty, and whether any list or the attack mode may have a say of this letter."""

    empty: frozenset[str]
    is_watched: bool


def take_from(
    session: Session, wanted: Sequence[tuple[str, Limit]], *, site_key: bytes, now: datetime
) -> frozenset[str]:
    """Take one token from each bucket that is named; gives the names of those that were empty.

    Requests that come at one moment wait for one another here and each takes its own token, so make it one of the
    last statements of a transaction. Names are kept only as hashes, whose key is of this day.
    """
    names, rows = _rows(wanted, site_key=site_key, now=now)
    found = run_for_rows(
        session.connection(), _TAKE, columns=_COLUMNS, rows=rows, campaign="", **_moment(now)
    )
    return frozenset(names[bytes(bucket)] for bucket, refused, _ in found if refused)


def take_and_look(
    line: Direct, wanted: Sequence[tuple[str, Limit]], *, campaign_id: str, site_key: bytes, now: datetime
) -> Weighed:
    """Take one token from each bucket as take_from() does, by itself: nobody holds a bucket while a disk is waited for."""
    names, rows = _rows(wanted, site_key=site_key, now=now)
    found = line.run(_TAKE, columns=_COLUMNS, rows=rows, campaign=campaign_id, **_moment(now))
    return Weighed(
        empty=frozenset(names[bytes(bucket)] for bucket, refused, _ in found if refused),
        is_watched=any(watched for _, _, watched in found),
    )


def network_label(site_key: bytes, network: str, *, now: datetime) -> bytes:
    """Give the hash by which what comes from one network on one day is seen together: 8 bytes."""
    return keyed_hash(day_key(site_key, _day(now)), f"seen\0{network}".encode())[:8]


def forget_buckets(session: Session, *, now: datetime) -> int:
    """Delete the buckets from before yesterday; gives how many."""
    gone = (
        delete(TokenBucket).where(col(TokenBucket.day) < _day(now) - timedelta(days=1)).returning(literal(1))
    )
    return len(session.execute(gone).all())


def day_key(site_key: bytes, day: date) -> bytes:
    """Derive the key of one day, so that no address of yesterday can be told from its hash today."""
    return keyed_hash(site_key, f"token-bucket\0{day.isoformat()}".encode())


def _rows(
    wanted: Sequence[tuple[str, Limit]], *, site_key: bytes, now: datetime
) -> tuple[dict[bytes, str], list[tuple[bytes, int, int]]]:
    today = _day(now)
    named = {_bucket(site_key, name, limit, today): (name, limit) for name, limit in wanted}
    # In one order, so that two requests never wait for one another.
    rows = [(bucket, named[bucket][1].step_ms, named[bucket][1].room_ms) for bucket in sorted(named)]
    return {bucket: name for bucket, (name, _) in named.items()}, rows


def _moment(now: datetime) -> dict[str, object]:
    return {"today": _day(now), "now": (now - _EPOCH) // timedelta(milliseconds=1)}


def _bucket(site_key: bytes, name: str, limit: Limit, today: date) -> bytes:
    key = keyed_hash(site_key, b"token-bucket") if limit.over_midnight else day_key(site_key, today)
    return keyed_hash(key, name.encode())[:_BYTES]


def _day(now: datetime) -> date:
    return now.astimezone(UTC).date()
